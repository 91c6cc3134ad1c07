"""Calls of other programs: past what is for people, one statement, a connection that stays."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client

from config import machines
from helpdesk import hook_tally, nudge, raw_payloads
from helpdesk.adapters import Raw
from helpdesk.models import InboundEvent, Inbox
from helpdesk.web.views import hooks
from tests import factories
from tests.core.test_queries import statements

SECRET = {"webhook_secret": "s", "bot_token": "1:t"}


@pytest.fixture
def bot(db: None) -> Inbox:
    del db
    return factories.inbox(channel="social", provider="telegram", secrets=SECRET)


def called(bot: Inbox, number: int, given: str = "s") -> int:
    update = {"update_id": number, "message": {}}
    path, sign = f"/hooks/telegram/{bot.key}", {"X-Telegram-Bot-Api-Secret-Token": given}
    answer = Client().post(path, update, content_type="application/json", headers=sign)
    return int(answer.status_code)


def keys() -> list[str]:
    return list(InboundEvent.objects.order_by("received_at").values_list("dedupe_key", flat=True))


def raws(*names: str) -> list[Raw]:
    return [Raw(name, name.encode()) for name in names]


def test_an_acknowledgement_costs_one_statement(bot: Inbox) -> None:
    called(bot, 1)
    seen = statements(lambda: called(bot, 2))
    assert len(seen) == 1, "\n".join(seen)
    assert keys() == ["update:1", "update:2"]


def test_a_new_secret_counts_from_the_next_call_on(bot: Inbox) -> None:
    assert called(bot, 1) == 200
    bot.secrets = {**SECRET, "webhook_secret": "new"}
    bot.save()
    assert (called(bot, 2), called(bot, 3, "new"), called(bot, 4)) == (403, 200, 403)
    assert keys() == ["update:1", "update:3"]


def test_a_closed_inbox_takes_nothing_from_the_next_call_on(bot: Inbox) -> None:
    assert called(bot, 1) == 200
    Inbox.objects.filter(pk=bot.pk).update(enabled=False)
    assert called(bot, 2) == 404
    Inbox.objects.filter(pk=bot.pk).update(enabled=True)
    assert called(bot, 3) == 200
    Inbox.objects.filter(pk=bot.pk).update(provider="line")
    assert called(bot, 4) == 404
    assert keys() == ["update:1", "update:3"]


def test_not_too_many_inboxes_are_remembered(bot: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "MOST_REMEMBERED", 2)
    for _ in range(3):
        other = factories.inbox(channel="social", provider="telegram", secrets=SECRET)
        assert called(other, 1) == 200
    assert len(hooks._remembered) <= 2
    assert called(bot, 1) == 200


def test_the_payloads_of_a_call_keep_their_order_and_come_once(bot: Inbox) -> None:
    assert len(raw_payloads.keep(bot, raws("c", "a", "c", "b")) or []) == 3
    assert keys() == ["c", "a", "b"]
    assert raw_payloads.keep(bot, raws("a", "d")) == [InboundEvent.objects.get(dedupe_key="d").pk]
    assert raw_payloads.keep(bot, []) == []
    assert bytes(InboundEvent.objects.get(dedupe_key="a").content_sha256)[:2] == b"\xca\x97"


def test_what_no_database_keeps_is_left_out(bot: Inbox) -> None:
    raw_payloads.keep(bot, [Raw("k\x00\ud800", b"\x00\xff", {"x\x00": "a\x00\udc80"})])
    stored = InboundEvent.objects.get()
    assert (stored.dedupe_key, stored.headers) == ("k?", {"x": "a?"})
    assert bytes(stored.body) == b"\x00\xff"


def test_nudges_are_given_by_who_kept_them_back(nudges: list[Any]) -> None:
    with nudge.kept_back() as due:
        for number in range(5):
            nudge.drain(number)
    assert due == set(range(nudge.DRAINS))
    assert not nudges
    nudge.drain(1)
    assert nudges == [("helpdesk.drain", 1)]


Lane = tuple[machines.Machines, list[str]]


@pytest.fixture
def lane(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lane]:
    """The application, and the paths that it handed on."""
    passed: list[str] = []

    async def others(scope: Any, _receive: Any, send: Any) -> None:
        passed.append(scope["path"])
        await send({"type": "http.response.start", "status": 204, "headers": []})

    monkeypatch.setattr(machines, "HANDS", 1)
    made = machines.Machines(others)
    yield made, passed
    made._hands.submit(_close).result(20)


async def asked(lane: Lane, path: str, number: int = 0, body: bytes | None = None) -> Any:
    """The first part of the answer to a bot's call."""
    sign = [(b"x-telegram-bot-api-secret-token", b"s"), (b"host", b"testserver")]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": sign}
    talk: Any = ApplicationCommunicator(lane[0], scope)  # type: ignore[no-untyped-call]
    sent = b'{"update_id": %d}' % number if body is None else body
    await talk.send_input({"type": "http.request", "body": sent})
    start = await talk.receive_output(timeout=20)
    if start["status"] != 204:
        await talk.receive_output(timeout=20)
    await talk.wait(timeout=20)
    return start


