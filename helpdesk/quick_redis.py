"""A Redis client that never makes its caller wait: what it cannot do at once is lost, and found
again by seq or by the sweeper.
"""

from __future__ import annotations

from functools import lru_cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry


@lru_cache(maxsize=1)
def client() -> redis.Redis:
    """One more try at once, for a connection that a restart cut.

    redis-py's own tries, with their growing pauses, would hold up a writer for six seconds.
    """
    return redis.Redis.from_url(
        settings.CACHES["default"]["LOCATION"],
        socket_timeout=1,
        socket_connect_timeout=1,
        retry=Retry(NoBackoff(), 1),
    )
