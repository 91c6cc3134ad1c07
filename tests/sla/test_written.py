"""A calendar as data: there and back, leniently read, strictly checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import strategies as st

from helpdesk.sla.calendar import Calendar, CalendarError, SpecialDay
from helpdesk.sla.written import parsed, problems, read, written
from tests.sla.calendars import JERUSALEM, NINE_TO_FIVE, OFFICE, calendars, for_all, local

GOOD: dict[str, Any] = {
    "zone": "Europe/Warsaw",
    "week": {"mon": [["09:00", "12:00"], ["13:00", "17:00"]], "sat": [["20:00", "24:00"]]},
    "holidays": [{"date": "12-24", "name": "Wigilia", "open": [["09:00", "13:00"]]}],
    "exceptions": [{"date": "2026-12-27", "open": []}],
}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
    | st.sampled_from(["09:00", "24:00", "2026-02-30", "02-29", "UTC"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["zone", "week", "holidays", "exceptions", "date", "open", "mon", "sun"]),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


def test_it_reads_what_is_written() -> None:
    found = parsed(GOOD)
    assert found.week[0] == ((540, 720), (780, 1020))
    assert found.week[5] == ((1200, 1440),)
    assert found.holidays == {"12-24": SpecialDay("Wigilia", ((540, 780),))}
    assert found.exceptions == {"2026-12-27": SpecialDay()}
    assert parsed(json.loads(json.dumps(written(found)))) == found
    assert read(written(JERUSALEM)) == JERUSALEM


@for_all(calendars)
def test_there_and_back(calendar: Calendar) -> None:
    assert read(json.loads(json.dumps(written(calendar)))) == calendar


def _with(**changes: object) -> dict[str, Any]:
    return {**GOOD, **changes}


@pytest.mark.parametrize(
    ("data", "code", "where"),
    [
        ([], "not_a_calendar", ""),
        ({"zone": "UTC"}, "not_a_calendar", "week"),
        (_with(zone="Mars/Olympus"), "unknown_zone", "zone"),
        (_with(zone=None), "unknown_zone", "zone"),
        (_with(week={"moo": []}), "unknown_day", "week"),
        (_with(week={}), "never_open", "week"),
        (_with(week={"mon": "09:00-17:00"}), "bad_rows", "week.mon"),
        (_with(week={"mon": [["9:00", "17:00"]]}), "bad_time", "week.mon.0"),
        (_with(week={"mon": [["09:00", "24:01"]]}), "bad_time", "week.mon.0"),
        (_with(week={"mon": [["٠٩:٠٠", "17:00"]]}), "bad_time", "week.mon.0"),
        (_with(week={"mon": [["09:00"]]}), "bad_time", "week.mon.0"),
        (_with(week={"mon": [["09:00", "09:00"]]}), "empty_span", "week.mon.0"),
        (_with(week={"mon": [["17:00", "09:00"]]}), "ends_before_start", "week.mon.0"),
        (_with(week={"mon": [["13:00", "17:00"], ["09:00", "14:00"]]}), "overlap", "week.mon.0"),
        (_with(week={"mon": [["09:00", "17:00"]] * 2}), "overlap", "week.mon.1"),
        (_with(week={"mon": [["09:00", "10:00"]] * 13}), "too_many", "week.mon"),
        (_with(holidays={}), "bad_rows", "holidays"),
        (_with(holidays=[{"date": "2026-02-30"}]), "bad_date", "holidays.0"),
        (_with(holidays=["2026-02-03"]), "bad_date", "holidays.0"),
        (_with(holidays=[{"date": "12-24"}] * 2), "twice", "holidays.1"),
        (_with(holidays=[{"date": "12-24"}] * 2001), "too_many", "holidays"),
        (
            _with(exceptions=[{"date": "12-24", "open": [["x", "y"]]}]),
            "bad_time", "exceptions.0.open.0",
        ),
    ],
)  # fmt: skip
def test_what_is_refused(data: object, code: str, where: str) -> None:
    assert (code, where) in [(one.code, one.where) for one in problems(data)]
    with pytest.raises(CalendarError):
        parsed(data)


@pytest.mark.parametrize(
    ("day", "span", "rows"),
    [
        ("sun", ("22:00", "06:00"), [("sun", "22:00", "24:00"), ("mon", "00:00", "06:00")]),
        ("mon", ("22:00", "00:00"), [("mon", "22:00", "24:00")]),
    ],
)
def test_a_span_across_midnight_is_told_as_two_rows(
    day: str, span: tuple[str, str], rows: list[tuple[str, str, str]]
) -> None:
    (found,) = problems(_with(week={day: [span]}))
    assert (found.code, found.data) == ("ends_before_start", {"rows": rows})
    replacement: dict[str, list[list[str]]] = {}
    for name, start, end in rows:
        replacement.setdefault(name, []).append([start, end])
    assert problems(_with(week=replacement)) == []


def test_touching_rows_and_days_of_no_year_are_fine() -> None:
    touching = [["09:00", "12:00"], ["12:00", "17:00"]]
    assert problems(_with(week={"mon": touching}, holidays=[{"date": "02-29"}])) == []
    # Nothing in the week, but open on one day: legal.
    once = [{"date": "2026-12-27", "open": [["10:00", "18:00"]]}]
    assert problems(_with(week={}, exceptions=once)) == []


def test_what_is_stored_is_read_as_far_as_it_makes_sense() -> None:
    found = read(
        {
            "zone": "Mars/Olympus",
            "week": {"mon": [["09:00", "17:00"], ["x"], ["18:00", "08:00"]], "tue": 7},
            "holidays": [{"date": "2026-02-30"}, {"date": "05-01", "name": 5}, None],
            "exceptions": "none",
        }
    )
    assert found == Calendar(
        zone="UTC", week=(NINE_TO_FIVE, *((),) * 6), holidays={"05-01": SpecialDay()}
    )
    nothing: list[object] = [None, [], {}, {"week": []}, "24/7"]
    assert {read(one) for one in nothing} == {None}


@for_all(anything)
def test_nothing_that_is_stored_breaks_the_reader(data: object) -> None:
    found = read(data)
    assert (found is None) == (not isinstance(data, dict) or not isinstance(data.get("week"), dict))
    if not problems(data):
        assert isinstance(data, Mapping)
        assert parsed(data) == found


def test_overlapping_rows_that_are_stored_count_once() -> None:
    found = read({"zone": "Europe/Warsaw", "week": {"mon": [["09:00", "17:00"]] * 2}})
    assert found is not None
    monday = local("2026-03-09T00:00"), local("2026-03-10T00:00")
    assert found.elapsed(*monday) == OFFICE.elapsed(*monday)
