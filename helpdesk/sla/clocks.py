"""The clock of one promise: how much of its time is used up, and when it is due (pure).

A clock runs in slices, each with the business hours in force then (None: day and night), and
stands still in its pauses. Times are aware datetimes, targets and elapsed times seconds.
Changing a clock gives a new one: what has elapsed never changes by it. A change that comes
late, or from a clock behind ours, is taken as soon as it makes sense: no reply fails over it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast, get_args

from helpdesk.sla import written
from helpdesk.sla.calendar import Calendar, in_utc

# First reply, next reply, periodic update, resolution.
Metric = Literal["frt", "nrt", "update", "resolution"]
State = Literal["met", "breached", "running", "paused", "cancelled"]

METRICS: tuple[Metric, ...] = get_args(Metric)
WARNINGS = (50, 75, 90, 100)
_NONE = timedelta(0)
_END = datetime.max.replace(tzinfo=UTC)


class ClockError(ValueError):
    """No clock can be made of this: its code, and the facts."""

    def __init__(self, code: str, **data: object) -> None:
        super().__init__(f"{code}: {data}" if data else code)
        self.code, self.data = code, data


@dataclass(frozen=True, slots=True)
class Slice:
    """From `since` until the next slice these business hours count; None: every second does."""

    since: datetime
    calendar: Calendar | None


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stands still from `since` until `until`; None: it still does."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One promise to one customer. cycle: how often it was reopened; events are once per cycle.

    Build it with started(); change it with the functions below.
    """

    metric: Metric
    target: float
    started_at: datetime
    slices: tuple[Slice, ...]
    pauses: tuple[Pause, ...] = ()
    fulfilled_at: datetime | None = None
    cancelled_at: datetime | None = None
    cycle: int = 0

    @property
    def paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1].until is None

    @property
    def settled_at(self) -> datetime | None:
        """When it stopped for good: fulfilled or cancelled."""
        return self.fulfilled_at or self.cancelled_at


def started(metric: Metric, target: float, at: datetime, calendar: Calendar | None = None) -> Clock:
    """A clock that runs from `at` on. Raises ClockError ("bad_target")."""
    at = in_utc(at)
    return Clock(
        metric=metric, target=_checked(target), started_at=at, slices=(Slice(at, calendar),)
    )


def elapsed(clock: Clock, now: datetime) -> float:
    """Seconds used up by `now`, or by the moment when it was fulfilled or cancelled."""
    return _elapsed(clock, now).total_seconds()


def due(clock: Clock) -> datetime | None:
    """The earliest moment at which all of the target is used up; see moment()."""
    return moment(clock, 100)


def moment(clock: Clock, percent: float) -> datetime | None:
    """The earliest moment at which this part of the target is used up, past or to come.

    None while a pause holds it off, if it was settled before, and for a cancelled clock.
    """
    if clock.cancelled_at:
        return None
    left = _part(clock, percent)
    for start, end, calendar in _stretches(clock, _END):
        found = start + left if calendar is None else calendar.add(start, left)
        if found is not None and found <= end:
            return found
        if end == _END:
            return None
        left -= _open(start, end, calendar)
    return None


def moments(clock: Clock, percents: tuple[int, ...] = WARNINGS) -> dict[int, datetime]:
    """When each warning is due, by percent of the target; those without a moment are left out."""
    found = {percent: moment(clock, percent) for percent in percents}
    return {percent: at for percent, at in found.items() if at is not None}


def reached(clock: Clock, now: datetime, percent: float) -> bool:
    """Whether a warning is to be given now: what a job asks again under its lock.

    At 100 % the target is still kept; it is broken only beyond.
    """
    if clock.settled_at:
        return False
    used, part = _elapsed(clock, now), _part(clock, percent)
    return used > part if percent >= 100 else used >= part


def state(clock: Clock, now: datetime) -> State:
    """met: fulfilled in time; breached: more elapsed than the target, fulfilled or not."""
    if clock.cancelled_at:
        return "cancelled"
    if _elapsed(clock, now) > _part(clock, 100):
        return "breached"
    if clock.fulfilled_at:
        return "met"
    return "paused" if clock.paused else "running"


def pause(clock: Clock, at: datetime) -> Clock:
    """It stands still from `at` on; nothing changes if it already does or is settled."""
    at = in_utc(at)
    if clock.paused or clock.settled_at:
        return clock
    # A job that comes late cannot pause what another pause has already taken out.
    last = clock.pauses[-1].until if clock.pauses else None
    return replace(clock, pauses=(*clock.pauses, Pause(max(at, last or at))))


def resume(clock: Clock, at: datetime) -> Clock:
    """It runs again from `at` on, which is when the customer wrote, however late the job."""
    at = in_utc(at)
    if not clock.paused:
        return clock
    *before, last = clock.pauses
    ended = (Pause(last.since, at),) if at > last.since else ()
    return replace(clock, pauses=(*before, *ended))


