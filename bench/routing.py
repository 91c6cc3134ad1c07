"""One pass of the router: its CPU time, and how it grows with the line and with the desk."""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import time

from helpdesk.routing.queue import Kind, route
from helpdesk.routing.work import (
    AgentState,
    Channel,
    Item,
    Leg,
    Need,
    Pace,
    Priority,
    Settings,
    SkillNeed,
    World,
    channel,
)

NOW = 1_000_000.0
CHANNELS = {
    one.name: one
    for one in (
        channel("voice", Pace.CALL),
        channel("webchat", Pace.LIVE),
        channel("texting", Pace.TEXTS),
        channel("mail", Pace.LETTERS),
    )
}
LANGUAGES = ("en", "de", "pl", "fr")


def needs(draw: random.Random, number: int) -> list[Need]:
    """What queues ask for: a desk has some dozens of combinations."""
    return [
        Need(
            channel=draw.choices(list(CHANNELS), (1, 6, 3, 6))[0],
            queue=queue,
            primary=frozenset({queue % 6}),
            secondary=frozenset({(queue + 1) % 6}),
            skills=tuple(
                SkillNeed(skill, draw.randint(1, 3), draw.random() < 0.2)
                for skill in draw.sample(range(8), draw.choice((0, 1, 1, 2)))
            ),
            language=draw.choice(LANGUAGES),
        )
        for queue in range(number)
    ]


def agent(draw: random.Random, number: int, busy: float) -> AgentState:
    legs = []
    if draw.random() < busy:
        legs = [leg(number * 10 + 1, CHANNELS["webchat"]) for _ in range(1)]
        legs += [leg(number * 10 + 2 + place, CHANNELS["mail"]) for place in range(6)]
        legs += [leg(-number * 10 - place, CHANNELS["webchat"]) for place in (1, 2)]
    return AgentState(
        id=number,
        channels=frozenset(name for name in CHANNELS if draw.random() < 0.8),
        flex=frozenset({"webchat"}),
        skills={skill: draw.randint(1, 5) for skill in range(8) if draw.random() < 0.6},
        languages={code: draw.randint(1, 5) for code in LANGUAGES if draw.random() < 0.6},
        teams=frozenset({number % 6}),
        reserve=number % 20 == 0,
        last_assigned_at=NOW - draw.uniform(0, 900),
        last_release_at=NOW - draw.uniform(0, 900),
        legs=tuple(legs),
    )


def leg(item: int, of: Channel) -> Leg:
    parked_at = NOW - 60 if of.name == "mail" else None
    return Leg(-item - 1, of.name, of.weight, due_at=NOW + 9000, target=9000, parked_at=parked_at)


def world(waiting: int, agents: int, busy: float, seed: int = 1) -> World:
    """A desk of which the share `busy` has its hands full of live work."""
    draw = random.Random(seed)
    asked = needs(draw, 40)
    items = tuple(
        Item(
            id=number,
            need=draw.choice(asked),
            enqueued_at=NOW - draw.uniform(0, 300),
            priority=draw.choice(list(Priority)),
            vip=draw.random() < 0.05,
            due_at=NOW + draw.uniform(-100, 9000),
            target=9000,
            sticky=draw.randrange(agents) if draw.random() < 0.3 else None,
            declined={draw.randrange(agents): NOW - 5} if draw.random() < 0.05 else {},
        )
        for number in range(1, waiting + 1)
    )
    desk = tuple(agent(draw, number, busy) for number in range(agents))
    return World(items, desk, Settings(channels=CHANNELS))


def measure(waiting: int, agents: int, busy: float, rounds: int) -> None:
    snapshot = world(waiting, agents, busy)
    took = []
    decisions = route(snapshot, NOW)
    for _ in range(rounds):
        gc.collect()
        began = time.process_time()
        decisions = route(snapshot, NOW)
        took.append((time.process_time() - began) * 1e3)
    given = sum(one.kind in {Kind.OFFER, Kind.ASSIGN} for one in decisions)
    middle = statistics.median(took)
    print(
        f"{waiting:6} waiting x {agents:5} agents, {busy:4.0%} busy: "
        f"median {middle:7.1f} ms, {min(took):.1f} to {max(took):.1f}, "
        f"{given:5} given, {middle / max(waiting, 1) * 1e3:6.1f} us an item"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    chosen = parser.parse_args()
    for busy in (0.0, 0.8, 1.0):
        measure(1_000, 200, busy, chosen.rounds)
    for waiting in (100, 1_000, 10_000):
        measure(waiting, 200, 0.8, chosen.rounds)
    for agents in (10, 100, 1_000):
        measure(1_000, agents, 0.8, chosen.rounds)


if __name__ == "__main__":
    main()
