"""The agents' socket: who may open it, what he sees, and that it ends when his right ends."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from helpdesk.models import Agent, Conversation, Inbox, Role, SignIn, Team, TeamMembership
from helpdesk.services import messages, people, presence, second_factor, sign_ins
from tests import factories
from tests.sockets import Frame, Tab, cookie_of, say
from tests.stack import Stack

Visitor = Callable[..., tuple[Tab, Frame]]
Agents = Callable[..., Tab]
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_message_and_its_row_come_once(open_agent: Agents, open_visitor: Visitor) -> None:
    desk = open_agent()
    tab, _welcome = open_visitor()
    ack = say(tab, "Hello")
    frame = desk.await_frame("conversation")
    assert [one["id"] for one in frame["messages"]] == [ack["id"]]
    assert [one["kind"] for one in frame["events"]] == ["conversation_started", "message_received"]
    assert (frame["row"]["preview"], frame["row"]["unread"]) == ("Hello", 1)
    assert frame["seq"] == frame["events"][-1]["seq"]
    assert [one for one in desk.waiting() if one["type"] == "conversation"] == []


def test_typing_goes_both_ways(open_agent: Agents, open_visitor: Visitor) -> None:
    desk = open_agent()
    tab, _welcome = open_visitor()
    say(tab, "Hello")
    pk = Conversation.objects.get().pk
    tab.send(type="typing", on=True)
    seen = desk.await_frame("typing")
    assert (seen["conversation"], seen["from"], seen["on"]) == (pk, "customer", True)
    desk.send(type="typing", conversation=pk, on=True)
    assert tab.await_frame("typing") == {"type": "typing", "name": "Marta", "on": True}


@pytest.mark.parametrize("target", ["foreign", 0, -1, 2**70, "1", None, [1], True, 1.5])
def test_typing_elsewhere_is_ignored(
    open_agent: Agents, open_visitor: Visitor, team: Team, target: object
) -> None:
    tab, _welcome = open_visitor()
    say(tab, "Hello")
    stranger = factories.agent(teams=[factories.team()])
    desk = open_agent(stranger)
    foreign = Conversation.objects.get().pk
    desk.send(type="typing", conversation=foreign if target == "foreign" else target, on=True)
    assert desk.waiting() == []
    assert [one for one in tab.waiting() if one["type"] == "typing"] == []


def test_only_ones_own_inboxes_are_heard(
    open_agent: Agents, open_visitor: Visitor, team: Team
) -> None:
    stranger = open_agent(factories.agent(teams=[factories.team()]))
    former = factories.agent(teams=[team])
    TeamMembership.objects.filter(agent=former).update(active=False)
    left = open_agent(former)
    tab, _welcome = open_visitor()
    say(tab, "Hello")
    messages.note(Conversation.objects.get().pk, by=former, body="secret")
    for desk in (stranger, left):
        assert [one for one in desk.waiting() if one["type"] == "conversation"] == []


def test_a_lost_membership_is_heard_no_more(
    open_agent: Agents, open_visitor: Visitor, agent: Agent
) -> None:
    desk = open_agent()
    tab, _welcome = open_visitor()
    say(tab, "1")
    desk.await_frame("conversation")
    TeamMembership.objects.filter(agent=agent).delete()
    presence.rights_changed(agent.pk)
    desk.waiting()
    deadline = time.monotonic() + 5
    number = 1
    while True:
        number += 1
        say(tab, f"{number}")
        heard = [one for one in desk.waiting() if one["type"] == "conversation"]
        if not heard:
            break
        assert time.monotonic() < deadline, "rights must be withdrawn within five seconds"
    say(tab, "last")
    assert [one for one in desk.waiting() if one["type"] == "conversation"] == []


def test_a_new_membership_is_heard(open_agent: Agents, open_visitor: Visitor, team: Team) -> None:
    newcomer = factories.agent()
    desk = open_agent(newcomer)
    team.members.add(newcomer)
    presence.rights_changed(newcomer.pk)
    tab, _welcome = open_visitor()
    for number in range(40):
        say(tab, f"{number}")
        if any(one["type"] == "conversation" for one in desk.waiting()):
            return
    pytest.fail("the new member hears nothing")


def test_a_deactivated_agent_is_signed_out_within_five_seconds(
    open_agent: Agents, agent: Agent
) -> None:
    desk = open_agent()
    Agent.objects.filter(pk=agent.pk).update(is_active=False)
    presence.rights_changed(agent.pk)
    assert desk.await_frame("bye", seconds=5)["reason"] == "signed out"
    with pytest.raises(ConnectionClosed) as closed:
        desk.await_frame("never", seconds=5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401
    with pytest.raises(InvalidStatus):
        open_agent()


def origins(stack: Stack) -> list[tuple[str | None, bool]]:
    host, port = "127.0.0.1", stack.port
    return [
        (f"http://{host}:{port}", True),
        (f"HTTP://{host}:{port}", True),
        (None, False),
        ("null", False),
        (f"https://{host}:{port}", False),
        (f"http://{host}:{port + 1}", False),
        (f"http://{host}", False),
        (f"http://localhost:{port}", False),
        (f"http://{host}.evil.example:{port}", False),
        (f"http://evil.example/{host}:{port}", False),
        (f"http://{host}:{port}@evil.example", False),
        (f"http://{host}:{port}.evil.example", False),
        (f"ws://{host}:{port}", False),
        ("file://", False),
    ]


@pytest.mark.parametrize("index", range(14))
def test_origins_of_the_agents_socket(stack: Stack, agent: Agent, index: int) -> None:
    """SEC-19: a page of any other origin cannot use the agent's cookie."""
    origin, welcome = origins(stack)[index]
    if welcome:
        with Tab(stack, "/ws/agent/", origin=origin, cookie=cookie_of(agent)) as tab:
            assert tab.frame()["type"] == "welcome"
        return
    with pytest.raises(InvalidStatus) as refused:
        Tab(stack, "/ws/agent/", origin=origin, cookie=cookie_of(agent))
    assert refused.value.response.status_code in {400, 403}


