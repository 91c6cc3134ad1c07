"""A mail as it was written, in a page that can do nothing; hostile ones are refused in time."""

from __future__ import annotations

import time

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from helpdesk.models import Attachment, Inbox, Message
from tests import factories
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db
PIXEL = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"


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


def test_it_is_shown_under_a_policy_that_allows_nothing(desk: Desk, message: Message) -> None:
    code, shown, policy = page(desk.agent, message, '<p style="color:red">Hello</p>')
    assert code == 200
    assert '<p style="color:red">Hello</p>' in shown
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    assert "allow-scripts" not in rules["sandbox"]
    assert "allow-same-origin" not in rules["sandbox"]
    assert rules["frame-ancestors"] == "'self'"


def test_who_may_not_see_the_conversation_sees_no_original(desk: Desk, message: Message) -> None:
    assert page(desk.stranger, message, "<p>Hello</p>")[0] == 404
    assert page(desk.agent, message, "")[0] == 404
    assert Client().get(f"/messages/{message.pk}/original/").status_code == 302


HOSTILE = {
    "script": "<script>alert(1)</script>",
    "handler": '<img src="cid:x" onerror="alert(1)">',
    "javascript": '<a href="javascript:alert(1)">x</a>',
    "form": '<form action="https://evil.example/"><input name="p"><button>Go</button></form>',
    "refresh": '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
    "base": '<base href="https://evil.example/"><a href="x">x</a>',
    "svg": '<svg onload="alert(1)"><use href="https://evil.example/"/></svg>',
    "remote picture": '<img src="https://evil.example/pixel.gif">',
    "remote sheet": '<link rel="stylesheet" href="https://evil.example/a.css">',
    "style": "<style>@import 'https://evil.example/a.css'; body{display:none}</style>",
    "overlay": '<div style="position:fixed;inset:0;z-index:9;background:url(https://evil.example)">x</div>',
    "frame": '<iframe src="https://evil.example/"></iframe>',
    "data": '<a href="data:text/html,<script>alert(1)</script>">x</a>',
}
BANNED = ("alert", "<form", "<input", "<meta", "<base", "<svg", "<link", "<style", "<iframe")


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_of_a_hostile_mail_is_left(desk: Desk, message: Message, name: str) -> None:
    code, shown, _policy = page(desk.agent, message, f"<p>Before</p>{HOSTILE[name]}<p>After</p>")
    left = body(shown)
    assert code == 200
    assert "Before" in left
    assert "After" in left
    for banned in (*BANNED, "position", "fixed", "url(", "onerror", "javascript:", 'src="http'):
        assert banned not in left, name


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


def test_its_own_pictures_are_part_of_the_page(desk: Desk, message: Message) -> None:
    file = Attachment(
        message=message, name="a.gif", content_type="image/gif", size=len(PIXEL), content_id="p1"
    )
    file.file.save("", ContentFile(PIXEL), save=True)
    shown = body(page(desk.agent, message, '<img src="cid:p1"><img src="cid:gone">')[1])
    assert shown.count('src="data:image/gif;base64,R0lGOD') == 1
    assert "cid:" not in shown
