"""Whether an invitation pays: two proportions compared, honestly. Pure (T-8).

Intention to treat: whoever was to be invited counts, seen or not; the hold-out is compared with
those who were. z uses the pooled variance, the confidence interval the unpooled one.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist
from typing import Literal

LEAST = 1_000
_NORMAL = NormalDist()
Z_95 = _NORMAL.inv_cdf(0.975)

# Why a figure proves nothing: an arm under 1000, or an interval that contains no difference.
Doubt = Literal["", "small", "interval"]


@dataclass(frozen=True, slots=True)
class Uplift:
    """Rates and differences as fractions (0.008 = 0.8 percentage points); low, high: 95 %.

    relative is None where the control rate is 0; z and p are None where they are not defined.
    extra: orders (or chats) that would not have been there without the invitations.
    """

    n_treat: int
    n_control: int
    rate_treat: float
    rate_control: float
    delta: float
    low: float
    high: float
    relative: float | None
    z: float | None
    p: float | None
    extra: float
    doubt: Doubt

    @property
    def proven(self) -> bool:
        return not self.doubt


def compare(
    *, treat: int, n_treat: int, control: int, n_control: int, least: int = LEAST
) -> Uplift | None:
    """Successes of two arms compared; None while an arm is empty. Raises ValueError on nonsense."""
    if not 0 <= treat <= n_treat or not 0 <= control <= n_control:
        raise ValueError("there are more successes than visitors")
    if not n_treat or not n_control:
        return None
    one, other = treat / n_treat, control / n_control
    delta = one - other
    pooled = (treat + control) / (n_treat + n_control)
    spread = sqrt(pooled * (1 - pooled) * (1 / n_treat + 1 / n_control))
    z = delta / spread if spread else None
    margin = Z_95 * sqrt(one * (1 - one) / n_treat + other * (1 - other) / n_control)
    low, high = delta - margin, delta + margin
    doubt: Doubt = ""
    if min(n_treat, n_control) < least:
        doubt = "small"
    elif low <= 0 <= high:
        doubt = "interval"
    return Uplift(
        n_treat=n_treat,
        n_control=n_control,
        rate_treat=one,
        rate_control=other,
        delta=delta,
        low=low,
        high=high,
        relative=delta / other if other else None,
        z=z,
        p=2 * (1 - _NORMAL.cdf(abs(z))) if z is not None else None,
        extra=delta * n_treat,
        doubt=doubt,
    )


def sample_size(
    base: float, wanted: float, *, ratio: float = 9, power: float = 0.8, alpha: float = 0.05
) -> tuple[int, int]:
    """(control, treated) visitors needed to tell rate `wanted` from `base`.

    ratio: treated per one of control. Raises ValueError if the rates are equal or no rates.
    """
    if not 0 < base < 1 or not 0 < wanted < 1 or base == wanted:
        raise ValueError("two different rates between 0 and 1 are needed")
    mean = (base + ratio * wanted) / (1 + ratio)
    z_alpha, z_beta = _NORMAL.inv_cdf(1 - alpha / 2), _NORMAL.inv_cdf(power)
    under_null = z_alpha * sqrt(mean * (1 - mean) * (1 + 1 / ratio))
    under_difference = z_beta * sqrt(base * (1 - base) + wanted * (1 - wanted) / ratio)
    control = ((under_null + under_difference) / (wanted - base)) ** 2
    return ceil(control), ceil(control * ratio)
