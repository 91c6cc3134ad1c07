"""What must hold after every pass, said once more and naively, without the engine's own words.

Each check raises AssertionError. They are written from the rules, not from the code: slow loops
over everything, no caches, no heaps.
"""

from __future__ import annotations

import random
from collections import Counter
from math import ceil, inf

from helpdesk.routing import queue
from helpdesk.routing.queue import Decision, Kind
from helpdesk.routing.work import AgentState, Item, Leg, Need, Pace, Priority, Settings, World
from tests.routing.simulation import CHANNELS, Desk

VERDICTS = {Kind.OFFER, Kind.ASSIGN, Kind.RESERVE, Kind.HOLD, Kind.WAIT}
GIVEN = {Kind.OFFER, Kind.ASSIGN}
LIVE = {"voice", "chat"}
BEGINS = {
    Pace.CALL: (8, 15, 22, 45),
    Pace.LIVE: (8, 15, 22, 45),
    Pace.TEXTS: (60, 120, 180, 240),
}
BOOST = {Priority.LOW: -30, Priority.NORMAL: 0, Priority.HIGH: 60, Priority.URGENT: 120}


def live(item: Item) -> bool:
    return item.need.channel in LIVE


def most(agent: AgentState, name: str) -> int:
    if name == "chat" and agent.profile.units == 4:
        return 1
    return {"voice": 1, "chat": 3, "sms": 5, "mail": 8}[name]


def live_units(legs: tuple[Leg, ...]) -> int:
    return sum(leg.weight for leg in legs if leg.channel in LIVE)


def unparked_units(legs: tuple[Leg, ...]) -> int:
    return sum(leg.weight for leg in legs if leg.parked_at is None)


def virtual(item: Item) -> float:
    moved = item.boost + BOOST[item.priority] + 60 * item.vip + 30 * item.requeued
    return item.enqueued_at - min(max(moved, -30), 240)


def step_of(item: Item, now: float, settings: Settings) -> int:
    passed = (now - item.enqueued_at) * (2 if settings.spike else 1)
    pace = CHANNELS[item.need.channel].pace
    if pace is Pace.LETTERS:
        target = item.target or settings.target
        begins: tuple[float, ...] = tuple(share * target for share in (0.25, 0.5, 0.75, 0.9))
    else:
        begins = BEGINS[pace]
    return sum(passed >= one for one in begins)


def matches(item: Item, agent: AgentState, step: int, *, friend: bool = False) -> bool:
    """The table of steps, line by line; a friend needs neither soft skills, team nor rank."""
    need, of = item.need, CHANNELS[item.need.channel]
    names = agent.channels | agent.flex if step >= 3 else agent.channels
    able = of.weight <= agent.profile.units and most(agent, of.name) > 0
    may = agent.online and agent.id not in item.banned and able and need.channel in names
    level = need.language_level
    least = [level, level, min(level, 2), min(level, 1), 0 if need.assist else 1][step]
    speaks = not need.language or agent.languages.get(need.language, 0) >= least
    near = need.primary | need.secondary if step else need.primary
    at_home = friend or step >= 2 or not need.primary or bool(near & agent.teams)
    called = friend or step >= 4 or not agent.reserve
    return may and speaks and at_home and called and _skilled(need, agent, step, friend)


def _skilled(need: Need, agent: AgentState, step: int, friend: bool) -> bool:
    for one in need.skills:
        have = agent.skills.get(one.skill, 0)
        soft = max(1, one.level - 1) if step == 1 else one.level
        dropped = not one.hard and (friend or step >= 2)
        if not dropped and have < (one.level if one.hard else soft):
            return False
    return True


def has_room(agent: AgentState, name: str) -> bool:
    of, legs, units = CHANNELS[name], agent.legs, agent.profile.units
    if any(leg.channel == "voice" for leg in legs):
        return False
    if sum(leg.channel == name for leg in legs) >= most(agent, of.name):
        return False
    if name in LIVE:
        return live_units(legs) + of.weight <= units and not (name == "voice" and live_units(legs))
    parked = any(leg.parked_at is not None for leg in legs)
    return not parked and unparked_units(legs) + of.weight <= units


def asked_again(item: Item, world: World, now: float, step: int) -> set[int]:
    """Agents who may be asked although they said no: those who are the only one."""
    able = {agent.id for agent in world.agents if matches(item, agent, step)}
    resting = {agent for agent, at in item.declined.items() if now - at < 60}
    return able if len(able) == 1 else able - resting


