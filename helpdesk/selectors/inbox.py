"""Reads behind the inbox: views, rows, counts. Keyset pages, bounded counts, no N+1."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from helpdesk import kept
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
NOTHING = Q(pk__in=())


class UnknownViewError(LookupError):
    """There is no such view, or the cursor is not one of ours."""


class UnknownCursorError(UnknownViewError):
    """The cursor is not one of ours."""


def _scope(inboxes: list[int]) -> QuerySet[Conversation]:
    """By ids, not by a join: the planner then uses the per-inbox partial indexes."""
    return Conversation.objects.filter(kept.among("inbox_id", inboxes))


def _live() -> frozenset[str]:
    return frozenset(one.channel for one in adapters() if one.capabilities.live)


def _fixed(agent: Agent, now: datetime, live: frozenset[str]) -> dict[str, Q]:
    """What belongs to each of VIEWS."""
    active = Q(state__in=ACTIVE_STATES)
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
        return scope.filter(_fixed(agent, now, _live())[name])
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
        return NOTHING  # of a field that is no more, until somebody mends it


def rows(
    agent: Agent, name: str, cursor: str = "", *, inboxes: list[int] | None = None
) -> tuple[list[payloads.Payload], str | None]:
    """One page of a view and the cursor of the next one (None at the end)."""
    mine = inbox_ids(agent) if inboxes is None else inboxes
    place = _decode(cursor) if cursor else None
    if name in VIEWS:
        by, page = orders.BY[ViewOrder.NEWEST], _fixed_page(agent, name, mine, place)
    else:
        one = saved(agent, name)
        by = orders.BY[ViewOrder(one.order)]
        asked = _compiled(one, agent, datetime.now(UTC))
        page = list(_page(by, _scope(mine).filter(asked), place))
    more = page[PAGE - 1] if len(page) > PAGE else None
    following = _encode(by.place(more), more.pk) if more else None
    return [payloads.row(each) for each in page[:PAGE]], following


def listed(
    agent: Agent, narrowed: Q, order: ViewOrder, cursor: str = "", *, size: int = PAGE
) -> tuple[list[payloads.Payload], str | None]:
    """Any conversations that the agent may see, as rows() gives those of a view."""
    by, place = orders.BY[order], _decode(cursor) if cursor else None
    page = list(_page(by, _scope(inbox_ids(agent)).filter(narrowed), place, size))
    more = page[size - 1] if len(page) > size else None
    following = _encode(by.place(more), more.pk) if more else None
    return [payloads.row(each) for each in page[:size]], following


def _page(
    by: orders.By,
    found: QuerySet[Conversation],
    place: tuple[datetime, int] | None,
    size: int = PAGE,
) -> QuerySet[Conversation]:
    """A page of these and one beyond it, with what payloads.row() reads."""
    found = by.sorted(found.filter(last_message_at__isnull=False))
    if place:
        found = by.after(found, *place)
    # Joined after the cut: the planner would join all that is sorted with all customers.
    cut = Conversation.objects.filter(pk__in=found.values("pk")[: size + 1])
    return by.sorted(cut).select_related("customer", "inbox", "assignee").only(*payloads.ROW)


@cache
def _kept_page(name: str, live: frozenset[str], *, further: bool) -> kept.Kept[Conversation]:
    blank = kept.STAND_INS
    scope = _scope(blank["inboxes"])
    found = scope.filter(_fixed(Agent(pk=blank["agent"]), blank["now"], live)[name])
    place = (blank["at"], blank["conversation"]) if further else None
    return kept.Kept(_page(orders.BY[ViewOrder.NEWEST], found, place))


def _fixed_page(
    agent: Agent, name: str, inboxes: list[int], place: tuple[datetime, int] | None
) -> list[Conversation]:
    known: dict[str, Any] = {"inboxes": inboxes, "agent": agent.pk, "now": datetime.now(UTC)}
    if place:
        known |= {"at": place[0], "conversation": place[1]}
    return _kept_page(name, _live(), further=bool(place)).ask(**known)


def counts(agent: Agent, *, mine: bool = False, inboxes: list[int] | None = None) -> dict[str, Any]:
    """How many conversations each view holds, in one query; "99+" past the bound.

    mine: the saved views of the agent's menu too, in one query more. inboxes: the agent's, for who
    has asked for them already.
    """
    known = inbox_ids(agent) if inboxes is None else inboxes
    now = datetime.now(UTC)
    numbers = _kept_counts(_live()).ask(agent=agent.pk, inboxes=known, now=now)
    if mine:
        saved = visible(agent, SavedView)[:MOST_SAVED]
        numbers |= _counted(known, {f"v{one.pk}": _compiled(one, agent, now) for one in saved})
    return {name: bounded(number) for name, number in numbers.items()}


def preview(agent: Agent, rows: Any) -> int | str:
    """How many conversations a filter finds, bounded like counts(). Raises FilterError."""
    found = filters.compiled(rows, filters.Asking(agent.pk, datetime.now(UTC)))
    return bounded(_counted(inbox_ids(agent), {"": found})[""])


def bounded(number: int) -> int | str:
    """A count as it is shown: exact up to the bound."""
    return f"{COUNT_LIMIT}+" if number > COUNT_LIMIT else number


def _parts(inboxes: list[int], asked: dict[str, Q]) -> dict[str, QuerySet[Any, Any]]:
    """By name, the first of what each Q finds: no COUNT(*) over history."""
    scope = _scope(inboxes)
    return {
        name: scope.filter(q).order_by().values("pk")[: COUNT_LIMIT + 1]
        for name, q in asked.items()
    }


@cache
def _kept_counts(live: frozenset[str]) -> kept.Together:
    blank = kept.STAND_INS
    fixed = _fixed(Agent(pk=blank["agent"]), blank["now"], live)
    asked = {name: fixed[name] for name in COUNTED}
    return kept.Together(_parts(blank["inboxes"], asked), kept.COUNT)


def _counted(inboxes: list[int], asked: dict[str, Q]) -> dict[str, int]:
    """One statement with a bounded sub-select for each Q."""
    found = _parts(inboxes, {name: q for name, q in asked.items() if q != NOTHING})
    return dict.fromkeys(asked, 0) | (kept.Together(found, kept.COUNT).ask() if found else {})


def _encode(at: datetime, pk: int) -> str:
    plain = f"{at.isoformat()} {pk}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[datetime, int]:
    try:
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, pk = plain.split(" ")
        moment, number = datetime.fromisoformat(at), int(pk)
    except (ValueError, binascii.Error):
        raise UnknownCursorError(cursor) from None
    if moment.tzinfo is None:
        raise UnknownCursorError(cursor)
    return moment, number
