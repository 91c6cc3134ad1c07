"""Business time: the published vectors, days of 23 and 25 hours, and a slow model to agree with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import strategies as st

from helpdesk.sla.calendar import LOOK_AHEAD, Calendar, CalendarError, SpecialDay
from tests.sla.calendars import (
    ALL_DAY,
    CHANGES,
    CLOSED,
    JERUSALEM,
    MINUTE,
    NEVER,
    OFFICE,
    always,
    for_all,
    local,
    open_minutes,
    worlds,
)

HOUR = timedelta(hours=1)
seconds = st.integers(1, 3 * 86_400) | st.integers(1, 96).map(lambda n: n * 900)
durations = (st.integers(0, 3000) | st.integers(1500, 3000)).map(lambda n: timedelta(minutes=n))


@pytest.mark.parametrize(
    ("calendar", "start", "hours", "due"),
    [
        (OFFICE, "2026-03-06T16:30", 4, "2026-03-09T12:30"),
        (OFFICE, "2026-03-07T10:00", 4, "2026-03-09T13:00"),
        (OFFICE, "2026-03-06T13:00", 4, "2026-03-06T17:00"),
        (OFFICE, "2026-03-06T17:00", 1, "2026-03-09T10:00"),
        (OFFICE, "2026-03-27T16:00", 2, "2026-03-30T10:00"),
        (OFFICE, "2026-10-23T16:00", 2, "2026-10-26T10:00"),
        (always("Europe/Helsinki"), "2026-03-28T12:00", 24, "2026-03-29T13:00"),
        (always("Europe/Helsinki"), "2026-10-24T12:00", 24, "2026-10-25T11:00"),
        (JERUSALEM, "2026-03-06T12:00", 3, "2026-03-08T11:00"),
    ],
)
def test_the_published_table(calendar: Calendar, start: str, hours: int, due: str) -> None:
    found = calendar.add(local(start, calendar.zone), hours * HOUR)
    assert found == local(due, calendar.zone).astimezone(UTC)


def test_a_holiday_moves_it_to_the_day_after() -> None:
    closed = replace(OFFICE, holidays={"2026-03-09": SpecialDay("Founders' Day")})
    assert closed.add(local("2026-03-06T16:30"), 4 * HOUR) == local("2026-03-10T12:30")


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-07", 24)]
)
def test_a_day_lasts_what_it_lasts(day: str, hours: int) -> None:
    start, end = local(f"{day}T00:00", "Europe/Helsinki"), date.fromisoformat(day) + timedelta(1)
    after = local(f"{end}T00:00", "Europe/Helsinki")
    assert always("Europe/Helsinki").elapsed(start, after) == hours * HOUR
    assert len(list(always("Europe/Helsinki").intervals(start, after))) == 1


@pytest.mark.parametrize(
    ("span", "start", "end"),
    [
        # 02:00 to 03:00 comes twice on this night.
        ((60, 120), "2026-10-24T23:00", "2026-10-25T00:00"),
        ((60, 150), "2026-10-24T23:00", "2026-10-25T01:30"),
        ((120, 180), "2026-10-25T00:00", "2026-10-25T02:00"),
        ((150, 240), "2026-10-25T00:30", "2026-10-25T03:00"),
        ((180, 240), "2026-10-25T02:00", "2026-10-25T03:00"),
        # And not at all on this one.
        ((60, 150), "2026-03-29T00:00", "2026-03-29T01:30"),
        ((120, 180), "2026-03-29T01:00", "2026-03-29T01:00"),
        ((150, 240), "2026-03-29T01:30", "2026-03-29T02:00"),
        ((180, 240), "2026-03-29T01:00", "2026-03-29T02:00"),
    ],
)  # fmt: skip
def test_hours_at_the_change_of_the_clock(span: tuple[int, int], start: str, end: str) -> None:
    night = Calendar(zone="Europe/Warsaw", week=(CLOSED,) * 6 + ((span,),))
    found = list(night.intervals(local(start, "UTC") - HOUR, local(end, "UTC") + HOUR))
    expected = [(local(start, "UTC"), local(end, "UTC"))]
    assert found == (expected if start != end else [])


def test_a_clock_put_back_over_midnight() -> None:
    """In St. John's it was 00:01 and then 23:01 of the day before."""
    only = replace(
        NEVER, zone="America/St_Johns", exceptions={"2010-11-07": SpecialDay("", ALL_DAY)}
    )
    start = local("2010-11-07T00:00", "America/St_Johns")
    after = local("2010-11-08T00:00", "America/St_Johns")
    assert only.elapsed(start, after) == 25 * HOUR
    around = start - 5 * HOUR, after + 5 * HOUR
    assert list(always("America/St_Johns").intervals(*around)) == [around]


def test_who_wins() -> None:
    day = Calendar(
        zone="UTC",
        week=(ALL_DAY,) * 7,
        holidays={"12-24": SpecialDay("every year", ((0, 60),)), "2026-12-24": SpecialDay()},
        exceptions={"2027-12-24": SpecialDay("open after all", ((0, 120),))},
    )
    hours = {year: day.elapsed(*_day(year)) / HOUR for year in (2025, 2026, 2027)}
    assert hours == {2025: 1, 2026: 0, 2027: 2}


def _day(year: int) -> tuple[datetime, datetime]:
    return datetime(year, 12, 24, tzinfo=UTC), datetime(year, 12, 25, tzinfo=UTC)


