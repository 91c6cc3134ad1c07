"""By which ways a customer can be answered: their addresses times the inboxes that can send."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from helpdesk import suppression
from helpdesk.adapters import Capabilities, adapter_for
from helpdesk.models import (
    Consent,
    Conversation,
    ConversationEvent,
    CustomerIdentity,
    Direction,
    Inbox,
    Message,
    Purpose,
)

MOST = 20
FRESH = timedelta(hours=24)
Way = dict[str, Any]


def of(conversation: Conversation) -> list[Way]:
    """The ways, the present one first; each says why it is one. At most eight queries.

    reason: last (the customer wrote here last), asked (they asked for answers here), chosen (by
    one of us), left (they have left the live chat), known (an address that we know). agreed: they
    have written from there, or asked for answers there. doubt: what an agent is asked about
    before it is taken: unverified, no_consent or "". barred: nothing may be sent there.
    """
    known = list(CustomerIdentity.objects.filter(customer=conversation.customer_id).order_by("-pk"))
    wrote, agreed = _wrote(conversation), _agreed(conversation, known)
    alone = suppression.of_identities(known)
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
        for one in addresses:
            way = _way(conversation, inbox, one, wrote)
            way["agreed"] = one.pk in agreed
            way["barred"] = one.pk in alone
            way["doubt"] = _doubt(way, one, adapter.capabilities)
            found.append(way)
    found.sort(key=lambda way: (not way["current"], way["reason"] == "known"))
    return found[:MOST]


def best(conversation: Conversation) -> Way | None:
    """By which way one who left a live chat is answered without being asked; None: by none.

    Only where nothing is in doubt: a text while their question is fresh, else a letter.
    """
    ranked: list[tuple[int, int, Way]] = []
    waits = conversation.waiting_since
    fresh = waits is not None and datetime.now(UTC) - waits <= FRESH
    for way in of(conversation):
        if way["doubt"] or way["barred"] or way["inbox"] == conversation.inbox_id:
            continue
        can = way["can"]
        if can.segments and fresh:
            ranked.append((0, len(ranked), way))
        elif can.subject:
            ranked.append((1, len(ranked), way))
    return min(ranked)[2] if ranked else None


def _agreed(conversation: Conversation, known: list[CustomerIdentity]) -> set[int]:
    """Those of the addresses that the customer wrote to us from, wanted answers at or agreed to."""
    addresses = [one.address for one in known if one.kind != "visitor"]
    if not addresses:
        return set()
    said = Message.objects.filter(
        conversation__customer=conversation.customer_id,
        direction=Direction.IN,
        meta__from__in=addresses,
    )
    wrote = set(said.order_by().values_list("meta__from", flat=True).distinct())
    asked = ConversationEvent.objects.filter(
        conversation__customer=conversation.customer_id, kind="customer_left"
    ).values_list("payload__email", flat=True)
    told = Consent.objects.filter(
        customer=conversation.customer_id,
        purpose=Purpose.CONTACT,
        withdrawn_at=None,
        source__in=addresses,
    ).values_list("source", flat=True)
    there = wrote | set(asked[:50]) | set(told)
    return {one.pk for one in known if one.address in there}


def _doubt(way: Way, identity: CustomerIdentity, can: Capabilities) -> str:
    """What speaks against writing there without being asked; nothing where they wrote last."""
    if can.live or way["reason"] in {"last", "asked", "left"}:
        return ""
    if not identity.verified:
        return "unverified"
    return "no_consent" if can.segments and not way["agreed"] else ""


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
        "can": adapter_for(inbox).capabilities,
    }


def shown(way: Way) -> Way:
    """A way as screens get it."""
    return {name: value for name, value in way.items() if name != "can"}


def _told(conversation: Conversation) -> str:
    """Who wants the answers elsewhere: the customer, or one of us."""
    return because(conversation)["reason"]


def because(conversation: Conversation) -> dict[str, str]:
    """Why the answers of a conversation go where they go, and who wanted it; one query at most.

    reason: "" where the customer wrote last; waits: they left the live chat, and no other way may
    be taken without asking.
    """
    gone = conversation.context.get("gone")
    if conversation.reply_inbox_id is None:
        return {"reason": "waits" if gone == "waits" else "", "by": ""}
    if gone == "switched":
        return {"reason": "left", "by": ""}
    told = ConversationEvent.objects.filter(
        conversation=conversation, kind__in=("customer_left", "way_chosen")
    )
    last = told.select_related("actor").order_by("-seq").first()
    if last is None or last.kind == "customer_left":
        return {"reason": "asked", "by": ""}
    return {"reason": "chosen", "by": last.actor.display_name if last.actor else ""}
