"""When a rush begins and when it is over (pure; domain rule: spike mode)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

FORECAST_FACTOR = 1.5
LEVEL_MARGIN = 0.10
LONGEST_WAIT = 30.0
CALM_FOR = 600.0
FEWEST_ARRIVALS = 5


class Sign(StrEnum):
    ARRIVALS = "arrivals"
    SERVICE_LEVEL = "service_level"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Figures:
    """Rolling figures of the live channels; None where nothing was measured or promised.

    arrivals, forecast: of the last five minutes. level, target: share of the last fifteen
    minutes that was answered in time. wait: the middle of the expected wait, seconds.
    """

    arrivals: int = 0
    forecast: float | None = None
    level: float | None = None
    target: float | None = None
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class Spike:
    """Whether a rush is on, since when, by which signs, and since when it has been calm."""

    on: bool = False
    since: float | None = None
    signs: tuple[Sign, ...] = ()
    calm_since: float | None = None


QUIET = Spike()


def signs(figures: Figures) -> tuple[Sign, ...]:
    """What speaks for a rush now. A handful of arrivals is never one: that is chance."""
    found = []
    enough = figures.forecast is not None and figures.arrivals >= FEWEST_ARRIVALS
    if enough and figures.arrivals > FORECAST_FACTOR * (figures.forecast or 0.0):
        found.append(Sign.ARRIVALS)
    measured = figures.level is not None and figures.target is not None
    if measured and (figures.target or 0.0) - (figures.level or 0.0) > LEVEL_MARGIN:
        found.append(Sign.SERVICE_LEVEL)
    if figures.wait is not None and figures.wait > LONGEST_WAIT:
        found.append(Sign.WAIT)
    return tuple(found)


def spike(was: Spike, figures: Figures, now: float) -> Spike:
    """The state after these figures: on at the first sign, off after ten calm minutes."""
    found = signs(figures)
    if found:
        return Spike(True, was.since if was.on else now, found)
    if not was.on:
        return QUIET
    calm_since = now if was.calm_since is None else was.calm_since
    if now - calm_since >= CALM_FOR:
        return QUIET
    return Spike(True, was.since, was.signs, calm_since)
