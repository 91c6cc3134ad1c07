"""Alarms reach people: once, again while they ring on, and when they are over (OPS-6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpdesk import alarms, hook_tally, outbound_http, sweeping
from helpdesk.models import Act, AuditEntry, Heartbeat, Notice, Ringing
from helpdesk.selectors import figures, intake
from helpdesk.selectors.watched import Figure
from helpdesk.services import alarming, notices
from helpdesk.services.alarming import Ways
from tests.core.conftest import Desk

START = datetime(2026, 5, 1, 12, tzinfo=UTC)
DISK = Figure("disk_free_ratio", "", 0.05)


class Desktop:
    """What the desk finds, minute by minute."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.found: list[Figure] = []
        patch.setattr(figures, "figures", lambda _now=None: self.found)

    def look(self, minutes: float) -> list[str]:
        """Subjects of the mails of this look."""
        before = Notice.objects.count()
        alarming.look(START + timedelta(minutes=minutes))
        made = Notice.objects.order_by("pk")[before:]
        return [one.words["subject"] for one in made if one.to]


@pytest.fixture
def found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desktop:
    alarming.choose(Ways(mails=["night@shop.example"], hours=4), by=desk.admin)
    return Desktop(monkeypatch)


def test_once_then_after_hours_then_when_it_is_over(found: Desktop) -> None:
    found.found = [DISK]
    assert found.look(0) == ["Parley: The disk is nearly full."]
    assert [found.look(minute) for minute in (1, 30, 239)] == [[], [], []]
    assert found.look(240) == ["Parley: The disk is nearly full."]
    found.found = []
    assert found.look(241) == []
    assert found.look(243) == ["Parley: over: The disk is nearly full."]
    assert found.look(250) == []


def test_what_comes_and_goes_is_told_once(found: Desktop) -> None:
    told = []
    for half in range(20):
        found.found = [DISK] if half % 2 else []
        told += found.look(half / 2)
    assert told == ["Parley: The disk is nearly full."]


def test_some_alarms_wait_and_what_is_over_before_is_never_told(found: Desktop) -> None:
    found.found = [Figure("outbox", "", 2, (("channel", "sms"), ("state", "uncertain")))]
    assert [found.look(minute) for minute in (0, 9)] == [[], []]
    found.found = []
    assert [found.look(minute) for minute in (9.5, 12)] == [[], []]
    found.found = [Figure("outbox", "", 2, (("channel", "sms"), ("state", "uncertain")))]
    assert [found.look(minute) for minute in (13, 22.9)] == [[], []]
    assert len(found.look(23)) == 1
    assert "channel sms" in Notice.objects.latest("pk").words["text"]


def test_what_has_not_changed_is_not_written(found: Desktop) -> None:
    """An age grows all the time; nothing is saved while nothing is news."""
    age = Figure("backup_age_seconds", "", 100_000)
    found.found = [DISK, age]
    found.look(0)
    found.found = [DISK, Figure("backup_age_seconds", "", 100_060)]
    with CaptureQueriesContext(connection) as asked:
        found.look(1)
    assert not [one for one in asked if "UPDATE" in one["sql"] or "INSERT" in one["sql"]]
    found.found = [DISK, Figure("backup_age_seconds", "", 120_000)]
    found.look(2)
    assert Ringing.objects.get(name="BackupOld").value == 120_000


def test_what_rings_again_soon_is_not_over(found: Desktop) -> None:
    found.found = [DISK]
    found.look(0)
    for minute in (1, 2.5, 4, 5.5):
        found.found = [] if minute in {1, 4} else [DISK]
        assert found.look(minute) == []
    assert Ringing.objects.get().quiet_at is None


def test_many_alarms_are_one_mail_with_what_to_do(found: Desktop) -> None:
    found.found = [DISK, Figure("clock_offset_seconds", "", 9)]
    assert len(found.look(0)) == 1
    text = Notice.objects.latest("pk").words["text"]
    assert "docs/runbook.md#disk-full" in text
    assert "docs/runbook.md#clock-wrong" in text


