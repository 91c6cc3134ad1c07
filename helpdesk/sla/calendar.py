"""Business time: when a queue is open, and how much of that time lies between two moments (pure).

All arithmetic is in UTC, so that a day of 23 or 25 hours counts what it lasts. Moments are aware
datetimes in any zone; what is given back is in UTC. How a calendar is stored: helpdesk.sla.written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Minutes of the local day, from (inclusive) to (exclusive): 09:00-17:00 is (540, 1020).
Span = tuple[int, int]
Hours = tuple[Span, ...]
Interval = tuple[datetime, datetime]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
LOOK_AHEAD = timedelta(days=731)
_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
_NONE = timedelta(0)


class CalendarError(ValueError):
    """What is wrong with a calendar: a code, the place in it ("week.mon.1"), and the facts."""

    def __init__(self, code: str, where: str = "", **data: object) -> None:
        super().__init__(f"{where}: {code}" if where else code)
        self.code, self.where, self.data = code, where, data


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day unlike the others of its weekday: open at these hours only, or closed all day."""

    name: str = ""
    open: Hours = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Weekly hours (Monday first) in an IANA zone, and the days that differ.

    holidays, exceptions: by "2026-05-01", or "12-24" for every year. An exception wins over a
    holiday, a holiday over the week, a date over a day of every year. Raises CalendarError
    ("unknown_zone").
    """

    zone: str
    week: tuple[Hours, ...]
    holidays: Mapping[str, SpecialDay] = field(default_factory=dict)
    exceptions: Mapping[str, SpecialDay] = field(default_factory=dict)

    def __post_init__(self) -> None:
        zone_of(self.zone)

    def hours_on(self, day: date) -> Hours:
        """The opening hours of a local date."""
        whole, yearly = day.isoformat(), day.strftime("%m-%d")
        for special in (self.exceptions, self.holidays):
            found = special.get(whole) or special.get(yearly)
            if found is not None:
                return found.open
        return self.week[day.weekday()]

    def intervals(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """The open times between two moments, in order; what touches is one."""
        held: Interval | None = None
        for opens, closes in self._pieces(in_utc(start), in_utc(end)):
            if held and held[1] == opens:
                held = held[0], closes
                continue
            if held:
                yield held
            held = opens, closes
        if held:
            yield held

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """How long it is open between two moments; nothing if the end is before the start."""
        pieces = self._pieces(in_utc(start), in_utc(end))
        return sum((closes - opens for opens, closes in pieces), _NONE)

    def add(self, start: datetime, duration: timedelta) -> datetime | None:
        """The earliest moment by which it was open that long since `start`: elapsed()'s inverse.

        A span's end belongs to it: 13:00 plus four hours is 17:00, not the next morning. None
        if that is more than LOOK_AHEAD away. Raises ValueError for a negative duration.
        """
        left, start = duration, in_utc(start)
        if left < _NONE:
            raise ValueError("business time only runs forward")
        if not left:
            return start
        for opens, closes in self._pieces(start, start + LOOK_AHEAD):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        return None

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at this moment; at the very end of a span it is closed."""
        at = in_utc(at)
        return any(True for _piece in self._pieces(at, at + _TICK))

    def next_opening(self, at: datetime, within: timedelta = LOOK_AHEAD) -> datetime | None:
        """From when on it is open: `at` itself while it is; None if not `within` that time."""
        at = in_utc(at)
        return next((opens for opens, _closes in self._pieces(at, at + within)), None)

    def next_closing(self, at: datetime, within: timedelta = LOOK_AHEAD) -> datetime | None:
        """From when on it is closed: `at` itself while it is; None if not `within` that time."""
        at = in_utc(at)
        reached, horizon = at, at + within
        for opens, closes in self._pieces(at, horizon):
            if opens > reached:
                break
            reached = closes
        return reached if reached < horizon else None

    def _pieces(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """The open times in [start, end) in order, apart from each other; some may touch."""
        if end <= start:
            return
        zone = zone_of(self.zone)
        # A day more at both ends: a clock put back around midnight shows parts of two dates twice.
        day, last = start.astimezone(zone).date() - _DAY, end.astimezone(zone).date() + _DAY
        while day <= last:
            for opens, closes in sorted(
                (_moment(day, first, zone), _moment(day, until, zone, end=True))
                for first, until in self.hours_on(day)
            ):
                one = max(opens, start), min(closes, end)
                if one[0] < one[1]:
                    yield one
                    start = one[1]
            if start >= end:
                return
            day += _DAY


def zone_of(name: str) -> ZoneInfo:
    """The time zone of this name. Raises CalendarError ("unknown_zone")."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CalendarError("unknown_zone", "zone", zone=name) from error


def in_utc(at: datetime) -> datetime:
    """The same moment in UTC. Raises ValueError for a datetime without a zone."""
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return at.astimezone(UTC)


def _moment(day: date, minute: int, zone: ZoneInfo, *, end: bool = False) -> datetime:
    """When the clock of the zone shows this minute of a day.

    A time that does not come (clock put forward) is as long after midnight as it would have
    been. One that comes twice begins with the first; it ends with the second, since an hour
    inside the opening hours belongs to them both times that the clock shows it.
    """
    wall = datetime.combine(day, time.min) + timedelta(minutes=minute)
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    if end:
        second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
        # The repeated hour itself begins at `wall`: then it lies outside.
        if second > first and (second - _TICK).astimezone(zone).replace(tzinfo=None) < wall:
            return second
    return first
