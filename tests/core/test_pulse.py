"""The web server's sign of life."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.db import OperationalError

from helpdesk import heartbeat
from helpdesk.web import pulse


async def test_it_beats_from_the_first_call_on_whatever_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    beats: list[str] = []
    served: list[Any] = []
    enough = asyncio.Event()
    loop = asyncio.get_running_loop()

    def beat(name: str) -> None:
        beats.append(name)
        if len(beats) == 1:
            raise OperationalError("the database is away")
        loop.call_soon_threadsafe(enough.set)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        served.append(scope)

    monkeypatch.setattr(heartbeat, "beat", beat)
    monkeypatch.setattr(pulse, "EVERY", 0.01)
    beating = pulse.Beating(application)
    scopes = [{"type": "lifespan", "turn": turn} for turn in (1, 2)]
    await beating(scopes[0], None, None)
    task = beating._task
    await beating(scopes[1], None, None)
    assert served == scopes
    assert beating._task is task
    await asyncio.wait_for(enough.wait(), 10)
    assert set(beats) == {"web"}
    assert task
    task.cancel()
