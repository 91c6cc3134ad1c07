"""What must hold on any day of any desk, and what flexible agents are worth in a rush."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.routing.matching import explain
from helpdesk.routing.queue import Kind, route
from helpdesk.routing.work import AgentState, Item, Leg, LegState, Need, Settings, World
from tests.routing import checkers, plans
from tests.routing.simulation import CHANNELS, CHAT, MAIL, SMS, VOICE, Arrival, Desk, Plan, Record

RULES = Settings(channels=CHANNELS)
ALL = frozenset(CHANNELS)
days = settings(max_examples=25, deadline=None, derandomize=True)
moments = settings(max_examples=60, deadline=None, derandomize=True)


@days
@given(st.integers(0, 10_000))
def test_every_pass_of_a_random_day_keeps_the_rules(seed: int) -> None:
    desk = Desk(plans.plan(seed), checkers.EVERY).play()
    assert desk.passes > 10


@days
@given(st.integers(0, 10_000))
def test_once_nobody_comes_any_more_everybody_is_served(seed: int) -> None:
    plan = plans.plan(seed, declines=0.3, leaves=False)
    able = AgentState(
        id=99,
        channels=ALL,
        skills=dict.fromkeys(range(3), 5),
        languages={"en": 5, "pl": 5},
    )
    arrivals = tuple(replace(one, patience=None) for one in plan.arrivals)
    busy = replace(plan, agents=(*plan.agents, able), arrivals=arrivals, until=50_000.0)
    desk = Desk(busy).play()
    assert not desk.waiting
    assert all(one.ended_at is not None for one in desk.records.values())


@moments
@given(st.integers(0, 10_000))
def test_a_longer_wait_only_widens_the_circle(seed: int) -> None:
    plan = plans.plan(seed)
    for arrival in plan.arrivals[:5]:
        before: set[int] = set()
        for step in range(5):
            found = {
                agent.id
                for agent in plan.agents
                if all(one.met for one in explain(arrival.item, agent, step, RULES))
            }
            naive = {
                agent.id for agent in plan.agents if checkers.matches(arrival.item, agent, step)
            }
            assert before <= found == naive
            before = found


def single_skill(draw: random.Random, number: int) -> tuple[Arrival, ...]:
    """Equal customers with fixed times of service."""
    clock, found = 0.0, []
    for one in range(1, number + 1):
        clock += draw.expovariate(1 / 20)
        found.append(Arrival(Item(one, Need(CHAT), clock), draw.uniform(50, 400)))
    return tuple(found)


@days
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_one_more_agent_never_lengthens_a_wait(seed: int, number: int) -> None:
    arrivals = single_skill(random.Random(seed), 40)
    waits = []
    for agents in (number, number + 1):
        desk = tuple(AgentState(one, frozenset({CHAT}), auto_accept=True) for one in range(agents))
        plan = Plan(seed, desk, arrivals, sweep=1e9, until=1e6)
        waits.append([one.waited for one in Desk(plan).play().records.values()])
    for few, more in zip(*waits, strict=True):
        assert few is not None
        assert more is not None
        assert more <= few + 1e-6


@settings(max_examples=12, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_a_call_is_not_starved_by_chats_that_fill_the_gaps(seed: int) -> None:
    """It is first in line from the start, and waits for the chats of one agent to drain.

    While one drains another may overtake him with fewer chats left, at each of three levels.
    """
    draw, longest = random.Random(seed), 200.0
    chats = [
        Arrival(Item(one, Need(CHAT), at), draw.uniform(60, longest))
        for one, at in enumerate([0.0] * 9 + [draw.uniform(11, 700) for _ in range(60)], 100)
    ]
    call = Arrival(Item(1, Need(VOICE), 10.0), 100.0)
    agents = tuple(AgentState(one, ALL) for one in range(3))
    record = Desk(Plan(seed, agents, (call, *chats), until=1500.0)).play().records[1]
    assert record.waited is not None
    assert record.waited <= 3 * (longest + 5.0)


def test_a_declined_item_keeps_its_place_and_its_wait() -> None:
    early = Item(1, Need(CHAT), 0.0, requeued=True, declined={1: 20.0})
    late = Item(2, Need(CHAT), 5.0)
    agents = (AgentState(1, ALL), AgentState(2, ALL))
    first, second = route(World((late, early), agents, RULES), 25.0)
    assert (first.item, first.agent, first.waited) == (1, 2, 25.0)
    assert (second.item, second.agent) == (2, 1)


def test_whoever_has_chats_all_day_still_gets_to_the_mails_and_calls() -> None:
    draw = random.Random(7)
    chats = [
        Arrival(Item(one, Need(CHAT), draw.uniform(0, 3600)), 300.0, patience=120.0)
        for one in range(1000, 1300)
    ]
    mails = [
        Arrival(Item(one, Need(MAIL), 30.0 * one, due_at=30.0 * one + 900, target=900.0), 60.0)
        for one in range(1, 21)
    ]
    calls = [Arrival(Item(one, Need(VOICE), 120.0 * one), 60.0) for one in range(21, 31)]
    agents = tuple(AgentState(one, ALL) for one in range(4))
    desk = Desk(Plan(7, agents, (*chats, *mails, *calls), until=7200.0)).play()
    served = [desk.records[one].ended_at for one in range(1, 31)]
    assert None not in served


def rush(groups: tuple[frozenset[str], ...], seed: int) -> tuple[float, float]:
    """Shares of the rush's chats that were accepted within 30 s, and that were abandoned.

    Who leaves within ten seconds counts as neither, as in every report.
    """
    draw = random.Random(seed)
    arrivals, number = [], 0
    half_hour = 1800.0
    for name, per_half_hour, service in ((CHAT, 30, 400), (MAIL, 40, 240), (SMS, 20, 120)):
        for half in range(3):
            expected = per_half_hour * (3 if name == CHAT and half == 1 else 1)
            clock = half * half_hour
            while (clock := clock + draw.expovariate(expected / half_hour)) < (half + 1) * 1800:
                number += 1
                target = {CHAT: 30.0, MAIL: 14_400.0, SMS: 300.0}[name]
                item = Item(number, Need(name), clock, due_at=clock + target, target=target)
                patience = draw.expovariate(1 / 120) if name == CHAT else None
                arrivals.append(Arrival(item, draw.expovariate(1 / service), patience))
    agents = tuple(AgentState(one, channels) for one, channels in enumerate(groups))
    desk = Desk(Plan(seed, agents, tuple(arrivals), reply=(1, 4), sweep=5, until=9000)).play()
    chats = [
        one
        for one in desk.records.values()
        if one.arrival.item.need.channel == CHAT
        and half_hour <= one.arrival.item.enqueued_at < 2 * half_hour
    ]
    quick = sum(one.waited is not None and one.waited <= 30 for one in chats)
    short = [one for one in chats if one.left_at and one.left_at <= _came(one) + 10]
    left = sum(one.left_at is not None for one in chats) - len(short)
    return quick / (len(chats) - len(short)), left / (len(chats) - len(short))


def _came(record: Record) -> float:
    return record.arrival.item.enqueued_at


def test_in_a_rush_flexible_agents_beat_separate_groups() -> None:
    silo = (
        *[frozenset({CHAT})] * 5,
        *[frozenset({MAIL})] * 4,
        *[frozenset({SMS})] * 3,
    )
    blended = (frozenset({CHAT, MAIL, SMS}),) * 12
    seeds = range(5)
    apart = [rush(silo, seed) for seed in seeds]
    together = [rush(blended, seed) for seed in seeds]
    quick_apart = sum(one[0] for one in apart) / len(seeds)
    quick = sum(one[0] for one in together) / len(seeds)
    left = sum(one[1] for one in together) / len(seeds)
    assert quick >= quick_apart + 0.25, (quick, quick_apart)
    assert quick >= 0.95
    assert left < 0.02


@pytest.mark.parametrize("seed", range(3))
def test_what_was_offered_is_taken_back_for_a_live_item(seed: int) -> None:
    units = RULES.channels[SMS].weight
    offered = Leg(50, SMS, units, LegState.OFFERED, due_at=10.0)
    active = [Leg(number, MAIL, 1, due_at=100.0 + number, target=50.0) for number in range(1, 8)]
    busy = AgentState(seed, ALL, legs=(offered, Leg(60, CHAT, 4), *active[: 6 - seed]))
    decisions = route(World((Item(99, Need(CHAT), 0.0),), (busy,), RULES), 1.0)
    kinds = [one.kind for one in decisions]
    assert kinds[-1] is Kind.OFFER
    assert decisions[0] == (Kind.WITHDRAW, 50, seed, *decisions[0][3:])
    assert kinds[1:-1] == [Kind.PARK] * (2 - seed)