def test_a_chat_is_told_and_its_address_is_kept_sealed(
    desk: Desk, found: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "https://chat.example/hooks/canary-of-the-chat"
    alarming.choose(Ways(url=url), by=desk.admin)
    found.found = [DISK]
    found.look(0)
    sent: list[Any] = []

    def post(url: str, *, json: Any) -> outbound_http.Answer:
        sent.append((url, json))
        return outbound_http.Answer(500 if len(sent) == 1 else 200, {}, b"")

    monkeypatch.setattr(outbound_http, "post", post)
    notice = Notice.objects.get(to="")
    assert not notices.send(notice.pk)
    notice.refresh_from_db()
    assert notice.error == "OSError: HTTP 500"
    Notice.objects.update(due_at=datetime.now(UTC))
    assert notices.send(notice.pk)
    assert sent[1][0] == url
    assert sent[1][1]["text"].startswith("Parley: The disk is nearly full.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT secrets::text FROM helpdesk_alarmway")
        assert "canary" not in str(cursor.fetchall())
    assert "canary" not in str(list(AuditEntry.objects.values()))


def test_without_a_worker_the_sweeper_sends_itself(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarming.choose(Ways(mails=["night@shop.example"]), by=desk.admin)
    Heartbeat.objects.create(name="worker", beat_at=datetime.now(UTC) - timedelta(minutes=5))
    monkeypatch.setattr(alarming, "_next", 0.0)
    monkeypatch.setattr(hook_tally, "lately", dict)
    sweeping.tick()
    sweeping.tick()
    assert [one.subject for one in mail.outbox] == ["Parley: No sign of life of the worker."]
    assert Ringing.objects.get(name="WorkerSilent").told_at


def test_the_bar_tells_supervisors_and_nobody_else(desk: Desk, found: Desktop) -> None:
    found.found = [DISK]
    found.look(0)
    Heartbeat.objects.create(name="sweeper", beat_at=START - timedelta(days=900))
    assert intake.troubles(desk.supervisor).alarms == (
        str(alarms.WORDS["SweeperSilent"]),
        str(alarms.WORDS["DiskFull"]),
    )
    assert not intake.troubles(desk.agent)
    client = Client()
    client.force_login(desk.supervisor)
    assert "The disk is nearly full." in client.get("/inbox/").content.decode()


class TestPage:
    @pytest.fixture
    def client(self, desk: Desk) -> Client:
        made = Client()
        made.force_login(desk.admin)
        session = made.session
        session["proved_at"] = datetime.now(UTC).timestamp()
        session.save()
        return made

    def test_saved_shown_without_its_secret_and_audited(self, desk: Desk, client: Client) -> None:
        form = {"mails": "a@shop.example\nb@shop.example", "hours": "2"}
        url = "https://chat.example/canary"
        assert client.post("/settings/alarms/", {**form, "url": url}).status_code == 302
        page = client.get("/settings/alarms/").content.decode()
        assert "b@shop.example" in page
        assert "canary" not in page
        assert client.post("/settings/alarms/", form).status_code == 302
        assert alarming.way().secrets == {"url": url}, "an empty field keeps it"
        client.post("/settings/alarms/", {**form, "forget": "on"})
        assert alarming.way().secrets == {}
        assert AuditEntry.objects.filter(act=Act.CHANGED, about="helpdesk.AlarmWay").count() == 3

    @pytest.mark.parametrize(
        ("name", "value"),
        [("mails", "nobody"), ("url", "ftp://x.example"), ("hours", "0"), ("hours", "٣")],
    )
    def test_refused_by_field(self, client: Client, name: str, value: str) -> None:
        form = {"mails": "", "url": "", "hours": "4", name: value}
        answer = client.post("/settings/alarms/", form)
        assert (answer.status_code, list(answer.context["errors"])) == (400, [name])

    def test_a_trial_goes_to_everybody(self, desk: Desk, client: Client) -> None:
        ways = Ways(mails=["a@shop.example"], url="https://chat.example/x")
        alarming.choose(ways, by=desk.admin)
        assert client.post("/settings/alarms/try/").status_code == 302
        assert list(Notice.objects.values_list("to", flat=True)) == ["a@shop.example", ""]
        assert "on its way" in client.get("/settings/alarms/").content.decode()


def test_a_broken_audit_is_a_figure(desk: Desk) -> None:
    assert alarming.verify_audit() == 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
    from helpdesk import audit

    audit.record(Act.CHANGED, desk.agent, by=desk.admin)
    audit.seal()
    AuditEntry.objects.update(reason="forged")
    assert alarming.verify_audit() == 1
    told = {one.name: one.value for one in figures.figures()}
    assert told["audit_faults"] == 1
    assert ("AuditBroken", "") in alarms.places(figures.figures())
