"""A mail as it was written, in a page that can do nothing; hostile ones are refused in time."""

from __future__ import annotations

import re
import time

import pytest
from django.test import Client

from helpdesk.models import Inbox, Message
from tests import factories
from tests.core.conftest import Desk
from tests.safe_html.payloads import FAMILIES

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(desk: Desk, phone: Inbox) -> Message:
    made = factories.conversation(phone, "+48600", kind="phone")
    return Message.objects.get(conversation=made)


def page(who: object, message: Message, html: str | None = None) -> tuple[int, str, str]:
    if html is not None:
        Message.objects.filter(pk=message.pk).update(html=html)
    client = Client()
    client.force_login(who)  # type: ignore[arg-type]
    answer = client.get(f"/messages/{message.pk}/original/")
    return answer.status_code, answer.content.decode(), answer.get("Content-Security-Policy", "")


def body(page: str) -> str:
    return page.partition("<body")[2]


def test_j6_it_is_shown_under_a_policy_that_allows_nothing(desk: Desk, message: Message) -> None:
    code, shown, policy = page(desk.agent, message, '<p style="color:red">Hello</p>')
    assert code == 200
    assert '<p style="color:red">Hello</p>' in shown
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "http://testserver/mail-pictures/"
    assert "allow-scripts" not in rules["sandbox"]
    assert "allow-same-origin" not in rules["sandbox"]
    assert rules["frame-ancestors"] == "'self'"


def test_who_may_not_see_the_conversation_sees_no_original(desk: Desk, message: Message) -> None:
    assert page(desk.stranger, message, "<p>Hello</p>")[0] == 404
    assert page(desk.agent, message, "")[0] == 404
    assert Client().get(f"/messages/{message.pk}/original/").status_code == 302


@pytest.mark.parametrize("name", FAMILIES)
def test_nothing_of_a_hostile_mail_is_left(desk: Desk, message: Message, name: str) -> None:
    """Also of one that was kept before today's rules: the page trusts nothing that is stored."""
    source = FAMILIES[name].replace("\x00", "").encode("utf-8", "replace").decode()
    code, shown, _policy = page(desk.agent, message, f"<p>Before</p>{source}")
    left = "".join(re.findall(r"<[^>]*>", body(shown)))
    assert code == 200
    assert "Before" in shown
    for banned in ("__xss", "evil.example", "position", "url(", "javascript:", 'src="http'):
        assert banned not in left


def test_links_leave_in_a_tab_that_knows_nothing_of_us(desk: Desk, message: Message) -> None:
    shown = body(page(desk.agent, message, '<a href="https://shop.example/">x</a>')[1])
    assert 'rel="noopener noreferrer nofollow"' in shown
    assert 'target="_blank"' in shown


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td>" * 1000 + "deep" + "</td></tr></table>" * 1000,
        "<div>" * 100_000,
        "<b>" * 60_000,
        "<p>x</p>" * 60_000,
        "&lt;" * 600_000,
    ],
    ids=["tables", "open", "bold", "many", "large"],
)
def test_what_is_built_to_hurt_is_refused_in_time(desk: Desk, message: Message, html: str) -> None:
    Message.objects.filter(pk=message.pk).update(html=html)
    began = time.monotonic()
    code, shown, _policy = page(desk.agent, message)
    assert code == 200
    assert "cannot be shown safely" in shown
    assert time.monotonic() - began < 3
