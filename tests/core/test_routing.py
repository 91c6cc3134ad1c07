"""Presence and round robin: who gets the next conversation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from helpdesk.models import Agent, Conversation, ConversationEvent, Presence
from helpdesk.realtime import publish
from helpdesk.routing import engine
from helpdesk.services import assignments, presence
from tests import factories
from tests.core.conftest import Desk
from tests.core.parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def online(*agents: Agent) -> None:
    for agent in agents:
        presence.set_presence(agent, Presence.ONLINE)


def owners() -> list[int | None]:
    return list(Conversation.objects.order_by("pk").values_list("assignee", flat=True))


def test_a_new_conversation_wakes_the_router(desk: Desk, nudges: list[Any]) -> None:
    made = factories.conversation(desk.inbox)
    assert nudges == [("helpdesk.route", made.pk)]


def test_round_robin(desk: Desk) -> None:
    online(desk.agent, desk.supervisor, desk.stranger)
    for _ in range(6):
        assert engine.place_now(factories.conversation(desk.inbox).pk)
    placed = owners()
    assert placed.count(desk.agent.pk) == placed.count(desk.supervisor.pk) == 3
    assert all(one != other for one, other in pairwise(placed))


@pytest.mark.parametrize("state", [Presence.BUSY, Presence.BREAK, Presence.OFFLINE])
def test_only_the_online_are_asked(desk: Desk, state: Presence) -> None:
    presence.set_presence(desk.agent, state)
    made = factories.conversation(desk.inbox)
    assert not engine.place_now(made.pk)
    online(desk.agent)
    assert engine.sweep() == 1
    assert owners() == [desk.agent.pk]


def test_one_whose_browser_is_gone_is_not_asked(desk: Desk) -> None:
    online(desk.agent)
    long_ago = datetime.now(UTC) - timedelta(minutes=5)
    Agent.objects.filter(pk=desk.agent.pk).update(last_seen_at=long_ago)
    made = factories.conversation(desk.inbox)
    assert not engine.place_now(made.pk)
    presence.seen(desk.agent.pk)
    assert engine.place_now(made.pk)


def test_it_is_placed_once(desk: Desk) -> None:
    online(desk.agent, desk.supervisor)
    made = factories.conversation(desk.inbox)
    placed = at_once([partial(engine.place_now, made.pk)] * 10)
    assert placed.count(True) == 1
    assert ConversationEvent.objects.filter(kind="assigned").count() == 1
    assert Conversation.objects.get().state == "open"
    assert not engine.place_now(made.pk)


def test_the_router_takes_nothing_from_anybody(desk: Desk) -> None:
    online(desk.agent)
    made = factories.conversation(desk.inbox)
    assignments.assign(made.pk, desk.supervisor, by=desk.admin)
    assert not assignments.place(made.pk, desk.agent, why="round robin")
    Conversation.objects.update(state="resolved", assignee=None)
    assert not engine.place_now(made.pk)
    assert not assignments.place(made.pk, desk.agent, why="round robin")
    assert not engine.place_now(10**9)


def test_giving_to_a_stranger_is_refused(desk: Desk) -> None:
    made = factories.conversation(desk.inbox)
    with pytest.raises(assignments.NotEligibleError):
        assignments.assign(made.pk, desk.stranger, by=desk.admin)
    assert owners() == [None]
    assert Conversation.objects.get().last_seq == made.last_seq


def test_presence_is_announced_after_commit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Any] = []
    monkeypatch.setattr(publish, "send", lambda group, frame: said.append((group, frame)))
    online(desk.agent)
    ((group, frame),) = said
    assert group == "agents"
    assert (frame["agent"]["id"], frame["presence"]) == (desk.agent.pk, "online")
    assert Agent.objects.get(pk=desk.agent.pk).last_seen_at is not None
