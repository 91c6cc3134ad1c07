"""The agents' live list. Built once in a second for each inbox, however many look at it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import orjson

from chat.appearance import Widget
from chat.visits import live
from chat.visits.live import State
from chat.visits.models import Visit
from helpdesk.models import Agent, Conversation, Customer, Inbox
from helpdesk.models import State as Stage
from helpdesk.permissions import inboxes
from helpdesk.realtime import payloads

Row = dict[str, Any]
OVER = frozenset({Stage.RESOLVED, Stage.CLOSED, Stage.SPAM})
# After a decline nobody asks again for a day (domain 5).
SILENT_FOR = 24 * 3600
INVITED_FOR = 60
IDLE_FROM = 60
DISTRESS_FOR = 300


def of(agent: Agent) -> dict[str, Any]:
    """{"widgets", "visitors", "more"} of the widgets whose inboxes this agent may see.

    The same bytes while nothing changes: a row has moments, never ages.
    """
    mine = list(inboxes(agent).filter(channel="chat", enabled=True).order_by("name"))
    rows: list[Row] = []
    total = 0
    for found in _of_each(mine):
        rows += found["rows"]
        total += found["total"]
    rows.sort(key=lambda row: row["since"], reverse=True)
    widgets = [
        {"id": one.pk, "name": one.name, "tracking": Widget.of(one).tracking} for one in mine
    ]
    return {"widgets": widgets, "visitors": rows, "more": max(0, total - len(rows))}


def _of_each(mine: list[Inbox]) -> list[dict[str, Any]]:
    kept = live.kept_snapshots([one.pk for one in mine])
    return [
        orjson.loads(text) if text else _built(inbox)
        for inbox, text in zip(mine, kept, strict=True)
    ]


def _built(inbox: Inbox) -> dict[str, Any]:
    states, total = live.present(inbox.pk)
    states = [one for one in states if "id" in one and "started" in one]
    talks = _conversations(states)
    names = _customers(states)
    now = time.time()
    rows = [_row(inbox, one, talks, names, now) for one in states]
    built = {"rows": rows, "total": total}
    live.keep_snapshot(inbox.pk, orjson.dumps(built))
    return built


def row_of(visit: Visit) -> Row | None:
    """The row of one visit as it is now; None if its visitor has gone."""
    state = live.read(visit.inbox_id, visit.key)
    if "id" not in state:
        return None
    return _row(visit.inbox, state, _conversations([state]), _customers([state]), time.time())


def _conversations(states: list[State]) -> dict[int, Conversation]:
    ids = {one["conversation"] for one in states if one.get("conversation")}
    found = Conversation.objects.filter(pk__in=ids).exclude(state__in=OVER)
    return {one.pk: one for one in found.select_related("assignee")} if ids else {}


def _customers(states: list[State]) -> dict[int, Customer]:
    ids = {one["customer"]["id"] for one in states if one.get("customer")}
    return Customer.objects.in_bulk(ids) if ids else {}


def code(state: State) -> str:
    """Four letters to tell one stranger from another: the same for a visitor who comes back."""
    return state["who"][:4].upper() if state.get("who") else f"{state['id'] * 40503 % 65536:04X}"


def _stamp(seconds: float) -> str | None:
    return payloads.stamp(datetime.fromtimestamp(seconds, UTC))


def _row(
    inbox: Inbox,
    state: State,
    talks: dict[int, Conversation],
    names: dict[int, Customer],
    now: float,
) -> Row:
    customer = names.get((state.get("customer") or {}).get("id", 0))
    name = customer.name if customer else ""
    talk = talks.get(state.get("conversation") or 0)
    upset = now - (state.get("distress_at") or 0) < DISTRESS_FOR
    return {
        "id": state["id"],
        "inbox": inbox.pk,
        "name": name,
        "code": str(customer.pk) if customer else code(state),
        "initials": payloads.initials(name) if name else "",
        "hue": payloads.hue(name or code(state)),
        "vip": bool(customer and customer.vip),
        "url": state.get("url", ""),
        "title": state.get("title", ""),
        "since": _stamp(state["started"]),
        "page_since": _stamp(state.get("page_at") or state["started"]),
        "pages": state.get("pages", 0),
        "visits": state.get("visits", 0),
        "country": state.get("country", ""),
        "device": state.get("device", ""),
        "language": state.get("language", ""),
        "referrer": state.get("referrer", ""),
        "landing": state.get("landing", ""),
        "utm": state.get("utm") or {},
        "search": state.get("search", ""),
        "results": state.get("results"),
        "cart": state.get("cart"),
        "step": state.get("step", ""),
        "errors": state.get("errors", 0) if upset else 0,
        "rage": state.get("rage", 0) if upset else 0,
        "stuck": upset and bool(state.get("stuck")),
        "idle": state.get("idle", 0) >= IDLE_FROM,
        "status": _status(state, talk, now),
        "conversation": talk.pk if talk else None,
        "agent": talk.assignee.display_name if talk and talk.assignee else "",
    }


def _status(state: State, talk: Conversation | None, now: float) -> str:
    """chatting, accepted, invited, declined or "": what stands between him and an invitation."""
    if talk:
        return "chatting"
    if now - (state.get("invited_at") or 0) < INVITED_FOR:
        return "invited"
    if now - (state.get("declined_at") or 0) < SILENT_FOR:
        return "declined"
    return ""
