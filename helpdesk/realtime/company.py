"""Who of us has a conversation before him right now: kept in Valkey for seconds, never stored.

Each open tab has an entry that its socket renews; what a crash leaves behind goes by itself. A
lost Valkey loses faces on a screen and nothing else.
"""

from __future__ import annotations

import logging
import time

import orjson
import redis
from django.conf import settings

from helpdesk import quick_redis
from helpdesk.realtime.payloads import Payload

log = logging.getLogger(__name__)
LASTS = 45  # seconds; three heartbeats of the agents' socket


def _key(conversation_id: int) -> str:
    return f"{settings.CHANNEL_PREFIX}company.{conversation_id}"


def enter(conversation_id: int, tab: str, face: Payload) -> list[Payload] | None:
    """Note that a tab shows the conversation (again); who is there now, None if nobody knows."""
    until = time.time() + LASTS
    entry = orjson.dumps({"until": until, "face": face})
    try:
        with quick_redis.client().pipeline(transaction=False) as pipe:
            pipe.hset(_key(conversation_id), tab, entry.decode())
            pipe.expire(_key(conversation_id), LASTS)
            pipe.hgetall(_key(conversation_id))
            return _faces(pipe.execute()[-1])
    except redis.RedisError as error:
        log.warning("who is here is not known: %s", error)
        return None


def leave(conversation_id: int, tab: str) -> list[Payload] | None:
    """A tab shows it no longer; who is left, None if nobody knows."""
    try:
        with quick_redis.client().pipeline(transaction=False) as pipe:
            pipe.hdel(_key(conversation_id), tab)
            pipe.hgetall(_key(conversation_id))
            return _faces(pipe.execute()[-1])
    except redis.RedisError as error:
        log.warning("who is here is not known: %s", error)
        return None


def here(conversation_id: int) -> list[Payload] | None:
    """Who is there now, None if nobody knows."""
    try:
        return _faces(quick_redis.client().hgetall(_key(conversation_id)))  # type: ignore[arg-type]
    except redis.RedisError as error:
        log.warning("who is here is not known: %s", error)
        return None


def _faces(entries: dict[bytes, bytes]) -> list[Payload]:
    """One face for each agent, however many tabs he has; by id."""
    now, found = time.time(), {}
    for raw in entries.values():
        entry = orjson.loads(raw)
        if entry["until"] > now:
            found[entry["face"]["id"]] = entry["face"]
    return [found[pk] for pk in sorted(found)]
