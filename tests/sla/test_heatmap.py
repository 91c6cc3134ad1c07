"""The week as a heat map, its coverage, and the half hours that would help."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st

from helpdesk.sla import heatmap
from helpdesk.sla.calendar import Calendar, SpecialDay
from helpdesk.sla.heatmap import Arrived, Week
from tests.sla.calendars import for_all

WARSAW = ZoneInfo("Europe/Warsaw")
OFFICE = (((540, 1020),),) * 5 + ((),) * 2
NINE_TO_FIVE = Calendar(zone="Europe/Warsaw", week=OFFICE)
START = datetime(2026, 3, 1, 23, tzinfo=UTC)  # Monday 2 March, midnight in Warsaw
END = START + timedelta(weeks=4) - timedelta(hours=1)  # the clock is put forward on the 29th


def week(*arrived: Arrived, calendar: Calendar | None = NINE_TO_FIVE) -> Week:
    return heatmap.week(arrived, {1: calendar}, start=START, end=END, zone=WARSAW)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=WARSAW).astimezone(UTC)


def test_cells_go_by_the_clock_of_the_desk() -> None:
    assert heatmap.cell_of(at(2, 0), WARSAW) == (0, 0)
    assert heatmap.cell_of(at(6, 23, 55), WARSAW) == (4, 47)
    # The hour after the clock was put forward.
    assert heatmap.cell_of(datetime(2026, 3, 29, 1, 0, tzinfo=UTC), WARSAW) == (6, 6)
    assert heatmap.cell_of(START, ZoneInfo("Asia/Kathmandu")) == (0, 9)


def test_promised_cells_are_the_hours_of_the_week() -> None:
    found = week()
    assert found.promised == {(day, slot) for day in range(5) for slot in range(18, 34)}
    assert week(calendar=None).promised == {(d, s) for d in range(7) for s in range(48)}


def test_one_holiday_does_not_make_a_weekday_closed() -> None:
    closed = Calendar(
        zone="Europe/Warsaw", week=OFFICE, holidays={"2026-03-09": SpecialDay("Holiday")}
    )
    assert week(calendar=closed).promised == week().promised


def test_hours_of_another_zone_are_shown_on_the_clock_of_the_desk() -> None:
    helsinki = Calendar(zone="Europe/Helsinki", week=OFFICE)
    assert min(week(calendar=helsinki).promised) == (0, 16)


def test_promised_means_in_every_inbox() -> None:
    both = heatmap.week((), {1: NINE_TO_FIVE, 2: None}, start=START, end=END, zone=WARSAW)
    assert both.promised == week().promised
    assert heatmap.week((), {}, start=START, end=END, zone=WARSAW).promised == frozenset()


def test_coverage_is_the_share_that_came_in_promised_hours() -> None:
    found = week(
        (1, at(2, 9), 6),
        (1, at(2, 16, 55), 1),
        (1, at(2, 17), 2),  # at the very end it is closed
        (1, at(7, 12), 1),
        (2, at(2, 12), 100),  # an inbox that is not asked for
        (1, START - timedelta(minutes=5), 100),
        (1, END, 100),
    )
    assert (found.total, found.covered) == (10, 7)
    assert found.coverage == pytest.approx(0.7)
    assert found.missed == {(0, 34): 2, (5, 24): 1}
    assert week().coverage is None


def test_the_best_extra_half_hours_come_first() -> None:
    found = week((1, at(2, 9), 7), (1, at(9, 18, 25), 1), (1, at(7, 12), 2), (1, at(16, 18, 5), 0))
    best, other = found.extras()
    assert (best.cell, best.adds) == ((5, 24), 2)
    assert best.coverage == pytest.approx(0.9)
    assert (other.cell, other.adds) == ((0, 36), 1)
    assert other.coverage == pytest.approx(1)
    assert week().extras() == []


def test_levels_name_the_numbers_that_they_stand_for() -> None:
    found = week(*((1, at(2, hour), hour) for hour in range(1, 13)))
    for cell, count in found.came.items():
        (level,) = [level for level, low, high in found.levels() if low <= count <= high]
        assert found.level(cell) == level
    assert found.level((6, 0)) == 0
    assert week((1, at(2, 9), 1)).levels() == [(5, 1, 1)]
    assert week().levels() == []


@for_all(
    st.lists(
        st.tuples(st.integers(0, 28 * 288 - 13), st.integers(1, 9)).map(
            lambda one: (1, START + one[0] * timedelta(minutes=5), one[1])
        ),
        min_size=1,
        max_size=60,
    )
)
def test_nobody_is_lost_or_counted_twice(arrived: list[Arrived]) -> None:
    found = week(*arrived)
    assert found.total == sum(count for _inbox, _at, count in arrived)
    inside = sum(count for _inbox, moment, count in arrived if NINE_TO_FIVE.is_open(moment))
    assert found.covered == inside
    extras = found.extras()
    assert [one.adds for one in extras] == sorted((one.adds for one in extras), reverse=True)
    reached = [one.coverage for one in extras]
    assert reached == sorted(reached)
    assert not extras or reached[-1] == pytest.approx(1)
    assert all(0 <= found.level(cell) <= heatmap.LEVELS for cell in found.came)
