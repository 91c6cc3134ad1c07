"""Calendars for the tests, and a slow, obvious answer to compare with: minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st

from helpdesk.sla.calendar import WEEKDAYS, Calendar, SpecialDay

MINUTE = timedelta(minutes=1)
CLOSED: tuple[tuple[int, int], ...] = ()
NINE_TO_FIVE = ((9 * 60, 17 * 60),)
ALL_DAY = ((0, 24 * 60),)

# The same examples on every run: a red build is a change, never bad luck.
steady = settings(derandomize=True, deadline=None, max_examples=50, database=None)

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


# Zones that change at one, two or three o'clock, at midnight, by half an hour, or never.
ZONES = (
    "Europe/Warsaw",
    "Asia/Jerusalem",
    "America/New_York",
    "Africa/Cairo",
    "America/Havana",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "UTC",
)
# Days around which those clocks change, and an ordinary one.
CHANGES = (
    date(2026, 3, 8),
    date(2026, 3, 27),
    date(2026, 3, 29),
    date(2026, 4, 5),
    date(2026, 4, 24),
    date(2026, 6, 10),
    date(2026, 10, 25),
    date(2026, 10, 30),
    date(2026, 11, 1),
)
# Early hours weigh more: that is where clocks change.
minute = st.one_of(
    st.integers(0, 16).map(lambda n: n * 15), st.integers(0, 96).map(lambda n: n * 15)
)


@st.composite
def hours(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """Up to three spans of a day that do not overlap; they may touch."""
    edges = sorted(draw(st.lists(minute, max_size=6)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return tuple((start, end) for start, end in pairs if start < end)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    days = st.sampled_from(CHANGES).flatmap(
        lambda day: st.integers(-2, 2).map(lambda n: day + timedelta(days=n))
    )
    special = st.builds(SpecialDay, st.just(""), hours())
    keys = st.one_of(days.map(lambda day: f"{day:%Y-%m-%d}"), days.map(lambda day: f"{day:%m-%d}"))
    return Calendar(
        zone=draw(st.sampled_from(ZONES)),
        week=tuple(draw(hours()) for _ in range(7)),
        holidays=draw(st.dictionaries(keys, special, max_size=3)),
        exceptions=draw(st.dictionaries(keys, special, max_size=2)),
    )


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    """A whole minute in the days around a change of the clock."""
    day = draw(st.sampled_from(CHANGES))
    return datetime.combine(day, time.min, UTC) + MINUTE * draw(st.integers(-2880, 2880))
