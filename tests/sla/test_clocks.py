"""The clock of a promise: the vectors, what every change keeps, and when warnings are due."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import strategies as st

from helpdesk.sla import clocks
from helpdesk.sla.calendar import LOOK_AHEAD, Calendar
from helpdesk.sla.clocks import Clock, ClockError, Slice
from tests.sla.calendars import (
    NEVER,
    OFFICE,
    always,
    calendars,
    for_all,
    local,
    open_minutes,
    seeds,
    some_calendar,
    some_world,
)

HOUR = 3600.0
START = local("2026-03-09T10:00")
SECOND = timedelta(seconds=1)
gaps = st.integers(0, 700).map(lambda n: timedelta(minutes=n))


def running(target: float = 30, calendar: Calendar | None = None) -> Clock:
    return clocks.started("frt", target, START, calendar)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_t7_a_pending_night_does_not_count() -> None:
    clock = clocks.started("resolution", 8 * HOUR, START, OFFICE)
    clock = clocks.pause(clock, local("2026-03-09T12:00"))
    assert clocks.due(clock) is None
    assert clocks.state(clock, local("2026-03-09T16:00")) == "paused"
    clock = clocks.resume(clock, local("2026-03-10T09:30"))
    assert clocks.elapsed(clock, local("2026-03-10T11:00")) == 3.5 * HOUR
    assert clocks.due(clock) == local("2026-03-10T15:30")


def test_outside_hours_it_starts_with_the_next_opening() -> None:
    clock = clocks.started("frt", HOUR, local("2026-03-07T10:00"), OFFICE)
    assert clocks.elapsed(clock, local("2026-03-09T09:00")) == 0
    assert clocks.due(clock) == local("2026-03-09T10:00")


@pytest.mark.parametrize(
    ("answered", "now", "state"),
    [
        (None, 0, "running"), (None, 30, "running"), (None, 31, "breached"),
        (29, 1000, "met"), (30, 1000, "met"), (31, 1000, "breached"),
    ],
)  # fmt: skip
def test_the_boundary_is_inclusive(answered: float | None, now: float, state: str) -> None:
    clock = running()
    if answered is not None:
        clock = clocks.fulfil(clock, after(answered))
        assert clocks.elapsed(clock, after(now)) == answered
    assert clocks.state(clock, after(now)) == state


def test_a_cancelled_clock_promises_nothing() -> None:
    clock = clocks.cancel(running(), after(10))
    assert clocks.state(clock, after(500)) == "cancelled"
    assert clocks.due(clock) is None
    assert clocks.moments(clock) == {}
    assert not clocks.reached(clock, after(500), 50)
    # But what was answered before stays answered.
    answered = clocks.fulfil(running(), after(10))
    assert clocks.cancel(answered, after(20)) == answered


def test_warnings_come_in_order_and_the_last_one_just_beyond() -> None:
    clock = running(40)
    assert clocks.moments(clock) == {50: after(20), 75: after(30), 90: after(36), 100: after(40)}
    for percent, seconds in ((50, 20), (75, 30), (90, 36)):
        assert clocks.reached(clock, after(seconds), percent)
        assert not clocks.reached(clock, after(seconds - 0.001), percent)
    assert not clocks.reached(clock, after(40), 100)
    assert clocks.reached(clock, after(40.001), 100)
    assert not clocks.reached(clocks.fulfil(clock, after(10)), after(500), 50)


def test_what_was_due_before_a_pause_stays_due() -> None:
    clock = clocks.pause(running(30), after(20))
    assert clocks.moments(clock) == {50: after(15)}
    assert clocks.moments(clocks.resume(clock, after(120))) == {
        50: after(15), 75: after(122.5), 90: after(127), 100: after(130),
    }  # fmt: skip


def test_settled_early_it_is_never_due_and_late_it_was() -> None:
    assert clocks.due(clocks.fulfil(running(), after(29))) is None
    assert clocks.due(clocks.fulfil(running(), after(31))) == after(30)


def test_a_reply_while_pending_ends_the_pause_when_it_was_written() -> None:
    clock = clocks.pause(running(600), after(100))
    late = clocks.resume(clock, after(160))  # the job ran at 400
    assert clocks.elapsed(late, after(400)) == 340
    # Written before the pause was even noted: then it never was one.
    assert clocks.elapsed(clocks.resume(clock, after(90)), after(400)) == 400


def test_pausing_twice_is_pausing_once() -> None:
    once = clocks.pause(running(600), after(100))
    assert clocks.pause(once, after(200)) == once
    again = clocks.pause(clocks.resume(once, after(300)), after(250))
    assert clocks.elapsed(again, after(900)) == 100
    assert clocks.resume(running(), after(10)) == running()


def test_reopened_it_goes_on_in_a_new_cycle() -> None:
    solved = clocks.fulfil(running(600), after(500))
    clock = clocks.reopen(solved, after(5000))
    assert (clock.cycle, clocks.state(clock, after(5000))) == (1, "running")
    assert clocks.elapsed(clock, after(5050)) == 550
    assert clocks.due(clock) == after(5100)
    assert clocks.reopen(running(), after(1)) == running()
    # Resolved while pending: the pause ended with it.
    pending = clocks.fulfil(clocks.pause(running(600), after(100)), after(500))
    assert clocks.elapsed(clocks.reopen(pending, after(1000)), after(1010)) == 110


def test_another_target_keeps_what_has_elapsed() -> None:
    clock = clocks.retarget(running(600), 300)
    assert clocks.elapsed(clock, after(200)) == 200
    assert clocks.due(clock) == after(300)
    assert clocks.state(clocks.retarget(running(600), 100), after(200)) == "breached"


def test_another_calendar_counts_from_now_on() -> None:
    clock = clocks.started("resolution", 10 * HOUR, START, OFFICE)
    evening = local("2026-03-09T20:00")
    clock = clocks.reschedule(clock, None, evening)
    assert clocks.elapsed(clock, evening) == 7 * HOUR
    assert clocks.due(clock) == local("2026-03-09T23:00")
    back = clocks.reschedule(clock, OFFICE, local("2026-03-09T22:00"))
    assert clocks.elapsed(back, local("2026-03-10T09:00")) == 9 * HOUR
    assert clocks.due(back) == local("2026-03-10T10:00")
    assert clocks.reschedule(back, OFFICE, local("2026-03-11T10:00")) == back


def test_changes_from_a_clock_behind_ours_are_taken_as_they_make_sense() -> None:
    early = START - timedelta(minutes=1)
    assert clocks.elapsed(clocks.fulfil(running(), early), after(99)) == 0
    assert clocks.elapsed(running(), early) == 0
    assert clocks.reschedule(running(), OFFICE, early) == running(calendar=OFFICE)


@pytest.mark.parametrize("target", [0, -1, float("nan"), float("inf"), 1e12])
def test_a_target_that_is_none_is_refused(target: float) -> None:
    with pytest.raises(ClockError) as refused:
        running(target)
    assert refused.value.code == "bad_target"
    with pytest.raises(ClockError, match="bad_target"):
        clocks.retarget(running(), target)


def test_what_never_opens_is_never_due() -> None:
    clock = running(60, NEVER)
    assert clocks.due(clock) is None
    assert clocks.state(clock, START + LOOK_AHEAD) == "running"


def test_what_stops_which_clock() -> None:
    stopping = {
        metric: {
            state
            for state in ("new", "open", "pending", "on_hold", "snoozed", "resolved")
            if clocks.stops(metric, state, on_hold=True)
        }
        for metric in clocks.METRICS
    }
    assert stopping == {
        "frt": set(), "nrt": set(), "update": {"pending"}, "resolution": {"pending", "on_hold"},
    }  # fmt: skip
    assert not clocks.stops("resolution", "on_hold")


def some_history(chance: Random) -> tuple[Clock, datetime]:
    """A clock after some changes, and the moment of the last one."""
    calendar, at = some_world(chance)

    def hours() -> Calendar | None:
        return chance.choice((None, calendar, some_calendar(chance)))

    clock = clocks.started("resolution", chance.randint(60, 90_000), at, hours())
    for change in chance.choices("pprrtcfo", k=chance.randint(0, 9)):
        at += timedelta(minutes=chance.randint(0, 400))
        match change:
            case "p":
                clock = clocks.pause(clock, at)
            case "r":
                clock = clocks.resume(clock, at)
            case "t":
                clock = clocks.retarget(clock, chance.randint(60, 90_000))
            case "c":
                clock = clocks.reschedule(clock, hours(), at)
            case "f":
                clock = clocks.fulfil(clock, at)
            case _:
                clock = clocks.reopen(clock, at)
    return clock, at


histories = seeds.map(some_history)


@for_all(histories, gaps)
def test_it_agrees_with_counting_the_minutes_of_each_slice(
    history: tuple[Clock, datetime], more: timedelta
) -> None:
    clock, last = history
    now = last + more
    stop = min(now, clock.settled_at or now)
    counted: set[datetime] = set()
    ends = [*(one.since for one in clock.slices[1:]), now]
    for one, end in zip(clock.slices, ends, strict=True):
        counted |= open_minutes(one.calendar or always("UTC"), one.since, min(end, stop))
    for pause in clock.pauses:
        counted -= {at for at in counted if pause.since <= at < (pause.until or now)}
    assert clocks.elapsed(clock, now) == 60 * len(counted)


@for_all(histories, gaps, gaps)
def test_it_never_runs_backwards_nor_faster_than_time(
    history: tuple[Clock, datetime], first: timedelta, second: timedelta
) -> None:
    clock, last = history
    one, other = last + first, last + first + second
    grown = clocks.elapsed(clock, other) - clocks.elapsed(clock, one)
    assert 0 <= grown <= second.total_seconds()
    if clock.paused or clock.settled_at:
        assert grown == 0


@for_all(histories)
def test_each_warning_is_due_when_its_part_is_used_up(history: tuple[Clock, datetime]) -> None:
    clock, last = history
    found = clocks.moments(clock)
    assert list(found.values()) == sorted(found.values())
    for percent, at in found.items():
        part = clock.target * percent / 100
        assert clocks.elapsed(clock, at) == pytest.approx(part, abs=2e-6)
        assert clocks.elapsed(clock, at - SECOND) < part
    if clock.cancelled_at is None and 100 not in found:
        horizon = last if clock.paused or clock.settled_at else last + LOOK_AHEAD
        assert clocks.elapsed(clock, horizon) < clock.target
    if 100 in found:
        unsettled = replace(clock, fulfilled_at=None)
        assert clocks.state(unsettled, found[100]) != "breached"


@for_all(histories, st.none() | calendars, st.integers(60, 90_000))
def test_no_change_touches_what_has_elapsed(
    history: tuple[Clock, datetime], calendar: Calendar | None, target: float
) -> None:
    clock, now = history
    used = clocks.elapsed(clock, now)
    for changed in (
        clocks.retarget(clock, target),
        clocks.reschedule(clock, calendar, now),
        clocks.pause(clock, now),
        clocks.resume(clock, now),
        clocks.fulfil(clock, now),
        clocks.reopen(clock, now),
        clocks.cancel(clock, now),
    ):
        assert clocks.elapsed(changed, now) == used
    data = json.loads(json.dumps(clocks.as_data(clock)))
    assert clocks.from_data(data) == clock
    with pytest.raises(ClockError):
        clocks.from_data({**data, "metric": "mood"})


def test_a_slice_that_lasted_no_time_leaves_no_trace() -> None:
    at = START + timedelta(hours=1)
    clock = clocks.reschedule(clocks.reschedule(running(), OFFICE, at), NEVER, at)
    assert clock.slices == (Slice(START.astimezone(UTC), None), Slice(at.astimezone(UTC), NEVER))
