"""Purging what is too old: looked at first or done, in batches, and the same however often it runs.

A legal hold wins. What ends is emptied as an erasure does it; counts and times stay.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from helpdesk import audit
from helpdesk.adapters import adapters
from helpdesk.after_commit import after_commit
from helpdesk.models import (
    Act,
    Agent,
    Call,
    Conversation,
    DataCopy,
    InboundEvent,
    InboundState,
    Kept,
    LegalHold,
    Message,
    Retention,
    State,
)
from helpdesk.services import scrubbing

DEFAULTS: Mapping[str, int] = {
    Kept.CHATS: 731,
    Kept.MAILS: 1096,
    Kept.CALLS: 90,
    Kept.RAW: 30,
    Kept.COPIES: 7,
}
"""Days, as the law of data minimisation and our habits of work have it (domain 11)."""
SHORTEST = {Kept.RAW: 7}
"""A provider may send a payload once more for days: its row must still be known."""
BATCH = 200
EVERY = 3600.0
_next = 0.0


class InvalidRetentionError(ValueError):
    """A number of days that cannot be; `kind` says whose."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def days() -> dict[str, int]:
    """How long each kind is kept; 0: without end."""
    chosen = dict(Retention.objects.values_list("kind", "days"))
    return {kind: chosen.get(kind, usual) for kind, usual in DEFAULTS.items()}


@transaction.atomic
def choose(wanted: Mapping[str, int], *, by: Agent) -> dict[str, int]:
    """Other numbers of days. Raises InvalidRetentionError."""
    before = days()
    for kind, many in wanted.items():
        if kind not in DEFAULTS or not 0 <= many <= 36_500 or 0 < many < SHORTEST.get(kind, 1):  # type: ignore[call-overload]
            raise InvalidRetentionError(kind)
        Retention.objects.update_or_create(kind=kind, defaults={"days": many})
    after = days()
    changed = {kind: (before[kind], after[kind]) for kind in after if before[kind] != after[kind]}
    if changed:
        audit.record(Act.CHANGED, Retention(), by=by, changes=changed)
    return after


def due(now: datetime | None = None) -> dict[str, int]:
    """A dry run: how many rows of each kind have outlived their time."""
    return {kind: rows.count() for kind, rows in _due(now or datetime.now(UTC)).items()}


def purge(now: datetime | None = None, limit: int = BATCH) -> dict[str, int]:
    """One batch of each kind; how many went. Written into the audit if any did."""
    found = _due(now or datetime.now(UTC))
    purged: dict[str, int] = {}
    for kind, rows in found.items():
        many = _PURGE[kind](rows, limit)
        if many:
            purged[kind] = many
    if purged:
        told = {kind: (0, many) for kind, many in purged.items()}
        with transaction.atomic():
            audit.record(Act.PURGED, by=None, changes=told)
    return purged


def sweep() -> int:
    """The sweeper's: now and then a batch, at once again while there is more."""
    global _next
    if time.monotonic() < _next:
        return 0
    many = sum(purge().values()) + audit.forget_old()
    _next = 0.0 if many >= BATCH else time.monotonic() + EVERY
    return many


def _due(now: datetime) -> dict[str, QuerySet[Any]]:
    kept = days()
    edges = {kind: now - timedelta(days=many) for kind, many in kept.items() if many}
    found: dict[str, QuerySet[Any]] = {}
    letters = {one.channel for one in adapters() if one.capabilities.threaded}
    held = LegalHold.objects.filter(customer=OuterRef("customer"), lifted_at=None)
    full = Message.objects.filter(conversation=OuterRef("pk")).exclude(meta={"erased": True})
    over = Conversation.objects.filter(Q(state=State.CLOSED) | Q(state=State.SPAM))
    over = over.filter(~Exists(held), Exists(full)).order_by("pk")
    for kind, which in ((Kept.MAILS, Q(inbox__channel__in=letters)),
                        (Kept.CHATS, ~Q(inbox__channel__in=letters))):  # fmt: skip
        if kind in edges:
            found[kind] = over.filter(which, last_message_at__lt=edges[kind])
    if Kept.CALLS in edges:
        ended = Q(ended_at__lt=edges[Kept.CALLS]) | Q(ended_at=None, began_at__lt=edges[Kept.CALLS])
        holding = LegalHold.objects.filter(
            customer=OuterRef("message__conversation__customer"), lifted_at=None
        )
        found[Kept.CALLS] = Call.objects.filter(ended, ~Exists(holding)).exclude(recording_url="")
    if Kept.RAW in edges:
        holding = LegalHold.objects.filter(
            customer=OuterRef("message__conversation__customer"), lifted_at=None
        )
        done = InboundEvent.objects.exclude(state__in=(InboundState.NEW, InboundState.QUARANTINED))
        old = done.filter(received_at__lt=edges[Kept.RAW]).exclude(body=b"")
        found[Kept.RAW] = old.filter(~Exists(holding)).order_by("pk")
    if Kept.COPIES in edges:
        found[Kept.COPIES] = DataCopy.objects.filter(until__lt=now).order_by("pk")
    return found


def _conversations(rows: QuerySet[Any], limit: int) -> int:
    many = 0
    for pk in list(rows.values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            locked = rows.select_for_update(of=("self",), skip_locked=True).filter(pk=pk)
            if not locked.exists():
                continue
            done = scrubbing.scrub([pk])
            for name in done.files:
                after_commit(default_storage.delete, name)
            many += 1
    return many


def _recordings(rows: QuerySet[Any], limit: int) -> int:
    ids = list(rows.values_list("pk", flat=True)[:limit])
    return Call.objects.filter(pk__in=ids).update(recording_url="")


def _raw(rows: QuerySet[Any], limit: int) -> int:
    """Emptied; the row stays, so that the payload is known should it come again."""
    ids = list(rows.values_list("pk", flat=True)[:limit])
    return InboundEvent.objects.filter(pk__in=ids).update(body=b"", headers={}, error="")


def _copies(rows: QuerySet[Any], limit: int) -> int:
    some = list(rows[:limit])
    with transaction.atomic():
        for one in some:
            if one.file:
                after_commit(default_storage.delete, one.file.name)
        DataCopy.objects.filter(pk__in=[one.pk for one in some]).delete()
    return len(some)


_PURGE: dict[str, Callable[[QuerySet[Any], int], int]] = {
    Kept.CHATS: _conversations,
    Kept.MAILS: _conversations,
    Kept.CALLS: _recordings,
    Kept.RAW: _raw,
    Kept.COPIES: _copies,
}
