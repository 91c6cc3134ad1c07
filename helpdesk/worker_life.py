"""The worker's sign of life: told by a thread of its own, never behind tasks that wait.

It is told while the worker has its connection to the broker (Celery starts and stops the step
with it), the broker answers, and tasks come to their end. Else the sweeper works by itself.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from celery import bootsteps
from celery.signals import task_postrun
from celery.worker import state
from django.db import DatabaseError, close_old_connections, connection
from redis import RedisError

from helpdesk import heartbeat, quick_redis

log = logging.getLogger(__name__)
EVERY = 10.0
STUCK = 90.0
"""Seconds without an end of any task, with tasks at work, after which the worker is no help."""


class SignOfLife(bootsteps.StartStopStep):
    """A step of Celery's consumer: runs while it is connected."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._over: threading.Event | None = None

    def start(self, _parent: Any) -> None:
        self._over = threading.Event()
        threading.Thread(target=tell, args=(self._over,), name="sign of life", daemon=True).start()

    def stop(self, _parent: Any) -> None:
        if self._over is not None:
            self._over.set()

    shutdown = stop


class _Last:
    """When a task came to its end, or there was none at work."""

    at = 0.0


@task_postrun.connect
def _ended(**_: object) -> None:
    _Last.at = time.monotonic()


def moves() -> bool:
    """Whether tasks come to their end, if any are at work."""
    if not state.active_requests:
        _ended()
    return time.monotonic() - _Last.at < STUCK


def tell(over: threading.Event, every: float = EVERY) -> None:
    """Write a sign of life now and then, until it is over."""
    while True:
        try:
            close_old_connections()
            if moves() and quick_redis.client().ping():
                heartbeat.beat("worker")
        except (DatabaseError, RedisError, OSError) as error:
            log.warning("no sign of life: %s", error)
        if over.wait(every):
            break
    connection.close()
