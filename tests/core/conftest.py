"""One desk with two teams, a scripted channel, and a broker that only remembers nudges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from helpdesk import nudge
from helpdesk.models import Agent, Inbox, Role, Team
from tests import factories
from tests.channel import ScriptedChannel, registered


@dataclass(frozen=True)
class Desk:
    """`mine` answer `inbox`; `others` answer `elsewhere`."""

    mine: Team
    others: Team
    inbox: Inbox
    elsewhere: Inbox
    agent: Agent
    stranger: Agent
    supervisor: Agent
    admin: Agent


@pytest.fixture
def desk(db: None) -> Desk:
    mine, others = factories.team(), factories.team()
    return Desk(
        mine=mine,
        others=others,
        inbox=factories.inbox(teams=[mine]),
        elsewhere=factories.inbox(teams=[others]),
        agent=factories.agent(teams=[mine], first_name="Marta"),
        stranger=factories.agent(teams=[others]),
        supervisor=factories.agent(teams=[mine], role=Role.SUPERVISOR),
        admin=factories.agent(role=Role.ADMIN),
    )


@pytest.fixture
def channel() -> Iterator[ScriptedChannel]:
    made = ScriptedChannel()
    with registered(made):
        yield made


@pytest.fixture
def phone(desk: Desk, channel: ScriptedChannel) -> Inbox:
    """An inbox of the scripted channel, answered by the desk's own team."""
    return factories.inbox(channel="test", address="+48100", teams=[desk.mine])


@pytest.fixture(autouse=True)
def nudges(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """(task, id) of every wake-up; no test of the core needs a broker."""
    woken: list[tuple[Any, ...]] = []

    def wake(task: str, *args: Any, countdown: float = 0) -> bool:
        woken.append((task, *args))
        return True

    def once(task: str, *args: Any, rested: bool = False) -> bool:
        return wake(task, *args)

    monkeypatch.setattr(nudge, "wake", wake)
    monkeypatch.setattr(nudge, "once", once)
    return woken
