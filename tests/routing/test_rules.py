"""The rules one by one: capacity, steps, order, choosing, refusals, sticky agents, rushes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpdesk.routing import capacity, matching, queue
from helpdesk.routing.capacity import Load
from helpdesk.routing.queue import Decision, Kind, route
from helpdesk.routing.reasons import Code
from helpdesk.routing.spike import QUIET, Figures, Sign, Spike, spike
from helpdesk.routing.work import (
    TRAINEE,
    AgentState,
    Channel,
    Item,
    Leg,
    LegState,
    Need,
    Pace,
    Priority,
    Profile,
    Settings,
    SkillNeed,
    Strategy,
    World,
)
from tests.routing.simulation import CHANNELS, CHAT, MAIL, SMS, VOICE

RULES = Settings(channels=CHANNELS)
ALL = frozenset(CHANNELS)


def leg(number: int, name: str, **more: float | None) -> Leg:
    found = Leg(number, name, CHANNELS[name].weight)
    return replace(found, **more)  # type: ignore[arg-type]


def agent(number: int, *held: str, **more: object) -> AgentState:
    legs = tuple(leg(1000 * number + place, name) for place, name in enumerate(held))
    found = AgentState(number, ALL, legs=legs)
    return replace(found, **more)  # type: ignore[arg-type]


def one_pass(
    items: list[Item], agents: list[AgentState], now: float = 0.0, rules: Settings = RULES
) -> list[Decision]:
    return route(World(tuple(items), tuple(agents), rules), now)


def given(decisions: list[Decision]) -> dict[int, int | None]:
    return {one.item: one.agent for one in decisions if one.kind in {Kind.OFFER, Kind.ASSIGN}}


@pytest.mark.parametrize(
    ("held", "name", "lacking"),
    [
        ([], VOICE, None),
        ([], CHAT, None),
        ([CHAT, CHAT], CHAT, None),
        ([CHAT] * 3, CHAT, Code.NO_UNITS),
        ([CHAT], VOICE, Code.BUSY_LIVE),
        ([VOICE], CHAT, Code.ON_CALL),
        ([VOICE], MAIL, Code.ON_CALL),
        ([MAIL] * 8 + [SMS] * 2, CHAT, None),
        ([MAIL] * 8, MAIL, Code.CHANNEL_FULL),
        ([SMS] * 5, SMS, Code.CHANNEL_FULL),
        ([SMS] * 5, MAIL, None),
        ([SMS] * 5 + [MAIL] * 2, MAIL, Code.NO_UNITS),
        ([CHAT] * 2 + [SMS] * 2, MAIL, Code.NO_UNITS),
        ([MAIL] * 8 + [SMS] * 2, VOICE, None),
    ],
)
def test_what_fits_beside_what(held: list[str], name: str, lacking: Code | None) -> None:
    found = capacity.lacking(Load(agent(1, *held), CHANNELS), CHANNELS[name])
    assert (found and found.code) == lacking


@pytest.mark.parametrize(
    ("name", "able"), [(VOICE, False), (CHAT, True), (SMS, True), (MAIL, True)]
)
def test_a_trainee_takes_one_chat_and_no_call(name: str, able: bool) -> None:
    trainee = agent(1, profile=TRAINEE)
    assert capacity.can_hold(trainee, CHANNELS[name]) == able
    busy = Load(agent(1, CHAT, profile=TRAINEE), CHANNELS)
    assert capacity.lacking(busy, CHANNELS[CHAT]) is not None


def test_a_call_finds_no_room_beside_a_chat_even_on_a_large_desk() -> None:
    load = Load(agent(1, CHAT, profile=Profile(units=20)), CHANNELS)
    assert capacity.lacking(load, CHANNELS[VOICE]) == (Code.BUSY_LIVE, None, 0, 4, None, False)


@pytest.mark.parametrize("wrong", [{"units": -1}, {"by_channel": {CHAT: -1}}])
def test_negative_capacity_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="negative"):
        Profile(**wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least"):
        Channel("odd", Pace.LIVE, 0, 1, None)


def test_a_chat_parks_what_is_due_last_and_it_comes_back_when_room_returns() -> None:
    mails = [leg(number, MAIL, due_at=5000.0 + number, target=9000.0) for number in range(1, 9)]
    busy = agent(1, legs=(*mails, leg(20, CHAT)))
    found = one_pass([Item(99, Need(CHAT), 0.0)], [busy])
    parked = [8, 7, 6, 5]
    assert [(one.kind, one.item) for one in found[:-1]] == [(Kind.PARK, one) for one in parked]
    assert {one.cause for one in found[:-1]} == {99}
    assert found[-1].kind is Kind.OFFER
    later = [replace(one, parked_at=0.0) if one.item in parked else one for one in mails]
    free = one_pass([], [agent(1, legs=(*later, leg(20, CHAT), leg(21, SMS)))], 10.0)
    assert [(one.kind, one.item) for one in free] == [(Kind.UNPARK, 5), (Kind.UNPARK, 6)]


@pytest.mark.parametrize(
    ("parked_at", "due_at", "gone"),
    [(0.0, None, False), (-901.0, None, True), (0.0, 2250.0, False), (0.0, 2249.0, True)],
)
def test_what_lies_too_long_is_queued_again(
    parked_at: float, due_at: float | None, gone: bool
) -> None:
    held = leg(5, MAIL, parked_at=parked_at, due_at=due_at, target=9000.0)
    found = one_pass([], [agent(1, CHAT, CHAT, CHAT, legs=(leg(1, VOICE), held))])
    assert [one.kind for one in found] == ([Kind.REQUEUE] if gone else [])


def test_who_has_parked_work_gets_no_more_of_it() -> None:
    busy = agent(1, legs=(leg(1, CHAT), leg(2, CHAT), leg(3, CHAT), leg(4, MAIL, parked_at=0.0)))
    (found,) = one_pass([Item(9, Need(MAIL), 0.0)], [busy])
    assert (found.kind, found.rejected[0].reason.code) == (Kind.WAIT, Code.HAS_PARKED)


@pytest.mark.parametrize(
    ("name", "passed", "step"),
    [
        (CHAT, 7.9, 0), (CHAT, 8, 1), (CHAT, 15, 2), (VOICE, 22, 3), (CHAT, 45, 4), (CHAT, 1e6, 4),
        (SMS, 59, 0), (SMS, 60, 1), (SMS, 120, 2), (SMS, 180, 3), (SMS, 240, 4),
        (MAIL, 249, 0), (MAIL, 250, 1), (MAIL, 500, 2), (MAIL, 750, 3), (MAIL, 900, 4),
    ],
)  # fmt: skip
def test_when_each_step_begins(name: str, passed: float, step: int) -> None:
    item = Item(1, Need(name), 0.0, target=1000.0)
    assert matching.relaxed_to(item, passed, RULES) == step
    assert matching.relaxed_to(item, passed / 2, replace(RULES, spike=True)) == step
    raised = replace(item, extra_steps=1)
    assert matching.relaxed_to(raised, passed, RULES) == min(4, step + 1)


def test_a_letter_counts_open_hours() -> None:
    item = Item(1, Need(MAIL), 0.0, target=1000.0, elapsed=260.0)
    assert matching.relaxed_to(item, 200_000.0, RULES) == 1


NEED = Need(
    CHAT,
    primary=frozenset({1}),
    secondary=frozenset({2}),
    skills=(SkillNeed(7, 3), SkillNeed(8, 2, hard=True)),
    language="pl",
    assist=True,
)
FIT = AgentState(
    1, frozenset({CHAT}), skills={7: 3, 8: 2}, languages={"pl": 3}, teams=frozenset({1})
)


@pytest.mark.parametrize(
    ("change", "since", "code"),
    [
        ({}, 0, None),
        ({"online": False}, 5, Code.OFFLINE),
        ({"channels": frozenset({MAIL})}, 5, Code.CHANNEL),
        ({"channels": frozenset(), "flex": frozenset({CHAT})}, 3, Code.CHANNEL),
        ({"profile": Profile(units=3)}, 5, Code.TOO_HEAVY),
        ({"skills": {7: 2, 8: 2}}, 1, Code.SKILL),
        ({"skills": {7: 1, 8: 2}}, 2, Code.SKILL),
        ({"skills": {8: 2}}, 2, Code.SKILL),
        ({"skills": {7: 5, 8: 1}}, 5, Code.HARD_SKILL),
        ({"languages": {"pl": 2}}, 2, Code.LANGUAGE),
        ({"languages": {"pl": 1}}, 3, Code.LANGUAGE),
        ({"languages": {}}, 4, Code.LANGUAGE),
        ({"teams": frozenset({2})}, 1, Code.TEAM),
        ({"teams": frozenset({3})}, 2, Code.TEAM),
        ({"reserve": True}, 4, Code.RESERVE),
    ],
)
def test_from_which_step_an_agent_matches(
    change: dict[str, object], since: int, code: Code | None
) -> None:
    one = replace(FIT, **change)  # type: ignore[arg-type]
    asked = matching.requirements(NEED, CHANNELS)
    assert matching.first_step(one, asked) == since
    for step in range(5):
        told = matching.explain(Item(1, NEED, 0.0), one, step, RULES)
        assert [reason.code for reason in told if not reason.met] == (
            [code] if step < since else []
        )


def test_without_help_nobody_is_sent_who_speaks_nothing_of_the_language() -> None:
    mute = replace(FIT, languages={})
    asked = matching.requirements(replace(NEED, assist=False), CHANNELS)
    assert matching.first_step(mute, asked) == matching.NEVER


def test_who_speaks_a_little_goes_before_who_needs_a_translator() -> None:
    idle, little = replace(FIT, id=1, languages={}), replace(FIT, id=2, languages={"pl": 1})
    item = Item(1, NEED, 0.0)
    (found,) = one_pass([item], [idle, little], 50.0)
    assert (found.agent, found.assisted) == (2, False)
    (alone,) = one_pass([item], [idle], 50.0)
    assert (alone.agent, alone.assisted) == (1, True)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, 0), ({"priority": Priority.HIGH}, 60), ({"priority": Priority.URGENT}, 120),
        ({"priority": Priority.LOW}, -30), ({"vip": True}, 60), ({"requeued": True}, 30),
        ({"priority": Priority.URGENT, "vip": True, "requeued": True, "boost": 90.0}, 240),
        ({"priority": Priority.LOW, "boost": -90.0}, -30),
    ],
)  # fmt: skip
def test_boosts_are_added_and_clamped(change: dict[str, object], expected: float) -> None:
    item = replace(Item(1, Need(CHAT), 500.0), **change)  # type: ignore[arg-type]
    assert queue.boost(item, RULES) == expected
    assert queue.virtual_time(item, RULES) == 500.0 - expected


def test_live_items_come_first_then_what_is_due_first() -> None:
    items = [
        Item(1, Need(MAIL), 0.0, due_at=50.0),
        Item(2, Need(MAIL), 0.0, due_at=40.0),
        Item(3, Need(MAIL), 0.0),
        Item(4, Need(CHAT), 9.0),
        Item(5, Need(CHAT), 9.0, vip=True),
    ]
    found = one_pass(items, [], 10.0)
    assert [(one.item, one.place) for one in found] == [(5, 1), (4, 2), (2, 1), (1, 2), (3, 3)]
    assert {one.kind for one in found} == {Kind.WAIT}
    assert {one.eligible for one in found} == {0}


def strategy(name: Strategy) -> Settings:
    return replace(RULES, strategies={0: name})


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        (Strategy.LEAST_LOADED, 2),
        (Strategy.LONGEST_IDLE, 3),
        (Strategy.ROUND_ROBIN, 1),
        (Strategy.BEST_SKILL, 4),
    ],
)
def test_each_strategy_has_its_own_first(name: Strategy, chosen: int) -> None:
    need = Need(CHAT, skills=(SkillNeed(7, 1),))
    desk = [
        agent(1, CHAT, last_assigned_at=9.0, last_release_at=9.0, assigned_in={0: 1.0}),
        agent(2, last_assigned_at=8.0, last_release_at=8.0, assigned_in={0: 2.0}),
        agent(3, CHAT, last_assigned_at=7.0, last_release_at=1.0, assigned_in={0: 3.0}),
        agent(4, CHAT, last_assigned_at=6.0, last_release_at=7.0, assigned_in={0: 4.0}),
    ]
    desk = [replace(one, skills={7: 5 if one.id == 4 else 2}) for one in desk]
    (found,) = one_pass([Item(1, need, 0.0)], desk, rules=strategy(name))
    assert found.agent == chosen
    assert found.with_room == 4


def test_calls_go_to_who_is_idle_longest() -> None:
    desk = [agent(1, last_release_at=5.0), agent(2, MAIL, last_release_at=1.0)]
    (*_parks, found) = one_pass([Item(1, Need(VOICE), 0.0)], desk)
    assert found.agent == 2


def test_a_chat_goes_to_its_friend_if_he_has_room_and_else_to_a_stranger() -> None:
    item = Item(1, Need(CHAT, primary=frozenset({1})), 0.0, sticky=2)
    home = agent(1, teams=frozenset({1}))
    (found,) = one_pass([item], [home, agent(2, CHAT)])
    assert (found.agent, found.sticky, found.eligible) == (2, True, 2)
    (other,) = one_pass([item], [home, agent(2, CHAT, CHAT, CHAT)])
    assert (other.agent, other.sticky) == (1, False)


@pytest.mark.parametrize(
    ("friend", "now", "kind"),
    [
        ({"legs": tuple(leg(n, CHAT) for n in range(3))}, 99.0, Kind.HOLD),
        ({"legs": tuple(leg(n, CHAT) for n in range(3))}, 100.0, Kind.ASSIGN),
        ({"online": False, "back_soon": True}, 99.0, Kind.HOLD),
        ({"online": False}, 0.0, Kind.ASSIGN),
    ],
)
def test_a_letter_waits_a_little_for_its_friend(
    friend: dict[str, object], now: float, kind: Kind
) -> None:
    item = Item(1, Need(MAIL), 0.0, sticky=2, target=1000.0)
    (found,) = one_pass([item], [agent(1), agent(2, **friend)], now)
    assert (found.kind, found.agent) == (kind, 2 if kind is Kind.HOLD else 1)


def test_who_refused_rests_unless_he_is_the_only_one() -> None:
    item = Item(1, Need(CHAT), 0.0, declined={1: 10.0})
    (found,) = one_pass([item], [agent(1), agent(2, CHAT)], 20.0)
    assert (found.agent, found.rejected[0].reason.code) == (2, Code.DECLINED)
    (again,) = one_pass([item], [agent(1), agent(2, CHAT)], 70.0)
    assert again.agent == 1
    (alone,) = one_pass([item], [agent(1)], 20.0)
    assert alone.agent == 1
    (never,) = one_pass([replace(item, banned=frozenset({1}))], [agent(1)], 20.0)
    assert (never.kind, never.eligible) == (Kind.WAIT, 0)


def test_a_call_that_finds_no_room_reserves_an_agent() -> None:
    desk = [agent(1, CHAT, CHAT), agent(2, CHAT)]
    found = one_pass([Item(1, Need(VOICE), 0.0), Item(2, Need(CHAT), 1.0)], desk, 2.0)
    assert [(one.kind, one.agent) for one in found] == [(Kind.RESERVE, 2), (Kind.OFFER, 1)]
    codes = {one.agent: one.reason.code for one in found[1].rejected}
    assert codes == {2: Code.RESERVED}


def test_nobody_is_reserved_who_could_never_take_it() -> None:
    desk = [agent(1, profile=TRAINEE), agent(2, CHAT)]
    found = one_pass([Item(1, Need(VOICE), 0.0), Item(2, Need(CHAT), 1.0)], desk, 2.0)
    assert given(found) == {2: 1}


def test_overdue_work_keeps_one_agent_in_ten_free() -> None:
    full = [agent(number, CHAT, SMS, SMS, SMS, SMS) for number in range(1, 12)]
    overdue = Item(1, Need(MAIL), 0.0, due_at=5.0)
    chats = [Item(number, Need(CHAT), 6.0) for number in range(2, 24)]
    found = one_pass([overdue, *chats], full, 10.0)
    assert {1, 2}.isdisjoint(given(found).values())
    assert found[-1].protected == 2
    calm = one_pass([overdue, *chats], full, 10.0, replace(RULES, protected_share=0.0))
    assert {1, 2} < set(given(calm).values())


def test_nobody_is_kept_free_where_live_work_is_not_in_the_way() -> None:
    mails = agent(1, *[MAIL] * 8)
    overdue = Item(1, Need(MAIL), 0.0, due_at=5.0)
    found = one_pass([overdue, Item(2, Need(CHAT), 6.0)], [mails], 10.0)
    assert given(found) == {2: 1}


def test_offers_and_unasked_assignments() -> None:
    (offer,) = one_pass([Item(1, Need(CHAT), 0.0)], [agent(1)])
    (auto,) = one_pass([Item(1, Need(CHAT), 0.0)], [agent(1, auto_accept=True)])
    (mail,) = one_pass([Item(1, Need(MAIL), 0.0)], [agent(1)])
    assert (offer.kind, auto.kind, mail.kind) == (Kind.OFFER, Kind.ASSIGN, Kind.ASSIGN)


def test_an_open_offer_and_wrap_up_take_up_room() -> None:
    legs = (
        replace(leg(1, CHAT), state=LegState.OFFERED),
        replace(leg(2, CHAT), state=LegState.WRAP_UP),
        leg(3, CHAT),
    )
    (found,) = one_pass([Item(9, Need(CHAT), 0.0)], [agent(1, legs=legs)])
    assert found.kind is Kind.RESERVE


def test_at_most_fifty_reasons_are_told_near_misses_first() -> None:
    strangers = [agent(number, channels=frozenset({MAIL})) for number in range(1, 80)]
    (found,) = one_pass([Item(9, Need(CHAT), 0.0)], [*strangers, agent(99, CHAT, CHAT, CHAT)])
    assert len(found.rejected) == 50
    first, second = found.rejected[:2]
    assert (first.agent, first.reason.code, first.reason.have) == (99, Code.NO_UNITS, 0)
    assert second.reason.step == matching.NEVER


@pytest.mark.parametrize(
    ("figures", "signs"),
    [
        (Figures(), ()),
        (Figures(arrivals=15, forecast=10.0), ()),
        (Figures(arrivals=16, forecast=10.0), (Sign.ARRIVALS,)),
        (Figures(arrivals=4, forecast=0.0), ()),
        (Figures(level=0.71, target=0.8), ()),
        (Figures(level=0.69, target=0.8), (Sign.SERVICE_LEVEL,)),
        (Figures(wait=30.0), ()),
        (Figures(wait=31.0), (Sign.WAIT,)),
    ],
)
def test_the_signs_of_a_rush(figures: Figures, signs: tuple[Sign, ...]) -> None:
    assert spike(QUIET, figures, 5.0) == (Spike(True, 5.0, signs) if signs else QUIET)


def test_a_rush_is_over_after_ten_calm_minutes() -> None:
    busy, calm = Figures(wait=60.0), Figures(wait=5.0)
    state = spike(QUIET, busy, 0.0)
    state = spike(state, calm, 100.0)
    assert state == Spike(True, 0.0, (Sign.WAIT,), 100.0)
    state = spike(state, busy, 650.0)
    assert state == Spike(True, 0.0, (Sign.WAIT,))
    state = spike(spike(state, calm, 700.0), calm, 1299.0)
    assert state.on
    assert spike(state, calm, 1300.0) == QUIET
