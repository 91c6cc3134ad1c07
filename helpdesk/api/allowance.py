"""How often a token may ask (AUT-18): so many in a minute, counted in Valkey by all processes.

While Valkey is down, each process counts for itself: programs are slowed down, never shut out.
"""

from __future__ import annotations

import math
import threading
import time

from django.db import connection
from redis.exceptions import RedisError
from rest_framework.exceptions import Throttled

from helpdesk import quick_redis
from helpdesk.models import ApiToken

PER_MINUTE = 600
MINUTE = 60
_MOST_TOKENS = 10_000
_lock = threading.Lock()
_here: dict[int, tuple[int, int]] = {}
"""By token: which minute, and how many in it; while Valkey does not answer."""


class SpentError(Throttled):
    """The minute's requests are spent. headers: what to tell beside it."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait=wait)
        self.headers = headers(0, wait)


def spend(token: ApiToken) -> dict[str, str]:
    """Count one request; the headers that say what is left. Raises SpentError."""
    now = time.time()
    minute, wait = int(now // MINUTE), math.ceil(MINUTE - now % MINUTE)
    try:
        used = _count(token.pk, minute)
    except (RedisError, OSError):
        used = _count_here(token.pk, minute)
    if used > PER_MINUTE:
        raise SpentError(wait)
    return headers(PER_MINUTE - used, wait)


def headers(left: int, wait: int) -> dict[str, str]:
    """What is left, and in how many seconds it is whole again."""
    return {
        "RateLimit-Policy": f"{PER_MINUTE};w={MINUTE}",
        "RateLimit-Limit": str(PER_MINUTE),
        "RateLimit-Remaining": str(left),
        "RateLimit-Reset": str(wait),
    }


def _count(token_id: int, minute: int) -> int:
    key = f"parley:api:{connection.settings_dict['NAME']}:{token_id}:{minute}"
    with quick_redis.client().pipeline(transaction=False) as pipe:
        pipe.incr(key)
        pipe.expire(key, 2 * MINUTE)
        return int(pipe.execute()[0])


def _count_here(token_id: int, minute: int) -> int:
    with _lock:
        if len(_here) > _MOST_TOKENS:
            _here.clear()
        at, used = _here.get(token_id, (minute, 0))
        used = used + 1 if at == minute else 1
        _here[token_id] = (minute, used)
        return used
