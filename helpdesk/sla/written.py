"""A calendar as plain data, fit for JSON: written, read leniently, checked strictly (pure).

    {"zone": "Europe/Warsaw",
     "week": {"mon": [["09:00", "12:00"], ["13:00", "17:00"]], "sat": [["10:00", "24:00"]]},
     "holidays": [{"date": "12-24", "name": "Christmas Eve", "open": [["09:00", "13:00"]]}],
     "exceptions": [{"date": "2026-12-27", "name": "Sale", "open": [["10:00", "18:00"]]}]}

A weekday without hours is closed, and so is a special day; "12-24" is that day of every year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from helpdesk.sla.calendar import (
    DAY_MINUTES,
    WEEKDAYS,
    Calendar,
    CalendarError,
    Hours,
    Span,
    SpecialDay,
    zone_of,
)

SPANS_A_DAY = 12
SPECIAL_DAYS = 2_000
NAME_LENGTH = 200
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)
_DATE = re.compile(r"(?:\d{4}-)?\d{2}-\d{2}", re.ASCII)
_SPECIAL = ("holidays", "exceptions")


def written(calendar: Calendar) -> dict[str, Any]:
    """The calendar as plain data; parsed() and read() give it back."""
    week = {
        name: _rows(hours) for name, hours in zip(WEEKDAYS, calendar.week, strict=True) if hours
    }
    found: dict[str, Any] = {"zone": calendar.zone, "week": week}
    for kind, special in zip(_SPECIAL, (calendar.holidays, calendar.exceptions), strict=True):
        found[kind] = [
            {"date": day, "name": one.name, "open": _rows(one.open)}
            for day, one in sorted(special.items())
        ]
    return found


def read(data: object) -> Calendar | None:
    """The calendar in stored data, without whatever is malformed in it. Never raises.

    None, which means day and night, unless there is a week at all: better a clock that runs
    than a promise that nobody counts. An unknown zone is UTC.
    """
    if not isinstance(data, dict) or not isinstance(data.get("week"), dict):
        return None
    zone = data.get("zone")
    try:
        zone_of(zone if isinstance(zone, str) else "")
    except CalendarError:
        zone = "UTC"
    return _calendar({**data, "zone": zone})


def parsed(data: object) -> Calendar:
    """The calendar in data that somebody entered. Raises the first CalendarError of problems()."""
    for problem in problems(data):
        raise problem
    assert isinstance(data, dict)
    return _calendar(data)


def problems(data: object) -> list[CalendarError]:
    """Everything wrong with data that somebody entered.

    Codes: not_a_calendar, unknown_zone, unknown_day, never_open, bad_rows, bad_time, empty_span,
    ends_before_start (data["rows"]: the two rows that a span across midnight takes), overlap,
    too_many, bad_date, twice.
    """
    if not isinstance(data, dict):
        return [CalendarError("not_a_calendar")]
    return list(_problems(data))


def _calendar(data: Mapping[str, Any]) -> Calendar:
    special = [
        {day: SpecialDay(_name(one), _hours(one.get("open"))) for day, one in _dated(data, kind)}
        for kind in _SPECIAL
    ]
    return Calendar(
        zone=data["zone"],
        week=tuple(_hours(data["week"].get(day)) for day in WEEKDAYS),
        holidays=special[0],
        exceptions=special[1],
    )


def _dated(data: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for one in _list(data.get(kind))[:SPECIAL_DAYS]:
        if isinstance(one, dict) and _is_date(one.get("date")):
            yield one["date"], one


def _hours(rows: object) -> Hours:
    spans = (_span(row) for row in _list(rows)[:SPANS_A_DAY])
    return tuple(sorted(span for span in spans if span and span[0] < span[1]))


def _span(row: object) -> Span | None:
    """A row of two clock times in minutes; None if it is none."""
    if not isinstance(row, (list, tuple)) or len(row) != 2:
        return None
    start, end = map(minutes, row)
    return None if start is None or end is None else (start, end)


def minutes(clock: object) -> int | None:
    """Minutes since midnight of "HH:MM" up to "24:00"; None for anything else."""
    match = _CLOCK.fullmatch(clock) if isinstance(clock, str) else None
    if match is None:
        return None
    return int(match[1]) * 60 + int(match[2]) if match[1] else DAY_MINUTES


def clock(minute: int) -> str:
    """Minutes since midnight as "HH:MM"."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _problems(data: Mapping[str, Any]) -> Iterator[CalendarError]:
    zone = data.get("zone")
    try:
        zone_of(zone if isinstance(zone, str) else "")
    except CalendarError:
        yield CalendarError("unknown_zone", "zone", zone=zone)
    week = data.get("week")
    if not isinstance(week, dict):
        yield CalendarError("not_a_calendar", "week")
        return
    for day, rows in week.items():
        if day not in WEEKDAYS:
            yield CalendarError("unknown_day", "week", day=day)
            continue
        yield from _wrong_rows(rows, f"week.{day}", WEEKDAYS.index(day))
    for kind in _SPECIAL:
        yield from _wrong_days(data.get(kind, []), kind)
    exceptions = (one.get("open") for _day, one in _dated(data, "exceptions"))
    if not any(_list(rows) for rows in (*week.values(), *exceptions)):
        yield CalendarError("never_open", "week")


