"""Who may be invited how often: each limit at its edge, and together over random lives."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.invitations import limits
from chat.invitations.limits import Capacity, Past, Stop
from chat.visits.facts import Facts

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HERE = Facts(inbox_id=1, visit="this", visitor="u", now=NOW, page_seconds=30, pages=3)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)


def past(
    trigger: int = 2, visit: str = "old", page: int = 1, ago: timedelta = HOUR, **more: Any
) -> Past:
    return Past(trigger, visit, page, NOW - ago, **more)


def stops(*earlier: Past, facts: Facts = HERE, **more: Any) -> set[Stop]:
    return set(limits.stops(1, facts, earlier, **more))


def test_a_stranger_may_be_invited() -> None:
    assert stops() == set()


@pytest.mark.parametrize(("seconds", "early"), [(0, True), (19, True), (20, False)])
def test_not_before_twenty_seconds(seconds: int, early: bool) -> None:
    assert (Stop.EARLY in stops(facts=replace(HERE, page_seconds=seconds))) is early


@pytest.mark.parametrize("step", ["payment", " Payment ", "PAY", "billing"])
def test_never_while_paying(step: str) -> None:
    assert stops(facts=replace(HERE, step=step)) == {Stop.PAYING}


def test_do_not_disturb() -> None:
    assert stops(facts=replace(HERE, data={"do_not_disturb": True})) == {Stop.DO_NOT_DISTURB}


def test_one_a_page_and_two_a_visit() -> None:
    assert stops(past(visit="this", page=3)) == {Stop.PER_PAGE}
    assert stops(past(visit="this", page=2)) == set()
    assert stops(past(visit="this", page=1), past(3, visit="this", page=2)) == {Stop.PER_VISIT}
    assert stops(past(page=3)) == set(), "the page of another visit"


def test_three_a_week() -> None:
    three = [past(number, f"v{number}", ago=timedelta(days=6, hours=23)) for number in (2, 3, 4)]
    assert stops(*three) == {Stop.PER_WEEK}
    three[0] = replace(three[0], at=NOW - 7 * DAY)
    assert stops(*three) == set()


def test_the_same_trigger_once_a_week() -> None:
    assert stops(past(1, ago=7 * DAY - SECOND)) == {Stop.SAME_WEEK}
    assert stops(past(1, ago=7 * DAY)) == set()
    assert Stop.SAME_VISIT in stops(past(1, visit="this", ago=9 * DAY))


def test_a_decline_is_a_day_of_silence() -> None:
    assert stops(past(ago=2 * DAY, declined_at=NOW - DAY + SECOND)) == {Stop.DECLINED}
    assert stops(past(ago=2 * DAY, declined_at=NOW - DAY)) == set()
    assert stops(facts=replace(HERE, declined_at=NOW - HOUR)) == {Stop.DECLINED}


def test_two_declines_are_a_month_of_silence() -> None:
    first = past(ago=40 * DAY, declined_at=NOW - 40 * DAY)
    second = past(3, ago=29 * DAY, declined_at=NOW - 29 * DAY)
    assert stops(first, second) == {Stop.DECLINED_TWICE}
    over = replace(second, declined_at=NOW - 30 * DAY)
    assert stops(first, over) == set()
    far_apart = replace(first, declined_at=NOW - 59 * DAY)
    assert stops(far_apart, second) == set()


def test_a_decline_that_the_visit_remembers_too_counts_once() -> None:
    told = past(ago=3 * DAY, declined_at=NOW - 2 * DAY)
    assert stops(told, facts=replace(HERE, declined_at=NOW - 2 * DAY + SECOND)) == set()
    other = replace(HERE, declined_at=NOW - 2 * DAY + HOUR)
    assert stops(told, facts=other) == {Stop.DECLINED_TWICE}


def test_silent_actions_are_only_not_repeated() -> None:
    busy = replace(HERE, page_seconds=0, step="payment", declined_at=NOW)
    crowd = [past(number, "this", page=3) for number in (2, 3, 4)]
    assert stops(*crowd, facts=busy, asks=False) == set()
    assert stops(past(1), facts=busy, asks=False) == {Stop.SAME_WEEK}
    assert stops(*(replace(one, asked=False) for one in crowd)) == set(), "nor do they count"


@pytest.mark.parametrize(
    ("capacity", "wanted"),
    [
        (Capacity(2, 10.0, open=True), set()),
        (Capacity(1, 0.0, open=True), {Stop.NO_SLOTS}),
        (Capacity(2, 10.1, open=True), {Stop.QUEUE}),
        (Capacity(5, 0.0, open=False), {Stop.CLOSED}),
        (Capacity(2, 0.0, open=True, recent=3), set()),
        (Capacity(2, 0.0, open=True, recent=4), {Stop.RATE}),
        (
            Capacity(0, float("inf"), open=False),
            {Stop.CLOSED, Stop.NO_SLOTS, Stop.QUEUE},
        ),
    ],
)
def test_nobody_is_invited_into_a_queue(capacity: Capacity, wanted: set[Stop]) -> None:
    assert set(limits.overload(capacity)) == wanted


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 5),  # trigger
            st.integers(0, 6),  # visit
            st.integers(1, 4),  # page
            st.integers(0, 600_000),  # seconds since the one before
            st.booleans(),  # declined
        ),
        max_size=60,
    )
)
def test_no_life_breaks_a_limit(hits: list[tuple[int, int, int, int, bool]]) -> None:
    """Whatever happens in whatever order, what the limits let through keeps all of them."""
    now = NOW
    lived: list[Past] = []
    for trigger, visit, page, gap, declines in hits:
        now += timedelta(seconds=gap)
        facts = replace(HERE, now=now, visit=f"v{visit}", pages=page)
        if not set(limits.stops(trigger, facts, tuple(lived))):
            declined = now + timedelta(seconds=5) if declines else None
            lived.append(Past(trigger, f"v{visit}", page, now, declined_at=declined))
    for index, one in enumerate(lived):
        before = lived[:index]
        week = [other for other in before if one.at - other.at < 7 * DAY]
        assert len(week) < 3
        assert not any(other.trigger == one.trigger for other in week)
        same_visit = [other for other in before if other.visit == one.visit]
        assert len(same_visit) < 2
        assert one.page not in {other.page for other in same_visit}
        assert (one.trigger, one.visit) not in {(o.trigger, o.visit) for o in before}
        refused = [other.declined_at for other in before if other.declined_at]
        assert not any(moment <= one.at < moment + DAY for moment in refused)
