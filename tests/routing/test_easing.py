"""What is eased for an agent: pure, and never more than the rules of the channel allow."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from helpdesk.routing import capacity, matching
from helpdesk.routing.capacity import Load
from helpdesk.routing.easing import NOTHING, Ease, eased, raised, together
from helpdesk.routing.work import (
    FULL,
    TRAINEE,
    AgentState,
    Leg,
    Need,
    Pace,
    Profile,
    Settings,
    channel,
)

CHAT, CALL, SMS = channel("web", Pace.LIVE), channel("call", Pace.CALL), channel("text", Pace.TEXTS)
MAIL = channel("mail", Pace.LETTERS)
RULES = {one.name: one for one in (CHAT, CALL, SMS, MAIL)}
EACH = Ease(more={"": 1})


def test_one_more_on_one_channel_brings_its_room() -> None:
    found = raised(FULL, Ease(more={"web": 1}), RULES.values())
    assert (found.units, found.most(CHAT), found.most(SMS)) == (16, 4, 5)


def test_one_more_on_each_channel_but_never_a_second_call() -> None:
    found = raised(FULL, EACH, RULES.values())
    assert [found.most(one) for one in (CHAT, CALL, SMS, MAIL)] == [4, 1, 6, 9]
    assert found.units == 12 + 4 + 2 + 1


def test_what_he_does_not_take_he_does_not_take_now() -> None:
    off = Profile(by_channel={"web": 0})
    assert raised(off, EACH, RULES.values()).most(CHAT) == 0
    small = raised(TRAINEE, Ease(more={"call": 2}), RULES.values())
    assert small == TRAINEE


@pytest.mark.parametrize("held", [CHAT, CALL])
def test_a_call_stays_alone(held: object) -> None:
    agent = AgentState(1, frozenset(RULES), profile=raised(FULL, EACH, RULES.values()))
    other = CALL if held is CHAT else CHAT
    leg = Leg(1, held.name, held.weight)  # type: ignore[attr-defined]
    load = Load(replace(agent, legs=(leg,)), RULES)
    assert capacity.lacking(load, other) is not None


def test_of_several_the_most_counts() -> None:
    found = together([Ease(more={"web": 1}, skills={7: 2}), Ease(more={"web": 2}, skills={7: 4})])
    assert (found.more, found.skills) == ({"web": 2}, {7: 4})
    assert together([Ease(called_in=True), NOTHING]).called_in
    assert together([]) == NOTHING


@given(
    some.lists(
        some.builds(
            Ease,
            more=some.dictionaries(some.sampled_from(["", "web", "call"]), some.integers(0, 3)),
        )
    )
)
def test_limits_only_rise_and_by_three_at_most(eases: list[Ease]) -> None:
    found = raised(FULL, together(eases), RULES.values())
    for one in RULES.values():
        assert FULL.most(one) <= found.most(one) <= FULL.most(one) + 3
    assert found.most(CALL) == 1
    assert found.units >= FULL.units


def test_a_lent_skill_never_lowers_his_own() -> None:
    agent = AgentState(1, frozenset({"web"}), skills={1: 5})
    assert eased(agent, Ease(skills={1: 3, 2: 3}), {}).skills == {1: 5, 2: 3}
    assert eased(agent, NOTHING, {}) is agent


def test_reserves_are_asked_at_once() -> None:
    agent = AgentState(1, frozenset({"mail"}), flex=frozenset({"web"}), teams=frozenset({20}))
    need = Need("web", primary=frozenset({10}), secondary=frozenset({20}))
    asked = matching.requirements(need, Settings(channels=RULES).channels)
    assert matching.first_step(agent, asked) == matching.TRAINEES_HELP
    called = eased(agent, Ease(called_in=True), {20: frozenset({10})})
    assert matching.first_step(called, asked) == 0
    assert called.channels == {"mail", "web"}
