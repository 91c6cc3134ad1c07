"""The worker's sign of life does not wait behind its tasks."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery
from celery.worker import state
from redis import ConnectionError as BrokerError

from config.celery import _tell_that_we_live, app
from helpdesk import heartbeat, quick_redis, worker_life
from helpdesk.models import Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)


class Request:
    """A task at work; nobody's reference to it is weaker than the test's."""


@pytest.fixture
def at_work() -> Iterator[Request]:
    request = Request()
    state.active_requests.add(request)
    yield request
    state.active_requests.discard(request)


def told() -> bool:
    """Whether one round tells that we live."""
    over = threading.Event()
    over.set()
    worker_life.tell(over, every=0)
    return Heartbeat.objects.filter(name="worker").exists()


def test_busy_workers_live_as_long_as_tasks_end(
    at_work: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker_life._ended()
    assert told()
    Heartbeat.objects.all().delete()
    monkeypatch.setattr(worker_life._Last, "at", time.monotonic() - worker_life.STUCK - 1)
    assert not told(), "tasks hang: the sweeper has to work"
    worker_life._ended()
    assert told()


def test_an_idle_worker_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_life._Last, "at", float("-inf"))
    assert told()


def test_without_its_broker_it_is_no_help(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def ping(self) -> bool:
            raise BrokerError("gone")

    monkeypatch.setattr(quick_redis, "client", Gone)
    assert not told()


def test_it_is_told_while_the_pool_is_full_and_ends_with_the_connection() -> None:
    step = worker_life.SignOfLife(Any)
    step.start(None)
    try:
        deadline = time.monotonic() + 30
        while heartbeat.silent("worker", 30) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not heartbeat.silent("worker", 30)
    finally:
        [thread] = [one for one in threading.enumerate() if one.name == "sign of life"]
        step.stop(None)
        thread.join(30)
    assert not thread.is_alive()


def test_the_worker_has_the_step() -> None:
    assert isinstance(app, Celery)
    _tell_that_we_live()
    assert worker_life.SignOfLife in app.steps["consumer"]
