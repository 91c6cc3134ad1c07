"""The checks bite: each engine with one rule broken is caught within a few random days."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

import pytest

from helpdesk.routing import capacity, matching, queue
from helpdesk.routing.candidates import Candidates
from helpdesk.routing.capacity import Load
from helpdesk.routing.matching import Skilled
from helpdesk.routing.reasons import Reason
from helpdesk.routing.work import AgentState, Channel, Item, Profile, Settings
from tests.routing import checkers, plans
from tests.routing.simulation import Desk

DAYS = 30
Break = Callable[[pytest.MonkeyPatch], None]


def one_item_too_many(patch: pytest.MonkeyPatch) -> None:
    right = capacity._short_of

    def short_of(load: Load, channel: Channel, used: int) -> Reason | None:
        return right(load, channel, used - 1)

    patch.setattr(capacity, "_short_of", short_of)


def no_limit_by_channel(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Profile, "most", lambda self, of: 99 if of.most else 0)


def chat_beside_a_call(patch: pytest.MonkeyPatch) -> None:
    def lacking(load: Load, channel: Channel) -> Reason | None:
        if load.held and channel.live:
            return Reason(load.held)
        return capacity._short_of(load, channel, load.live_units)

    patch.setattr(capacity, "lacking", lacking)


def decline_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(matching, "resting", lambda item, now, settings: set())


def last_come_first_served(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(queue, "virtual_time", lambda item, settings: -item.enqueued_at)


def hard_skill_given_up(patch: pytest.MonkeyPatch) -> None:
    right = Skilled.step

    def step(self: Skilled, agent: AgentState) -> int:
        return right(Skilled(self.skill, self.level, hard=False), agent)

    patch.setattr(Skilled, "step", step)


def boost_without_bounds(patch: pytest.MonkeyPatch) -> None:
    def boost(item: Item, settings: Settings) -> float:
        return item.boost + settings.boosts.get(item.priority, 0.0) + 60 * item.vip

    patch.setattr(queue, "boost", boost)


def live_after_the_rest(patch: pytest.MonkeyPatch) -> None:
    live, later = queue._Pass.serve_live, queue._Pass.serve_later
    patch.setattr(queue._Pass, "serve_live", later)
    patch.setattr(queue._Pass, "serve_later", live)


def parking_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(queue._Pass, "_make_room", lambda self, load, item: None)


def parked_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(capacity, "parked_too_long", lambda *known: False)


def reservation_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Candidates, "to_reserve", lambda self, skip: None)


def reserved_all_the_same(patch: pytest.MonkeyPatch) -> None:
    right = capacity.lacking

    def lacking(load: Load, channel: Channel) -> Reason | None:
        load.held = None
        return right(load, channel)

    patch.setattr(capacity, "lacking", lacking)


def narrower_with_time(patch: pytest.MonkeyPatch) -> None:
    right = matching.relaxed_to
    patch.setattr(matching, "relaxed_to", lambda *known: matching.LAST - right(*known))


def drawn_by_lot(patch: pytest.MonkeyPatch) -> None:
    draw = random.Random(0)
    right = Load.__init__

    def init(self: Load, agent: AgentState, channels: Mapping[str, Channel]) -> None:
        right(self, agent, channels)
        self.assigned_at = -draw.random()

    patch.setattr(Load, "__init__", init)


def overdue_work_left_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(queue._Pass, "protect", lambda self: None)


BROKEN: tuple[Break, ...] = (
    one_item_too_many,
    no_limit_by_channel,
    chat_beside_a_call,
    decline_forgotten,
    last_come_first_served,
    hard_skill_given_up,
    boost_without_bounds,
    live_after_the_rest,
    parking_forgotten,
    parked_for_ever,
    reservation_forgotten,
    reserved_all_the_same,
    narrower_with_time,
    drawn_by_lot,
    overdue_work_left_alone,
)


def play_days() -> None:
    for seed in range(DAYS):
        Desk(plans.plan(seed), checkers.EVERY).play()


@pytest.mark.parametrize("broken", BROKEN, ids=lambda one: one.__name__)
def test_a_broken_engine_is_caught(broken: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    broken(monkeypatch)
    with pytest.raises(AssertionError):
        play_days()
