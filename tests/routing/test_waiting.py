"""The estimate of a wait: the published table, and what must hold for any queue."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.routing.waiting import NO_WAIT, estimate, gamma_quantile, moments, rounded_up

slots = st.floats(0.2, 60)
ahead = st.integers(0, 80)
aht = st.floats(30, 3600)
theta = st.sampled_from([0.0, 1 / 600, 1 / 120, 1 / 30])


@pytest.mark.parametrize(
    ("served", "before", "seconds", "rate", "expected"),
    [
        (9, 0, 576, 1 / 120, (64.0, 44.4, 147.4)),
        (9, 2, 576, 1 / 120, (136.7, 120.5, 247.2)),
        (24, 3, 576, 1 / 120, (76.1, 69.7, 128.0)),
        (1, 0, 300, 0.0, (300.0, 207.9, 690.8)),
    ],
)
def test_the_published_table(
    served: float, before: int, seconds: float, rate: float, expected: tuple[float, ...]
) -> None:
    mean, variance = moments(served, before, seconds, rate)
    found = (mean, gamma_quantile(0.5, mean, variance), gamma_quantile(0.9, mean, variance))
    assert tuple(round(one, 1) for one in found) == expected


@given(slots, ahead, aht, theta)
def test_more_people_ahead_mean_a_longer_wait(n: float, q: int, h: float, rate: float) -> None:
    mean, variance = moments(n, q, h, rate)
    longer, wider = moments(n, q + 1, h, rate)
    assert longer > mean > 0
    assert wider > variance > 0


@given(slots, ahead, aht, theta)
def test_one_more_slot_never_lengthens_it(n: float, q: int, h: float, rate: float) -> None:
    assert moments(n + 1, q, h, rate)[0] < moments(n, q, h, rate)[0]


@given(slots, ahead, aht, theta)
def test_the_quantiles_are_in_order_and_finite(n: float, q: int, h: float, rate: float) -> None:
    mean, variance = moments(n, q, h, rate)
    low, high = gamma_quantile(0.5, mean, variance), gamma_quantile(0.9, mean, variance)
    assert 0 < low <= mean < high < math.inf


@given(st.floats(0.05, 0.99), st.floats(1, 1e4))
def test_without_spread_of_shape_it_is_the_exponential(share: float, mean: float) -> None:
    found = gamma_quantile(share, mean, mean * mean)
    assert found == pytest.approx(-mean * math.log(1 - share), rel=1e-9)


@given(st.integers(1, 200), st.floats(0.05, 0.99))
def test_a_large_shape_is_nearly_normal(shape: int, share: float) -> None:
    found = gamma_quantile(share, float(shape * 400), float(shape * 400))
    centre, spread = shape * 400, math.sqrt(shape * 400)
    assert abs(found - centre) < 4 * spread


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, 0), (0.1, 15), (15, 15), (15.0001, 30), (44.4, 45), (90.1, 105), (105, 105),
        (105.1, 120), (119, 120), (120, 120), (120.5, 180), (147.4, 180), (247.2, 300),
    ],
)  # fmt: skip
def test_it_is_rounded_up_to_what_people_can_use(seconds: float, shown: int) -> None:
    assert rounded_up(seconds) == shown


@given(st.floats(0, 5000))
def test_rounding_never_promises_less(seconds: float) -> None:
    assert seconds - 1e-6 <= rounded_up(seconds) <= seconds + 60


def test_a_free_slot_is_no_wait() -> None:
    assert estimate(9, 0, free=1, aht=576, samples=50) == NO_WAIT
    assert estimate(9, 2, free=3, aht=576, samples=50) == NO_WAIT
    assert estimate(9, 2, free=2, aht=576, samples=50) != NO_WAIT


def test_nobody_there_is_no_estimate() -> None:
    assert estimate(0, 0) is None


@pytest.mark.parametrize(
    ("n", "samples", "unsure"), [(9, 10, False), (1.9, 50, True), (9, 9, True)]
)
def test_with_little_known_it_says_so(n: float, samples: int, unsure: bool) -> None:
    found = estimate(n, 2, aht=576, samples=samples, longest=41)
    assert found is not None
    assert found.about == unsure
    assert found.longest == (45 if unsure else None)


def test_defaults_stand_in_for_what_was_never_measured() -> None:
    found = estimate(2, 0)
    assert found is not None
    assert (found.mean, found.about, found.longest) == (240.0, True, None)
