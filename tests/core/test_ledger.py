"""The ledger as the sweepers write it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpdesk import heartbeat, sweeping
from helpdesk.models import (
    BusinessHours,
    Heartbeat,
    Inbox,
    InboxHealth,
    LedgerLine,
    Presence,
    Queue,
)
from helpdesk.services import ledger
from helpdesk.sla import stored
from tests import factories
from tests.core.conftest import Desk
from tests.core.parallel import at_once

NOON = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
Clock = Callable[[str], int]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A pass of the sweeper at a time of Friday, or of "day time"; how many lines it wrote."""

    def tick(text: str) -> int:
        day, _space, clock = text.rpartition(" ")
        now = datetime.fromisoformat(f"{day or '2026-03-06'} {clock}").replace(tzinfo=UTC)
        monkeypatch.setattr(stored, "database_now", lambda: now)
        return ledger.keep()

    return tick


@pytest.fixture(autouse=True)
def running(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every process is there; this one has written nothing yet."""
    ledger._written.clear()
    for name in ("worker", "web", "smtpd", "sweeper"):
        heartbeat.beat(name)


def online(*agents: Any) -> None:
    for agent in agents:
        agent.presence, agent.last_seen_at = Presence.ONLINE, datetime.now(UTC)
        agent.save()


def line(inbox: Inbox, starts: str = "12:00", day: str = "2026-03-06") -> tuple[int, ...]:
    begun = datetime.fromisoformat(f"{day} {starts}").replace(tzinfo=UTC)
    found = LedgerLine.objects.filter(channel=inbox.channel, starts_at=begun).first()
    return (found.promised, found.staffed, found.up, found.seen) if found else (0, 0, 0, 0)


def causes(inbox: Inbox) -> list[str]:
    return sorted(
        {cause for one in LedgerLine.objects.filter(channel=inbox.channel) for cause in one.causes}
    )


def shut(inbox: Inbox) -> None:
    inbox.enabled = False
    inbox.save()


def test_a_minute_is_kept_while_somebody_is_there(desk: Desk, at: Clock) -> None:
    online(desk.agent, desk.stranger)
    assert at("11:59") == 1  # the ledger begins
    for clock in ("12:00", "12:00:30", "12:00:59", "12:01:05"):
        at(clock)
    assert line(desk.inbox) == (3, 3, 3, 3)
    desk.agent.presence = Presence.LUNCH
    desk.agent.save()
    at("12:02")
    # The widget of the others is answered, but this one is not.
    assert line(desk.inbox) == (7, 3, 7, 7)
    assert causes(desk.inbox) == [f"nobody:{desk.inbox.pk}"]


def test_a_browser_that_is_gone_is_nobody(desk: Desk, at: Clock) -> None:
    shut(desk.elsewhere)
    online(desk.agent)
    at("11:59")
    desk.agent.last_seen_at = datetime.now(UTC) - timedelta(minutes=2)
    desk.agent.save()
    at("12:00")
    assert line(desk.inbox) == (1, 0, 1, 1)


@pytest.mark.parametrize("process", ["worker", "web"])
def test_a_process_that_is_silent_is_down(desk: Desk, at: Clock, process: str) -> None:
    online(desk.agent, desk.stranger)
    at("11:59")
    Heartbeat.objects.filter(name=process).update(beat_at=datetime.now(UTC) - timedelta(seconds=31))
    at("12:00")
    assert line(desk.inbox) == (1, 1, 0, 1)
    assert causes(desk.inbox) == [f"process:{process}"]


def test_a_process_of_another_channel_does_not_matter(desk: Desk, at: Clock) -> None:
    online(desk.agent, desk.stranger)
    mail = factories.inbox(channel="email", teams=[desk.mine])
    at("11:59")
    Heartbeat.objects.filter(name="smtpd").delete()
    at("12:00")
    assert line(desk.inbox) == (1, 1, 1, 1)
    assert line(mail) == (1, 1, 0, 1)


def test_a_broken_account_is_down(desk: Desk, at: Clock) -> None:
    online(desk.agent, desk.stranger)
    at("11:59")
    Inbox.objects.filter(pk=desk.inbox.pk).update(health=InboxHealth.BROKEN)
    at("12:00")
    assert line(desk.inbox) == (1, 1, 0, 1)
    assert causes(desk.inbox) == [f"inbox:{desk.inbox.pk}"]


def test_only_promised_minutes_count(desk: Desk, at: Clock) -> None:
    shut(desk.elsewhere)
    hours = BusinessHours.objects.create(
        name="Office",
        calendar={"zone": "Europe/Warsaw", "week": {"fri": [["09:00", "13:02"]]}},
    )
    desk.inbox.queue = Queue.objects.create(name="Chat", hours=hours)
    desk.inbox.save()
    for clock in ("11:59", "12:00", "12:01", "12:02"):
        at(clock)
    assert line(desk.inbox) == (0b011, 0, 0b011, 0b111)
    # The widget's own hours win: they are what its visitors read.
    desk.inbox.settings = {"hours": {"tz": "Europe/Warsaw", "week": {"fri": [["09:00", "13:04"]]}}}
    desk.inbox.save()
    at("12:03")
    at("12:04")
    assert line(desk.inbox) == (0b01011, 0, 0b01011, 0b11111)


def test_a_gap_is_filled_as_not_kept(desk: Desk, at: Clock) -> None:
    online(desk.agent, desk.stranger)
    at("12:00")
    at("12:01")
    assert at("12:07") == 3
    assert line(desk.inbox) == (0b11110, 0b10, 0b10, 0b10)
    assert line(desk.inbox, "12:05") == (0b111, 0b100, 0b100, 0b100)
    assert causes(desk.inbox) == ["unseen:"]


def test_a_long_gap_is_filled_day_by_day(desk: Desk, at: Clock) -> None:
    at("2026-03-03 12:00")
    ledger._written.clear()
    assert at("12:00") > 200
    assert line(desk.inbox, "12:00", "2026-03-05") == (0, 0, 0, 0)
    while at("12:00"):
        pass
    lines = LedgerLine.objects.filter(channel=desk.inbox.channel)
    assert sum(one.promised.bit_count() for one in lines) == 3 * 1440
    assert sum(one.seen.bit_count() for one in lines) == 1
    assert not any(one.up & ~one.seen or one.staffed & ~one.seen for one in lines)


def test_days_of_23_and_25_hours_are_promised_what_they_last(desk: Desk, at: Clock) -> None:
    shut(desk.elsewhere)
    desk.inbox.settings = {"hours": {"tz": "Europe/Warsaw", "week": {"sun": [["00:00", "24:00"]]}}}
    desk.inbox.save()
    for day, hours in (("2026-03-28", 23), ("2026-10-24", 25)):
        LedgerLine.objects.all().delete()
        at(f"{day} 12:00")
        after = datetime.fromisoformat(f"{day} 12:00") + timedelta(days=2)
        while at(f"{after:%Y-%m-%d %H:%M}"):
            pass
        lines = LedgerLine.objects.filter(channel=desk.inbox.channel)
        assert sum(one.promised.bit_count() for one in lines) == hours * 60


def test_old_lines_are_forgotten_at_night(desk: Desk, at: Clock) -> None:
    at("12:00")
    for day in (date(2025, 1, 29), date(2025, 3, 1)):
        begun = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        LedgerLine.objects.create(channel=desk.inbox.channel, starts_at=begun)
    at("12:01")
    assert LedgerLine.objects.filter(starts_at__year=2025).count() == 2
    LedgerLine.objects.filter(channel="").update(starts_at=NOON + timedelta(hours=14, minutes=55))
    at("2026-03-07 03:00")
    (left,) = LedgerLine.objects.filter(starts_at__year=2025)
    assert left.starts_at.month == 3


def test_a_clock_put_back_writes_nothing_twice(desk: Desk, at: Clock) -> None:
    at("12:00")
    at("12:01")
    before = list(LedgerLine.objects.order_by("pk").values())
    ledger._written.clear()
    assert at("11:30") == 0
    assert list(LedgerLine.objects.order_by("pk").values()) == before


@pytest.mark.django_db(transaction=True)
def test_several_sweepers_write_each_minute_once(desk: Desk, at: Clock) -> None:
    online(desk.agent, desk.stranger)
    at("11:59")
    found: list[int] = []
    for clock in ("12:00", "12:01", "12:02", "12:08"):
        now = datetime.fromisoformat(f"2026-03-06 {clock}").replace(tzinfo=UTC)
        ledger._written.clear()
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(stored, "database_now", lambda now=now: now)
            at_once([ledger.keep] * 6)
            ledger._written.clear()
            found.append(ledger.keep())
    assert line(desk.inbox) == (31, 7, 7, 7)
    assert line(desk.inbox, "12:05") == (0b1111, 0b1000, 0b1000, 0b1000)
    assert found == [0, 0, 0, 0]  # all was written by those six
    assert LedgerLine.objects.filter(channel=desk.inbox.channel).count() == 2


def test_the_sweeper_writes_it_and_survives_its_faults(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweeping.tick()
    assert LedgerLine.objects.filter(channel="").count() == 1

    def broken() -> int:
        raise RuntimeError("broken")

    monkeypatch.setattr(ledger, "keep", broken)
    sweeping.tick()


def test_a_minute_costs_the_same_whatever_there_is(desk: Desk, at: Clock) -> None:
    online(desk.agent)
    at("11:59")
    at("12:00")
    with CaptureQueriesContext(
        connection,
    ) as few:
        at("12:01")
    for _number in range(5):
        factories.inbox(teams=[desk.mine])
        online(factories.agent(teams=[desk.mine]))
    with CaptureQueriesContext(connection) as many:
        at("12:02")
    assert len(many) == len(few)
    with CaptureQueriesContext(connection) as again:
        at("12:02:30")
    assert len(again) == 0
