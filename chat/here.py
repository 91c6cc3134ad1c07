"""Which visitors are connected, and what follows when one has gone (domain 2.3).

Kept in Valkey and lost with it: the chat then ends by its silence, some minutes later.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from redis.exceptions import RedisError

from helpdesk import by_customer, quick_redis

log = logging.getLogger(__name__)
KEY = "chat:here"
GONE_AFTER = 180.0  # seconds without a sign of life; his browser gives one each 25
GIVEN_UP_AFTER = 3600.0  # seconds of trying again; the chat has ended by its silence long ago
EVERY = 15.0
AT_ONCE = 200
_next = 0.0


def seen(*conversation_ids: int) -> None:
    """A tab of each conversation's visitor is connected. Never raises."""
    if not conversation_ids:
        return
    now = time.time()
    try:
        came = quick_redis.client().zadd(KEY, {str(pk): now for pk in conversation_ids})
    except (RedisError, OSError) as error:
        log.info("a visitor's presence is not kept: %s", error)
        return
    if came:
        by_customer.back(*conversation_ids)


def sweep() -> int:
    """End the live part of chats whose visitor has gone; how many changed."""
    global _next
    if time.monotonic() < _next:
        return 0
    _next = time.monotonic() + EVERY
    try:
        client = quick_redis.client()
        now, changed, done = time.time(), 0, []
        found: Any = client.zrangebyscore(
            KEY, 0, now - GONE_AFTER, start=0, num=AT_ONCE, withscores=True
        )
        for one, seen_at in found:
            try:
                changed += by_customer.gone(int(one))
            except Exception:  # the next sweep tries again, and nobody else is kept back
                log.exception("conversation %s: its visitor has gone in vain", int(one))
                if seen_at > now - GIVEN_UP_AFTER:
                    continue
            done.append(one)
        if done:
            client.zrem(KEY, *done)
    except (RedisError, OSError) as error:
        log.info("who has gone is not known: %s", error)
        return 0
    return changed
