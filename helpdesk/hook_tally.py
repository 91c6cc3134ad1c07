"""How providers' calls ended in the last minutes, over all web processes: a hint for the alarms.

Each process counts in memory and adds to Valkey every few seconds, when a provider has its answer;
what is lost there is a count.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Any

import redis
from django.db import connection

from helpdesk import quick_redis

EVERY = 5.0  # seconds
MINUTES = 5
KEPT = 60 * (MINUTES + 2)  # seconds
CALLS, FORGED, FAILED = "calls", "forged", "failed"
_lock = threading.Lock()
_counted: Counter[str] = Counter()
_next = 0.0


def count(status: int) -> None:
    """One call is answered with this status. Asks nobody."""
    with _lock:
        _counted[CALLS] += 1
        _counted[FORGED] += status in (401, 403, 429)
        _counted[FAILED] += status >= 500


def is_due() -> bool:
    """Whether there is something to tell, and it is time."""
    return bool(_counted) and time.monotonic() >= _next


def tell() -> None:
    """Add what was counted to Valkey. Never raises."""
    global _next
    with _lock:
        _next = time.monotonic() + EVERY
        due = {name: many for name, many in _counted.items() if many}
        _counted.clear()
    if not due:  # another thread was first
        return
    key = _key(int(time.time()) // 60)
    try:
        with quick_redis.client().pipeline(transaction=False) as pipe:
            for name, many in due.items():
                pipe.hincrby(key, name, many)
            pipe.expire(key, KEPT)
            pipe.execute()
    except (redis.RedisError, OSError):
        return


def lately() -> dict[str, int]:
    """The counts of the last whole minutes by name, and the most forged ones of one minute.

    Empty while Valkey is away.
    """
    this = int(time.time()) // 60
    try:
        with quick_redis.client().pipeline(transaction=False) as pipe:
            for minute in range(this - MINUTES + 1, this + 1):
                pipe.hgetall(_key(minute))
            rows: list[dict[bytes, bytes]] = pipe.execute()
    except (redis.RedisError, OSError):
        return {}
    told = [{name.decode(): int(many) for name, many in row.items()} for row in rows]
    found: dict[str, Any] = {
        name: sum(one.get(name, 0) for one in told) for name in (CALLS, FORGED, FAILED)
    }
    return found | {"worst": max(one.get(FORGED, 0) for one in told)}


def _key(minute: int) -> str:
    return f"parley:{connection.settings_dict['NAME']}:hooks:{minute}"