def every_item_has_one_verdict(desk: Desk, world: World, decisions: list[Decision]) -> None:
    told = [one.item for one in decisions if one.kind in VERDICTS]
    assert Counter(told) == Counter(item.id for item in world.waiting)
    for one in decisions:
        assert len(one.rejected) <= 50
        named = [rejection.agent for rejection in one.rejected]
        assert len(set(named)) == len(named)
        if one.kind in GIVEN:
            assert one.key
            assert one.agent not in named
        elif one.kind in {Kind.RESERVE, Kind.WAIT}:
            assert one.with_room == 0, "somebody has room"


def in_line(desk: Desk, world: World, decisions: list[Decision]) -> None:
    """Live items by virtual time, then the others by due time; waits are true."""
    items = {item.id: item for item in world.waiting}
    first = sorted((item for item in world.waiting if live(item)), key=_live_key)
    then = sorted((item for item in world.waiting if not live(item)), key=_later_key)
    told = [one.item for one in decisions if one.kind in VERDICTS]
    assert told == [item.id for item in (*first, *then)], "not in line"
    for one in decisions:
        if one.kind in VERDICTS:
            item = items[one.item]
            assert one.step == step_of(item, desk.now, world.settings), "wrong step"
            assert one.waited == desk.now - desk.records[item.id].arrival.item.enqueued_at


def _live_key(item: Item) -> tuple[float, int]:
    return (virtual(item), item.id)


def _later_key(item: Item) -> tuple[float, float, int]:
    return (inf if item.due_at is None else item.due_at, virtual(item), item.id)


def only_the_right_receive(desk: Desk, world: World, decisions: list[Decision]) -> None:
    """Online, on the channel, with the hard skills, not just refused, not kept free."""
    items = {item.id: item for item in world.waiting}
    agents = {agent.id: agent for agent in world.agents}
    reserved: set[int] = set()
    for one in decisions:
        if one.agent is None or one.kind not in VERDICTS:
            continue
        item, agent = items[one.item], agents[one.agent]
        if one.kind is Kind.RESERVE:
            assert one.agent not in reserved
            reserved.add(one.agent)
        if one.kind in GIVEN:
            friend = item.sticky == agent.id
            assert matches(item, agent, one.step, friend=friend), "does not match"
            assert agent.id not in reserved or not live(item), "was reserved"
            resting = desk.now - item.declined.get(agent.id, -inf) < 60
            assert not resting or agent.id in asked_again(item, world, desk.now, one.step)


def equals_in_order(desk: Desk, world: World, decisions: list[Decision]) -> None:
    """Nobody is passed by one who asks for the same and is behind him in line."""
    items = {item.id: item for item in world.waiting}
    left: list[Item] = []
    for one in decisions:
        if one.kind not in VERDICTS:
            continue
        item = items[one.item]
        plain = item.sticky is None and not item.declined and not item.banned
        if one.kind in GIVEN:
            before = [
                other
                for other in left
                if other.need == item.need and other.sticky is None
                if not other.declined and not other.banned
                if other.enqueued_at <= item.enqueued_at
            ]
            if plain and live(item):
                assert not before, "overtaken"
                for other in desk.waiting.values():
                    if other.need == item.need and not other.declined and other.sticky is None:
                        assert other.banned or item.enqueued_at <= other.enqueued_at + 270
        else:
            left.append(item)


def nobody_idles(desk: Desk, world: World, decisions: list[Decision]) -> None:
    """Who waits has no agent: all who match are full, kept free, or refused just now."""
    items = {item.id: item for item in world.waiting}
    reserved = {one.agent for one in decisions if one.kind is Kind.RESERVE}
    kept = kept_free(desk, world, decisions)
    for one in decisions:
        if one.kind not in {Kind.RESERVE, Kind.WAIT}:
            continue
        item = items[one.item]
        for agent in asked_again(item, world, desk.now, one.step):
            if live(item) and (agent in reserved or agent in kept):
                continue
            assert not has_room(desk.agents[agent], item.need.channel), "has room"
            assert one.kind is Kind.RESERVE or not live(item), "nobody was reserved"


