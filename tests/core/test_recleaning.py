"""HTML that was kept under older rules is cleaned again, from what is kept or from the raw mail."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from helpdesk import inbound, safe_html
from helpdesk.adapters import Raw
from helpdesk.models import Message
from helpdesk.services import recleaning
from tests import factories
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db
MAIL = (
    b"From: Ann <ann@example.org>\r\nTo: help@x.example\r\nSubject: Sale\r\n"
    b"Message-ID: <1@example.org>\r\nContent-Type: text/html\r\n\r\n"
    b"<p>Sale</p><img src='https://a.example/1.png'>"
)
KEPT = '<p>Sale</p><img src="https://a.example/1.png">'


@pytest.fixture
def message(desk: Desk) -> Message:
    box = factories.inbox(channel="email", address="help@x.example", teams=[desk.mine])
    event, _created = inbound.accept(box, Raw("1", MAIL), wake=False)
    inbound.process(event.pk)
    return Message.objects.get(inbox=box)


def test_a_mail_is_stamped_with_the_rules_it_was_kept_under(message: Message) -> None:
    assert message.html == KEPT
    assert message.meta["sanitiser"] == safe_html.VERSION
    assert not recleaning.outdated().exists()


def test_what_newer_rules_refuse_goes(message: Message) -> None:
    old = {"sanitiser": 1, "pictures": {"count": 9}, "to": ["kept"]}
    Message.objects.filter(pk=message.pk).update(
        html='<p onclick="x()">Sale</p><script>x()</script>', meta=old
    )
    assert recleaning.reclean() == 1
    message.refresh_from_db()
    assert message.html == "<p>Sale</p>"
    assert message.meta == {"sanitiser": safe_html.VERSION, "to": ["kept"]}
    assert recleaning.reclean() == 0


def test_what_older_rules_threw_away_comes_back_from_the_raw_mail(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(html="<p>Sale</p>", meta={"sanitiser": 1})
    seq = message.seq
    call_command("reclean_mail", "--from-raw")
    message.refresh_from_db()
    assert (message.html, message.seq) == (KEPT, seq)
    assert message.meta["pictures"]["hosts"] == ["a.example"]
    assert Message.objects.count() == 1
