"""SEC-17 with nothing left out: machines that write to each other, by real SMTP on loopback."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import override_settings

from channels_email.fake import MailboxFake
from channels_email.listening import Listener
from helpdesk import inbound, outbox
from helpdesk.models import Delivery, InboundEvent, Inbox
from tests.channels_email.samples import mail
from tests.channels_email.test_listening import listening_at
from tests.channels_email.test_rules_loops import Desk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The listener; what it keeps is read when the test says so."""
    monkeypatch.setattr("helpdesk.nudge.process", lambda _pk: None)
    yield from listening_at(Listener())


def posted(port: int, data: bytes, *, mail_from: str, to: str) -> None:
    with smtplib.SMTP("127.0.0.1", port, "mx.customer.example", timeout=10) as client:
        client.sendmail(mail_from, [to], data)


@contextmanager
def unknown(inbox: Inbox) -> Iterator[None]:
    """To another installation it is an address like any other."""
    rows = Inbox.objects.filter(pk=inbox.pk)
    rows.update(address="elsewhere@nowhere.example")
    yield
    rows.update(address=inbox.address)


def reads(desk: Desk) -> int:
    """Everything that came in for a desk is read; how many."""
    new = InboundEvent.objects.filter(inbox=desk.inbox, state="new").order_by("pk")
    found = list(new.values_list("pk", flat=True))
    for pk in found:
        assert inbound.process(pk) in {"done", "ignored"}
    return len(found)


def sends(desk: Desk) -> int:
    """Everything that a desk has to send leaves; how many."""
    queued = Delivery.objects.filter(inbox=desk.inbox, state="queued").order_by("pk")
    return [outbox.deliver(pk) for pk in queued.values_list("pk", flat=True)].count("sent")


def test_sec_17_two_desks_write_two_mails_at_most(port: int) -> None:
    relay: Any = SimpleNamespace(host="127.0.0.1", port=port)
    ours, theirs = Desk(relay, "help@ours.example"), Desk(relay, "help@theirs.example")
    for desk in (ours, theirs):
        desk.answers()
    first = mail(sender="Help <help@theirs.example>")
    posted(port, first, mail_from="help@theirs.example", to="help@ours.example")

    written = []
    for _round in range(4):
        for desk, other, key in ((ours, theirs, "ours" * 9), (theirs, ours, "theirs" * 9)):
            with override_settings(SECRET_KEY=key):
                with unknown(other.inbox):
                    reads(desk)
                written.append(sends(desk))
    assert 1 <= sum(written) <= 2
    assert sum(written[2:]) == 0, "it ends by itself"
    assert not InboundEvent.objects.filter(state="new").exists()


def test_sec_17_a_storm_of_bounces_over_smtp(port: int) -> None:
    sink = MailboxFake()
    sink.start("127.0.0.1", 0)
    try:
        desk = Desk(sink, "help@ours.example")
        desk.answers()
        for number in range(30):
            told = mail(
                "550 5.1.1 user unknown",
                sender="MAILER-DAEMON@mx.customer.example",
                message_id=f"<storm{number}@mx.customer.example>",
            )
            posted(port, told, mail_from="", to=desk.inbox.address)
        assert reads(desk) == 30
        sends(desk)
        assert len(sink.messages()) <= 3
    finally:
        sink.stop()
