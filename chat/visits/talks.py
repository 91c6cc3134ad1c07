"""A visit that became a chat: the agent sees page, cart and device of whom he talks to."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chat.visits import carts, live, recall
from chat.visits.hit import address, text
from chat.visits.live import State
from chat.visits.models import Visit, Visitor
from helpdesk import by_customer
from helpdesk.models import Conversation, Inbox
from helpdesk.realtime import payloads

log = logging.getLogger(__name__)

# The agent's panel follows the visitor no faster than this, in seconds.
EVERY = 5


def context(state: State) -> dict[str, Any]:
    """What an agent sees beside the conversation."""
    started = datetime.fromtimestamp(state["started"], UTC)
    return {
        "visit": state["id"],
        "page": {"url": state.get("url", ""), "title": state.get("title", "")},
        "cart": state.get("cart"),
        "step": state.get("step", ""),
        "since": payloads.stamp(started),
        "pages": state.get("pages", 0),
        "visits": state.get("visits", 0),
        "device": state.get("device", ""),
        "language": state.get("language", ""),
        "country": state.get("country", ""),
        "referrer": state.get("referrer", ""),
        "utm": state.get("utm") or {},
        "search": state.get("search", ""),
    }


def meet(inbox: Inbox, page: Mapping[str, Any], conversation_id: int) -> None:
    """A visitor talks from this page: tie his visit to the conversation, or, where visits are
    not followed, tell the agent just what his own panel says. Never fails: a text matters more.
    """
    try:
        if not begin(inbox, str(page.get("visit", "")), conversation_id):
            _untracked(page, conversation_id)
    except Exception:
        log.exception("conversation %s goes without its visit", conversation_id)


def _untracked(page: Mapping[str, Any], conversation_id: int) -> None:
    told: dict[str, Any] = {}
    url, cart = address(page.get("url")), carts.told(page.get("cart"))
    if url:
        told["page"] = {"url": url, "title": text(page.get("title"), 200)}
    if cart:
        told["cart"] = cart
    if told:
        by_customer.set_context(conversation_id, told)


def begin(inbox: Inbox, key: str, conversation_id: int) -> bool:
    """Tie a visit to the conversation that its visitor began; False for an unknown visit.

    `key` is a secret of the visitor's browser, so whoever has it is he. Harmless to repeat.
    """
    found = Visit.objects.filter(inbox=inbox, key=key).select_related(*recall.JOINED)
    visit = found.first() if key else None
    if visit is None:
        return False
    if visit.conversation_id == conversation_id:
        return True
    conversation = Conversation.objects.select_related("customer").get(pk=conversation_id)
    visit.conversation = conversation
    visit.save(update_fields=["conversation"])
    if visit.visitor:
        visit.visitor.customer = conversation.customer
        Visitor.objects.filter(pk=visit.visitor.pk).update(customer=conversation.customer)
    state = {**recall.of_row(visit), **live.read(inbox.pk, key), **recall.of_visit(visit)}
    live.patch(inbox.pk, key, recall.of_visit(visit))
    return by_customer.set_context(conversation_id, context(state))


def follow(inbox_id: int, key: str, before: State, state: State) -> None:
    """Tell the agent what changed, at most each five seconds; what is held back goes with a
    later hit. A visit without a conversation costs nothing.
    """
    conversation_id = state.get("conversation")
    if conversation_id is None:
        return
    if "id" in before and context(before) == context(state) and not state.get("untold"):
        return
    if live.once_in(EVERY, f"context:{conversation_id}"):
        going_on = by_customer.set_context(conversation_id, context(state))
        live.patch(inbox_id, key, {"untold": False} if going_on else {"conversation": None})
    else:
        live.patch(inbox_id, key, {"untold": True})
