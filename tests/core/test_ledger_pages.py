"""The screens of the promised hours: who sees them, and what they say."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chat.visits.models import Visit
from helpdesk.models import BusinessHours, Conversation, Inbox, LedgerLine, Queue, State
from helpdesk.selectors import ledger
from helpdesk.sla import kept
from helpdesk.web import ledger_words
from tests import factories
from tests.core.conftest import Desk

PATHS = ("/ledger/", "/ledger/coverage/", "/ledger/file/")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def signed_in(agent: Any) -> Client:
    client = Client()
    client.force_login(agent)
    return client


@pytest.fixture
def client(desk: Desk) -> Client:
    return signed_in(desk.supervisor)


def text(client: Client, path: str = "/ledger/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def this_line() -> datetime:
    return kept.line_of(datetime.now(UTC))[0]


def write(inbox: Inbox, lines_ago: int = 0, **facts: Any) -> LedgerLine:
    begun = this_line() - lines_ago * timedelta(minutes=5)
    known: dict[str, Any] = {"promised": 31, "staffed": 31, "up": 31, "seen": 31, **facts}
    LedgerLine.objects.get_or_create(channel="", starts_at=begun, defaults={"seen": 31})
    return LedgerLine.objects.create(channel=inbox.channel, starts_at=begun, **known)


def office(inbox: Inbox, zone: str = "Asia/Jerusalem") -> None:
    week = {day: [["09:00", "17:00"]] for day in WEEKDAYS}
    hours, _made = BusinessHours.objects.get_or_create(
        name=zone, defaults={"calendar": {"zone": zone, "week": week}}
    )
    inbox.queue, _made = Queue.objects.get_or_create(name=zone, defaults={"hours": hours})
    inbox.save()


def test_only_supervisors_and_administrators(desk: Desk) -> None:
    for path in PATHS:
        assert Client().get(path)["Location"].startswith("/login/")
        assert signed_in(desk.agent).get(path).status_code == 403
        assert signed_in(desk.supervisor).get(path).status_code == 200
        assert signed_in(desk.admin).get(path).status_code == 200
        assert signed_in(desk.admin).post(path).status_code == 405
    assert 'href="/ledger/"' not in text(signed_in(desk.agent), "/queue/")
    assert 'href="/ledger/"' in text(signed_in(desk.admin), "/queue/")


def test_only_own_channels(desk: Desk, client: Client) -> None:
    mail = factories.inbox(channel="email", teams=[desk.others], name="Secret mail")
    write(mail, up=0, causes={f"inbox:{mail.pk}": 31})
    assert "Not working" not in text(client)
    assert "E-mail" not in text(client, "/ledger/coverage/")
    assert "Not working" in text(signed_in(desk.admin))
    assert len(text(client, "/ledger/file/").splitlines()) == 1


def test_before_it_has_begun_it_says_so(client: Client) -> None:
    page = text(client)
    assert "begins with the first full minute" in page
    assert "Nothing promised" in page


def test_kept_and_lost_minutes_add_up(desk: Desk, client: Client) -> None:
    for number in range(1, 40):
        write(desk.inbox, number)
    assert "100\u00a0%" in text(client, "/ledger/?days=30")
    assert "No minute was lost" in text(client, "/ledger/?days=30")
    write(desk.inbox, 0, staffed=0b00111, up=0b01110, causes={"process:web": 0b10001})
    page = text(client, "/ledger/?days=30")
    assert "98.5\u00a0%" in page  # 197 of 200, rounded down
    assert "Kept <bdi>3 h 17 min</bdi> of <bdi>3 h 20 min</bdi>" in page
    assert "Below the target" in page or "Now: Nobody there, and not working" in page
    assert page.count("The web server was silent") == 2


def test_what_goes_on_is_said(desk: Desk, client: Client) -> None:
    write(desk.inbox, 1)
    LedgerLine.objects.filter(channel="").delete()
    now = datetime.now(UTC)
    bit = kept.line_of(now)[1]
    write(desk.inbox, 0, promised=bit, staffed=0, up=bit, seen=bit)
    LedgerLine.objects.filter(channel="").update(seen=bit)
    page = text(client)
    assert "Now: Nobody there" in page
    assert "the sweeper is silent" not in page


def test_a_ledger_that_nobody_writes_is_said(desk: Desk, client: Client) -> None:
    write(desk.inbox, 3)
    assert "the sweeper is silent" in text(client)


def test_names_are_told_where_they_tell_something(desk: Desk) -> None:
    write(desk.inbox, 1, staffed=0, causes={f"nobody:{desk.elsewhere.pk}": 31})
    admin = signed_in(desk.admin)
    page = text(admin, "/ledger/?days=30")
    assert f"Without anybody: {desk.elsewhere.name}" in page
    # The supervisor answers only one of the two, and is told no other's name.
    assert desk.elsewhere.name not in text(signed_in(desk.supervisor), "/ledger/?days=30")


def test_local_times_and_days(desk: Desk, client: Client) -> None:
    office(desk.inbox)
    found = ledger.desk(desk.supervisor)
    assert found.zone.key == "Asia/Jerusalem"
    evening = datetime(2026, 3, 6, 22, 30, tzinfo=UTC)
    assert str(found.day(evening)) == "2026-03-07"
    assert found.midnight(found.day(evening)) == datetime(2026, 3, 6, 22, 0, tzinfo=UTC)
    spring = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)  # the clock goes forward at two
    assert found.midnight(found.day(spring)) == datetime(2026, 3, 26, 22, 0, tzinfo=UTC)
    LedgerLine.objects.create(
        channel=desk.inbox.channel, starts_at=this_line() - timedelta(days=2), promised=31, seen=31
    )
    (row,) = list(csv.reader(io.StringIO(text(client, "/ledger/file/"))))[1:]
    local = (this_line() - timedelta(days=2)).astimezone(found.zone)
    assert row[1] == local.isoformat(timespec="minutes")
    assert row[3:] == ["5", "Nobody there, and not working", ""]


def test_the_period_is_one_of_three(desk: Desk, client: Client) -> None:
    write(desk.inbox, 20 * 288, staffed=0)
    assert "Nobody there" in text(client, "/ledger/?days=30")
    for asked in ("7", "", "1", "x", "9" * 50, "-3", "%00"):
        assert "Nobody there" not in text(client, f"/ledger/?days={asked}")


def test_the_screen_shows_the_newest_and_the_file_has_all(desk: Desk, client: Client) -> None:
    for number in range(60):
        write(desk.inbox, 2 * number + 1, staffed=0)
    assert "10 older spans are in the CSV file" in text(client, "/ledger/?days=30")
    assert len(text(client, "/ledger/file/?days=30").splitlines()) == 61


def started(inbox: Inbox, at: datetime, **facts: Any) -> None:
    chat = factories.conversation(inbox)
    Conversation.objects.filter(pk=chat.pk).update(created_at=at, **facts)


def monday(hour: int, weeks_ago: int = 1) -> datetime:
    """A Monday of the last four weeks, in UTC."""
    now = datetime.now(UTC)
    begun = now - timedelta(days=now.weekday() + 7 * weeks_ago)
    return begun.replace(hour=hour, minute=10, second=0, microsecond=0)


def visit(inbox: Inbox, at: datetime, **facts: Any) -> None:
    Visit.objects.create(inbox=inbox, key=str(at), started_at=at, ended_at=at, **facts)


def test_the_map_counts_who_came(desk: Desk, client: Client) -> None:
    office(desk.inbox, "UTC")
    started(desk.inbox, monday(10))
    started(desk.inbox, monday(10, 2))
    started(desk.inbox, monday(20))
    started(desk.inbox, monday(20), state=State.SPAM)
    started(desk.elsewhere, monday(10))
    visit(desk.inbox, monday(21))
    visit(desk.inbox, monday(22), conversation=Conversation.objects.first())
    page = text(client, "/ledger/coverage/")
    assert "50\u00a0%" in page
    assert "<bdi>2</bdi> of <bdi>4</bdi>" in page
    assert "2 more half hours a week would reach" in page
    assert "Monday \u206620:00–20:30" in page
    assert "Monday \u206621:00–21:30" in page
    assert "<bdi>2</bdi> of <bdi>3</bdi>" in text(client, "/ledger/coverage/?of=conversations")
    assert "<bdi>0</bdi> of <bdi>1</bdi>" in text(client, "/ledger/coverage/?of=visits")
    assert "<bdi>2</bdi> of <bdi>4</bdi>" in text(client, "/ledger/coverage/?of=x&channel=y")


def test_a_map_without_anybody(client: Client) -> None:
    page = text(client, "/ledger/coverage/")
    assert "Nobody came in the last 4 weeks" in page
    assert page.count('role="cell"') == 7 * 48
    assert "Half hours that would help" not in page


def test_a_supervisor_without_inbox(desk: Desk) -> None:
    alone = factories.agent(role="supervisor")
    for path in PATHS[:2]:
        assert "No inbox of yours" in text(signed_in(alone), path)


def test_names_are_text(desk: Desk) -> None:
    desk.inbox.name = "<script>alert(1)</script>"
    desk.inbox.save()
    write(desk.inbox, 1, staffed=0, causes={f"nobody:{desk.inbox.pk}": 31, "process:<b>": 31})
    page = text(signed_in(desk.admin), "/ledger/?days=30")
    assert "<script>alert" not in page
    assert "<b> was" not in page
    desk.elsewhere.name = "=1+1"
    desk.elsewhere.save()
    LedgerLine.objects.filter(channel=desk.inbox.channel).update(
        causes={f"nobody:{desk.elsewhere.pk}": 31}
    )
    rows = list(csv.reader(io.StringIO(text(signed_in(desk.admin), "/ledger/file/?days=30"))))
    assert not rows[1][5].startswith("=")


@pytest.mark.parametrize("path", PATHS)
def test_the_queries_do_not_grow(desk: Desk, path: str) -> None:
    def count() -> int:
        client = signed_in(desk.admin)
        with CaptureQueriesContext(connection) as queries:
            text(client, path)
        return len(queries)

    write(desk.inbox, 1, staffed=0)
    started(desk.inbox, monday(10))
    few = count()
    for number in range(6):
        more = factories.inbox(teams=[desk.mine])
        office(more)
        write(desk.inbox, number + 2, up=0)
        started(more, monday(11))
    assert count() == few


@pytest.mark.parametrize(
    ("share", "said"),
    [(1.0, "100"), (0.99996, "99.9"), (0.995, "99.5"), (0.9949, "99.4"), (0.0, "0"), (0.29, "29")],
)
def test_a_share_never_looks_better_than_it_is(share: float, said: str) -> None:
    assert ledger_words.percent(share) == f"\u2066{said}\u00a0%\u2069"
