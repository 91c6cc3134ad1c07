"""Random desks and days, small enough to run by the dozen and busy enough to hurt."""

from __future__ import annotations

import random

from helpdesk.routing.work import (
    FULL,
    TRAINEE,
    AgentState,
    Item,
    Need,
    Priority,
    Profile,
    Settings,
    SkillNeed,
    Strategy,
)
from tests.routing.simulation import CHANNELS, CHAT, MAIL, SMS, VOICE, Arrival, Plan

SECONDS = 900.0
SERVICE = {VOICE: 120.0, CHAT: 200.0, SMS: 100.0, MAIL: 150.0}
TARGET = {VOICE: 20.0, CHAT: 30.0, SMS: 300.0, MAIL: 600.0}


def plan(seed: int, *, declines: float = 0.1, leaves: bool = True) -> Plan:
    """A quarter of an hour of a small desk, usually with more work than it can do."""
    draw = random.Random(seed)
    agents = tuple(_agent(draw, number) for number in range(1, draw.randint(2, 6) + 1))
    needs = [_need(draw, queue) for queue in range(draw.randint(2, 5))]
    number = draw.randint(15, 40)
    away = [
        (draw.uniform(0, SECONDS), draw.choice(agents).id, draw.uniform(20, 300))
        for _ in range(draw.randint(0, 3) if leaves else 0)
    ]
    return Plan(
        seed=seed,
        agents=agents,
        arrivals=tuple(_arrival(draw, one, needs, agents) for one in range(1, number + 1)),
        settings=Settings(
            channels=CHANNELS,
            strategies={0: draw.choice(list(Strategy)), 1: draw.choice(list(Strategy))},
            spike=draw.random() < 0.3,
        ),
        declines=declines * (draw.random() < 0.5),
        silences=declines / 2,
        leaves=tuple(away),
        wrap_up=draw.choice((0.0, 30.0)),
        sweep=draw.choice((1.0, 4.0)) * 5,
        until=SECONDS * 1.5,
    )


def _agent(draw: random.Random, number: int) -> AgentState:
    names = list(CHANNELS)
    channels = frozenset(name for name in names if draw.random() < 0.8) or frozenset({CHAT})
    return AgentState(
        id=number,
        channels=channels,
        profile=draw.choices((FULL, TRAINEE, Profile(units=16)), (6, 2, 2))[0],
        flex=frozenset(name for name in names if draw.random() < 0.3),
        skills={skill: draw.randint(1, 5) for skill in range(3) if draw.random() < 0.7},
        languages={code: draw.randint(1, 5) for code in ("en", "pl") if draw.random() < 0.8},
        teams=frozenset({draw.randint(0, 2)}),
        reserve=draw.random() < 0.15,
        auto_accept=draw.random() < 0.1,
    )


def _need(draw: random.Random, queue: int) -> Need:
    skills = [
        SkillNeed(skill, draw.randint(1, 4), draw.random() < 0.4)
        for skill in draw.sample(range(3), draw.choice((0, 1, 1, 2)))
    ]
    return Need(
        channel=draw.choices((VOICE, CHAT, SMS, MAIL), (1, 6, 2, 4))[0],
        queue=queue,
        primary=frozenset({draw.randint(0, 2)} if draw.random() < 0.6 else ()),
        secondary=frozenset({draw.randint(0, 2)} if draw.random() < 0.5 else ()),
        skills=tuple(skills),
        language=draw.choice(("", "en", "pl")),
        language_level=draw.choice((2, 3, 4)),
        assist=draw.random() < 0.5,
    )


def _arrival(
    draw: random.Random, number: int, needs: list[Need], agents: tuple[AgentState, ...]
) -> Arrival:
    need = draw.choice(needs)
    at = draw.uniform(0, SECONDS / 2)
    target = TARGET[need.channel]
    item = Item(
        id=number,
        need=need,
        enqueued_at=at,
        priority=draw.choice(list(Priority)),
        vip=draw.random() < 0.15,
        boost=draw.choice((0.0, 0.0, 0.0, 30.0, 400.0, -200.0)),
        due_at=None if draw.random() < 0.1 else at + target * draw.choice((0.3, 1.0)),
        target=target,
        sticky=draw.choice(agents).id if draw.random() < 0.3 else None,
        banned=frozenset({draw.choice(agents).id} if draw.random() < 0.1 else ()),
    )
    patience = draw.uniform(30, 400) if draw.random() < 0.4 else None
    return Arrival(item, draw.uniform(0.3, 1.7) * SERVICE[need.channel], patience)
