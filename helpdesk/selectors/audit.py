"""Reads of the audit log: pages by keyset, narrowed, and the file for whoever examines the desk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import QuerySet

from helpdesk.models import Agent, AuditEntry
from helpdesk.permissions import visible

PAGE = 50
EXPORT_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What is looked for; an empty field narrows nothing. actor -1: nobody of us. Days in UTC."""

    actor: int | None = None
    act: str = ""
    about: str = ""
    about_id: str = ""
    since: date | None = None
    until: date | None = None


def found(reader: Agent, filters: Filters) -> QuerySet[AuditEntry]:
    """The entries asked for, newest first; nothing for who may not see the audit."""
    rows = visible(reader, AuditEntry)
    if filters.actor is not None:
        rows = rows.filter(actor_id=None if filters.actor < 0 else filters.actor)
    if filters.act:
        rows = rows.filter(act=filters.act)
    if filters.about:
        rows = rows.filter(about=filters.about)
    if filters.about_id:
        rows = rows.filter(about_id=filters.about_id)
    if filters.since:
        rows = rows.filter(at__gte=datetime.combine(filters.since, time(), UTC))
    if filters.until:
        rows = rows.filter(at__lt=datetime.combine(filters.until, time(), UTC) + timedelta(days=1))
    return rows.select_related("actor", "seal").order_by("-pk")


def page(
    reader: Agent, filters: Filters, before: int | None = None, *, size: int = PAGE
) -> tuple[list[AuditEntry], int | None]:
    """Entries older than the id `before`, and the `before` of the next page (None at the end)."""
    rows = found(reader, filters)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    some = list(rows[: size + 1])
    return some[:size], some[size - 1].pk if len(some) > size else None


def every(reader: Agent, filters: Filters) -> Iterator[AuditEntry]:
    """All of them, a page at a time: memory stays flat."""
    before: int | None = None
    while True:
        rows, before = page(reader, filters, before, size=EXPORT_PAGE)
        yield from rows
        if before is None:
            return


def actors() -> QuerySet[Agent]:
    """Who may have acted: everybody of us, also those who have left."""
    return Agent.objects.order_by("first_name", "last_name", "pk")
