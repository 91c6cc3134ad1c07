"""How often something happened in this minute: counted in Valkey by all processes.

While Valkey is down, each process counts for itself: callers are slowed down, never shut out.
"""

from __future__ import annotations

import math
import threading
import time

from django.db import connection
from redis.exceptions import RedisError

from helpdesk import quick_redis

MINUTE = 60
_MOST = 10_000
_lock = threading.Lock()
_here: dict[str, tuple[int, int]] = {}
"""By key: which minute, and how many in it; while Valkey does not answer."""


def count(what: str) -> tuple[int, int]:
    """Count one more; how many there were in this minute, and the seconds until it is over."""
    now = time.time()
    minute, wait = int(now // MINUTE), math.ceil(MINUTE - now % MINUTE)
    key = f"parley:{connection.settings_dict['NAME']}:{what}"
    try:
        return _everywhere(f"{key}:{minute}"), wait
    except (RedisError, OSError):
        return _in_this_process(key, minute), wait


def _everywhere(key: str) -> int:
    with quick_redis.client().pipeline(transaction=False) as pipe:
        pipe.incr(key)
        pipe.expire(key, 2 * MINUTE)
        return int(pipe.execute()[0])


def _in_this_process(key: str, minute: int) -> int:
    with _lock:
        if len(_here) > _MOST:
            _here.clear()
        at, used = _here.get(key, (minute, 0))
        used = used + 1 if at == minute else 1
        _here[key] = (minute, used)
        return used
