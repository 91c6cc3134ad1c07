"""The figures by which service is judged, each defined once (pure).

Shares are fractions of 1, times seconds. A figure of nothing is None, never 0 or 100 %.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil, inf, sqrt
from statistics import NormalDist
from typing import Literal, get_args

from helpdesk.sla.calendar import Interval, in_utc

Convention = Literal[
    "minus_short", "credit_abandons", "answered_only", "all_offered", "ignore_within"
]
CONVENTIONS: tuple[Convention, ...] = get_args(Convention)
FAIR = 0.80
COVERED = (0.85, 0.95)  # the share of waits that a shown P90 should cover
_Z_95 = NormalDist().inv_cdf(0.975)
_NONE = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Contacts of one period, counted where they were offered.

    elsewhere: not abandoned, but helped by the FAQ, or moved to mail or a call back. `_within`
    is the part of each in the target time. short: left so soon that nobody could have answered.
    """

    answered: int
    answered_within: int
    abandoned: int
    abandoned_within: int
    short: int = 0
    elsewhere: int = 0
    elsewhere_within: int = 0


def service_level(of: Answers, convention: Convention = "minus_short") -> float | None:
    """The share answered in time. Whoever shows it names the convention too.

    minus_short (ours): of all but those who left at once or were helped otherwise in time;
    credit_abandons: who left in time counts as served; answered_only: of the answered;
    all_offered: of everybody; ignore_within: of all but those who left in time.
    """
    offered = of.answered + of.abandoned + of.elsewhere
    stayed = offered - of.elsewhere_within
    kept = of.answered_within
    served, asked = {
        "minus_short": (kept, stayed - of.short),
        "credit_abandons": (kept + of.abandoned_within, stayed),
        "answered_only": (kept, of.answered),
        "all_offered": (kept, offered),
        "ignore_within": (kept, stayed - of.abandoned_within),
    }[convention]
    return share(served, asked)


def abandonment(of: Answers) -> float | None:
    """The share that left before an answer, short ones aside."""
    offered = of.answered + of.abandoned + of.elsewhere
    return share(of.abandoned - of.short, offered - of.short)


def occupancy(*, busy: float, available: float) -> float | None:
    """Time with a contact or its wrap-up, of that and the time spent waiting for one."""
    return share(busy, busy + available)


def capacity_occupancy(
    used: Iterable[tuple[float, float]], *, units: float, seconds: float
) -> float | None:
    """Unit-seconds used, of those there were: `used` has (units, seconds) of each contact."""
    return share(sum(weight * lasted for weight, lasted in used), units * seconds)


def busy_seconds(contacts: Iterable[Interval]) -> float:
    """Seconds with one contact at least, however many there were at once."""
    return sum((end - start for start, end in _union(contacts)), _NONE).total_seconds()


def concurrency(contacts: Sequence[Interval]) -> float | None:
    """How many contacts there were at once, on average over the time with any."""
    each = sum((in_utc(end) - in_utc(start) for start, end in contacts), _NONE)
    return share(each.total_seconds(), busy_seconds(contacts))


def wilson(good: int, of: int) -> tuple[float, float] | None:
    """The 95 % interval of a share. Raises ValueError if there are more good ones than all."""
    if not 0 <= good <= of:
        raise ValueError("a part is larger than the whole")
    if not of:
        return None
    rate, z2 = good / of, _Z_95 * _Z_95
    centre = (rate + z2 / (2 * of)) / (1 + z2 / of)
    margin = _Z_95 * sqrt(rate * (1 - rate) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return max(0.0, centre - margin), min(1.0, centre + margin)


def percentile(values: Iterable[float], percent: float) -> float | None:
    """The smallest value that this many percent do not exceed: a wait somebody really had.

    Raises ValueError for a percentage outside 0 to 100.
    """
    if not 0 <= percent <= 100:
        raise ValueError("a percentage lies between 0 and 100")
    found = sorted(values)
    return found[max(ceil(round(len(found) * percent / 100, 9)) - 1, 0)] if found else None


def fairness(loads: Sequence[float]) -> float | None:
    """Jain's index: 1 where all have the same, 1/n where one has it all; under FAIR warn."""
    squares = sum(load * load for load in loads)
    return share(sum(loads) ** 2, len(loads) * squares)


def wait_coverage(waits: Iterable[tuple[float, float, bool]]) -> float | None:
    """The share of waits that end within the P90 that was shown; aim: COVERED.

    waits: (waited, shown, answered). One who left may have been just about to be answered, so
    counting the answered alone flatters: waits are taken as Kaplan and Meier do, in parts of
    what was shown, and one who left counts for as long as he waited.
    """
    parts = sorted(
        (waited / shown if shown > 0 else inf if waited > 0 else 0.0, not answered)
        for waited, shown, answered in waits
    )
    still, at_risk = 1.0, len(parts)
    for part, left in parts:
        if part > 1:
            break
        if not left:
            still *= 1 - 1 / at_risk
        at_risk -= 1
    return 1 - still if parts else None


def share(part: float, whole: float) -> float | None:
    """What share the part is; None where there is nothing to divide by."""
    return part / whole if whole > 0 else None


def _union(intervals: Iterable[Interval]) -> Iterator[Interval]:
    """The same time in intervals that neither overlap nor touch, in order."""
    held: Interval | None = None
    in_order = sorted((in_utc(start), in_utc(end)) for start, end in intervals)
    for start, end in in_order:
        if end <= start:
            continue
        if held and start <= held[1]:
            held = held[0], max(held[1], end)
            continue
        if held:
            yield held
        held = start, end
    if held:
        yield held
