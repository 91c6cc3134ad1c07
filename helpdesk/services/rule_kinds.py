"""Which kinds of events an enabled rule waits for: asked at every event, so it costs no query.

Redis keeps the list; each process looks there at most once a second. Who changes a rule writes it
anew, and the sweeper repairs it within seconds. Where Redis has nothing the database is asked.
"""

from __future__ import annotations

import contextlib
import time

import redis
from django.db import connection

from helpdesk import quick_redis
from helpdesk.models import Rule

KEPT = 1.0
REPAIRED_EVERY = 5.0
_EXPIRES = 600
_NOTHING = b"-"


class _Seen:
    """What this process saw, and when."""

    kinds: frozenset[str] = frozenset()
    at = float("-inf")
    repaired_at = float("-inf")


def _key() -> str:
    """By database: who shares one Redis between two desks mixes nothing up."""
    return f"parley:rules:{connection.settings_dict['NAME']}"


def wanted() -> frozenset[str]:
    """The kinds, at most a second old."""
    now = time.monotonic()
    if now - _Seen.at > KEPT:
        _Seen.kinds, _Seen.at = _look(), now
    return _Seen.kinds


def _look() -> frozenset[str]:
    try:
        kept = quick_redis.client().get(_key())
    except redis.RedisError:
        return _read()
    if not isinstance(kept, bytes):
        return write()
    return frozenset() if kept == _NOTHING else frozenset(kept.decode().split(","))


def _read() -> frozenset[str]:
    return frozenset(Rule.objects.filter(enabled=True).values_list("kind", flat=True))


def write() -> frozenset[str]:
    """Tell every process what the database says; called after the commit of a change."""
    found = _read()
    _Seen.kinds, _Seen.at = found, time.monotonic()
    text = ",".join(sorted(found)).encode() or _NOTHING
    with contextlib.suppress(redis.RedisError):
        quick_redis.client().set(_key(), text, ex=_EXPIRES)
    return found


def repair() -> int:
    """Now and then, write it anew: two changes at once may have written in the wrong order."""
    now = time.monotonic()
    if now - _Seen.repaired_at < REPAIRED_EVERY:
        return 0
    _Seen.repaired_at = now
    write()
    return 0


def looked() -> bool:
    """Whether this process has asked since it last forgot."""
    return _Seen.at > float("-inf") or _Seen.repaired_at > float("-inf")


def forget() -> None:
    """Look again next time; nothing is kept anywhere."""
    _Seen.at = _Seen.repaired_at = float("-inf")
    with contextlib.suppress(redis.RedisError, OSError):
        quick_redis.client().delete(_key())
