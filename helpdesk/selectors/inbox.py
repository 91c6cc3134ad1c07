"""Reads behind the inbox: views, rows, counts. Keyset pages, bounded counts, no N+1."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from helpdesk.adapters import adapters
from helpdesk.models import ACTIVE_STATES, Agent, Conversation, State
from helpdesk.permissions import inbox_ids
from helpdesk.realtime import payloads

PAGE = 40
COUNT_LIMIT = 99
VIEWS = ("mine", "unassigned", "live", "all", "resolved")


class UnknownViewError(LookupError):
    """There is no such view, or the cursor is not one of ours."""


def _scope(agent: Agent) -> QuerySet[Conversation]:
    """By ids, not by a join: the planner then uses the per-inbox partial indexes."""
    return Conversation.objects.filter(inbox_id__in=inbox_ids(agent))


def view(agent: Agent, name: str) -> QuerySet[Conversation]:
    """The conversations of a view, newest first. Raises UnknownViewError."""
    scope = _scope(agent)
    if name == "mine":
        return scope.filter(assignee=agent, state__in=ACTIVE_STATES)
    if name == "unassigned":
        return scope.filter(assignee__isnull=True, state__in=ACTIVE_STATES)
    if name == "live":
        live = {one.channel for one in adapters() if one.capabilities.live}
        return scope.filter(inbox__channel__in=live, state__in=ACTIVE_STATES)
    if name == "all":
        return scope.filter(state__in=ACTIVE_STATES)
    if name == "resolved":
        return scope.filter(state__in=(State.RESOLVED, State.CLOSED))
    raise UnknownViewError(name)


def rows(agent: Agent, name: str, cursor: str = "") -> tuple[list[payloads.Payload], str | None]:
    """One page of a view and the cursor of the next one (None at the end)."""
    found = view(agent, name).filter(last_message_at__isnull=False)
    if cursor:
        at, pk = _decode(cursor)
        found = found.filter(Q(last_message_at__lt=at) | Q(last_message_at=at, pk__lt=pk))
    page = list(
        found.select_related("customer", "inbox", "assignee").order_by("-last_message_at", "-pk")[
            : PAGE + 1
        ]
    )
    more = page[PAGE - 1] if len(page) > PAGE else None
    return [payloads.row(one) for one in page[:PAGE]], _encode(more) if more else None


def counts(agent: Agent) -> dict[str, Any]:
    """How many conversations each view holds; "99+" past the bound, never COUNT(*)."""
    result: dict[str, Any] = {}
    for name in VIEWS[:4]:
        number = view(agent, name).values("pk").order_by()[: COUNT_LIMIT + 1].count()
        result[name] = f"{COUNT_LIMIT}+" if number > COUNT_LIMIT else number
    return result


def _encode(conversation: Conversation) -> str:
    assert conversation.last_message_at is not None
    plain = f"{conversation.last_message_at.isoformat()} {conversation.pk}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[datetime, int]:
    try:
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, pk = plain.split(" ")
        moment, number = datetime.fromisoformat(at), int(pk)
    except (ValueError, binascii.Error):
        raise UnknownViewError(cursor) from None
    if moment.tzinfo is None:
        raise UnknownViewError(cursor)
    return moment, number
