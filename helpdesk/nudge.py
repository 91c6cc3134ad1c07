"""Waking a worker. A nudge may be lost: the sweeper finds every row that is due.

Tasks are named here by string, so that what is low in the core can wake what is high.
"""

from __future__ import annotations

import logging
from typing import Any

from celery import current_app
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from helpdesk import quick_redis

log = logging.getLogger(__name__)


def wake(task: str, *args: Any, countdown: float = 0) -> bool:
    """Send a task by name, to run in `countdown` seconds at the earliest.

    False (and a log line) if the broker cannot be reached.
    """
    try:
        quick_redis.client().ping()  # tells at once what takes Celery six seconds to find out
        current_app.send_task(
            task, args=args, countdown=countdown or None, retry=False, ignore_result=True
        )
    except (OperationalError, RedisError, OSError) as error:
        log.warning("broker not reached, the sweeper takes over: %s", error)
        return False
    return True


def deliver(delivery_id: int, countdown: float = 0) -> bool:
    """Wake a worker for one outbox row, after a while if it may not leave before."""
    when = {"countdown": countdown} if countdown else {}
    return wake("helpdesk.deliver", delivery_id, **when)


def process(event_id: int) -> bool:
    """Wake a worker for one raw inbound payload."""
    return wake("helpdesk.process", event_id)


def route(conversation_id: int) -> bool:
    """Wake a worker to route what waits; the id says because of what."""
    return wake("helpdesk.route", conversation_id)


def route_all() -> bool:
    """Wake a worker to route what waits."""
    return wake("helpdesk.route", 0)
