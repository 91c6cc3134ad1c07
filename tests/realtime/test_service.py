"""What a visitor is told of his place and what he does beside writing, over a real socket."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from websockets.exceptions import ConnectionClosed

from helpdesk.models import Agent, Conversation, Inbox, Presence, State
from helpdesk.services import assignments, conversations, messages, presence
from tests import factories
from tests.sockets import Frame, Tab, say
from tests.taking import take

Visitor = Callable[..., tuple[Tab, Frame]]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def busy(inbox: Inbox, agent: Agent) -> list[Conversation]:
    """Chats that fill all places of the only agent, who is online."""
    presence.set_presence(agent, Presence.ONLINE)
    made = [factories.conversation(inbox) for _ in range(3)]
    for one in made:
        assignments.assign(one.pk, agent, by=agent)
    return made


def test_the_place_comes_with_the_first_text_and_moves(
    open_visitor: Visitor, agent: Agent, busy: list[Conversation]
) -> None:
    first, welcome = open_visitor()
    assert (welcome["service"]["promise"], welcome["service"]["queue"]) == ("queue", None)
    say(first, "Hello")
    assert first.await_frame("service")["service"]["queue"]["place"] == 1
    second, _welcome = open_visitor()
    say(second, "Hello")
    assert second.await_frame("service")["service"]["queue"]["place"] == 2
    messages.reply(busy[0].pk, by=agent, body="Bye", then="resolved")
    assert take() == 1
    taken = first.await_that(lambda one: one["type"] == "service" and not one["service"]["queue"])
    assert taken["service"]["promise"] == "online"
    moved = second.await_frame("service", seconds=15)
    assert moved["service"]["queue"]["place"] == 1


def test_nobody_waits_where_there_is_room(open_visitor: Visitor, agent: Agent) -> None:
    presence.set_presence(agent, Presence.ONLINE)
    tab, welcome = open_visitor()
    assert (welcome["service"]["promise"], welcome["service"]["queue"]) == ("online", None)
    say(tab, "Hello")
    told = tab.await_frame("service")["service"]
    assert (told["promise"], told["queue"], told["waits"]) == ("online", None, True)


def test_who_writes_while_nobody_is_there_learns_when_somebody_comes(
    open_visitor: Visitor, agent: Agent, busy: list[Conversation]
) -> None:
    presence.set_presence(agent, Presence.OFFLINE, hand_back=True)
    tab, welcome = open_visitor()
    assert welcome["service"]["promise"] == "offline"
    say(tab, "Hello?")
    assert tab.await_frame("service")["service"]["promise"] == "offline"
    presence.set_presence(agent, Presence.ONLINE)
    told = tab.await_frame("service", seconds=15)["service"]
    assert (told["promise"], told["queue"]["place"]) == ("queue", 4), "those handed back came first"


def test_what_he_asks_is_answered_and_shown(open_visitor: Visitor, agent: Agent) -> None:
    tab, _welcome = open_visitor()
    tab.send(type="rate", score=5)
    assert tab.await_frame("error")["code"] == "refused"
    say(tab, "Hello")
    conversation = Conversation.objects.get()
    tab.send(type="rate", score=2, text="slow", solved=False)
    assert tab.await_frame("rated") == {"type": "rated"}
    tab.send(type="end")
    assert tab.await_frame("ended") == {"type": "ended"}
    found = tab.await_that(lambda one: one["type"] == "service" and one["service"]["ended"])
    assert found["service"]["rating"] == {"score": 2, "text": "slow", "solved": False}
    assert Conversation.objects.get().state == "resolved"
    message, _created = messages.reply(
        conversation.pk, by=agent, body="Sorry. Better?", meta={"quick": ["Yes"]}
    )
    shown = tab.await_that(lambda one: one.get("message", {}).get("id") == str(message.pk))
    assert shown["message"]["quick"] == ["Yes"]
    tab.send(type="press", message=str(message.pk), button=0)
    pressed = tab.await_frame("pressed")
    said = tab.await_that(lambda one: one.get("message", {}).get("id") == pressed["id"])
    assert said["message"]["body"] == "Yes"


def test_agents_hear_of_a_low_rating_and_of_typing(
    open_visitor: Visitor, open_agent: Callable[..., Tab]
) -> None:
    desk = open_agent()
    tab, _welcome = open_visitor()
    say(tab, "Hello")
    conversation = Conversation.objects.get().pk
    for state, on in (("composing", True), ("paused", False), ("gone", False)):
        tab.send(type="typing", state=state)
        heard = desk.await_frame("typing")
        assert (heard["conversation"], heard["state"], heard["on"]) == (conversation, state, on)
    tab.send(type="typing", on=True)
    assert desk.await_frame("typing")["state"] == "composing"
    tab.send(type="rate", score=1, text="Nobody came")
    alert = desk.await_frame("rating")
    assert (alert["conversation"], alert["score"], alert["text"]) == (
        conversation,
        1,
        "Nobody came",
    )


def test_another_tab_sees_the_end(open_visitor: Visitor) -> None:
    first, welcome = open_visitor()
    say(first, "Hello")
    second, _welcome = open_visitor(welcome["token"])
    conversations.change_state(
        Conversation.objects.get().pk, State.RESOLVED, by=None, reason="Answered"
    )
    for tab in (first, second):
        tab.await_that(lambda one: one["type"] == "service" and one["service"]["ended"])


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "rate", "score": "5"},
        {"type": "rate", "score": 5, "solved": "yes"},
        {"type": "answers", "answers": ["x"]},
        {"type": "leave", "email": 7},
        {"type": "press", "message": "x", "button": 0},
        {"type": "typing", "state": 7},
    ],
)
def test_bad_frames_close(open_visitor: Visitor, frame: Frame) -> None:
    tab, _welcome = open_visitor()
    say(tab, "Hello")
    tab.send(**frame)
    with pytest.raises(ConnectionClosed) as closed:
        tab.await_frame("never")
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 4008