def kept_free(desk: Desk, world: World, decisions: list[Decision]) -> set[int]:
    """The quietest of those who could do overdue work, as many as the rule says."""
    overdue = [
        item for item in world.waiting if not live(item) and (item.due_at or inf) <= desk.now
    ]
    able = []
    for agent in world.agents if overdue else ():
        for item in overdue:
            of = CHANNELS[item.need.channel]
            others = unparked_units(_settled(agent, decisions)) - live_units(agent.legs)
            count = sum(leg.channel == of.name for leg in _settled(agent, decisions))
            step = step_of(item, desk.now, world.settings)
            fits = others + of.weight <= agent.profile.units and count < most(agent, of.name)
            if fits and matches(Item(0, item.need, 0.0), agent, step):
                able.append(agent)
                break
    online = sum(agent.online for agent in world.agents)
    number = ceil(world.settings.protected_share * online)
    able.sort(key=lambda one: (live_units(one.legs), _since(one), one.id))
    return {agent.id for agent in able[:number]}


def overdue_work_keeps_hands_free(desk: Desk, world: World, decisions: list[Decision]) -> None:
    """Those who are kept free for overdue work get nothing live."""
    kept = kept_free(desk, world, decisions)
    items = {item.id: item for item in world.waiting}
    for one in decisions:
        if one.kind in GIVEN and live(items[one.item]):
            assert one.agent not in kept, "was to be kept free"


def _since(agent: AgentState) -> float:
    return -inf if agent.last_assigned_at is None else agent.last_assigned_at


def _settled(agent: AgentState, decisions: list[Decision]) -> tuple[Leg, ...]:
    """The agent's items once the parked ones have come back or gone."""
    back = {one.item for one in decisions if one.kind is Kind.UNPARK}
    gone = {one.item for one in decisions if one.kind is Kind.REQUEUE}
    return tuple(
        Leg(leg.item, leg.channel, leg.weight) if leg.item in back else leg
        for leg in agent.legs
        if leg.item not in gone
    )


def never_given_and_parked_at_once(desk: Desk, world: World, decisions: list[Decision]) -> None:
    given = {one.item for one in decisions if one.kind in GIVEN}
    aside = {one.item for one in decisions if one.kind in {Kind.PARK, Kind.WITHDRAW}}
    assert not given & aside, "given and taken away in one pass"


def nobody_has_too_much(desk: Desk, world: World, decisions: list[Decision]) -> None:
    for agent in desk.agents.values():
        units = agent.profile.units
        assert live_units(agent.legs) <= units, "too many live units"
        assert unparked_units(agent.legs) <= units, "too many unparked units"
        counts = Counter(leg.channel for leg in agent.legs)
        for name, count in counts.items():
            assert count <= most(agent, name), "too many of a channel"
        if counts["voice"]:
            assert live_units(agent.legs) == CHANNELS["voice"].weight, "live beside a call"


def everything_is_in_one_place(desk: Desk, world: World, decisions: list[Decision]) -> None:
    held = [leg.item for agent in desk.agents.values() for leg in agent.legs]
    assert len(set(held)) == len(held), "held twice"
    assert not set(held) & desk.waiting.keys(), "held and waiting"


def parked_comes_back_or_moves_on(desk: Desk, world: World, decisions: list[Decision]) -> None:
    moved = {one.agent for one in decisions if one.kind in {*GIVEN, Kind.REQUEUE}}
    for agent in desk.agents.values():
        if agent.id in moved:
            continue
        parked = [leg for leg in agent.legs if leg.parked_at is not None]
        for leg in parked:
            assert desk.now - (leg.parked_at or 0) <= 900, "parked too long"
            if leg.due_at is not None and leg.target is not None:
                assert leg.due_at - desk.now >= 0.25 * leg.target, "parked until too late"
        if parked:
            first = min(parked, key=lambda leg: (leg.due_at or inf, leg.item))
            assert unparked_units(agent.legs) + first.weight > agent.profile.units


def same_again(desk: Desk, world: World, decisions: list[Decision]) -> None:
    """The order in which the world is listed does not matter, nor does luck."""
    if desk.passes % 5:
        return
    draw = random.Random(desk.passes)
    waiting, agents = list(world.waiting), list(world.agents)
    draw.shuffle(waiting)
    draw.shuffle(agents)
    again = queue.route(World(tuple(waiting), tuple(agents), world.settings), desk.now)
    assert again == decisions, "another decision"


EVERY = (
    every_item_has_one_verdict,
    in_line,
    only_the_right_receive,
    equals_in_order,
    nobody_idles,
    overdue_work_keeps_hands_free,
    never_given_and_parked_at_once,
    nobody_has_too_much,
    everything_is_in_one_place,
    parked_comes_back_or_moves_on,
    same_again,
)
