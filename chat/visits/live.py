"""Who is on the sites this very moment: in Valkey only, for 90 seconds, and it may be lost.

For each inbox a sorted set (visit's key, when he was last heard of) and for each visit a hash
of JSON values, so that hits that race change only their own fields. Every function works
without Valkey: it then knows nobody.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

import orjson
import redis

from helpdesk import quick_redis

log = logging.getLogger(__name__)

TTL = 90
INVITE_TTL = 60
SHOWN = 200
HITS_PER_VISIT = 90
HITS_PER_ADDRESS = 900
State = dict[str, Any]


def _all(inbox_id: int) -> str:
    return f"visits:live:{inbox_id}"


def _one(inbox_id: int, key: str) -> str:
    return f"visits:visit:{inbox_id}:{key}"


def _invite(inbox_id: int, key: str) -> str:
    return f"visits:invite:{inbox_id}:{key}"


def _lost(error: redis.RedisError) -> None:
    log.warning("visits: Valkey is not reached: %s", error)


def too_fast(inbox_id: int, key: str, address: str) -> bool:
    """Count a hit; True if its visit or its (keyed) address had too many in this minute."""
    minute = int(time.time() // 60)
    counters = [(f"visits:rate:{minute}:{inbox_id}:{address}", HITS_PER_ADDRESS)]
    if key:
        counters.append((f"visits:rate:{minute}:{inbox_id}:{key}", HITS_PER_VISIT))
    try:
        with quick_redis.client().pipeline(transaction=False) as pipe:
            for name, _limit in counters:
                pipe.incr(name)
                pipe.expire(name, 60)
            counts = pipe.execute()[::2]
    except redis.RedisError as error:
        _lost(error)
        return False
    return any(count > limit for count, (_name, limit) in zip(counts, counters, strict=True))


def read(inbox_id: int, key: str) -> State:
    """What is remembered of a visit; {} for nothing."""
    try:
        found: Any = quick_redis.client().hgetall(_one(inbox_id, key))
    except redis.RedisError as error:
        _lost(error)
        return {}
    return _decoded(found)


def _decoded(found: Mapping[bytes, bytes]) -> State:
    return {name.decode(): orjson.loads(value) for name, value in found.items()}


def write(inbox_id: int, key: str, fields: State) -> dict[str, Any] | None:
    """Remember fields, keep the visit alive, and take the invitation that waits for it."""
    name = _one(inbox_id, key)
    try:
        with quick_redis.client().pipeline(transaction=False) as pipe:
            if fields:
                pipe.hset(name, mapping={k: orjson.dumps(v) for k, v in fields.items()})
            pipe.expire(name, TTL)
            pipe.zadd(_all(inbox_id), {key: time.time()})
            pipe.expire(_all(inbox_id), TTL)
            pipe.getdel(_invite(inbox_id, key))
            waiting = pipe.execute()[-1]
    except redis.RedisError as error:
        _lost(error)
        return None
    invitation: dict[str, Any] | None = orjson.loads(waiting) if waiting else None
    return invitation


def patch(inbox_id: int, key: str, fields: State) -> None:
    """Change fields of a visit that is there, without keeping it alive."""
    try:
        client = quick_redis.client()
        if client.exists(_one(inbox_id, key)):
            client.hset(
                _one(inbox_id, key), mapping={k: orjson.dumps(v) for k, v in fields.items()}
            )
    except redis.RedisError as error:
        _lost(error)


def leave(inbox_id: int, key: str) -> None:
    """The page is gone. Another one may open in a moment, so the visit fades in ten seconds."""
    try:
        quick_redis.client().zadd(_all(inbox_id), {key: time.time() - TTL + 10}, xx=True)
    except redis.RedisError as error:
        _lost(error)


def forget(inbox_id: int, keys: list[str]) -> None:
    """Consent was withdrawn: nothing of these visits stays."""
    try:
        with quick_redis.client().pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.zrem(_all(inbox_id), key)
                pipe.delete(_one(inbox_id, key), _invite(inbox_id, key))
            pipe.execute()
    except redis.RedisError as error:
        _lost(error)


def present(inbox_id: int) -> tuple[list[State], int]:
    """The visits that are there now, those heard of last first, and how many there are."""
    client = quick_redis.client()
    try:
        since = time.time() - TTL
        with client.pipeline(transaction=False) as pipe:
            pipe.zremrangebyscore(_all(inbox_id), "-inf", since)
            pipe.zcard(_all(inbox_id))
            pipe.zrevrange(_all(inbox_id), 0, SHOWN - 1)
            _gone, count, keys = pipe.execute()
        with client.pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.hgetall(_one(inbox_id, key.decode()))
            found = pipe.execute()
    except redis.RedisError as error:
        _lost(error)
        return [], 0
    return [_decoded(one) for one in found if one], int(count)


def invite(inbox_id: int, key: str, invitation: dict[str, Any]) -> bool:
    """Let an invitation wait for the visit's next beat; False if the visit is not there."""
    try:
        client = quick_redis.client()
        if client.zscore(_all(inbox_id), key) is None:
            return False
        client.set(_invite(inbox_id, key), orjson.dumps(invitation), ex=INVITE_TTL)
    except redis.RedisError as error:
        _lost(error)
        return False
    patch(inbox_id, key, {"invited_at": time.time()})
    return True


def once_in(seconds: int, what: str) -> bool:
    """True if nobody asked for this in the last seconds; False also without Valkey."""
    try:
        return bool(quick_redis.client().set(f"visits:once:{what}", b"1", ex=seconds, nx=True))
    except redis.RedisError as error:
        _lost(error)
        return False


def kept_snapshots(inbox_ids: list[int]) -> list[bytes | None]:
    """The lists that were built within this second, None for the others."""
    if not inbox_ids:
        return []
    try:
        found: Any = quick_redis.client().mget([f"visits:list:{one}" for one in inbox_ids])
    except redis.RedisError as error:
        _lost(error)
        return [None] * len(inbox_ids)
    kept: list[bytes | None] = found
    return kept


def keep_snapshot(inbox_id: int, built: bytes) -> None:
    """Keep a list for one second, for all who look at it."""
    try:
        quick_redis.client().set(f"visits:list:{inbox_id}", built, px=1000)
    except redis.RedisError as error:
        _lost(error)
