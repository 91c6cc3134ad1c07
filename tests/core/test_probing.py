"""The desk writes to itself: it is there, it comes back, and nobody ever sees it (OPS-1, OPS-6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.test import Client

from helpdesk import adapters, alarms, certificates, hook_tally, probing, quick_redis
from helpdesk.models import (
    ApiToken,
    AuditEntry,
    Certificate,
    Conversation,
    InboundEvent,
    Inbox,
    Probe,
    SLAPolicy,
)
from helpdesk.probes import NotBackError
from helpdesk.realtime import publish
from helpdesk.selectors import watched
from helpdesk.services import alarming, automatic
from helpdesk.services.alarming import Ways
from tests import factories
from tests.api.conftest import program
from tests.channel import ScriptedChannel, registered
from tests.core.conftest import Desk

START = datetime(2026, 5, 6, 12, tzinfo=UTC)
OWN = {"helpdesk_probe", "helpdesk_heartbeat"}


class Way(ScriptedChannel):
    """A channel that can try itself."""

    probe_every, probe_asks = timedelta(hours=1), True

    def __init__(self) -> None:
        super().__init__()
        self.tried, self.there, self.fault = 0, False, ""

    def probe(self, inbox: Inbox) -> str:
        self.tried += 1
        if self.fault:
            raise NotBackError(self.fault)
        return f"token-{self.tried}"

    def came_back(self, inbox: Inbox, token: str) -> bool:
        assert token == f"token-{self.tried}"
        return self.there


@pytest.fixture
def way(settings: Any) -> Iterator[Way]:
    settings.PROBE_URL = ""
    made = Way()
    with registered(made):
        yield made


@pytest.fixture
def probe(desk: Desk, way: Way) -> Probe:
    inbox = factories.inbox(channel="test", address="+48100", teams=[desk.mine])
    alarming.choose(Ways(probed=[inbox.pk]), by=desk.admin)
    return Probe.objects.get(inbox=inbox)


def lost(now: datetime) -> list[float]:
    return [one.value for one in watched.figures(now) if one.name == "probe_lost"]


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


class TestTries:
    def test_sent_each_hour_and_back(self, probe: Probe, way: Way) -> None:
        probing.run(at(0))
        probing.run(at(1))
        way.there = True
        probing.run(at(2))
        probe.refresh_from_db()
        assert (way.tried, probe.seconds, probe.failing_since) == (1, 120, None)
        probing.run(at(59))
        assert way.tried == 1
        probing.run(at(60))
        assert way.tried == 2

    def test_one_that_is_not_back_in_time_is_lost_until_one_is(
        self, probe: Probe, way: Way
    ) -> None:
        probing.run(at(0))
        assert lost(at(14)) == [0]
        probing.run(at(16))
        assert lost(at(16)) == [1]
        probing.run(at(60))
        assert lost(at(60)) == [1], "sent anew, and not back yet"
        way.there = True
        probing.run(at(61))
        assert lost(at(61)) == [0]

    def test_nobody_looks_and_it_rings_all_the_same(self, probe: Probe, way: Way) -> None:
        probing.run(at(0))
        assert lost(at(16)) == [1]

    def test_what_went_wrong_is_told(self, desk: Desk, probe: Probe, way: Way) -> None:
        way.fault = "The relay is <gone>."
        probing.run(at(0))
        client = Client()
        client.force_login(desk.admin)
        session = client.session
        session["proved_at"] = datetime.now(UTC).timestamp()
        session.save()
        page = client.get("/settings/alarms/").content.decode()
        assert "The relay is &lt;gone&gt;." in page
        assert f'name="probed" value="{probe.inbox_id}" checked' in page
        client.post("/settings/alarms/", {"mails": "", "hours": "4", "probed": ["x", "9" * 99]})
        assert not Probe.objects.exists()
        assert AuditEntry.objects.filter(changes__has_key="probed").count() == 2

    def test_a_fault_of_one_keeps_nobody_else(
        self, desk: Desk, probe: Probe, way: Way, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(way, "probe", lambda _inbox: 1 / 0)
        assert probing.run(at(0)) == 1
        probe.refresh_from_db()
        assert probe.error == "ZeroDivisionError"

    def test_a_closed_inbox_is_not_tried(self, probe: Probe, way: Way) -> None:
        Inbox.objects.filter(pk=probe.inbox_id).update(enabled=False)
        assert probing.run(at(0)) == 0
        assert lost(at(90)) == []


def everything() -> dict[str, int]:
    """How many rows each table has."""
    with connection.cursor() as cursor:
        found = {}
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608  Django's own names
            found[table] = cursor.fetchone()[0]
    return {table: many for table, many in found.items() if table not in OWN}


class TestConversation:
    def test_it_leaves_nothing_and_asks_nobody(
        self,
        desk: Desk,
        nudges: list[Any],
        monkeypatch: pytest.MonkeyPatch,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        SLAPolicy.objects.create(name="Quick", targets={"frt": {"normal": {"seconds": 60}}})
        real = factories.conversation(desk.inbox)
        told: list[Any] = []
        monkeypatch.setattr(publish, "_send_many", told.extend)
        before = everything()
        nudges.clear()
        seen: list[int] = []
        append = automatic.append_unsigned

        def looking(conversation: Conversation, **facts: Any) -> Any:
            seen.append(conversation.messages.count())
            return append(conversation, **facts)

        monkeypatch.setattr(automatic, "append_unsigned", looking)
        with django_capture_on_commit_callbacks(execute=True):
            probing.talk(desk.inbox, "m4rk")
        assert seen == [1], "a customer's text was filed"
        assert everything() == before
        assert nudges == []
        assert [group for group, _frame in told] == ["probe.m4rk"]
        following = factories.conversation(desk.inbox)
        assert following.pk == real.pk + 1, "no number is used up"

    def test_only_we_ourselves_may_ask(self, desk: Desk) -> None:
        url = f"/chat/{desk.inbox.key}/probe/"
        elsewhere = probing.signed(desk.elsewhere)
        for proof in ("", "Probe", "Probe x", f"Probe {elsewhere}", "Bearer x"):
            answer = Client().post(url, headers={"Authorization": proof})
            assert answer.status_code == 404, proof
        assert Client().get(url).status_code == 405

    def test_a_proof_ages(self, desk: Desk) -> None:
        proof = probing.signed(desk.inbox)
        assert probing.read(desk.inbox, proof)
        assert not probing.read(desk.elsewhere, proof)
        with time_machine.travel(datetime.now(UTC) + timedelta(seconds=40)):
            assert not probing.read(desk.inbox, proof)


class TestFirstStandsForAll:
    def test_only_where_the_desk_may_call_itself(
        self, desk: Desk, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[int] = []
        one = next(each for each in adapters.adapters() if each.channel == desk.inbox.channel)

        def probe(inbox: Inbox) -> str:
            asked.append(inbox.pk)
            return ""

        monkeypatch.setattr(one, "probe", probe)
        settings.PROBE_URL = "https://desk.example"
        probing.run(at(0))
        probing.run(at(1))
        assert asked == [desk.inbox.pk] * 2
        settings.PROBE_URL = ""
        probing.run(at(2))
        assert len(asked) == 2
        assert not Probe.objects.exists()


class TestFigures:
    def test_silence_counts_where_it_is_never_silent(
        self, desk: Desk, phone: Inbox, django_assert_num_queries: Any
    ) -> None:
        def came(*, weeks: int, minutes: float) -> None:
            then = START - timedelta(weeks=weeks, minutes=minutes)
            InboundEvent.objects.create(
                inbox=phone, dedupe_key=str(then), content_sha256=b"", body=b"", state="done",
                received_at=then, next_at=then,
            )  # fmt: skip

        def missed() -> list[float]:
            return [one.value for one in watched.figures(START) if one.name == "inbound_missed"]

        came(weeks=0, minutes=60)
        for week in (1, 2, 3):
            for minute in range(0, 60, 5):
                came(weeks=week, minutes=minute)
        assert missed() == [0], "one week is not as the others"
        for minute in range(0, 60, 5):
            came(weeks=4, minutes=minute)
        came(weeks=4, minutes=90)
        assert missed() == [12]
        assert "NothingComes" in dict(list(alarms.places(watched.figures(START))))
        came(weeks=0, minutes=5)
        assert missed() == []
        with django_assert_num_queries(5):
            watched.figures(START)

    def test_what_ends(self, desk: Desk) -> None:
        now = datetime.now(UTC)
        day = timedelta(days=1)
        for server, seen in (("mail.example:993", now), ("old.example:465", now - 9 * day)):
            Certificate.objects.create(server=server, ends_at=now + 3 * day, seen_at=seen)
        program(desk.agent)
        ApiToken.objects.update(
            created_at=now - 300 * day, expires_at=now + 5 * day, used_at=now - day
        )
        program(desk.agent, days=7)
        rings = dict(list(alarms.places(watched.figures(now))))
        assert rings["CertificateEnds"] == "server mail.example:993"
        assert rings["TokenEnds"].endswith("Robot")

    def test_providers_calls(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(hook_tally, "_key", lambda minute: f"test:{id(desk)}:{minute}")
        monkeypatch.setattr(hook_tally, "_counted", Counter())
        for status in [200] * 10 + [403] * 3 + [503]:
            monkeypatch.setattr(hook_tally, "_next", 0.0)
            hook_tally.count(status)
            hook_tally.tell()
        told = hook_tally.lately()
        assert (told["calls"], told["forged"], told["failed"]) == (14, 3, 1)
        rings = {name for name, _place in alarms.places(watched.figures(datetime.now(UTC)))}
        assert "WebhookErrors" in rings
        assert "BadSignatures" not in rings

    def test_without_valkey_there_are_none(self, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        def away() -> Any:
            raise OSError

        monkeypatch.setattr(quick_redis, "client", away)
        monkeypatch.setattr(hook_tally, "_next", 0.0)
        hook_tally.count(200)
        hook_tally.tell()
        assert hook_tally.lately() == {}

    def test_a_certificate_as_python_tells_it(self) -> None:
        told = {"notAfter": "Jun  1 12:00:00 2026 GMT"}
        assert certificates.ends_at(told) == datetime(2026, 6, 1, 12, tzinfo=UTC)
        assert certificates.ends_at({}) is None
        certificates.seen("x.example", 1, object())
