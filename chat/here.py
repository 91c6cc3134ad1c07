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
        found: Any = client.zrangebyscore(KEY, 0, time.time() - GONE_AFTER, start=0, num=AT_ONCE)
        changed = 0
        for one in found:
            try:
                changed += by_customer.gone(int(one))
            except Exception:  # it comes again with the next sweep, and keeps nobody else's back
                log.exception(
                    "conversation %s: its visitor has gone, and nothing follows", int(one)
                )
            else:
                client.zrem(KEY, one)
    except (RedisError, OSError) as error:
        log.info("who has gone is not known: %s", error)
        return 0
    return changed
