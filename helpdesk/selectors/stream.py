"""What happened everywhere, for programs, in an order in which nothing is ever missed (ADR 36).

Numbers of events are given before they are committed: a higher one may be seen before a lower one.
So nobody reads beyond a mark before all transactions are over that ran when it was made.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from helpdesk.events import Kind
from helpdesk.models import Agent, ConversationEvent, Message, Visibility
from helpdesk.permissions import inbox_ids, may_read_notes
from helpdesk.realtime import payloads
from helpdesk.selectors import thread

PAGE = 100
PATIENCE = 0.2  # seconds; transactions of the desk are shorter
_STEP = 0.01
AMONG_COLLEAGUES = frozenset({Kind.NOTE_ADDED, Kind.TASK_CHANGED})
KINDS = frozenset(Kind)
FACTS = frozenset(
    {"from", "to", "reason", "agent", "why", "add", "remove", "metric", "lead", "source", "target"}
)
"""What of an event's own facts leaves the desk: numbers and short words, never what was said."""

_MARK = """
SELECT coalesce(max(id), 0), pg_snapshot_xmax(pg_current_snapshot())::text
FROM helpdesk_conversationevent
"""
# What runs in another database of the server cannot write events here. A transaction whose database
# we cannot see (a role that may not look, one that was prepared) counts as one of ours.
_OPEN = """
SELECT EXISTS (SELECT FROM pg_snapshot_xip(pg_current_snapshot()) AS one(number)
WHERE number < %s::text::xid8 AND NOT EXISTS (SELECT FROM pg_stat_activity
WHERE backend_xid = number::xid AND datname <> current_database()))
"""


class Mark(NamedTuple):
    """The newest event, and the first transaction that had not begun when it was read."""

    event: int
    transaction: str


def mark() -> Mark:
    """A mark at the newest event that is committed."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK)
        return Mark(*cursor.fetchone())


def is_settled(at: Mark) -> bool:
    """Whether no event up to the mark can appear any more.

    Whoever records an event holds a row's lock, and with it a transaction's number, before the
    event gets its own number.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [at.transaction])
        return not cursor.fetchone()[0]


def horizon(patience: float = PATIENCE) -> int | None:
    """Up to which event all are there; None if something runs for longer than we wait."""
    at, until = mark(), time.monotonic() + patience
    while not is_settled(at):
        if time.monotonic() > until:
            return None
        time.sleep(_STEP)
    return at.event


def between(
    after: int, until: int, *, inboxes: Collection[int] | None, kinds: Collection[str]
) -> QuerySet[ConversationEvent]:
    """Events of these kinds and inboxes (None: of all) up to a horizon, in order.

    What is shown in two threads, where conversations were merged, is told once.
    """
    found = ConversationEvent.objects.filter(pk__gt=after, pk__lte=until, kind__in=kinds)
    if inboxes is not None:
        found = found.filter(conversation__inbox_id__in=inboxes)
    return found.exclude(payload__has_key="strand").order_by("pk")


def read(
    agent: Agent, after: int, kinds: Collection[str] = KINDS
) -> tuple[list[payloads.Payload], int]:
    """A page of what happened after an event, and the `after` of the next page."""
    until = horizon()
    if until is None or until <= after:
        return [], after
    notes = may_read_notes(agent)
    wanted = set(kinds) if notes else set(kinds) - AMONG_COLLEAGUES
    found = between(after, until, inboxes=inbox_ids(agent), kinds=wanted)
    page = list(found[:PAGE])
    return told(page, notes=notes), page[-1].pk if len(page) == PAGE else until


def told(events: Iterable[ConversationEvent], *, notes: bool) -> list[payloads.Payload]:
    """Events as programs read them, with their messages; four queries, however many."""
    page = list(events)
    ids = {one.payload["message"] for one in page if "message" in one.payload}
    messages = thread.joined(Message.objects.filter(pk__in=ids))
    if not notes:
        messages = messages.exclude(visibility=Visibility.INTERNAL)
    known = {str(one.pk): one for one in messages} if ids else {}
    return [_one(event, known.get(event.payload.get("message", ""))) for event in page]


def _one(event: ConversationEvent, message: Message | None) -> dict[str, Any]:
    return {
        "id": event.pk,
        "conversation": event.conversation_id,
        "seq": event.seq,
        "type": event.kind,
        "at": payloads.stamp(event.created_at),
        "actor": event.actor_id,
        "facts": {
            name: one
            for name, one in event.payload.items()
            if name in FACTS and isinstance(one, str | int | list | None)
        },
        "message": payloads.message(message) if message else None,
    }