def _wrong_days(given: object, kind: str) -> Iterator[CalendarError]:
    if not isinstance(given, list):
        yield CalendarError("bad_rows", kind)
        return
    if len(given) > SPECIAL_DAYS:
        yield CalendarError("too_many", kind, most=SPECIAL_DAYS)
    seen = set()
    for number, one in enumerate(given[:SPECIAL_DAYS]):
        where = f"{kind}.{number}"
        day = one.get("date") if isinstance(one, dict) else None
        if not _is_date(day):
            yield CalendarError("bad_date", where, date=day)
            continue
        if day in seen:
            yield CalendarError("twice", where, date=day)
        seen.add(day)
        yield from _wrong_rows(one.get("open", []), f"{where}.open", None)


def _wrong_rows(rows: object, where: str, weekday: int | None) -> Iterator[CalendarError]:
    """What is wrong with the rows of one day; `weekday` is None for a special day."""
    if not isinstance(rows, (list, tuple)):
        yield CalendarError("bad_rows", where)
        return
    if len(rows) > SPANS_A_DAY:
        yield CalendarError("too_many", where, most=SPANS_A_DAY)
    spans: list[tuple[Span, int]] = []
    for number, row in enumerate(rows[:SPANS_A_DAY]):
        here, span = f"{where}.{number}", _span(row)
        if span is None:
            yield CalendarError("bad_time", here, row=row)
        elif span[0] == span[1]:
            yield CalendarError("empty_span", here, row=row)
        elif span[0] > span[1]:
            yield CalendarError("ends_before_start", here, rows=_over_midnight(span, weekday))
        else:
            spans.append((span, number))
    spans.sort()
    for (before, _number), (after, number) in pairwise(spans):
        if after[0] < before[1]:
            rows_at_odds = _rows((before, after))
            yield CalendarError("overlap", f"{where}.{number}", rows=rows_at_odds)


def _over_midnight(span: Span, weekday: int | None) -> list[tuple[str, str, str]]:
    """The two rows (day, from, to) that say what a span across midnight meant."""
    days = ("", "") if weekday is None else (WEEKDAYS[weekday], WEEKDAYS[(weekday + 1) % 7])
    rows = [(days[0], clock(span[0]), clock(DAY_MINUTES)), (days[1], clock(0), clock(span[1]))]
    return [row for row in rows if row[1] != row[2]]


def _is_date(day: object) -> bool:
    """A date, or a day of every year: "02-29" is one."""
    if not isinstance(day, str) or not _DATE.fullmatch(day):
        return False
    try:
        date.fromisoformat(day if len(day) == 10 else f"2000-{day}")
    except ValueError:
        return False
    return True


def _rows(hours: Iterable[Span]) -> list[list[str]]:
    return [[clock(start), clock(end)] for start, end in hours]


def _name(one: Mapping[str, Any]) -> str:
    name = one.get("name")
    return name[:NAME_LENGTH] if isinstance(name, str) else ""


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []
