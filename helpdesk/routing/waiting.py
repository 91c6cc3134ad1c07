"""How long a waiting customer will wait: an honest range, never a countdown (pure).

The queue-length estimator with abandonment: with `ahead` customers before him, service of `aht`
seconds in `slots` slots, and patience of rate `theta`, his wait is a sum of exponential steps;
its quantiles are those of a gamma with the same mean and variance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

DEFAULT_AHT = 480.0
DEFAULT_PATIENCE = 120.0
FEWEST_SAMPLES = 10
SURE_SLOTS = 2.0
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Estimate:
    """p50 and p90 in seconds, rounded up as they are shown; `mean` is exact.

    about: too little is known for a range: `longest` is the longest wait of those who were
    answered last, or None where nobody was.
    """

    mean: float
    p50: int
    p90: int
    about: bool = False
    longest: int | None = None


NO_WAIT = Estimate(0.0, 0, 0)


def moments(slots: float, ahead: int, aht: float, theta: float) -> tuple[float, float]:
    """Mean and variance of the wait behind `ahead` others; `theta` is 1/patience, or 0."""
    served = slots / aht
    steps = [1 / (served + place * theta) for place in range(ahead + 1)]
    return math.fsum(steps), math.fsum(step * step for step in steps)


def gamma_quantile(share: float, mean: float, variance: float) -> float:
    """The value that a gamma of this mean and variance stays below with probability `share`."""
    shape, scale = mean * mean / variance, variance / mean
    low, high = 0.0, shape + 1.0
    while _below(shape, high) < share:
        low, high = high, high * 2
    while high - low > _TINY * high:
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        if _below(shape, middle) < share:
            low = middle
        else:
            high = middle
    return high * scale


def _below(shape: float, x: float) -> float:
    """The regularised lower incomplete gamma function: a series, or far out a fraction."""
    if x <= 0:
        return 0.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1:
        term = total = 1 / shape
        step = shape
        while term > total * _TINY:
            step += 1
            term *= x / step
            total += term
        return front * total
    return 1 - front * _fraction(shape, x)


def _fraction(shape: float, x: float) -> float:
    """Lentz's continued fraction of the upper tail."""
    b = x + 1 - shape
    c, d = 1e300, 1 / b
    found = d
    for step in range(1, 10_000):
        factor = -step * (step - shape)
        b += 2
        d = 1 / (factor * d + b)
        c = b + factor / c
        found *= c * d
        if abs(c * d - 1) < _TINY:
            break
    return found


def rounded_up(seconds: float) -> int:
    """As people are told: up to the next 15 s below two minutes, else up to the next minute."""
    step = 15 if seconds <= 105 else 60
    return math.ceil(round(seconds, 6) / step) * step


def estimate(
    slots: float,
    ahead: int,
    *,
    free: float = 0.0,
    aht: float | None = None,
    samples: int = 0,
    theta: float = 1 / DEFAULT_PATIENCE,
    longest: float | None = None,
) -> Estimate | None:
    """What to tell one who waits behind `ahead` others; None while nobody serves the queue.

    slots: how many can be served at once; free: how many of them are empty now. aht: mean
    seconds of service (None: DEFAULT_AHT) measured on `samples` contacts.
    """
    if slots <= 0:
        return None
    if free > ahead:
        return NO_WAIT
    mean, variance = moments(slots, ahead, aht or DEFAULT_AHT, theta)
    unsure = slots < SURE_SLOTS or samples < FEWEST_SAMPLES
    return Estimate(
        mean=mean,
        p50=rounded_up(gamma_quantile(0.5, mean, variance)),
        p90=rounded_up(gamma_quantile(0.9, mean, variance)),
        about=unsure,
        longest=None if longest is None or not unsure else rounded_up(longest),
    )