def test_open_and_closed_now_and_next() -> None:
    friday, evening = local("2026-03-06T12:00"), local("2026-03-06T17:00")
    monday = local("2026-03-09T09:00")
    assert OFFICE.is_open(friday)
    assert not OFFICE.is_open(evening)
    assert (OFFICE.next_opening(friday), OFFICE.next_closing(friday)) == (friday, evening)
    assert (OFFICE.next_opening(evening), OFFICE.next_closing(evening)) == (monday, evening)
    assert OFFICE.next_opening(evening, timedelta(days=2)) is None
    assert OFFICE.next_closing(friday, HOUR) is None


def test_what_never_opens_is_never_due() -> None:
    now = local("2026-03-06T12:00")
    assert NEVER.add(now, HOUR) is None
    assert NEVER.next_opening(now) is None
    assert NEVER.next_closing(now) == now
    assert NEVER.elapsed(now, now + LOOK_AHEAD) == timedelta(0)
    assert always("UTC").next_closing(now) is None
    assert always("UTC").add(now, LOOK_AHEAD + HOUR) is None


def test_a_leap_day_of_every_year_comes_when_it_comes() -> None:
    leap = replace(NEVER, exceptions={"02-29": SpecialDay("", ALL_DAY)})
    assert leap.next_opening(local("2027-01-01", "UTC")) == local("2028-02-29", "UTC")
    assert leap.next_opening(local("2025-01-01", "UTC")) is None


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../../etc/passwd", "\x00", "Europe", "x" * 5000]
)
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(CalendarError) as refused:
        replace(OFFICE, zone=name)
    assert (refused.value.code, refused.value.data) == ("unknown_zone", {"zone": name})


def test_moments_need_a_zone_and_time_runs_forward() -> None:
    with pytest.raises(ValueError, match="zone"):
        OFFICE.is_open(datetime(2026, 3, 6))  # noqa: DTZ001
    with pytest.raises(ValueError, match="forward"):
        OFFICE.add(local("2026-03-06T12:00"), -HOUR)
    assert OFFICE.elapsed(local("2026-03-06T12:00"), local("2026-03-06T11:00")) == timedelta(0)


@for_all(worlds, durations)
def test_it_agrees_with_looking_at_every_minute(
    world: tuple[Calendar, datetime], length: timedelta
) -> None:
    calendar, start = world
    end = start + length
    open_ = open_minutes(calendar, start, end)
    assert calendar.elapsed(start, end) == len(open_) * MINUTE
    for opens, closes in calendar.intervals(start, end):
        assert opens in open_
        assert closes not in open_
        assert opens - MINUTE not in open_
        assert closes - MINUTE in open_
    assert calendar.is_open(start) == (start in open_ or (not length and _is_open(calendar, start)))


@for_all(st.sampled_from(CHANGES), st.sampled_from((4, 6, 8, 9, 10, 12, 93, 94, 95, 96)))
def test_hours_that_end_around_a_change_of_the_clock(change: tuple[str, date], end: int) -> None:
    zone, day = change
    special = {f"{day}": SpecialDay("", ((0, 15 * end),))}
    calendar = replace(NEVER, zone=zone, exceptions=special)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - 15 * HOUR
    found = calendar.elapsed(start, start + 60 * HOUR)
    assert found == len(open_minutes(calendar, start, start + 60 * HOUR)) * MINUTE


def _is_open(calendar: Calendar, at: datetime) -> bool:
    return at in open_minutes(calendar, at, at + MINUTE)


@for_all(worlds, durations, durations)
def test_time_adds_up_wherever_it_is_cut(
    world: tuple[Calendar, datetime], first: timedelta, second: timedelta
) -> None:
    calendar, start = world
    cut, end = start + first, start + first + second
    parts = calendar.elapsed(start, cut), calendar.elapsed(cut, end)
    assert calendar.elapsed(start, end) == sum(parts, timedelta(0))
    assert timedelta(0) <= parts[0] <= first


@for_all(worlds, seconds)
def test_due_is_the_earliest_moment_by_which_it_was_open_that_long(
    world: tuple[Calendar, datetime], seconds: int
) -> None:
    calendar, start = world
    for opens, closes in list(calendar.intervals(start, start + timedelta(days=2)))[:1]:
        assert calendar.add(start, closes - opens) == closes
    wanted = timedelta(seconds=seconds)
    due = calendar.add(start, wanted)
    if due is None:
        assert calendar.elapsed(start, start + LOOK_AHEAD) < wanted
        return
    just_before = due - timedelta(microseconds=1)
    assert calendar.elapsed(start, due) == wanted
    assert calendar.elapsed(start, just_before) < wanted
    # So it lies in an open interval, or at its end.
    assert calendar.is_open(just_before)
    assert calendar.add(start, timedelta(0)) == start


@for_all(worlds)
def test_the_next_change_comes_when_it_says(world: tuple[Calendar, datetime]) -> None:
    calendar, at = world
    opens, closes = calendar.next_opening(at), calendar.next_closing(at)
    assert calendar.is_open(at) == (opens == at)
    assert calendar.is_open(at) == (closes != at)
    for moment, open_then in ((opens, True), (closes, False)):
        if moment is not None and moment != at:
            assert calendar.is_open(moment) == open_then
            assert calendar.is_open(moment - timedelta(microseconds=1)) != open_then
            between = [] if open_then else [(at, moment)]
            assert list(calendar.intervals(at, moment)) == between
