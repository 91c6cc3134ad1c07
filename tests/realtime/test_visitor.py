"""The visitor's socket: an acknowledged text is stored, once, and found again."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed

from helpdesk.models import Agent, Conversation, Inbox, Message
from helpdesk.services import assignments, conversations, messages
from tests.sockets import Frame, Tab, say
from tests.stack import Stack

Visitor = Callable[..., tuple[Tab, Frame]]


def close_code(tab: Tab) -> int | None:
    """The code with which the server closes the socket."""
    with pytest.raises(ConnectionClosed) as closed:
        tab.await_frame("never")
    return closed.value.rcvd.code if closed.value.rcvd else None


@pytest.fixture
def silent(stack: Stack, inbox: Inbox, tabs: list[Tab]) -> Tab:
    """A socket that has not said hello."""
    tab = Tab(stack, f"/ws/chat/{inbox.key}/")
    tabs.append(tab)
    return tab


pytestmark = pytest.mark.django_db(transaction=True)


def test_the_acknowledgement_comes_after_the_commit(open_visitor: Visitor) -> None:
    tab, welcome = open_visitor()
    assert (welcome["conversation"], welcome["messages"]) == (None, [])
    ack = say(tab, "Hello")
    stored = Message.objects.get()
    assert (ack["id"], ack["seq"], stored.body) == (str(stored.pk), 1, "Hello")


def test_a_resend_gets_the_same_acknowledgement(open_visitor: Visitor) -> None:
    tab, welcome = open_visitor()
    cid = uuid.uuid4()
    first = say(tab, "Hello", cid)
    assert say(tab, "Hello", cid) == first
    tab.close()
    tab, _welcome = open_visitor(welcome["token"])
    assert say(tab, "Hello", cid) == first
    assert Message.objects.count() == 1


def test_a_visitor_resumes_where_he_was(open_visitor: Visitor, agent: Agent) -> None:
    tab, welcome = open_visitor()
    say(tab, "1")
    tab.close()
    conversation = Conversation.objects.get()
    messages.reply(conversation.pk, by=agent, body="2")
    messages.note(conversation.pk, by=agent, body="secret")
    messages.reply(conversation.pk, by=agent, body="3")
    _tab, again = open_visitor(welcome["token"], last_seq=1)
    assert [(one["seq"], one["body"]) for one in again["messages"]] == [(2, "2"), (3, "3")]
    assert again["last_seq"] == 3
    _tab, fresh = open_visitor(welcome["token"], last_seq=999)
    assert [one["seq"] for one in fresh["messages"]] == [1, 2, 3], "an unknown cursor: everything"


def test_two_tabs_see_the_same(open_visitor: Visitor, agent: Agent) -> None:
    first, welcome = open_visitor()
    say(first, "Hello")
    second, _welcome = open_visitor(welcome["token"])
    ack = say(second, "From the other tab")
    seen = first.await_that(lambda one: one.get("message", {}).get("id") == ack["id"])
    assert seen["message"]["body"] == "From the other tab"
    messages.reply(Conversation.objects.get().pk, by=agent, body="Hi")
    for tab in (first, second):
        seen = tab.await_that(lambda one: one.get("message", {}).get("body") == "Hi")
        assert seen["message"]["author"]["name"] == "Marta"


def test_notes_never_reach_a_visitor(open_visitor: Visitor, agent: Agent) -> None:
    tab, welcome = open_visitor()
    say(tab, "Hello")
    conversation = Conversation.objects.get()
    messages.note(conversation.pk, by=agent, body="internal-secret-1")
    assignments.assign(conversation.pk, agent, by=agent, why="internal-secret-2")
    messages.reply(conversation.pk, by=agent, body="Hi")
    messages.note(conversation.pk, by=agent, body="internal-secret-3")
    conversations.mark_read(conversation.pk, Conversation.objects.get().last_seq)
    messages.reply(conversation.pk, by=agent, body="Bye")
    seen = [tab.frame()]
    while seen[-1].get("message", {}).get("body") != "Bye":
        seen.append(tab.frame())
    _other, again = open_visitor(welcome["token"])
    seen.append(again)
    assert "internal-secret" not in str(seen)
    assert agent.email not in str(seen)
    numbers = [one["message"]["seq"] for one in seen if one["type"] == "message"]
    assert numbers == [2, 3], "without a gap that would tell of notes"
    assert [one["seq"] for one in again["messages"]] == [1, 2, 3]


def test_forged_fields_are_ignored(open_visitor: Visitor, agent: Agent) -> None:
    tab, _welcome = open_visitor()
    forged = {"author": agent.pk, "seq": 77, "created_at": "2001-01-01", "sender_type": "agent",
              "direction": "out", "is_system": True, "conversation": 1}  # fmt: skip
    tab.send(type="send", cid=str(uuid.uuid4()), body="Hello", **forged)
    assert tab.await_frame("ack")["seq"] == 1
    stored = Message.objects.get()
    assert (stored.direction, stored.author, stored.seq) == ("in", None, 2)
    assert stored.created_at.year > 2001


def test_a_foreign_token_opens_nothing(open_visitor: Visitor) -> None:
    tab, welcome = open_visitor()
    say(tab, "Hello")
    for token in ("", "x" * 43, "x" * 500, welcome["token"] + "x", "\x00"):
        _tab, other = open_visitor(token)
        assert other["conversation"] is None


def test_an_idle_socket_survives(open_visitor: Visitor, agent: Agent) -> None:
    """redis-py's default socket timeout of 5 s would cut the subscription."""
    tab, _welcome = open_visitor()
    say(tab, "Hello")
    with pytest.raises(TimeoutError):
        tab.await_frame("error", seconds=7)
    messages.reply(Conversation.objects.get().pk, by=agent, body="Still there?")
    tab.await_that(lambda one: one.get("message", {}).get("body") == "Still there?")
    assert say(tab, "Yes")["seq"] == 3


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", 4007),
        ("", 4007),
        ("[" * 60_000, 4007),
        ('{"type":"hello","page":' + "[" * 2_000 + "]" * 2_000 + "}", 4007),
        ('{"type":"send","body":"\\ud800"}', 4007),
        (b"\x00\x01", 4003),
        ("x" * 100_000, 4009),
        ("[" * 100_000, 4009),
        ("y" * 2_097_152, None),  # more than Daphne itself takes
        ("[]", 4008),
        ("7", 4008),
        ("{}", 4008),
        ('{"type":7}', 4008),
        ('{"type":"nonsense"}', 4008),
        ('{"type":"push","text":"x"}', 4008),
        ('{"type":"websocket.connect"}', 4008),
        ('{"type":"hello","token":7}', 4008),
        ('{"type":"hello","token":["a"]}', 4008),
        ('{"type":"hello","last_seq":"7"}', 4008),
        ('{"type":"hello","last_seq":-1}', 4008),
        ('{"type":"hello","last_seq":99999999999999999999}', 4008),
        ('{"type":"send","cid":"00000000-0000-4000-8000-000000000000","body":"hi"}', 4008),
        ('{"type":"read","seq":1}', 4008),
    ],
)
def test_bad_frames_close_with_their_code(
    open_visitor: Visitor, silent: Tab, frame: str | bytes, code: int | None
) -> None:
    silent.socket.send(frame)
    assert close_code(silent) == code
    other, _welcome = open_visitor()
    assert say(other, "Others are not affected")["seq"] == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"cid": "7", "body": "x"},
        {"cid": 7, "body": "x"},
        {"body": "x"},
        {"cid": str(uuid.uuid4()), "body": 7},
        {"cid": str(uuid.uuid4()), "body": ["x"]},
        {"cid": str(uuid.uuid4()), "body": "x", "attachments": ["7"]},
        {"cid": str(uuid.uuid4()), "body": "x", "attachments": 7},
    ],
)
def test_bad_texts_close_and_store_nothing(
    open_visitor: Visitor, fields: dict[str, object]
) -> None:
    tab, _welcome = open_visitor()
    tab.send(type="send", **fields)
    assert close_code(tab) == 4008
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "code"), [("", "empty"), (" \n", "empty"), ("x" * 20_001, "too_long")]
)
def test_unsendable_texts_are_refused_in_words(open_visitor: Visitor, body: str, code: str) -> None:
    tab, _welcome = open_visitor()
    tab.send(type="send", cid=str(uuid.uuid4()), body=body)
    assert tab.await_frame("error")["code"] == code
    assert Message.objects.count() == 0


def test_strange_but_legal_text_is_stored(open_visitor: Visitor) -> None:
    tab, _welcome = open_visitor()
    tab.send(
        type="hello", name="a\x00\u202eb", language="p\x00l", page={"url": "\x00", "title": "\x00"}
    )
    tab.await_frame("welcome")
    say(tab, "a\x00b\u202ec")
    assert Message.objects.get().body == "ab\u202ec"
    assert Conversation.objects.get().customer.name == "ab"


def test_too_many_texts_are_slowed_down(open_visitor: Visitor) -> None:
    tab, _welcome = open_visitor()
    for number in range(40):
        say(tab, f"{number}")
    tab.send(type="send", cid=str(uuid.uuid4()), body="41")
    refused = tab.await_frame("error")
    assert (refused["code"], refused["retryable"]) == ("slow_down", True)
    assert Message.objects.count() == 40


def test_too_many_frames_close_the_socket(open_visitor: Visitor) -> None:
    tab, _welcome = open_visitor()
    with suppress(ConnectionClosed):
        for _ in range(5_000):
            tab.send(type="typing", on=True)
    assert close_code(tab) == 4008
