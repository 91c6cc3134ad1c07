"""Forgetting a person in Valkey: whatever holds one of their words goes; all can be remade."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from redis.exceptions import RedisError

from helpdesk import quick_redis

log = logging.getLogger(__name__)


def forget(words: Iterable[str]) -> int:
    """Delete every key whose name or value holds one of the words; how many.

    Without Valkey nothing is done: what it holds of people ends by itself within hours.
    """
    wanted = [one.encode("utf-8", "surrogatepass").lower() for one in words if one]
    # JSON writes letters beyond ASCII as escapes.
    wanted += [one.encode("ascii", "backslashreplace").lower() for one in words if one]
    many = 0
    try:
        client: Any = quick_redis.client()
        for key in client.scan_iter(count=500):
            if _holds(key, wanted) or any(_holds(one, wanted) for one in _values(client, key)):
                many += client.delete(key)
    except (RedisError, OSError) as error:
        log.warning("Valkey is not reached, its keys end by themselves: %s", error)
    return many


def _holds(value: bytes, wanted: list[bytes]) -> bool:
    low = value.lower()
    return any(one in low for one in wanted)


def _values(client: Any, key: bytes) -> list[bytes]:
    """All that a key holds, whatever its kind."""
    kind = client.type(key)
    if kind == b"string":
        found = client.get(key)
        return [found] if found else []
    if kind == b"hash":
        return [part for pair in client.hgetall(key).items() for part in pair]
    if kind == b"list":
        return list(client.lrange(key, 0, -1))
    if kind == b"set":
        return list(client.smembers(key))
    if kind == b"zset":
        return list(client.zrange(key, 0, -1))
    return []
