"""Reads behind the inbox: views, rows, counts. Keyset pages, bounded counts, no N+1."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from helpdesk.adapters import adapters
from helpdesk.models import (
    ACTIVE_STATES,
    Agent,
    Conversation,
    Mention,
    SavedView,
    State,
    ViewOrder,
)
from helpdesk.permissions import inbox_ids, visible
from helpdesk.realtime import payloads
from helpdesk.selectors import filters, orders

PAGE = 40
COUNT_LIMIT = 99
MOST_SAVED = 30
VIEWS = ("mine", "all", "unassigned", "late", "live", "snoozed", "mentions", "resolved")
COUNTED = VIEWS[:-1]
SAVED = re.compile(r"v([1-9][0-9]{0,17})")


class UnknownViewError(LookupError):
    """There is no such view, or the cursor is not one of ours."""


def _scope(inboxes: list[int]) -> QuerySet[Conversation]:
    """By ids, not by a join: the planner then uses the per-inbox partial indexes."""
    return Conversation.objects.filter(inbox_id__in=inboxes)


def _fixed(agent: Agent, now: datetime) -> dict[str, Q]:
    """What belongs to each of VIEWS."""
    active = Q(state__in=ACTIVE_STATES)
    live = {one.channel for one in adapters() if one.capabilities.live}
    return {
        "mine": active & Q(assignee=agent),
        "all": active,
        "unassigned": active & Q(assignee__isnull=True),
        "late": active & Q(late_from__lte=now),
        "live": active & Q(inbox__channel__in=live),
        "snoozed": Q(state=State.SNOOZED),
        "mentions": Q(pk__in=_mentioned(agent)),
        "resolved": Q(state__in=(State.RESOLVED, State.CLOSED), merged_into__isnull=True),
    }


def _mentioned(agent: Agent) -> QuerySet[Any]:
    """Where the agent was named or asked and has not looked yet, or what that was merged into."""
    unread = Mention.objects.filter(agent=agent, read_at__isnull=True)
    where = Coalesce("message__conversation__merged_into_id", "message__conversation_id")
    return unread.annotate(where=where).values("where")


def view(agent: Agent, name: str, inboxes: list[int] | None = None) -> QuerySet[Conversation]:
    """The conversations of a view, one of VIEWS or "v" with the number of a saved one.

    Raises UnknownViewError, also for a saved view that is not in the agent's menu.
    """
    now = datetime.now(UTC)
    scope = _scope(inbox_ids(agent) if inboxes is None else inboxes)
    if name in VIEWS:
        return scope.filter(_fixed(agent, now)[name])
    return scope.filter(_compiled(saved(agent, name), agent, now))


def saved(agent: Agent, name: str) -> SavedView:
    """The saved view that is called so in addresses. Raises UnknownViewError."""
    found = SAVED.fullmatch(name)
    one = visible(agent, SavedView).filter(pk=int(found[1])).first() if found else None
    if one is None:
        raise UnknownViewError(name)
    return one


def _compiled(one: SavedView, agent: Agent, now: datetime) -> Q:
    try:
        return filters.compiled(one.filters, filters.Asking(agent.pk, now))
    except filters.FilterError:
        return Q(pk__in=())  # of a field that is no more: nothing, until somebody mends it


def rows(
    agent: Agent, name: str, cursor: str = "", *, inboxes: list[int] | None = None
) -> tuple[list[payloads.Payload], str | None]:
    """One page of a view and the cursor of the next one (None at the end)."""
    one = None if name in VIEWS else saved(agent, name)
    by = orders.BY[ViewOrder(one.order) if one else ViewOrder.NEWEST]
    scope = _scope(inbox_ids(agent) if inboxes is None else inboxes)
    now = datetime.now(UTC)
    asked = _compiled(one, agent, now) if one else _fixed(agent, now)[name]
    found = by.sorted(scope.filter(asked, last_message_at__isnull=False))
    if cursor:
        found = by.after(found, *_decode(cursor))
    # Joined after the cut: the planner would join all that is sorted with all customers.
    cut = Conversation.objects.filter(pk__in=found.values("pk")[: PAGE + 1])
    page = list(by.sorted(cut).select_related("customer", "inbox", "assignee"))
    more = page[PAGE - 1] if len(page) > PAGE else None
    following = _encode(by.place(more), more.pk) if more else None
    return [payloads.row(each) for each in page[:PAGE]], following


def counts(agent: Agent, *, mine: bool = False, inboxes: list[int] | None = None) -> dict[str, Any]:
    """How many conversations each view holds, in one query; "99+" past the bound.

    mine: the saved views of the agent's menu too, in one query more. inboxes: the agent's, for who
    has asked for them already.
    """
    now = datetime.now(UTC)
    fixed = _fixed(agent, now)
    asked = {name: fixed[name] for name in COUNTED}
    if mine:
        for one in visible(agent, SavedView)[:MOST_SAVED]:
            asked[f"v{one.pk}"] = _compiled(one, agent, now)
    return _counted(inbox_ids(agent) if inboxes is None else inboxes, asked)


def preview(agent: Agent, rows: Any) -> int | str:
    """How many conversations a filter finds, bounded like counts(). Raises FilterError."""
    found = filters.compiled(rows, filters.Asking(agent.pk, datetime.now(UTC)))
    number: int | str = _counted(inbox_ids(agent), {"": found})[""]
    return number


def _counted(inboxes: list[int], asked: dict[str, Q]) -> dict[str, Any]:
    """One statement with a bounded sub-select for each Q: no COUNT(*) over history."""
    numbers: dict[str, Any] = dict.fromkeys(asked, 0)
    parts: list[str] = []
    values: list[Any] = []
    names: list[str] = []
    for name, q in asked.items():
        bounded = _scope(inboxes).filter(q).values("pk").order_by()[: COUNT_LIMIT + 1]
        try:
            sql, given = bounded.query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"(SELECT count(*) FROM ({sql}) AS bounded)")  # noqa: S608  what the ORM wrote
        values.extend(given)
        names.append(name)
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(parts)}", values)
            numbers |= dict(zip(names, cursor.fetchone() or (), strict=True))
    return {
        name: f"{COUNT_LIMIT}+" if number > COUNT_LIMIT else number
        for name, number in numbers.items()
    }


def _encode(at: datetime, pk: int) -> str:
    plain = f"{at.isoformat()} {pk}"
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
