"""The state of a visit: what the rows remember, put together once and then kept in Valkey.

Moments in a state are seconds since 1970, so that they are plain JSON numbers.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from chat.visits.facts import Facts
from chat.visits.hit import Hit, query_of
from chat.visits.live import State
from chat.visits.models import Visit
from helpdesk.models import Customer, Inbox

JOINED = ("visitor__customer", "conversation__customer")


def of_visit(visit: Visit) -> State:
    """The lasting part of a visit's state. Needs visitor and conversation joined."""
    visitor = visit.visitor
    conversation = visit.conversation
    customer = conversation.customer if conversation else visitor and visitor.customer
    declined = visitor.declined_at if visitor else visit.declined_at
    accepted = visitor.accepted_at if visitor else visit.accepted_at
    return {
        "id": visit.pk,
        "who": visitor.uid_sha256 if visitor else "",
        "started": visit.started_at.timestamp(),
        "landing": visit.landing,
        "referrer": visit.referrer,
        "utm": visit.utm,
        "search": visit.searches[-1] if visit.searches else "",
        "device": visit.device,
        "language": visit.language,
        "country": visit.country,
        "pages": visit.pages,
        "visits": visitor.visits if visitor else 0,
        "customer": _customer(customer) if customer else None,
        "conversation": visit.conversation_id,
        "chatted": conversation is not None or bool(visitor and visitor.customer_id),
        "declined_at": declined.timestamp() if declined else None,
        "accepted_at": accepted.timestamp() if accepted else None,
    }


def _customer(customer: Customer) -> dict[str, Any]:
    """known: by more than the anonymous address that a widget gave him."""
    named = customer.identities.exclude(kind="visitor").exists()
    return {"id": customer.pk, "name": customer.name, "vip": customer.vip, "known": named}


def of_key(inbox: Inbox, key: str, who: str) -> State:
    """The state of a visit that Valkey has forgotten (or cannot be asked for); {} for none.

    `who` is the digest of the visitor's id: his key opens no other visitor's visit.
    """
    visit = Visit.objects.filter(inbox=inbox, key=key).select_related(*JOINED).first()
    if visit is None or (visit.visitor.uid_sha256 if visit.visitor else "") != who:
        return {}
    return of_row(visit)


def of_row(visit: Visit) -> State:
    """of_visit() with the page that was opened last."""
    last = visit.views.order_by("-at").first()
    page = {"url": last.url, "title": last.title, "page_at": last.at.timestamp()} if last else {}
    return {**of_visit(visit), **page}


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def facts(inbox_id: int, hit: Hit, state: State, now: datetime) -> Facts:
    """What triggers may ask about this hit."""
    customer = state.get("customer") or {}
    cart = state.get("cart") or {}
    value = cart.get("value")
    url = state.get("url", "")
    at = now.timestamp()
    return Facts(
        inbox_id=inbox_id,
        visit=hit.visit,
        visitor=hit.visitor,
        event=hit.kind,
        now=now,
        url=url,
        path=urlsplit(url).path or "/",
        title=state.get("title", ""),
        query=query_of(url),
        page_seconds=hit.seconds or max(0, int(at - state.get("page_at", at))),
        scroll=state.get("scroll", 0),
        idle_seconds=state.get("idle", 0),
        referrer=state.get("referrer", ""),
        landing=state.get("landing", ""),
        utm=state.get("utm") or {},
        language=state.get("language", ""),
        country=state.get("country", ""),
        device=state.get("device", ""),
        site_seconds=max(0, int(at - state.get("started", at))),
        pages=state.get("pages", 0),
        visits=state.get("visits", 0),
        returning=state.get("visits", 0) > 1,
        search=state.get("search", ""),
        search_results=state.get("results"),
        cart_items=cart.get("items") if cart else None,
        cart_value=Decimal(value) if value is not None else None,
        cart_currency=cart.get("currency", ""),
        cart_age=max(0, int(at - state["cart_at"])) if cart and state.get("cart_at") else None,
        step=state.get("step", ""),
        errors=state.get("errors", 0),
        rage=state.get("rage", 0),
        known=bool(customer.get("known")),
        vip=bool(customer.get("vip")),
        chatted_before=bool(state.get("chatted")),
        declined_at=_moment(state.get("declined_at")),
        accepted_at=_moment(state.get("accepted_at")),
        data={**(state.get("data") or {}), **hit.data},
    )
