"""The promise of being there, minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st

from helpdesk.sla import kept
from helpdesk.sla.calendar import Calendar
from helpdesk.sla.kept import Draft, Minutes, Reason, Site
from tests.sla.calendars import for_all

NINE_TO_FIVE = Calendar(zone="Europe/Warsaw", week=(((540, 1020),),) * 7)
MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_minute_has_its_line_and_bit() -> None:
    assert kept.line_of(at("2026-03-06 10:07:31")) == (at("2026-03-06 10:05"), 0b00100)
    assert kept.line_of(at("2026-03-06 10:59")) == (at("2026-03-06 10:55"), 0b10000)


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)],
)
def test_a_local_day_has_the_minutes_that_it_lasts(day: str, hours: int) -> None:
    always = Calendar(zone="Europe/Warsaw", week=(((0, 1440),),) * 7)
    first = date.fromisoformat(day)
    warsaw = ZoneInfo("Europe/Warsaw")
    start = datetime.combine(first, datetime.min.time(), warsaw).astimezone(UTC)
    next_day = first + timedelta(days=1)
    end = datetime.combine(next_day, datetime.min.time(), warsaw).astimezone(UTC)
    assert len(kept.open_minutes(always, start, end)) == hours * 60
    assert len(kept.open_minutes(None, start, end)) == hours * 60
    assert len(kept.open_minutes(NINE_TO_FIVE, start, end)) == 8 * 60


@for_all(
    st.integers(0, 3 * 1440).flatmap(lambda first: st.tuples(st.just(first), st.integers(0, 900)))
)
def test_open_minutes_are_those_at_which_it_is_open(span: tuple[int, int]) -> None:
    start = at("2026-10-24 00:00") + span[0] * MINUTE
    end = start + span[1] * MINUTE
    wanted = {one for one in kept.minutes(start, end) if NINE_TO_FIVE.is_open(one)}
    assert kept.open_minutes(NINE_TO_FIVE, start, end) == wanted


def test_everybody_to_whom_it_is_promised_counts() -> None:
    noon = at("2026-03-06 12:00")
    one, other = Site(1, "calls", staffed=True), Site(2, "calls", staffed=False)
    line = kept.look([one, other], noon)["calls"]
    assert (line.promised, line.staffed, line.up, line.seen) == (1, 0, 1, 1)
    assert line.causes == {"nobody:2": 1}
    shut = Site(2, "calls", NINE_TO_FIVE, staffed=False, working=False, silent=("web",))
    line = kept.look([one, shut], at("2026-03-06 22:00"))["calls"]
    assert (line.promised, line.staffed, line.up, line.causes) == (1, 1, 1, {})
    line = kept.look([shut], at("2026-03-06 22:00"))["calls"]
    assert (line.promised, line.staffed, line.up, line.seen) == (0, 0, 0, 1)
    line = kept.look([shut, one], noon)["calls"]
    assert (line.promised, line.staffed, line.up) == (1, 0, 0)
    assert sorted(line.causes) == ["inbox:2", "nobody:2", "process:web"]


def test_what_nobody_saw_is_never_kept() -> None:
    found = kept.gap(
        [Site(1, "calls", staffed=True)], at("2026-03-06 12:03"), at("2026-03-06 12:06")
    )
    first, second = found["calls"]
    assert (first.promised, second.promised) == (0b11000, 0b00001)
    assert not first.staffed | first.up | first.seen
    (span,) = kept.broken("calls", found["calls"])
    assert (span.start, span.end) == (at("2026-03-06 12:03"), at("2026-03-06 12:06"))
    assert (span.reason, span.causes, span.minutes) == (Reason.DOWN, ("unseen:",), 3)


def test_spans_by_their_reason() -> None:
    start = at("2026-03-06 12:00")
    lines = [
        Draft(start, 31, 0b00011, 0b10001, 31, {"nobody:1": 0b11100, "process:web": 0b01110}),
        Draft(start + 5 * MINUTE, 0b11011, 0b11000, 31, 31, {"nobody:2": 0b00011}),
    ]
    found = kept.broken("calls", lines)
    # kept, down, both, both, nobody | nobody, nobody, closed, kept, kept
    assert [(one.reason, one.minutes) for one in found] == [
        (Reason.DOWN, 1),
        (Reason.BOTH, 2),
        (Reason.NOBODY, 3),
    ]
    assert found[0].causes == ("process:web",)
    assert found[1].causes == ("nobody:1", "process:web")
    assert found[2].causes == ("nobody:1", "nobody:2")
    assert found[2].start == start + 4 * MINUTE


def test_a_closed_night_parts_two_spans() -> None:
    evening, morning = at("2026-03-06 15:55"), at("2026-03-07 08:00")
    lines = [Draft(one, promised=31, up=31, seen=31) for one in (evening, morning)]
    assert [one.minutes for one in kept.broken("calls", lines)] == [5, 5]


def test_minutes_add_up() -> None:
    found = Minutes(promised=480, staffed=470, up=475, kept=466)
    assert found.share == pytest.approx(466 / 480)
    assert (found.nobody, found.down, found.both) == (9, 4, 1)
    assert found.kept + found.nobody + found.down + found.both == found.promised
    assert Minutes().share is None


@for_all(st.lists(st.tuples(*[st.integers(0, 31)] * 4), max_size=40))
def test_each_promised_minute_is_kept_or_in_one_span(bits: list[tuple[int, int, int, int]]) -> None:
    start = at("2026-03-06 12:00")
    lines = [
        Draft(start + 5 * number * MINUTE, promised, staffed & seen, up & seen, seen)
        for number, (promised, staffed, up, seen) in enumerate(bits)
    ]
    spans = kept.broken("calls", lines)
    held = sum((one.promised & one.staffed & one.up).bit_count() for one in lines)
    assert held + sum(one.minutes for one in spans) == sum(
        one.promised.bit_count() for one in lines
    )
    assert all(one.end <= other.start for one, other in pairwise(spans))
