"""What an event on a page changes: of the state that passes, and the few rows that stay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import F
from django.db.models.functions import Greatest

from chat.visits import carts
from chat.visits.hit import Hit, text, whole
from chat.visits.live import State
from chat.visits.models import PageView, Visit, Visitor

MAX_SEARCHES = 10
MAX_DATA = 30
_LONG = 24 * 3600


def of_event(hit: Hit, state: State, now: datetime) -> State:
    """The fields of the state that this event changes."""
    changed: State = {"idle": 0}
    if hit.url:
        if hit.url != state.get("url"):
            changed["page_at"] = now.timestamp() - hit.seconds
        changed |= {"url": hit.url, "title": hit.title or state.get("title", "")}
    if hit.scroll:
        changed["scroll"] = hit.scroll
    handler = _HANDLERS.get(hit.kind)
    return {**changed, **handler(hit, state, now.timestamp())} if handler else changed


def _search(hit: Hit, state: State, at: float) -> State:
    found = hit.data.get("results")
    results = whole(found, 10**6) if isinstance(found, int) else None
    return {"search": text(hit.data.get("term"), 200), "results": results}


def _cart(hit: Hit, state: State, at: float) -> State:
    cart = carts.cart(hit.data)
    since = state.get("cart_at") or at
    step = text(hit.data.get("step"), 40)
    return {"cart": cart, "cart_at": since if cart else None, "step": step}


def _order(hit: Hit, state: State, at: float) -> State:
    return {"cart": None, "cart_at": None, "step": "", "ordered": True}


def _distress(hit: Hit, state: State, at: float) -> State:
    """Mistakes in a form, clicks in vain, a checkout that stands still."""
    kind = text(hit.data.get("kind"), 20)
    if kind == "error":
        errors = whole(hit.data.get("count"), 99) or state.get("errors", 0) + 1
        return {"errors": errors, "distress_at": at}
    if kind == "rage":
        return {"rage": min(99, state.get("rage", 0) + 1), "distress_at": at}
    if kind == "checkout":
        step = text(hit.data.get("step"), 40) or state.get("step", "")
        idle = whole(hit.data.get("seconds"), _LONG)
        return {"stuck": True, "step": step, "idle": idle, "distress_at": at}
    return {}


def _idle(hit: Hit, state: State, at: float) -> State:
    return {"idle": whole(hit.data.get("seconds"), _LONG) or 60}


def _beat(hit: Hit, state: State, at: float) -> State:
    return {"idle": whole(hit.data.get("idle"), _LONG)}


def _set(hit: Hit, state: State, at: float) -> State:
    """Facts that the site tells of its visitor; short ones only, the oldest give way."""
    told = {name: one for name, one in hit.data.items() if not isinstance(one, dict | list)}
    merged = {**(state.get("data") or {}), **told}
    return {"data": dict(list(merged.items())[-MAX_DATA:])}


_HANDLERS: dict[str, Callable[[Hit, State, float], State]] = {
    "search": _search,
    "cart": _cart,
    "order": _order,
    "distress": _distress,
    "idle": _idle,
    "beat": _beat,
    "set": _set,
    "invited": lambda hit, state, at: {"invited_at": at},
    "declined": lambda hit, state, at: {"declined_at": at, "invited_at": None},
    "accepted": lambda hit, state, at: {"accepted_at": at, "invited_at": None},
}


def keep(hit: Hit, state: State, now: datetime) -> None:
    """Write what outlives the visit: searches, answers to invitations, the time on a page.

    Every other event, beats above all, writes no row.
    """
    visit = Visit.objects.filter(pk=state["id"])
    lived = {"ended_at": Greatest(F("ended_at"), now)}
    if hit.kind == "search":
        term = text(hit.data.get("term"), 200)
        if term and term != state.get("search"):
            earlier = visit.values_list("searches", flat=True).first() or []
            visit.update(searches=[*earlier, term][-MAX_SEARCHES:], **lived)
    elif hit.kind in ("declined", "accepted"):
        answered = {f"{hit.kind}_at": now}
        visit.update(**answered, **lived)
        if state.get("who"):
            declines = F("declines") + 1 if hit.kind == "declined" else 0
            Visitor.objects.filter(stays=state["id"]).update(**answered, declines=declines)
    elif hit.kind == "bye":
        visit.update(**lived)
        seen = PageView.objects.filter(visit=state["id"], url=hit.url).order_by("-at")
        PageView.objects.filter(pk__in=seen.values("pk")[:1]).update(seconds=hit.seconds)
