"""The web server's handler: one trip to a thread a request, a few at a time, nobody held up."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
from asgiref.sync import SyncToAsync
from asgiref.testing import ApplicationCommunicator
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from config.handler import OneTripHandler
from helpdesk import turns

seen: list[Any] = []
gate = threading.Event()
at_work = threading.Semaphore(0)


def threads(get_response: Any) -> Any:
    """Notes which thread the request comes and goes in."""

    def through(request: HttpRequest) -> HttpResponse:
        seen.append(threading.get_ident())
        response: HttpResponse = get_response(request)
        seen.append(threading.get_ident())
        return response

    return through


def plain(_request: HttpRequest) -> HttpResponse:
    seen.append(threading.get_ident())
    return HttpResponse("plain")


def working(_request: HttpRequest) -> HttpResponse:
    at_work.release()
    gate.wait(20)
    return HttpResponse("worked")


def waiting(_request: HttpRequest) -> HttpResponse:
    """Waits for somebody else's server."""
    with turns.aside():
        at_work.release()
        gate.wait(20)
    return HttpResponse("waited")


async def alive(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive")


urlpatterns = [
    path("plain", plain),
    path("working", working),
    path("waiting", waiting),
    path("healthz", alive),
]


@pytest.fixture(autouse=True)
def _anew() -> Any:
    seen.clear()
    gate.clear()
    while at_work.acquire(blocking=False):
        pass
    middleware = ["django.middleware.common.CommonMiddleware", __name__ + ".threads"]
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=middleware):
        yield
    gate.set()


async def get(handler: OneTripHandler, where: str) -> str:
    scope = {"type": "http", "method": "GET", "path": where, "headers": [], "query_string": b""}
    talk: Any = ApplicationCommunicator(handler, scope)  # type: ignore[no-untyped-call]
    await talk.send_input({"type": "http.request", "body": b""})
    start = await talk.receive_output(timeout=20)
    assert start["status"] == 200
    body: str = (await talk.receive_output(timeout=20))["body"].decode()
    await talk.wait(timeout=20)
    return body


async def arrived(number: int) -> None:
    for _ in range(number):
        assert await asyncio.to_thread(at_work.acquire, True, 10)


async def test_middleware_and_view_share_one_trip(monkeypatch: pytest.MonkeyPatch) -> None:
    trips: list[str] = []
    call = SyncToAsync.__call__

    async def counted(self: Any, *args: Any, **more: Any) -> Any:
        trips.append(getattr(self.func, "__qualname__", "?"))
        return await call(self, *args, **more)

    monkeypatch.setattr(SyncToAsync, "__call__", counted)
    assert await get(OneTripHandler(), "/plain") == "plain"
    assert len(set(seen)) == 1
    assert len(seen) == 3
    # The others are Django's own before and after: its signal, and the closing of the answer.
    assert trips.count("_in_turn.<locals>.whole") == 1
    assert len(trips) <= 3


async def test_only_a_few_work_at_once_and_health_does_not_wait() -> None:
    handler = OneTripHandler()
    many = [asyncio.create_task(get(handler, "/working")) for _ in range(turns.AT_ONCE * 2)]
    await arrived(turns.AT_ONCE)
    await asyncio.sleep(0.2)
    assert not at_work.acquire(blocking=False)
    assert await get(handler, "/healthz") == "alive"
    gate.set()
    assert await asyncio.gather(*many) == ["worked"] * len(many)


async def test_who_waits_for_another_server_holds_nobody_up() -> None:
    handler = OneTripHandler()
    slow = [asyncio.create_task(get(handler, "/waiting")) for _ in range(turns.AT_ONCE * 2)]
    await arrived(len(slow))
    assert await get(handler, "/plain") == "plain"
    gate.set()
    assert await asyncio.gather(*slow) == ["waited"] * len(slow)


def test_a_place_is_given_back_when_the_work_fails() -> None:
    for _ in range(turns.AT_ONCE + 1):
        with pytest.raises(ValueError, match="away"), turns.turn(), turns.aside():
            raise ValueError("away")
    began = time.monotonic()
    with turns.turn():
        assert time.monotonic() - began < 5


def test_outside_a_request_nothing_is_waited_for() -> None:
    for _ in range(turns.AT_ONCE * 2):
        with turns.aside():
            pass
