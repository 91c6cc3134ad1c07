"""Names in providers' payloads that their adapters do not know, counted: a provider has changed.

An adapter may name the fields that it knows (`known_names`, however deep they stand). Only names
are kept, never what stood there: figures become "#" and odd signs "-", so that no number or address
gets in as a name. A process counts in memory and writes each name every ten seconds at
most; an inbox has 200 of them at most.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import orjson
from django.db import DatabaseError, connection, transaction

from helpdesk.adapters import ChannelAdapter, InboundMessage, Parsed, Raw
from helpdesk.models import Inbox

log = logging.getLogger(__name__)
KEY, TYPE = "key", "type"
MOST, LONGEST, DEEPEST, NODES = 200, 60, 8, 2000
EVERY = 10.0  # seconds
Name = tuple[str, str]
_NUMBER, _ODD = re.compile(r"\d+"), re.compile(r"[^\w.:#-]", re.ASCII)
_KEEP = """INSERT INTO helpdesk_unknownname (inbox_id, kind, name, times, first_seen, last_seen)
    SELECT %(inbox)s, %(kind)s, %(name)s, %(times)s, %(now)s, %(now)s
    WHERE (SELECT count(*) FROM helpdesk_unknownname WHERE inbox_id = %(inbox)s) < %(most)s
        OR EXISTS (SELECT FROM helpdesk_unknownname
            WHERE inbox_id = %(inbox)s AND kind = %(kind)s AND name = %(name)s)
    ON CONFLICT (inbox_id, kind, name) DO UPDATE SET last_seen = EXCLUDED.last_seen,
        times = helpdesk_unknownname.times + EXCLUDED.times"""
_lock = threading.Lock()
_counted: dict[tuple[int, str, str], int] = {}
_written: dict[tuple[int, str, str], float] = {}


def observe(inbox: Inbox, adapter: ChannelAdapter, raw: Raw, parsed: Sequence[Parsed]) -> None:
    """Count what is unknown in a payload that was read. Never raises; mostly asks nothing."""
    found = set(unknown(adapter, raw, parsed))
    if not found:
        return
    try:
        with transaction.atomic():
            for (pk, kind, name), times in _due((inbox.pk, *one) for one in found):
                _keep(pk, kind, name, times)
    except DatabaseError:
        log.exception("inbox %s: unknown names are not kept", inbox.pk)


def unknown(adapter: ChannelAdapter, raw: Raw, parsed: Sequence[Parsed]) -> Iterator[Name]:
    """The kinds of messages and the fields that the adapter does not know. Pure."""
    for one in parsed:
        shape = one.meta.get("shape") if isinstance(one, InboundMessage) else None
        if isinstance(shape, dict) and shape.get("kind") == "unsupported":
            yield TYPE, plain(str(shape.get("type") or ""))
    known: frozenset[str] = getattr(adapter, "known_names", frozenset())
    if known:
        for name in names(raw):
            if plain(name) not in known:
                yield KEY, plain(name)


def plain(name: str) -> str:
    """A name without what could be a value: numbers are one sign, as are odd characters."""
    return _ODD.sub("-", _NUMBER.sub("#", name))[:LONGEST] or "-"


def names(raw: Raw) -> set[str]:
    """The names of all fields of a JSON document or a form; none of anything else. Pure."""
    if raw.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        pairs = parse_qsl(raw.body.decode(errors="replace"), keep_blank_values=True)
        return {name for name, _value in pairs[:NODES]}
    try:
        document = orjson.loads(raw.body)
    except orjson.JSONDecodeError:
        return set()
    found: set[str] = set()
    waiting: list[tuple[Any, int]] = [(document, 1)]
    for one, depth in waiting:  # it grows while it is walked
        if depth > DEEPEST or len(waiting) > NODES:
            break
        if isinstance(one, dict):
            found |= one.keys()
            waiting += [(value, depth + 1) for value in one.values()]
        elif isinstance(one, list):
            waiting += [(value, depth + 1) for value in one]
    return found


def _due(
    seen: Iterable[tuple[int, str, str]],
) -> list[tuple[tuple[int, str, str], int]]:
    """Count them; those that are to be written now, with how often they came since."""
    now, due = time.monotonic(), []
    with _lock:
        for one in seen:
            _counted[one] = _counted.get(one, 0) + 1
            if now - _written.get(one, -EVERY) >= EVERY:
                _written[one] = now
                due.append((one, _counted.pop(one)))
        if len(_written) > 50 * MOST:
            _written.clear()
    return sorted(due)  # in one order, so that two workers never wait for each other


def _keep(inbox_id: int, kind: str, name: str, times: int) -> None:
    facts: dict[str, Any] = {"inbox": inbox_id, "kind": kind, "name": name, "times": times}
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, {**facts, "most": MOST, "now": datetime.now(UTC)})
