"""Who of us looks at a conversation and who writes in it: told to who looks, to nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpdesk import quick_redis
from helpdesk.models import Agent, Conversation, Inbox, Role, Team, TeamMembership
from helpdesk.realtime import company, payloads
from helpdesk.services import presence
from tests import factories
from tests.sockets import Frame, Tab, say

Visitor = Callable[..., tuple[Tab, Frame]]
Agents = Callable[..., Tab]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def jonas(team: Team) -> Agent:
    return factories.agent(teams=[team], first_name="Jonas")


@pytest.fixture
def pk(inbox: Inbox) -> int:
    return factories.conversation(inbox).pk


def look(tab: Tab, pk: int | None, **facts: object) -> None:
    tab.send(type="viewing", conversation=pk, **facts)


def names(frame: Frame) -> list[str]:
    return [one["name"] for one in frame["here"]]


def test_those_who_look_see_each_other_come_and_go(
    open_agent: Agents, jonas: Agent, pk: int
) -> None:
    marta = open_agent()
    look(marta, pk)
    assert names(marta.await_frame("viewing", conversation=pk)) == ["Marta"]
    other = open_agent(jonas)
    look(other, pk)
    assert names(other.await_frame("viewing")) == ["Marta", "Jonas"]
    assert names(marta.await_frame("viewing")) == ["Marta", "Jonas"]
    other.send(type="writing", conversation=pk, on=True)
    told = marta.await_frame("typing", conversation=pk)
    assert (told["from"], told["agent"]["name"], told["on"]) == ("agent", "Jonas", True)
    other.close()
    assert names(marta.await_frame("viewing")) == ["Marta"]
    look(marta, None)
    marta.waiting()
    assert company.here(pk) == []


def test_two_tabs_of_one_agent_are_one_face(open_agent: Agents, pk: int) -> None:
    first, second = open_agent(), open_agent()
    for tab in (first, second):
        look(tab, pk)
    assert names(second.await_frame("viewing")) == ["Marta"]
    second.close()
    first.await_frame("viewing")
    first.waiting()
    assert [one["name"] for one in company.here(pk) or []] == ["Marta"]


def test_a_supervisor_may_look_unseen_and_nobody_else(
    open_agent: Agents, team: Team, jonas: Agent, pk: int
) -> None:
    marta = open_agent()
    look(marta, pk)
    boss = open_agent(factories.agent(teams=[team], role=Role.SUPERVISOR, first_name="Henrik"))
    look(boss, pk, silent=True)
    assert names(boss.await_frame("viewing")) == ["Marta"]
    boss.send(type="writing", conversation=pk, on=True)
    boss.waiting()
    assert [one["type"] for one in marta.waiting() if one["type"] == "typing"] == []
    assert [one["name"] for one in company.here(pk) or []] == ["Marta"]
    look(open_agent(jonas), pk, silent=True)  # no supervisor: he is seen
    assert names(marta.await_that(lambda one: len(one.get("here", ())) == 2)) == ["Marta", "Jonas"]
    look(boss, pk)
    assert "Henrik" in names(marta.await_that(lambda one: len(one.get("here", ())) == 3))


def test_neither_strangers_nor_customers_hear_of_it(
    open_agent: Agents, open_visitor: Visitor, jonas: Agent
) -> None:
    tab, _welcome = open_visitor()
    say(tab, "Hello")
    pk = Conversation.objects.get().pk
    stranger = open_agent(factories.agent(teams=[factories.team()]))
    look(stranger, pk)
    stranger.send(type="writing", conversation=pk, on=True)
    assert stranger.waiting() == []
    idle, writer = open_agent(), open_agent(jonas)
    look(writer, pk)
    writer.await_frame("viewing")
    writer.send(type="writing", conversation=pk, on=True)
    writer.await_frame("typing")
    for other in (idle, stranger, tab):
        assert {"viewing", "typing"}.isdisjoint(one["type"] for one in other.waiting())


def test_who_loses_the_right_is_there_no_more(open_agent: Agents, jonas: Agent, pk: int) -> None:
    marta, other = open_agent(), open_agent(jonas)
    look(marta, pk)
    look(other, pk)
    marta.await_that(lambda one: len(one.get("here", ())) == 2)
    TeamMembership.objects.filter(agent=jonas).update(active=False)
    presence.rights_changed(jonas.pk)
    assert names(marta.await_frame("viewing")) == ["Marta"]
    other.waiting()
    marta.send(type="writing", conversation=pk, on=True)
    marta.await_frame("typing")
    assert other.waiting() == []


def test_what_a_crash_left_goes_by_itself(agent: Agent, jonas: Agent, pk: int) -> None:
    company.enter(pk, "crashed", payloads.agent(jonas))
    key = company._key(pk)
    assert 0 < quick_redis.client().ttl(key) <= company.LASTS
    stale = '{"until": 1, "face": {"id": 1}}'
    quick_redis.client().hset(key, "crashed", stale)
    here = company.enter(pk, "tab", payloads.agent(agent))
    assert [one["name"] for one in here or []] == ["Marta"]
