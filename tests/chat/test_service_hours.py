"""Opening hours: what holds on days of 23 and 25 hours, across midnight, and on closed days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.appearance import DAYS, Hours
from chat.hours import Opening, opening, promised, weekly, zone
from helpdesk.sla.calendar import Calendar

WARSAW = ZoneInfo("Europe/Warsaw")
Week = dict[str, tuple[tuple[str, str], ...]]
OFFICE: Week = dict.fromkeys(DAYS[:5], (("09:00", "17:00"),))


def hours(week: Week, *closed: str, tz: str = "Europe/Warsaw") -> Calendar | None:
    return promised(Hours(tz, {day: week.get(day, ()) for day in DAYS}, closed))


def local(text: str, tz: ZoneInfo = WARSAW, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=tz, fold=fold)


@pytest.mark.parametrize(
    ("now", "is_open", "opens", "closes"),
    [
        ("2026-03-06T16:30", True, None, "2026-03-06T17:00"),
        ("2026-03-06T17:00", False, "2026-03-09T09:00", None),
        ("2026-03-07T12:00", False, "2026-03-09T09:00", None),
        ("2026-03-09T08:59", False, "2026-03-09T09:00", None),
        ("2026-03-09T09:00", True, None, "2026-03-09T17:00"),
    ],
)
def test_a_week_of_office_hours(
    now: str, is_open: bool, opens: str | None, closes: str | None
) -> None:
    found = opening(hours(OFFICE), local(now))
    assert found.open == is_open
    assert found.opens_at == (local(opens) if opens else None)
    assert found.closes_at == (local(closes) if closes else None)


def test_a_closed_day_wins() -> None:
    found = opening(hours(OFFICE, "2026-03-09"), local("2026-03-09T12:00"))
    assert found == Opening(open=False, opens_at=local("2026-03-10T09:00"))


def test_past_midnight_is_one_span() -> None:
    late = hours({"fri": (("20:00", "24:00"),), "sat": (("00:00", "02:00"),)})
    found = opening(late, local("2026-03-06T23:00"))
    assert found.closes_at == local("2026-03-07T02:00")
    assert opening(late, local("2026-03-07T01:59")).open
    assert not opening(late, local("2026-03-07T02:00")).open


def test_always_open_has_no_end() -> None:
    day_and_night = hours(dict.fromkeys(DAYS, (("00:00", "24:00"),)))
    assert opening(day_and_night, local("2026-03-07T12:00")) == Opening(open=True)
    assert opening(None, datetime.now(UTC)) == Opening(open=True)
    assert weekly(None) == []


def test_never_open_has_no_beginning() -> None:
    assert opening(hours({}), datetime.now(UTC)) == Opening(open=False)


@pytest.mark.parametrize(
    ("day", "length"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-07", 24)]
)
def test_a_whole_day_lasts_what_it_lasts(day: str, length: int) -> None:
    sunday = hours({"sun": (("00:00", "24:00"),)})
    found = opening(sunday, local(f"{day}T00:00"))
    assert found.closes_at is not None
    assert found.closes_at - local(f"{day}T00:00").astimezone(UTC) == timedelta(hours=length)


def test_hours_around_the_change_of_the_clock() -> None:
    night = hours({"sun": (("01:00", "02:30"),)})
    # 02:30 comes twice: open until the second one.
    assert opening(night, local("2026-10-25T02:15", fold=1)).open
    assert not opening(night, local("2026-10-25T02:31", fold=1)).open
    # 02:30 does not come: what would be 02:30 is 03:30.
    found = opening(night, local("2026-03-29T01:30"))
    assert found.open
    assert found.closes_at == local("2026-03-29T03:30")


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd", "\x00", "x" * 5000])
def test_an_unknown_zone_is_utc(name: str) -> None:
    assert zone(name).key == "UTC"


def test_the_promised_week() -> None:
    lunch = (("09:00", "12:00"), ("13:00", "17:00"))
    assert weekly(hours({"mon": lunch, "sun": (("10:00", "12:00"),)})) == [
        [0, "09:00", "12:00"],
        [0, "13:00", "17:00"],
        [6, "10:00", "12:00"],
    ]


clock = st.integers(0, 23).map(lambda hour: f"{hour:02}:00")
span = st.tuples(clock, clock).filter(lambda pair: pair[0] < pair[1])
weeks = st.dictionaries(
    st.sampled_from(DAYS), st.lists(span, max_size=3).map(lambda rows: tuple(sorted(rows)))
)
zones = st.sampled_from(["Europe/Warsaw", "Asia/Jerusalem", "America/New_York", "Asia/Kolkata"])
moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@given(weeks, zones, moments)
def test_what_it_says_comes_true(week: Week, tz: str, now: datetime) -> None:
    known = hours(week, tz=tz)
    found = opening(known, now)
    if found.open:
        assert found.opens_at is None
        assert found.closes_at is not None
        assert now < found.closes_at <= now + timedelta(hours=26)
        assert not opening(known, found.closes_at).open
        assert opening(known, found.closes_at - timedelta(seconds=1)).open
    elif found.opens_at:
        assert found.opens_at > now
        assert opening(known, found.opens_at).open
        assert not opening(known, found.opens_at - timedelta(seconds=1)).open
    else:
        assert not any(week.values())
