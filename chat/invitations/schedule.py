"""On which days and at which hours a trigger may act, by the clock of the widget. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Schedule:
    """Weekdays (0 is Monday) on which a span begins; without hours the whole day.

    A span that ends before it begins goes over midnight and belongs to the day it began.
    """

    days: frozenset[int] = EVERY_DAY
    begins: time | None = None
    ends: time | None = None

    def allows(self, now: datetime, zone: tzinfo) -> bool:
        """Whether this moment (an aware one) lies in the schedule."""
        local = now.astimezone(zone)
        today, clock = local.weekday(), local.time()
        begins, ends = self.begins or time.min, self.ends
        if ends is None or ends > begins:
            return today in self.days and begins <= clock and (ends is None or clock < ends)
        yesterday = (local - timedelta(days=1)).weekday()
        return (today in self.days and clock >= begins) or (yesterday in self.days and clock < ends)


def zone(name: str) -> tzinfo:
    """A time zone by name; UTC if there is no such zone."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
