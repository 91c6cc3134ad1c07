"""Opening hours: open now, until when, or from when on. Pure; arithmetic in UTC, so that a day of
23 or 25 hours is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chat.appearance import DAYS, Hours

AHEAD = 400  # days looked ahead for the next opening
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
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def opening(hours: Hours | None, now: datetime) -> Opening:
    """Whether we are open at `now` (aware), and when that changes. No hours: always open."""
    if hours is None:
        return Opening(open=True)
    for start, end in _merged(hours, now):
        if end <= now:
            continue
        if start > now:
            return Opening(open=False, opens_at=start)
        return Opening(open=True, closes_at=end if end - now < ENDLESS else None)
    return Opening(open=False)


def weekly(hours: Hours | None) -> list[list[int | str]]:
    """The promised week as rows of [weekday 0 (Monday) to 6, from, to]."""
    if hours is None:
        return []
    return [
        [number, start, end] for number, day in enumerate(DAYS) for start, end in hours.week[day]
    ]


def _merged(hours: Hours, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Intervals in UTC from the day before `now`, touching ones joined (as far as matters)."""
    held: tuple[datetime, datetime] | None = None
    for start, end in _intervals(hours, now):
        if held and start <= held[1] and held[1] - now < ENDLESS:
            held = held[0], max(held[1], end)
            continue
        if held:
            yield held
        held = start, end
    if held:
        yield held


def _intervals(hours: Hours, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    tz = zone(hours.tz)
    today = now.astimezone(tz).date()
    for ahead in range(-1, AHEAD):
        day = today + timedelta(days=ahead)
        if day.isoformat() in hours.closed:
            continue
        for start, end in hours.week[DAYS[day.weekday()]]:
            # An hour that the clock shows twice belongs to the opening hours both times.
            last = max(_moment(day, end, tz), _moment(day, end, tz, fold=1))
            yield _moment(day, start, tz), last


def _moment(day: date, clock: str, tz: ZoneInfo, *, fold: int = 0) -> datetime:
    if clock == "24:00":
        day, clock = day + timedelta(days=1), "00:00"
    local = datetime.combine(day, time.fromisoformat(clock), tzinfo=tz)
    return local.replace(fold=fold).astimezone(UTC)
