"""Calendars for the tests, and a slow, obvious answer to compare with: minute by minute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from helpdesk.sla.calendar import WEEKDAYS, Calendar, SpecialDay

MINUTE = timedelta(minutes=1)
CLOSED: tuple[tuple[int, int], ...] = ()
NINE_TO_FIVE = ((9 * 60, 17 * 60),)
ALL_DAY = ((0, 24 * 60),)

# The same examples on every run: a red build is a change, never bad luck.
steady = settings(derandomize=True, deadline=None, max_examples=50, database=None)
unshrunk = settings(steady, phases=(Phase.generate,))
PROPERTIES: dict[str, Callable[[], None]] = {}


def for_all(
    *examples: st.SearchStrategy[Any],
) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """A steady property test, known to test_broken_variants too."""

    def mark(check: Callable[..., None]) -> Callable[[], None]:
        PROPERTIES[check.__name__] = unshrunk(given(*examples)(check))
        return steady(given(*examples)(check))

    return mark


OFFICE = Calendar(zone="Europe/Warsaw", week=(NINE_TO_FIVE,) * 5 + (CLOSED,) * 2)
JERUSALEM = Calendar(
    zone="Asia/Jerusalem",
    week=(*(NINE_TO_FIVE,) * 4, ((9 * 60, 13 * 60),), CLOSED, NINE_TO_FIVE),
)
NEVER = Calendar(zone="UTC", week=(CLOSED,) * 7)


def always(zone: str) -> Calendar:
    return Calendar(zone=zone, week=(ALL_DAY,) * 7)


def local(text: str, zone: str = "Europe/Warsaw", fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


def open_minutes(calendar: Calendar, start: datetime, end: datetime) -> set[datetime]:
    """The minutes of [start, end) in which it is open, by looking at each one's clock.

    A span lasts from the first minute that shows its start to the last one before its end. What
    no clock shows is as long after the last time shown before it as it should have been.
    """
    zone = ZoneInfo(calendar.zone)
    begin = start.astimezone(UTC) - timedelta(days=2)
    every = [begin + MINUTE * number for number in range(int((end - begin) / MINUTE) + 2 * 1440)]
    walls = [at.astimezone(zone).replace(tzinfo=None) for at in every]
    first = dict(zip(reversed(walls), reversed(every), strict=True))
    last = dict(zip(walls, every, strict=True))

    def opening(wanted: datetime) -> datetime:
        return first[wanted] if wanted in first else opening(wanted - MINUTE) + MINUTE

    def closing(wanted: datetime) -> datetime:
        before = wanted - MINUTE
        return opening(wanted) if before not in last else last[before] + MINUTE

    found: set[datetime] = set()
    day = start.astimezone(zone).date() - timedelta(days=1)
    while day <= end.astimezone(zone).date() + timedelta(days=1):
        for from_, until in hours_of(calendar, day):
            at, closes = opening(wall(day, from_)), closing(wall(day, until))
            while at < closes:
                found.add(at)
                at += MINUTE
        day += timedelta(days=1)
    return {at for at in found if start <= at < end}


def wall(day: date, minute: int) -> datetime:
    return datetime.combine(day, time.min) + MINUTE * minute


def hours_of(calendar: Calendar, day: date) -> tuple[tuple[int, int], ...]:
    """Exception, then holiday, then week; told once more, differently."""
    for special in (calendar.exceptions, calendar.holidays):
        for key in (f"{day:%Y-%m-%d}", f"{day:%m-%d}"):
            if key in special:
                return special[key].open
    return dict(zip(WEEKDAYS, calendar.week, strict=True))[f"{day:%a}".lower()]


# Days on which a clock is put forward or back: at one, two or three o'clock, at midnight, a
# minute after it, by half an hour; and a day without any such thing.
CHANGES = (
    ("Europe/Warsaw", date(2026, 3, 29)),
    ("Europe/Warsaw", date(2026, 10, 25)),
    ("Asia/Jerusalem", date(2026, 3, 27)),
    ("America/New_York", date(2026, 11, 1)),
    ("Africa/Cairo", date(2026, 4, 24)),
    ("Africa/Cairo", date(2026, 10, 29)),
    ("America/Havana", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("America/St_Johns", date(2010, 11, 7)),
    ("Asia/Kathmandu", date(2026, 6, 10)),
)
# Opening hours begin and end where clocks change, more often than elsewhere.
QUARTERS = (*range(15), *range(15), *range(97), *range(88, 97), *(0, 4, 8, 12) * 5)
seeds = st.integers(0, 2**32).map(Random)


def some_hours(chance: Random) -> tuple[tuple[int, int], ...]:
    """Up to three spans of a day that do not overlap; they may touch."""
    edges = sorted(15 * chance.choice(QUARTERS) for _ in range(2 * chance.randint(0, 3)))
    if len(edges) > 2 and chance.random() < 0.3:
        edges[2] = edges[1]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return tuple((start, end) for start, end in pairs if start < end)


def some_calendar(chance: Random, change: tuple[str, date] | None = None) -> Calendar:
    """Hours of a week, and special days around the day on which the clock changes."""
    zone, around = change or chance.choice(CHANGES)

    def special() -> dict[str, SpecialDay]:
        days = [around + timedelta(days=chance.randint(-1, 1)) for _ in range(chance.randint(0, 2))]
        kinds = ("%Y-%m-%d", "%m-%d")
        return {
            format(day, chance.choice(kinds)): SpecialDay("", some_hours(chance)) for day in days
        }

    week = tuple(some_hours(chance) for _ in range(7))
    return Calendar(zone=zone, week=week, holidays=special(), exceptions=special())


def some_world(chance: Random) -> tuple[Calendar, datetime]:
    """A calendar, and a whole minute a day or so before or after its clock changes."""
    change = chance.choice(CHANGES)
    noon = datetime.combine(change[1], time(12), UTC)
    minutes = chance.randint(-1500, 0)
    return some_calendar(chance, change), noon + MINUTE * (
        minutes - minutes % chance.choice((1, 15))
    )


calendars = seeds.map(some_calendar)
worlds = seeds.map(some_world)
