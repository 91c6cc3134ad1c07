"""What Valkey remembers between two heartbeats of a visit, so that the database need not be asked.

All of it may be lost: the past is read again from the exposures when a trigger is about to fire.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import orjson
import redis

from chat.invitations.limits import Past
from chat.invitations.rules import VERSION_KEY
from chat.visits.facts import Facts
from helpdesk import quick_redis

log = logging.getLogger(__name__)

# Seconds. Longer than a pause between two pages, shorter than a week's limits move.
PAST_AGE = 1800
WAIT_AGE = 120
FULL_AGE = 2


@dataclass(frozen=True, slots=True)
class Seen:
    """One look: the version of the rules, the past (None: ask the database), what waits here.

    full: a moment ago the desk had no room for one more invitation.
    """

    version: bytes | None = None
    past: tuple[Past, ...] | None = None
    waiting: frozenset[int] = frozenset()
    full: bool = False


def visitor_hash(facts: Facts) -> str:
    """Who is limited and held out: SHA-256 of the visitor's id, or without consent of his visit."""
    return hashlib.sha256((facts.visitor or f"visit:{facts.visit}").encode()).hexdigest()


def _past_key(facts: Facts) -> str:
    return f"invitations:past:{facts.inbox_id}:{facts.visit}:{visitor_hash(facts)[:16]}"


def _waiting_key(facts: Facts) -> str:
    return f"invitations:waiting:{facts.inbox_id}:{facts.visit}"


def _full_key(inbox_id: int) -> str:
    return f"invitations:full:{inbox_id}"


def look(facts: Facts) -> Seen:
    """Everything in one round trip."""
    keys = (VERSION_KEY, _past_key(facts), _waiting_key(facts), _full_key(facts.inbox_id))
    try:
        found = cast("list[bytes | None]", quick_redis.client().mget(keys))
    except redis.RedisError as error:
        log.warning("invitations: Valkey is not reached: %s", error)
        return Seen()
    version, past, waiting, full = found
    return Seen(version, _past(past), _waiting(waiting, facts.pages), full is not None)


def _past(raw: bytes | None) -> tuple[Past, ...] | None:
    if raw is None:
        return None
    return tuple(
        Past(trigger, visit, page, _moment(at), asked, _moment(declined) if declined else None)
        for trigger, visit, page, at, asked, declined in orjson.loads(raw)
    )


def _moment(stamp: float) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)


def _waiting(raw: bytes | None, page: int) -> frozenset[int]:
    known: dict[str, Any] = orjson.loads(raw) if raw else {}
    return frozenset(known["triggers"]) if known.get("page") == page else frozenset()


def keep_past(facts: Facts, past: tuple[Past, ...]) -> None:
    """Remember what the database said."""
    rows = [
        (
            one.trigger,
            one.visit,
            one.page,
            one.at.timestamp(),
            one.asked,
            one.declined_at.timestamp() if one.declined_at else None,
        )
        for one in past
    ]
    _try(lambda: quick_redis.client().set(_past_key(facts), orjson.dumps(rows), ex=PAST_AGE))


def forget_past(facts: Facts) -> None:
    """The visitor answered: read the exposures again."""
    _try(lambda: quick_redis.client().delete(_past_key(facts)))


def keep_waiting(facts: Facts, triggers: frozenset[int]) -> None:
    """Let triggers whose event was too early be looked at with the next beats of this page."""
    known = orjson.dumps({"page": facts.pages, "triggers": sorted(triggers)})
    _try(lambda: quick_redis.client().set(_waiting_key(facts), known, ex=WAIT_AGE))


def keep_full(inbox_id: int) -> None:
    """Spare the database for a moment: there is no room."""
    _try(lambda: quick_redis.client().set(_full_key(inbox_id), b"1", ex=FULL_AGE))


def _try(act: Callable[[], Any]) -> None:
    try:
        act()
    except redis.RedisError as error:
        log.warning("invitations: not remembered: %s", error)
