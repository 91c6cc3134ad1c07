"""Hours, days and durations as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.models import SLAPolicy
from helpdesk.sla import lines, policies, public_holidays, stored


@pytest.mark.parametrize(
    ("typed", "rows"),
    [
        ("09:00-17:00", [["09:00", "17:00"]]),
        (" 9 – 12 ,13.30—17 ", [["09:00", "12:00"], ["13:30", "17:00"]]),
        ("10:00-24:00; 0-2", [["10:00", "24:00"], ["00:00", "02:00"]]),
        ("", []),
        (" - ", []),
        ("nine", [["nine"]]),
        ("9-10-11", [["09:00", "10:00", "11:00"]]),
    ],
)
def test_hours(typed: str, rows: list[list[str]]) -> None:
    assert lines.hours(typed) == rows


def test_special_days() -> None:
    typed = "2026-12-24 9-13, 14-15 Christmas Eve\n\n05-02\n12-31 Old Year\nnonsense"
    days = lines.special_days(typed)
    assert [(day["date"], day["name"], len(day["open"])) for day in days] == [
        ("2026-12-24", "Christmas Eve", 2),
        ("05-02", "", 0),
        ("12-31", "Old Year", 0),
        ("nonsense", "", 0),
    ]
    assert lines.special_days(lines.special_days_text(days)) == days


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("30 s", 30), ("5 min", 300), ("5", 300), ("1 h 30 min", 5400), ("1h30", 5400),
        ("0,5 h", 1800), ("\u200e1 h\u200e", 3600), ("", None), ("soon", None), ("-5 min", None),
        ("5 d", None),
    ],
)  # fmt: skip
def test_durations(typed: str, seconds: float | None) -> None:
    assert lines.seconds(typed) == seconds


@given(st.integers(1, 366 * 86_400))
def test_a_duration_comes_back(seconds: int) -> None:
    assert lines.seconds(lines.duration(seconds)) == seconds


def test_public_holidays() -> None:
    days = {day["date"]: day for day in public_holidays.days("PL", "", 2026)}
    assert {"2026-05-03", "2027-05-03", "2028-05-03"} <= set(days)
    assert public_holidays.days("", "", 2026) == []
    assert public_holidays.days("XX", "", 2026) == []
    assert public_holidays.days("DE", "XX", 2026) == []
    assert "BY" in public_holidays.regions("DE")
    bavarian = {day["date"] for day in public_holidays.days("DE", "BY", 2026)}
    assert "2026-01-06" in bavarian - {d["date"] for d in public_holidays.days("DE", "", 2026)}
    assert ("PL", "Poland") in public_holidays.countries()


def test_a_policy_comes_back_from_its_columns() -> None:
    for policy in policies.defaults():
        found = stored.policy_of(SLAPolicy(**stored.columns(policy)))
        assert found.targets == policy.targets
        assert (found.warnings, found.steps) == (policy.warnings, policy.steps)
        assert found.conditions == policy.conditions


@pytest.mark.parametrize("junk", [None, [], {}, "x", 3, [1, {"after": -1}], {"frt": 3}])
def test_a_malformed_row_is_read(junk: object) -> None:
    row = SLAPolicy(name="x", conditions=junk, targets=junk, warnings=junk, steps=junk)
    assert stored.policy_of(row).targets == {}


def test_an_unknown_kind_fits_nobody() -> None:
    row = SLAPolicy(name="x", conditions={"kinds": ["carrier pigeon"]})
    assert not stored.policy_of(row).conditions.hold(policies.Case(kind="live"))
