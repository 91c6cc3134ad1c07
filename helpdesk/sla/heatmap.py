"""When people come, and when they are promised somebody: a week of half hours (pure).

A cell is (weekday, half hour) on the clock of the desk, Monday and midnight being 0.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from helpdesk.sla.calendar import Calendar, in_utc
from helpdesk.sla.metrics import share

DAYS, HALF_HOURS = 7, 48
LEVELS = 5
WANTED = 0.9  # of those who come are to find somebody
Cell = tuple[int, int]
# Inbox, moment, how many.
Arrived = tuple[int, datetime, int]
_QUARTER = timedelta(minutes=15)  # every time zone's clock differs from UTC by some of these


@dataclass(frozen=True, slots=True)
class Extra:
    """One half hour more a week: how many more would be covered, and the coverage then."""

    cell: Cell
    adds: int
    coverage: float


@dataclass(frozen=True, slots=True)
class Week:
    """Who came, by cell. missed: those of them who came when it was closed for them.

    promised: cells that are open in every inbox most of the times that they come.
    """

    came: Mapping[Cell, int]
    missed: Mapping[Cell, int]
    promised: frozenset[Cell]

    @property
    def total(self) -> int:
        return sum(self.came.values())

    @property
    def covered(self) -> int:
        return self.total - sum(self.missed.values())

    @property
    def coverage(self) -> float | None:
        """The share of those who came that came in promised hours."""
        return share(self.covered, self.total)

    @property
    def most(self) -> int:
        """How many came in the busiest cell."""
        return max(self.came.values(), default=0)

    def level(self, cell: Cell) -> int:
        """How busy a cell is, from 0 (nobody came) to LEVELS (the busiest)."""
        return ceil(LEVELS * self.came.get(cell, 0) / self.most) if self.most else 0

    def levels(self) -> list[tuple[int, int, int]]:
        """Each level that occurs with the numbers it stands for, from and to."""
        found = []
        for level in range(1, LEVELS + 1):
            low = (level - 1) * self.most // LEVELS + 1
            high = level * self.most // LEVELS
            if low <= high:
                found.append((level, low, high))
        return found

    def extras(self) -> list[Extra]:
        """The half hours that would add something, the best first.

        Each adds what came in it and nothing else, so the best set of any size is a beginning
        of this list.
        """
        covered, total, found = self.covered, self.total, []
        for cell, adds in sorted(self.missed.items(), key=lambda one: (-one[1], one[0])):
            if adds:
                covered += adds
                found.append(Extra(cell, adds, covered / total))
        return found


class Hours:
    """The promised hours of an inbox over a period, quick to ask; calendar None: always."""

    def __init__(self, calendar: Calendar | None, start: datetime, end: datetime) -> None:
        spans = [(start, end)] if calendar is None else list(calendar.intervals(start, end))
        self._starts = [in_utc(opens) for opens, _closes in spans]
        self._ends = [in_utc(closes) for _opens, closes in spans]

    def are_open(self, at: datetime) -> bool:
        """Whether it is promised at a moment of the period."""
        place = bisect_right(self._starts, at) - 1
        return place >= 0 and at < self._ends[place]


def cell_of(at: datetime, zone: ZoneInfo) -> Cell:
    """The half hour of the week in which a moment lies."""
    local = at.astimezone(zone)
    return local.weekday(), local.hour * 2 + local.minute // 30


def week(
    arrived: Iterable[Arrived],
    calendars: Mapping[int, Calendar | None],
    *,
    start: datetime,
    end: datetime,
    zone: ZoneInfo,
) -> Week:
    """The week of a period [start, end). calendars: of the inboxes; others are not counted."""
    hours = {inbox: Hours(calendar, start, end) for inbox, calendar in calendars.items()}
    came: Counter[Cell] = Counter()
    missed: Counter[Cell] = Counter()
    for inbox, at, count in arrived:
        if inbox not in hours or not start <= at < end:
            continue
        cell = cell_of(at, zone)
        came[cell] += count
        if not hours[inbox].are_open(at):
            missed[cell] += count
    return Week(came, missed, _promised(hours.values(), start, end, zone))


def _promised(
    hours: Iterable[Hours], start: datetime, end: datetime, zone: ZoneInfo
) -> frozenset[Cell]:
    quarters: dict[Cell, list[datetime]] = {}
    at = start
    while at < end:
        quarters.setdefault(cell_of(at, zone), []).append(at)
        at += _QUARTER
    known = list(hours)
    return frozenset(
        cell
        for cell, moments in quarters.items()
        if known and all(2 * sum(map(one.are_open, moments)) > len(moments) for one in known)
    )
