"""Health, figures, alarms, logs, leaving: what whoever runs the desk relies on."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client

from helpdesk import acting, alarms, draining, heartbeat, hook_tally, quick_redis, readiness
from helpdesk.json_logs import JsonLines, masked
from helpdesk.models import Delivery, Heartbeat, InboundEvent, Inbox
from helpdesk.selectors import figures
from helpdesk.web.pulse import Beating
from tests import factories
from tests.core.conftest import Desk

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a-token-for-whoever-watches-the-desk"


@pytest.fixture(autouse=True)
def here_to_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "state", draining._State())
    monkeypatch.setattr(hook_tally, "lately", dict)  # what other tests' providers did


class TestReadiness:
    def test_ready_and_nothing_is_left_behind(self, db: None) -> None:
        answer = Client().get("/readyz")
        assert answer.status_code == 200
        assert answer.json() == {"database": "ok", "redis": "ok", "disk": "ok"}
        assert not Heartbeat.objects.exists()

    def test_leaving_is_not_ready(self, db: None) -> None:
        draining.state.begun = True
        answer = Client().get("/readyz")
        assert (answer.status_code, answer.json()["process"]) == (503, "leaving")

    def test_a_full_disk_is_not_ready(self, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(readiness, "free_share", lambda _folder: 0.05)
        answer = Client().get("/readyz")
        assert (answer.status_code, answer.json()["disk"]) == (503, "5% free")

    def test_without_redis_ready_but_degraded(
        self, db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away() -> Any:
            raise OSError

        monkeypatch.setattr(quick_redis, "client", away)
        answer = Client().get("/readyz")
        assert (answer.status_code, answer.json()["degraded"]) == (200, True)

    def test_a_database_without_its_migrations_is_not_ready(
        self, db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(readiness, "_migrated", lambda: False)
        assert Client().get("/readyz").status_code == 503


class TestWhoMayLook:
    @pytest.mark.parametrize("path", ["/statusz", "/metrics"])
    def test_token_or_this_machine(self, db: None, settings: Any, path: str) -> None:
        settings.OPS_TOKEN = TOKEN
        away = {"REMOTE_ADDR": "192.0.2.1"}
        bearer = {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}
        assert Client().get(path, **away, **bearer).status_code == 200  # type: ignore[arg-type]
        wrong = {"HTTP_AUTHORIZATION": "Bearer x"}
        assert Client().get(path, **away, **wrong).status_code == 403  # type: ignore[arg-type]
        assert Client().get(path, **away).status_code == 403  # type: ignore[arg-type]
        assert Client().get(path, REMOTE_ADDR="127.0.0.1").status_code == 200

    @pytest.mark.parametrize("path", ["/statusz", "/metrics"])
    def test_a_proxy_on_this_machine_is_not_this_machine(self, db: None, path: str) -> None:
        relayed = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.1"}
        assert Client().get(path, **relayed).status_code == 403  # type: ignore[arg-type]

    def test_no_token_opens_nothing(self, db: None, settings: Any) -> None:
        settings.OPS_TOKEN = ""
        answer = Client().get("/metrics", REMOTE_ADDR="192.0.2.1", HTTP_AUTHORIZATION="Bearer ")
        assert answer.status_code == 403


def held(inbox: Inbox, state: str, minutes: int) -> InboundEvent:
    then = datetime.now(UTC) - timedelta(minutes=minutes)
    return InboundEvent.objects.create(
        inbox=inbox,
        dedupe_key=f"{state}{minutes}",
        content_sha256=b"",
        body=b"secret words of a customer",
        received_at=then,
        next_at=then,
        state=state,
    )


class TestFigures:
    def test_ages_and_counts_by_channel(self, desk: Desk, phone: Inbox) -> None:
        held(phone, "new", 2)
        held(phone, "quarantined", 60)
        talk = factories.conversation(phone, "+48600", kind="phone")
        heartbeat.beat("worker")
        Inbox.objects.filter(pk=phone.pk).update(health="broken")
        page = Client().get("/metrics").content.decode()
        assert 'parley_inbound{channel="test",state="new"} 1.0' in page
        age = re.search(r'parley_inbound_oldest_seconds\{.*state="new"\} (\S+)', page)
        assert age
        assert 119 <= float(age[1]) <= 180
        assert f'parley_inbox_broken{{inbox="{phone.pk}"}} 1.0' in page
        assert "parley_database_up 1.0" in page
        assert "parley_requests_total" in page
        assert "secret words" not in page
        assert str(talk.customer) not in page

    def test_status_says_what_is_wrong_and_what_to_do(self, desk: Desk, phone: Inbox) -> None:
        assert Client().get("/statusz").json()["wrong"] == []
        held(phone, "quarantined", 1)
        Heartbeat.objects.create(name="worker", beat_at=datetime.now(UTC) - timedelta(hours=1))
        wrong = {one["alarm"]: one for one in Client().get("/statusz").json()["wrong"]}
        assert set(wrong) == {"Quarantine", "WorkerSilent"}
        assert wrong["Quarantine"]["runbook"] == "docs/runbook.md#quarantine-replay"

    def test_the_cost_is_the_same_for_many(
        self, desk: Desk, phone: Inbox, django_assert_max_num_queries: Any
    ) -> None:
        for minute in range(30):
            held(phone, "new", minute)
        with django_assert_max_num_queries(18):
            assert figures.figures()
        assert not Delivery.objects.exists()


def anchors() -> set[str]:
    """The headings of the runbook as their addresses."""
    text = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    heads = re.findall(r"^## (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in heads}


def alerts() -> list[dict[str, Any]]:
    told = yaml.safe_load((ROOT / "deploy/alerts.yml").read_text(encoding="utf-8"))
    return [rule for group in told["groups"] for rule in group["rules"]]


def test_every_alarm_has_its_place_in_the_runbook() -> None:
    for alarm in alarms.ALARMS:
        assert alarm.runbook in anchors(), alarm.name
    for rule in alerts():
        assert rule["annotations"]["runbook_url"].partition("#")[2] in anchors(), rule["alert"]


def test_every_alarm_has_words() -> None:
    assert set(alarms.WORDS) == set(alarms.KNOWN)


def test_prometheus_is_told_the_same_alarms() -> None:
    rules = {one["alert"]: one["expr"] for one in alerts()}
    waits = {one["alert"]: 60 * int(one.get("for", "0m").rstrip("m")) for one in alerts()}
    for alarm in alarms.ALARMS:
        expression = rules[alarm.name]
        assert f"parley_{alarm.figure}" in expression
        bound = alarm.above if alarm.above is not None else alarm.below
        assert float(expression.rsplit(" ", 1)[1]) == bound, alarm.name
        assert ("<" in expression) == (alarm.below is not None)
        assert waits[alarm.name] == alarm.after
        for name, value in alarm.labels:
            assert f'{name}="{value}"' in expression


def line(**facts: Any) -> dict[str, Any]:
    record = logging.makeLogRecord({"name": "helpdesk.x", "levelname": "INFO", **facts})
    found: dict[str, Any] = json.loads(JsonLines().format(record))
    return found


class TestLogs:
    def test_lines_are_joined_by_ids_and_tell_nobody(self) -> None:
        with acting.known(acting.Facts(request="r-1", task="t-1")):
            told = line(
                msg="sent to %s for %s", args=("tom@shop.example", "+48 600 100 200"), event=7
            )
        assert (told["request"], told["task"], told["event"]) == ("r-1", "t-1", 7)
        assert told["text"] == "sent to ••• for •••"

    def test_of_an_error_the_places_stay_and_the_values_go(self) -> None:
        try:
            int("words of a customer")
        except ValueError:
            told = line(msg="not read", exc_info=sys.exc_info())
        assert told["error"] == "ValueError"
        assert told["places"]
        assert "words of a customer" not in json.dumps(told)

    def test_secrets_are_masked(self) -> None:
        assert "canary" not in masked("Authorization: Bearer canary-1 token=canary-2")

    def test_ids_of_rows_stay(self) -> None:
        assert masked("delivery 123456 of 2026-05-01") == "delivery 123456 of 2026-05-01"

    def test_every_answer_names_its_request(self, db: None) -> None:
        one, two = (Client().get("/login/")["X-Request-Id"] for _ in range(2))
        assert len(one) >= 16
        assert one != two


class Tab:
    """A socket that remembers."""

    def __init__(self, *, works: bool = False) -> None:
        self.told: list[int] = []
        self.works = works

    async def leave_for_now(self, retry_ms: int) -> None:
        self.told.append(retry_ms)

    def at_work(self) -> bool:
        return self.works


class TestLeaving:
    async def test_every_socket_hears_it_spread_over_the_time(self) -> None:
        tabs = [Tab() for _ in range(5)]
        draining.state.sockets.update(tabs)
        began = asyncio.get_running_loop().time()
        await draining.drain(0.2)
        assert [len(one.told) for one in tabs] == [1] * 5
        assert asyncio.get_running_loop().time() - began >= 0.19
        assert draining.state.begun

    async def test_it_waits_for_work_and_not_for_ever(self) -> None:
        tab = Tab(works=True)
        draining.state.sockets.add(tab)
        leaving = asyncio.create_task(draining.drain(0, work_seconds=5))
        await asyncio.sleep(0.15)
        assert not leaving.done()
        tab.works = False
        await asyncio.wait_for(leaving, 1)

    async def test_who_comes_late_is_told_as_well(self) -> None:
        busy, late = Tab(works=True), Tab()
        draining.state.sockets.add(busy)
        leaving = asyncio.create_task(draining.drain(0, work_seconds=5))
        await asyncio.sleep(0.1)
        draining.state.sockets.add(late)
        busy.works = False
        await asyncio.wait_for(leaving, 1)
        assert (len(busy.told), len(late.told)) == (1, 1)

    async def test_answers_of_a_process_that_leaves_end_their_line(self) -> None:
        async def application(_scope: Any, _receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})

        told: list[dict[str, Any]] = []

        async def send(event: dict[str, Any]) -> None:
            told.append(event)

        server = Beating(application)
        server._task = asyncio.create_task(asyncio.sleep(5))
        await server({"type": "http"}, None, send)
        draining.state.begun = True
        await server({"type": "http"}, None, send)
        assert [one["headers"] for one in told] == [[], [(b"connection", b"close")]]
        server._task.cancel()

    async def test_not_for_ever(self) -> None:
        with draining.in_work():
            await asyncio.wait_for(draining.drain(0, work_seconds=0.1), 1)


def test_compose_is_whole() -> None:
    told = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))
    services = told["services"]
    assert {"web", "worker", "beat", "sweeper", "smtp", "mailfetch", "database", "valkey"} <= {
        *services
    }
    for name, one in services.items():
        assert "image" in one, name
        for asked in one.get("depends_on", ()):
            assert asked in services
        for place in one.get("volumes", ()):
            source = place.split(":")[0]
            assert source in told["volumes"] or (ROOT / "deploy" / source).exists(), place
    published = [port for one in services.values() for port in one.get("ports", ())]
    assert published == ["127.0.0.1:8000:8000"], "one door, and it is behind a proxy (SEC-42)"
    assert services["beat"].get("deploy", {}).get("replicas", 1) == 1


def test_units_start_what_is_there() -> None:
    folder = ROOT / "deploy/systemd"
    commands = ROOT.glob("*/management/commands/*.py")
    known = {one.stem for one in commands}
    for unit in folder.glob("*.service"):
        text = unit.read_text(encoding="utf-8")
        asked = re.findall(r"manage\.py (\w+)", text)
        assert set(asked) <= known, unit.name
        assert "User=parley" in text, unit.name
    target = (folder / "parley.target").read_text(encoding="utf-8")
    for name in re.findall(r"parley-[\w@.]+\.service", target):
        assert (folder / re.sub(r"@\w+", "@", name)).exists(), name


def test_the_image_holds_every_package() -> None:
    text = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
    for package in ("config", "helpdesk", "chat", "channels_email", "channels_sms", "templates"):
        assert f"COPY {package} {package}" in text
    assert "USER parley" in text
    for name in re.findall(r"^COPY (?!--)(\S+)", text, re.MULTILINE):
        assert (ROOT / name).exists(), name
