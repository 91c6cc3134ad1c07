"""The promise of being there: which minutes were promised, and which were kept (pure).

Moments are UTC and begin a minute. A minute is promised if it is open at its beginning, and kept
if then each open inbox had somebody and all that carries the channel worked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from helpdesk.sla.calendar import Calendar, in_utc

MINUTES = 5  # of one line of the ledger
ALL = 2**MINUTES - 1  # each minute of a line
MINUTE = timedelta(minutes=1)
TARGET = 0.995  # the share of the promised minutes that is to be kept


class Cause(StrEnum):
    """What was amiss; stored with a name behind it ("process:worker", "inbox:7")."""

    NOBODY = "nobody"
    PROCESS = "process"
    INBOX = "inbox"
    UNSEEN = "unseen"

    def of(self, name: object) -> str:
        """The cause as it is stored."""
        return f"{self}:{name}"


class Reason(StrEnum):
    """Why a promised minute was not kept."""

    NOBODY = "nobody"
    DOWN = "down"
    BOTH = "both"


class Line(Protocol):
    """What is read of a line of the ledger; a bit for each minute, the first the lowest.

    causes: the minutes of each.
    """

    starts_at: datetime
    promised: int
    staffed: int
    up: int
    seen: int
    causes: dict[str, int]


@dataclass(slots=True)
class Draft:
    """A line of the ledger while it is written."""

    starts_at: datetime
    promised: int = 0
    staffed: int = 0
    up: int = 0
    seen: int = 0
    causes: dict[str, int] = field(default_factory=dict)

    def add(self, cause: str, bit: int) -> None:
        """Note what was amiss in a minute."""
        self.causes[cause] = self.causes.get(cause, 0) | bit


@dataclass(frozen=True, slots=True)
class Site:
    """An inbox at this moment; calendar None: promised day and night.

    staffed: somebody eligible is online. working: the account itself is connected. silent: which
    of the processes that carry it give no sign of life.
    """

    inbox: int
    channel: str
    calendar: Calendar | None = None
    staffed: bool = False
    working: bool = True
    silent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Minutes:
    """Minutes of a channel: only promised ones count as staffed, up and kept."""

    promised: int = 0
    staffed: int = 0
    up: int = 0
    kept: int = 0

    @property
    def share(self) -> float | None:
        """The share of the promise that was kept; None if nothing was promised."""
        return self.kept / self.promised if self.promised else None

    @property
    def nobody(self) -> int:
        """Minutes in which all worked and nobody was there."""
        return self.up - self.kept

    @property
    def down(self) -> int:
        """Minutes in which somebody was there, but not everything worked."""
        return self.staffed - self.kept

    @property
    def both(self) -> int:
        """Minutes in which neither was so."""
        return self.promised - self.staffed - self.up + self.kept


@dataclass(frozen=True, slots=True)
class Broken:
    """A span in which the promise of a channel was not kept, for one reason."""

    channel: str
    start: datetime
    end: datetime
    reason: Reason
    causes: tuple[str, ...]

    @property
    def minutes(self) -> int:
        return round((self.end - self.start) / MINUTE)


def line_of(minute: datetime) -> tuple[datetime, int]:
    """Where a minute is written: when its line begins, and its bit there."""
    place = minute.minute % MINUTES
    return minute.replace(second=0, microsecond=0) - place * MINUTE, 1 << place


def minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    """The minutes that begin in [start, end), a whole minute each."""
    while start < end:
        yield start
        start += MINUTE


def open_minutes(calendar: Calendar | None, start: datetime, end: datetime) -> set[datetime]:
    """Those of minutes() at whose beginning it is open."""
    if calendar is None:
        return set(minutes(start, end))
    found: set[datetime] = set()
    for opens, closes in calendar.intervals(start, end):
        whole = opens.replace(second=0, microsecond=0)
        found.update(minutes(whole if whole == opens else whole + MINUTE, in_utc(closes)))
    return found


def gap(sites: Iterable[Site], start: datetime, end: datetime) -> dict[str, list[Draft]]:
    """Lines of minutes at which nobody looked, by channel: promised as the hours say, not kept."""
    found: dict[str, dict[datetime, Draft]] = {}
    for site in sites:
        lines = found.setdefault(site.channel, {})
        for minute in open_minutes(site.calendar, start, end):
            at, bit = line_of(minute)
            line = lines.setdefault(at, Draft(at))
            line.promised |= bit
            line.add(Cause.UNSEEN.of(""), bit)
    return {channel: sorted(lines.values(), key=_start) for channel, lines in found.items()}


def look(sites: Iterable[Site], minute: datetime) -> dict[str, Draft]:
    """One minute as it is, by channel."""
    by_channel: dict[str, list[Site]] = {}
    for site in sites:
        here = by_channel.setdefault(site.channel, [])
        if site.calendar is None or site.calendar.is_open(minute):
            here.append(site)
    return {channel: _looked(here, minute) for channel, here in by_channel.items()}


def _looked(here: list[Site], minute: datetime) -> Draft:
    at, bit = line_of(minute)
    if not here:
        return Draft(at, seen=bit)
    alone = [Cause.NOBODY.of(one.inbox) for one in here if not one.staffed]
    broken = [Cause.INBOX.of(one.inbox) for one in here if not one.working]
    broken += [Cause.PROCESS.of(name) for name in {name for one in here for name in one.silent}]
    return Draft(
        at,
        promised=bit,
        staffed=0 if alone else bit,
        up=0 if broken else bit,
        seen=bit,
        causes=dict.fromkeys(alone + broken, bit),
    )


def broken(channel: str, lines: Iterable[Line]) -> list[Broken]:
    """The spans of a channel in which its promise was not kept; lines in order of time."""
    found: list[Broken] = []
    for line in lines:
        for place in range(MINUTES):
            bit = 1 << place
            reason = _reason(line, bit)
            if reason is None:
                continue
            start = line.starts_at + place * MINUTE
            causes = frozenset(cause for cause, bits in line.causes.items() if bits & bit)
            last = found[-1] if found else None
            if last and last.end == start and last.reason is reason:
                start, causes = found.pop().start, causes.union(last.causes)
            end = line.starts_at + (place + 1) * MINUTE
            found.append(Broken(channel, start, end, reason, tuple(sorted(causes))))
    return found


def _reason(line: Line, bit: int) -> Reason | None:
    """Why a minute was not kept; None if it was, or if nothing was promised."""
    if not line.promised & bit or line.staffed & line.up & line.seen & bit:
        return None
    # Where nobody looked, the desk itself did not run: whether somebody was there is unknown.
    if not line.seen & bit or line.staffed & bit:
        return Reason.DOWN
    return Reason.NOBODY if line.up & bit else Reason.BOTH


def _start(line: Draft) -> datetime:
    return line.starts_at
