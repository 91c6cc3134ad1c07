"""A message's way is found in the logs by its ids: request, payload, message, delivery (OPS-8)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import celery
import pytest
from celery.signals import task_prerun

import helpdesk.tasks  # noqa: F401  it hears when tasks begin
from helpdesk import acting, inbound, quick_redis
from helpdesk.adapters import Raw
from helpdesk.json_logs import JsonLines, step
from helpdesk.models import Inbox
from helpdesk.nudge import wake
from helpdesk.realtime.hub import in_database


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    found: list[dict[str, Any]] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(json.loads(JsonLines().format(record)))

    kept, path = Kept(), logging.getLogger("helpdesk.path")
    before = path.level
    path.addHandler(kept)
    path.setLevel(logging.INFO)
    yield found
    path.removeHandler(kept)
    path.setLevel(before)


@pytest.mark.django_db(transaction=True)
def test_from_the_request_to_the_message(phone: Inbox, lines: list[dict[str, Any]]) -> None:
    raw = Raw("SM1", b'[{"text": "my secret words", "from": "+48123", "id": "SM1"}]', {})
    with acting.known(acting.Facts(request="r-1")):
        event, _created = inbound.accept(phone, raw)
    inbound.process(event.pk)
    kept = next(one for one in lines if one["text"] == "kept")
    filed = next(one for one in lines if one["text"] == "filed")
    assert (kept["request"], kept["event"]) == ("r-1", event.pk)
    assert filed["event"] == event.pk
    event.refresh_from_db()
    assert filed["message_id"] == str(event.message_id)
    assert lines[-1]["text"] == "done"
    assert "secret words" not in json.dumps(lines)


def test_a_task_knows_whose_request_asked_for_it(
    monkeypatch: pytest.MonkeyPatch, lines: list[dict[str, Any]]
) -> None:
    sent: dict[str, Any] = {}
    monkeypatch.setattr(quick_redis, "client", lambda: SimpleNamespace(ping=lambda: True))
    monkeypatch.setattr(
        celery.current_app, "send_task", lambda task, **order: sent.update(order, task=task)
    )
    with acting.known(acting.Facts(request="r-9")):
        assert wake("helpdesk.deliver", 4)
    request = SimpleNamespace(**sent["headers"])
    with acting.known(acting.Facts()):
        task_prerun.send(None, task_id="t-4", task=SimpleNamespace(request=request))
        with acting.adding(delivery=4):
            step("sent")
    told = lines[-1]
    assert (told["request"], told["task"], told["delivery"]) == ("r-9", "t-4", 4)


async def test_what_a_socket_stores_carries_the_id_of_the_socket() -> None:
    with acting.known(acting.Facts(request="s-1", ip="192.0.2.7")):
        found = await in_database(acting.facts)
    assert (found.request, found.ip) == ("s-1", "192.0.2.7")