def fulfil(clock: Clock, at: datetime) -> Clock:
    """The promise is kept, or broken, at `at`; a settled clock stays as it is."""
    at = in_utc(at)
    if clock.settled_at:
        return clock
    return replace(clock, fulfilled_at=max(at, clock.started_at))


def reopen(clock: Clock, at: datetime) -> Clock:
    """It goes on from `at`, adding to what had elapsed when it was fulfilled: a new cycle."""
    at, since = in_utc(at), clock.fulfilled_at
    if since is None or clock.cancelled_at:
        return clock
    closed = resume(replace(clock, fulfilled_at=None), since)
    gap = (Pause(since, at),) if at > since else ()
    return replace(closed, pauses=(*closed.pauses, *gap), cycle=clock.cycle + 1)


def cancel(clock: Clock, at: datetime) -> Clock:
    """No promise any more (spam, merged); one that is already fulfilled stays what it is."""
    return clock if clock.settled_at else replace(clock, cancelled_at=in_utc(at))


def retarget(clock: Clock, target: float) -> Clock:
    """Another policy or priority: another target for the same elapsed time."""
    return replace(clock, target=_checked(target))


def reschedule(clock: Clock, calendar: Calendar | None, at: datetime) -> Clock:
    """Other business hours from `at` on; what is past keeps those that were in force then."""
    last = clock.slices[-1]
    at = max(in_utc(at), last.since)
    if clock.settled_at or last.calendar == calendar:
        return clock
    kept = clock.slices if at > last.since else clock.slices[:-1]
    return replace(clock, slices=(*kept, Slice(at, calendar)))


def stops(metric: Metric, conversation: str, *, on_hold: bool = False) -> bool:
    """Whether a clock of this metric stands still while the conversation is in this state.

    First and next replies never do, nor does anything while it is snoozed: no state may hide a
    customer who waits. on_hold: the policy stops resolution while a third party is asked.
    """
    if conversation == "pending":
        return metric in ("update", "resolution")
    return on_hold and metric == "resolution" and conversation == "on_hold"


def as_data(clock: Clock) -> dict[str, Any]:
    """The clock as plain data, fit for JSON; from_data() gives it back."""
    return {
        "metric": clock.metric,
        "target": clock.target,
        "started_at": clock.started_at.isoformat(),
        "slices": [
            [one.since.isoformat(), one.calendar and written.written(one.calendar)]
            for one in clock.slices
        ],
        "pauses": [[one.since.isoformat(), _iso(one.until)] for one in clock.pauses],
        "fulfilled_at": _iso(clock.fulfilled_at),
        "cancelled_at": _iso(clock.cancelled_at),
        "cycle": clock.cycle,
    }


def from_data(data: Mapping[str, Any]) -> Clock:
    """What as_data() wrote. Raises ClockError ("unknown_metric", "bad_target")."""
    if data["metric"] not in METRICS:
        raise ClockError("unknown_metric", metric=data["metric"])
    return Clock(
        metric=cast("Metric", data["metric"]),
        target=_checked(data["target"]),
        started_at=datetime.fromisoformat(data["started_at"]),
        slices=tuple(
            Slice(datetime.fromisoformat(since), written.read(calendar))
            for since, calendar in data["slices"]
        ),
        pauses=tuple(
            Pause(datetime.fromisoformat(since), _moment(until)) for since, until in data["pauses"]
        ),
        fulfilled_at=_moment(data["fulfilled_at"]),
        cancelled_at=_moment(data["cancelled_at"]),
        cycle=data["cycle"],
    )


def _elapsed(clock: Clock, now: datetime) -> timedelta:
    return sum((_open(*one) for one in _stretches(clock, in_utc(now))), _NONE)


def _stretches(
    clock: Clock, until: datetime
) -> Iterator[tuple[datetime, datetime, Calendar | None]]:
    """The times in which the clock ran, each with its business hours, in order up to `until`."""
    stop = min(until, clock.settled_at or until)
    edges = [*(one.since for one in clock.slices[1:]), _END]
    for one, after in zip(clock.slices, edges, strict=True):
        start, end = max(one.since, clock.started_at), min(after, stop)
        for pause_ in clock.pauses:
            if start < min(pause_.since, end):
                yield start, min(pause_.since, end), one.calendar
            start = max(start, pause_.until or _END)
        if start < end:
            yield start, end, one.calendar


def _open(start: datetime, end: datetime, calendar: Calendar | None) -> timedelta:
    return end - start if calendar is None else calendar.elapsed(start, end)


def _part(clock: Clock, percent: float) -> timedelta:
    return timedelta(seconds=clock.target * percent / 100)


def _checked(target: float) -> float:
    """A target in seconds; more than a century is a slip, and so are none and less."""
    if not 0 < target < 100 * 366 * 86_400:
        raise ClockError("bad_target", target=target)
    return target


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
