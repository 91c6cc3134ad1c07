"""The numbers of domain.md 5 (T-8), the hold-out and the schedule."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.invitations import holdout, uplift
from chat.invitations.schedule import EVERY_DAY, Schedule, zone


def test_t8_proven() -> None:
    found = uplift.compare(treat=1080, n_treat=36_000, control=88, n_control=4_000)
    assert found is not None
    assert (found.rate_treat, found.rate_control) == pytest.approx((0.030, 0.022))
    assert round(found.delta * 100, 2) == 0.80
    assert (round(found.low * 100, 2), round(found.high * 100, 2)) == (0.31, 1.29)
    assert found.relative is not None
    assert round(found.relative * 100, 1) == 36.4
    assert found.z is not None
    assert found.p is not None
    assert (round(found.z, 3), round(found.p, 4)) == (2.851, 0.0044)
    assert round(found.extra) == 288
    assert found.proven


def test_t8_not_proven() -> None:
    found = uplift.compare(treat=540, n_treat=18_000, control=50, n_control=2_000)
    assert found is not None
    assert found.p is not None
    assert round(found.p, 3) == 0.210
    assert found.doubt == "interval"
    assert not found.proven


def test_t8_sample_size() -> None:
    assert uplift.sample_size(0.020, 0.025) == (7_925, 71_320)


@pytest.mark.parametrize(("n_treat", "n_control"), [(9_000, 999), (999, 9_000)])
def test_a_small_arm_proves_nothing(n_treat: int, n_control: int) -> None:
    found = uplift.compare(treat=n_treat // 2, n_treat=n_treat, control=1, n_control=n_control)
    assert found is not None
    assert found.doubt == "small"


def test_empty_and_even_arms() -> None:
    assert uplift.compare(treat=0, n_treat=0, control=0, n_control=5) is None
    nobody = uplift.compare(treat=0, n_treat=2_000, control=0, n_control=2_000)
    assert nobody is not None
    assert (nobody.z, nobody.p, nobody.relative, nobody.proven) == (None, None, None, False)
    everybody = uplift.compare(treat=2_000, n_treat=2_000, control=2_000, n_control=2_000)
    assert everybody is not None
    assert everybody.z is None
    with pytest.raises(ValueError, match="more successes"):
        uplift.compare(treat=3, n_treat=2, control=0, n_control=1)
    for rates in ((0.02, 0.02), (0.0, 0.1), (0.1, 1.0)):
        with pytest.raises(ValueError, match="rates"):
            uplift.sample_size(*rates)


@given(
    n_treat=st.integers(1, 50_000),
    n_control=st.integers(1, 50_000),
    one=st.floats(0, 1),
    other=st.floats(0, 1),
)
def test_uplift_is_consistent(n_treat: int, n_control: int, one: float, other: float) -> None:
    found = uplift.compare(
        treat=int(one * n_treat), n_treat=n_treat, control=int(other * n_control),
        n_control=n_control,
    )  # fmt: skip
    assert found is not None
    assert found.low <= found.delta <= found.high
    assert found.p is None or 0 <= found.p <= 1
    if found.proven:
        assert min(n_treat, n_control) >= uplift.LEAST
        assert not found.low <= 0 <= found.high


def test_one_in_ten_is_held_out() -> None:
    arms = [holdout.arm("trigger-1-1", f"visitor-{number}") for number in range(20_000)]
    share = arms.count("control") / len(arms)
    assert 0.094 < share < 0.106


def test_the_hold_out_is_the_formula() -> None:
    import hashlib

    for visitor in ("a", "Ż", "visit:x"):
        number = int(hashlib.sha256(f"e|{visitor}".encode()).hexdigest(), 16) % 10_000
        assert holdout.bucket("e", visitor) == number
        assert (holdout.arm("e", visitor) == "control") is (number < 1_000)


@given(st.text(max_size=40), st.text(max_size=40))
def test_the_hold_out_is_sticky(experiment: str, visitor: str) -> None:
    assert holdout.arm(experiment, visitor) == holdout.arm(experiment, visitor)


def test_another_experiment_holds_out_others() -> None:
    people = [f"visitor-{number}" for number in range(5_000)]
    first = {one for one in people if holdout.arm("trigger-1-1", one) == "control"}
    second = {one for one in people if holdout.arm("trigger-1-2", one) == "control"}
    assert len(first & second) < len(first) / 4


WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.mark.parametrize(
    ("schedule", "moment", "wanted"),
    [
        (Schedule(), datetime(2026, 3, 1, 3, tzinfo=UTC), True),
        (Schedule(frozenset({0})), datetime(2026, 3, 2, 12, tzinfo=UTC), True),
        (Schedule(frozenset({0})), datetime(2026, 3, 3, 12, tzinfo=UTC), False),
        # Sunday 23:30 in UTC is Monday in Warsaw.
        (Schedule(frozenset({0})), datetime(2026, 3, 1, 23, 30, tzinfo=UTC), True),
        (Schedule(begins=time(9), ends=time(17)), datetime(2026, 3, 2, 8, tzinfo=UTC), True),
        (Schedule(begins=time(9), ends=time(17)), datetime(2026, 3, 2, 7, 59, tzinfo=UTC), False),
        (Schedule(begins=time(9), ends=time(17)), datetime(2026, 3, 2, 16, tzinfo=UTC), False),
        # Summer time moved the clock in between.
        (Schedule(begins=time(9), ends=time(17)), datetime(2026, 6, 1, 7, tzinfo=UTC), True),
        (Schedule(begins=time(20)), datetime(2026, 3, 2, 19, tzinfo=UTC), True),
        (Schedule(ends=time(8)), datetime(2026, 3, 2, 6, 59, tzinfo=UTC), True),
        # Friday night until two belongs to Friday.
        (Schedule(frozenset({4}), time(22), time(2)), datetime(2026, 3, 7, 0, tzinfo=UTC), True),
        (Schedule(frozenset({4}), time(22), time(2)), datetime(2026, 3, 6, 0, tzinfo=UTC), False),
    ],
)
def test_schedule(schedule: Schedule, moment: datetime, wanted: bool) -> None:
    assert schedule.allows(moment, WARSAW) is wanted


def test_unknown_zones_are_utc() -> None:
    for name in ("", "Nowhere/Else", "../etc/passwd", "\0"):
        assert zone(name).utcoffset(datetime(2026, 1, 1, tzinfo=UTC)) is not None
    assert len(EVERY_DAY) == 7