@pytest.mark.django_db(transaction=True)
async def test_the_fast_lane_keeps_its_connection_and_wakes_once_for_many(
    lane: Lane, nudges: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = await asyncio.to_thread(_made_elsewhere)
    monkeypatch.setattr(machines, "PAUSE", 0.5)
    path = f"/hooks/telegram/{bot.key}"
    backends = []
    for number in range(6):
        answer = await asked(lane, path, number)
        assert answer["status"] == 200
        backends.append(await asyncio.to_thread(_backend, lane))
    headers = {name.lower() for name, _value in answer["headers"]}
    assert {b"content-length", b"x-content-type-options", b"x-request-id"} <= headers
    assert len(set(backends)) == 1
    await asyncio.sleep(0.6)
    assert 1 <= len(nudges) <= 2 * nudge.DRAINS

    await asyncio.to_thread(_cut, backends[0])
    assert (await asked(lane, path, 7))["status"] == 200, "cut while nobody called: tried anew"
    assert await asyncio.to_thread(_counted) == 7


@pytest.mark.django_db(transaction=True)
async def test_how_a_call_ended_is_told_behind_its_answer(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook_tally, "_key", lambda minute: f"test:{id(lane)}:{minute}")
    monkeypatch.setattr(hook_tally, "_counted", Counter())
    monkeypatch.setattr(hook_tally, "_next", 0.0)
    assert (await asked(lane, "/hooks/telegram/nobody"))["status"] == 404
    await asyncio.to_thread(lane[0]._waker.submit(int).result, 20)
    assert (await asyncio.to_thread(hook_tally.lately))["calls"] == 1


async def test_everybody_else_is_handed_on(lane: Lane) -> None:
    for path in ("/", "/hooks/", "/hooks/telegram/a/b", "/inbox/"):
        assert (await asked(lane, path))["status"] == 204
    assert len(lane[1]) == 4


def test_nothing_of_a_person_stands_in_the_fast_lane(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert machines.FOR_PEOPLE - {"servestatic.middleware.ServeStaticMiddleware"} <= set(
        settings.MIDDLEWARE
    ), "one was renamed"
    seen: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse("")

    monkeypatch.setattr(lane[0], "_get_response", view)
    lane[0].load_middleware()
    request = HttpRequest()
    request.META = {"HTTP_HOST": "testserver", "SERVER_PORT": "80"}
    lane[0]._middleware_chain(request)
    assert seen == [request]
    assert not hasattr(request, "session")
    assert not hasattr(request, "user")


def _close() -> None:
    """The connection of the thread that this runs in."""
    connection.close()


def _made_elsewhere() -> Inbox:
    made = factories.inbox(channel="social", provider="telegram", secrets=SECRET)
    connection.close()
    return made


def _counted() -> int:
    many = InboundEvent.objects.count()
    connection.close()
    return many


def _backend(lane: Lane) -> int:
    """The PostgreSQL process that serves the lane's one thread."""

    def ask() -> int:
        assert connection.connection is not None
        return int(connection.connection.info.backend_pid)

    return lane[0]._hands.submit(ask).result(20)


def _cut(backend: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
    connection.close()
