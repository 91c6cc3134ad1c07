"""A broker that only remembers, and a clock that a test can move."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk import nudge
from helpdesk.sla import stored
from tests.sla.promising import Time


@pytest.fixture
def nudges(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Wake-ups, instead of a broker."""
    woken: list[tuple[Any, ...]] = []

    def wake(task: str, *args: Any) -> bool:
        woken.append((task, *args))
        return True

    monkeypatch.setattr(nudge, "wake", wake)
    return woken


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch, nudges: list[Any], transactional_db: None) -> Time:
    """The time of the database, moved by hand; commits are real."""
    time = Time()
    monkeypatch.setattr(stored, "database_now", lambda: time.now)
    return time
