"""The figures: the published vectors, and what must hold for any data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st

from helpdesk.sla import metrics
from helpdesk.sla.metrics import Answers
from tests.sla.calendars import for_all

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
Span = tuple[datetime, datetime]


def at(minute: float) -> datetime:
    return NOON + timedelta(minutes=minute)


def spans(*pairs: tuple[float, float]) -> list[Span]:
    return [(at(start), at(end)) for start, end in pairs]


minutes = st.lists(st.tuples(st.integers(0, 120), st.integers(0, 120)), max_size=8)


def test_t1_occupancy() -> None:
    assert metrics.occupancy(busy=7, available=3) == pytest.approx(0.70)
    assert metrics.occupancy(busy=0, available=0) is None


def test_t2_one_chat_half_the_hour() -> None:
    assert metrics.occupancy(busy=1800, available=1800) == pytest.approx(0.50)
    found = metrics.capacity_occupancy([(4, 1800)], units=12, seconds=3600)
    assert found == pytest.approx(1 / 6)


@pytest.mark.parametrize(
    ("good", "of", "low", "high"), [(45, 50, 78.6, 95.7), (0, 10, 0.0, 27.8), (10, 10, 72.2, 100.0)]
)
def test_t3_the_interval_of_a_share(good: int, of: int, low: float, high: float) -> None:
    found = metrics.wilson(good, of)
    assert found is not None
    assert tuple(round(100 * one, 1) for one in found) == (low, high)


def test_an_interval_of_nothing_and_of_nonsense() -> None:
    assert metrics.wilson(0, 0) is None
    with pytest.raises(ValueError, match="larger"):
        metrics.wilson(3, 2)


@pytest.mark.parametrize(
    ("convention", "percent"),
    [
        ("credit_abandons", 83.02),
        ("answered_only", 86.00),
        ("all_offered", 81.13),
        ("ignore_within", 82.69),
        ("minus_short", 81.90),
    ],
)
def test_t4_service_level(convention: metrics.Convention, percent: float) -> None:
    day = Answers(answered=1000, answered_within=860, abandoned=60, abandoned_within=20, short=10)
    found = metrics.service_level(day, convention)
    assert found is not None
    assert round(100 * found, 2) == percent
    if convention == "minus_short":
        assert metrics.service_level(day) == found


def test_whoever_was_helped_otherwise_in_time_is_no_failure() -> None:
    day = Answers(
        answered=80, answered_within=80, abandoned=10, abandoned_within=0, elsewhere=10,
        elsewhere_within=10,
    )  # fmt: skip
    assert metrics.service_level(day) == pytest.approx(80 / 90)
    assert metrics.service_level(day, "all_offered") == pytest.approx(0.8)
    assert metrics.abandonment(day) == pytest.approx(0.1)
    nobody = Answers(answered=0, answered_within=0, abandoned=0, abandoned_within=0)
    assert {metrics.service_level(nobody, one) for one in metrics.CONVENTIONS} == {None}


def test_percentiles_are_waits_somebody_had() -> None:
    waits = [float(one) for one in range(10, 0, -1)]
    found = [metrics.percentile(waits, one) for one in (0, 10, 50, 90, 91, 100)]
    assert found == [1, 1, 5, 9, 10, 10]
    assert metrics.percentile([], 50) is None
    with pytest.raises(ValueError, match="percentage"):
        metrics.percentile(waits, 101)


@for_all(st.lists(st.floats(0, 1e6), min_size=1), st.integers(0, 100))
def test_a_percentile_leaves_that_many_below(waits: list[float], percent: int) -> None:
    found = metrics.percentile(waits, percent)
    assert found in waits
    assert sum(one <= found for one in waits) * 100 >= percent * len(waits)
    assert sum(one < found for one in waits) * 100 <= percent * len(waits)


@pytest.mark.parametrize(
    ("loads", "index"),
    [([5, 5, 5, 5], 1.0), ([4, 0, 0, 0], 0.25), ([3, 1], 0.8), ([], None), ([0], None)],
)
def test_fairness(loads: list[float], index: float | None) -> None:
    assert metrics.fairness(loads) == (index if index is None else pytest.approx(index))


@for_all(st.lists(st.floats(0.1, 1e3), min_size=1, max_size=30), st.floats(0.1, 10))
def test_fairness_lies_between_one_nth_and_one_whatever_the_unit(
    loads: list[float], factor: float
) -> None:
    found = metrics.fairness(loads)
    assert found is not None
    assert 1 / len(loads) - 1e-9 <= found <= 1 + 1e-9
    assert metrics.fairness([factor * load for load in loads]) == pytest.approx(found)


def test_waits_within_what_was_shown() -> None:
    answered = [(30, 30, True), (31, 30, True), (5, 60, True), (0, 0, True)]
    assert metrics.wait_coverage(answered) == pytest.approx(0.75)
    assert metrics.wait_coverage([]) is None
    # Nobody who was answered waited longer; but half of those who waited that long had left.
    left = [(10, 30, True), (20, 30, False), (25, 30, True), (40, 30, False)]
    assert metrics.wait_coverage(left) == pytest.approx(1 - 3 / 4 * 1 / 2)
    assert metrics.wait_coverage([(10, 0, True), (10, 30, True)]) == pytest.approx(0.5)


def test_concurrency_is_over_the_time_with_any_contact() -> None:
    contacts = spans((0, 10), (5, 15), (30, 35))
    assert metrics.busy_seconds(contacts) == 20 * 60
    assert metrics.concurrency(contacts) == pytest.approx(25 / 20)
    assert metrics.concurrency([]) is None
