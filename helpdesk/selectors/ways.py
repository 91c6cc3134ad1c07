"""By which ways a customer can be answered: their addresses times the inboxes that can send."""

from __future__ import annotations

from typing import Any

from helpdesk.adapters import adapter_for
from helpdesk.models import (
    Conversation,
    ConversationEvent,
    CustomerIdentity,
    Direction,
    Inbox,
    Message,
)

MOST = 20


def of(conversation: Conversation) -> list[dict[str, Any]]:
    """The ways, the present one first; each says why it is one. Three or four queries.

    reason: last (the customer wrote here last), asked (they asked for answers here), chosen (by
    one of us), known (an address that we know).
    """
    known = list(CustomerIdentity.objects.filter(customer=conversation.customer_id).order_by("-pk"))
    wrote = _wrote(conversation)
    found = []
    for inbox in _inboxes(conversation):
        try:
            adapter = adapter_for(inbox)
        except LookupError:
            continue
        own = inbox.pk == conversation.inbox_id
        if adapter.capabilities.live and not own:
            continue
        mine = [one for one in known if one.kind == adapter.identity_kind]
        if inbox.pk in wrote:  # an answer goes where they wrote from
            mine = [one for one in mine if one.address == wrote[inbox.pk]] or mine
        addresses = mine[:1] if own else mine
        found += [_way(conversation, inbox, one, wrote) for one in addresses]
    found.sort(key=lambda way: (not way["current"], way["reason"] == "known"))
    return found[:MOST]


def _inboxes(conversation: Conversation) -> list[Inbox]:
    teams = conversation.inbox.teams.all()
    found = Inbox.objects.filter(enabled=True, teams__in=teams).distinct().order_by("pk")
    return [conversation.inbox, *(one for one in found if one.pk != conversation.inbox_id)]


def _wrote(conversation: Conversation) -> dict[int, str]:
    """By inbox: where the customer last wrote from in this conversation; the newest is first."""
    said = Message.objects.filter(conversation=conversation, direction=Direction.IN)
    rows = said.order_by("-seq").values_list("inbox_id", "meta__from")[:50]
    found: dict[int, str] = {}
    for inbox_id, address in rows:
        found.setdefault(inbox_id, address or "")
    return found


def _way(
    conversation: Conversation, inbox: Inbox, identity: CustomerIdentity, wrote: dict[int, str]
) -> dict[str, Any]:
    current = inbox.pk == conversation.answered_by.pk
    if current and conversation.reply_address:
        current = identity.address == conversation.reply_address
    reason = "known"
    if current and conversation.reply_inbox_id:
        reason = _told(conversation)
    elif wrote and next(iter(wrote)) == inbox.pk:
        reason = "last"
    return {
        "inbox": inbox.pk,
        "name": inbox.name,
        "channel": inbox.channel,
        "provider": inbox.provider,
        "address": "" if identity.kind == "visitor" else identity.address,
        "verified": identity.verified,
        "reason": reason,
        "current": current,
    }


def _told(conversation: Conversation) -> str:
    """Who wants the answers elsewhere: the customer, or one of us."""
    told = ConversationEvent.objects.filter(
        conversation=conversation, kind__in=("customer_left", "way_chosen")
    )
    kind = told.order_by("-seq").values_list("kind", flat=True).first()
    return "chosen" if kind == "way_chosen" else "asked"
