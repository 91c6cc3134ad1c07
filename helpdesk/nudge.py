"""Waking a worker. A nudge may be lost: the sweeper finds every row that is due.

Tasks are named here by string, so that what is low in the core can wake what is high.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from celery import current_app
from django.db import connection
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from helpdesk import acting, quick_redis
from helpdesk.json_logs import step

log = logging.getLogger(__name__)
ROUTE = "helpdesk.route"
REQUEST = "parley_request"  # the header of a task that says whose request asked for it
DRAINS = 2  # of new payloads; what is left of a worker is for those that fail, and for others
LOST = 5.0  # seconds after which a nudge that no worker took up is sent again
_REST = 2.0
_kept_back: ContextVar[set[int] | None] = ContextVar("kept_back", default=None)
_gathered: ContextVar[dict[str, list[int]] | None] = ContextVar("gathered", default=None)


def wake(task: str, *args: Any, countdown: float = 0) -> bool:
    """Send a task by name, to run in `countdown` seconds at the earliest.

    False (and a log line) if the broker cannot be reached.
    """
    try:
        quick_redis.client().ping()  # tells at once what takes Celery six seconds to find out
        current_app.send_task(
            task,
            args=args,
            countdown=countdown or None,
            retry=False,
            ignore_result=True,
            headers={REQUEST: acting.facts().request},
        )
    except (OperationalError, RedisError, OSError) as error:
        log.warning("broker not reached, the sweeper takes over: %s", error)
        return False
    return True


def once(task: str, *args: Any, rested: bool = False) -> bool:
    """wake(), unless the same call waits for a worker already; it is to say took_up() first.

    So it sees whatever was committed before this. rested: not before the rest of the last one.
    """
    try:
        with quick_redis.client().pipeline(transaction=False) as pipe:
            pipe.set(key("queued", task, *args), 1, nx=True, px=int(1000 * LOST))
            pipe.pttl(key("rests", task))
            fresh, rests = pipe.execute()
    except (RedisError, OSError) as error:
        log.warning("broker not reached, the sweeper takes over: %s", error)
        return False
    return not fresh or wake(task, *args, countdown=max(0, rests) / 1000 if rested else 0)


def took_up(task: str, *args: Any) -> None:
    """A worker begins with it: what is committed from now on is worth another nudge."""
    with contextlib.suppress(RedisError, OSError):
        quick_redis.client().delete(key("queued", task, *args))


def rest(task: str, seconds: float) -> None:
    """Let the next one of once(rested=True) wait for so long, and never above two seconds."""
    with contextlib.suppress(RedisError, OSError):
        most = int(1000 * min(seconds, _REST))
        quick_redis.client().set(key("rests", task), 1, px=max(1, most))


def key(what: str, *names: Any) -> str:
    """By database: who shares one Redis between two desks mixes nothing up."""
    return ":".join(("parley", what, connection.settings_dict["NAME"], *map(str, names)))


@contextmanager
def gathered() -> Iterator[None]:
    """What is woken by soon() or route() inside goes out in the end, as one call for each task."""
    found: dict[str, list[int]] = {}
    token = _gathered.set(found)
    try:
        yield
    finally:
        _gathered.reset(token)
        if len(found.pop(ROUTE, [])) > 1:
            route()
        for task, ids in found.items():
            wake(task, *ids)


def soon(task: str, pk: int) -> None:
    """Wake a worker for one row of a task that takes many; see gathered()."""
    found = _gathered.get()
    if found is None:
        wake(task, pk)
    else:
        found.setdefault(task, []).append(pk)


def deliver(delivery_id: int, countdown: float = 0) -> bool:
    """Wake a worker for one outbox row, after a while if it may not leave before."""
    step("to be sent", delivery=delivery_id)
    when = {"countdown": countdown} if countdown else {}
    return wake("helpdesk.deliver", delivery_id, **when)


def process(event_id: int) -> bool:
    """Wake a worker for one raw inbound payload."""
    return wake("helpdesk.process", event_id)


@contextmanager
def kept_back() -> Iterator[set[int]]:
    """drain() inside wakes nobody: whoever called this does, for all that is in the set."""
    found: set[int] = set()
    token = _kept_back.set(found)
    try:
        yield found
    finally:
        _kept_back.reset(token)


def drain(event_id: int = 0, *, again: bool = False) -> bool:
    """Wake a worker for new payloads; again: for one that failed before and is due."""
    if event_id:
        step("kept", event=event_id)
    kept = _kept_back.get()
    if kept is not None and not again:
        kept.add(event_id % DRAINS)
        return True
    return once("helpdesk.drain", DRAINS if again else event_id % DRAINS)


def drain_all() -> None:
    """Wake workers for whatever is due."""
    for number in range(DRAINS):
        drain(number)
    drain(again=True)


def route(conversation_id: int = 0) -> bool:
    """Wake a worker to route all that waits, after the rest that the last pass earned.

    Of many in a gathered() block the first goes out at once, and one for the rest in the end.
    """
    found = _gathered.get()
    if found is None:
        return once(ROUTE, rested=True)
    asked = found.setdefault(ROUTE, [])
    asked.append(conversation_id)
    return len(asked) > 1 or once(ROUTE, rested=True)


def route_all() -> bool:
    """Wake a worker to route what waits."""
    return route()
