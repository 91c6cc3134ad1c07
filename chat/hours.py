"""The widget's opening hours: open now, until when, or from when on. Pure; the arithmetic is that
of every business calendar, helpdesk.sla.calendar.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from chat.appearance import Hours
from helpdesk.sla.calendar import Calendar, CalendarError, zone_of
from helpdesk.sla.written import read

AHEAD = timedelta(days=400)  # how far we look for the next opening
ENDLESS = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Opening:
    """opens_at only while closed, closes_at only while open; None: not in sight."""

    open: bool
    opens_at: datetime | None = None
    closes_at: datetime | None = None


def zone(name: str) -> ZoneInfo:
    """The time zone of this name; UTC for one that does not exist."""
    try:
        return zone_of(name)
    except CalendarError:
        return ZoneInfo("UTC")


def opening(calendar: Calendar | None, now: datetime) -> Opening:
    """Whether we are open at `now` (aware), and when that changes. None: always open."""
    if calendar is None:
        return Opening(open=True)
    if calendar.is_open(now):
        return Opening(open=True, closes_at=calendar.next_closing(now, ENDLESS))
    return Opening(open=False, opens_at=calendar.next_opening(now, AHEAD))


def promised(hours: Hours | None) -> Calendar | None:
    """The hours as a business calendar; None: day and night."""
    if hours is None:
        return None
    closed = [{"date": day} for day in hours.closed]
    return read({"zone": hours.tz, "week": dict(hours.week), "holidays": closed})


def weekly(calendar: Calendar | None) -> list[list[int | str]]:
    """The promised week as rows of [weekday 0 (Monday) to 6, from, to]."""
    if calendar is None:
        return []
    return [
        [number, _clock(start), _clock(end)]
        for number, day in enumerate(calendar.week)
        for start, end in day
    ]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