def test_nobody_without_a_session(stack: Stack, agent: Agent) -> None:
    for cookie in ("", "sessionid=forged"):
        with pytest.raises(InvalidStatus):
            Tab(stack, "/ws/agent/", cookie=cookie)


@pytest.mark.parametrize(
    ("allowed", "origin", "welcome"),
    [
        ([], "https://shop.example", True),
        (["*"], "https://shop.example", True),
        (["https://shop.example"], "https://shop.example", True),
        (["https://shop.example/"], "https://SHOP.example", True),
        (["https://shop.example"], "http://shop.example", False),
        (["https://shop.example"], "https://shop.example:8443", False),
        (["https://shop.example"], "https://evil.example", False),
        (["https://shop.example"], "null", False),
        (["https://shop.example"], None, False),
    ],
)
def test_origins_of_the_widget(
    stack: Stack, inbox: Inbox, allowed: list[str], origin: str | None, *, welcome: bool
) -> None:
    Inbox.objects.filter(pk=inbox.pk).update(settings={"origins": allowed})
    path = f"/ws/chat/{inbox.key}/"
    if welcome:
        with Tab(stack, path, origin=origin) as tab:
            tab.send(type="hello")
            assert tab.frame()["type"] == "welcome"
        return
    with pytest.raises(InvalidStatus):
        Tab(stack, path, origin=origin)


@pytest.mark.parametrize("key", ["nobody", "%00", "x" * 300])
def test_an_unknown_widget_is_refused(stack: Stack, inbox: Inbox, key: str) -> None:
    with pytest.raises(InvalidStatus):
        Tab(stack, f"/ws/chat/{key}/")


def test_a_disabled_widget_is_refused(stack: Stack, inbox: Inbox) -> None:
    Inbox.objects.filter(pk=inbox.pk).update(enabled=False)
    with pytest.raises(InvalidStatus):
        Tab(stack, f"/ws/chat/{inbox.key}/")


def still_open(desk: Tab) -> bool:
    try:
        desk.waiting()
    except ConnectionClosed:
        return False
    return True


@pytest.mark.parametrize("why", ["role", "password", "factor", "browser", "elsewhere"])
def test_what_ends_a_sign_in_ends_its_socket_within_five_seconds(
    open_agent: Agents, agent: Agent, why: str
) -> None:
    """SEC-24: and only those sockets whose sign-in it was."""
    admin = factories.agent(role=Role.ADMIN)
    desk = open_agent()
    kept = SignIn.objects.get(agent=agent).session
    other = open_agent()
    began = time.monotonic()
    if why == "role":
        people.change(agent.pk, role=Role.SENIOR, teams=[], by=admin)
    elif why == "factor":
        second_factor.reset(agent, by=admin)
    elif why == "browser":
        sign_ins.end(SignIn.objects.exclude(session=kept).get(agent=agent).pk, by=agent)
    else:
        sign_ins.end_all(agent, keep=kept if why == "elsewhere" else "")
    assert other.await_frame("bye", seconds=5)["reason"] == "signed out"
    assert still_open(desk) is (why in {"browser", "elsewhere"})
    assert time.monotonic() - began < 5
