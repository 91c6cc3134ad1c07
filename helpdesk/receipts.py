"""What became of a message: a delivery's state, and the receipts that change it.

set_state() is the only writer of a settled state, so each change has its event. Receipts come
late, twice, in any order and even before our own send is settled; the lattice makes that
harmless (PRV-5).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from helpdesk import nudge
from helpdesk.adapters import Receipt, adapter_for
from helpdesk.after_commit import after_commit
from helpdesk.events import Kind, locked, record
from helpdesk.models import (
    Agent,
    Conversation,
    Delivery,
    DeliveryRecipient,
    DeliveryState,
    Inbox,
    ParkedReceipt,
    SuppressionReason,
)
from helpdesk.suppression import opted_out, suppress

PARKED_FOR = timedelta(hours=24)
# Unsettled, then what is reported: a report never takes back what stands above it (H5).
RANK = {
    "queued": 0,
    "retry": 0,
    "sending": 1,
    "uncertain": 1,
    "sent": 2,
    "delayed": 3,
    "delivered": 4,
    "read": 5,
    "bounced": 6,
    "complained": 7,
}
RETURNED = frozenset({"bounced", "complained"})
MOST_HISTORY = 20
UNSETTLED = ("queued", "retry", "sending")


def plain(text: str, limit: int) -> str:
    """A provider's text as a column takes it: no NUL, at most `limit` characters."""
    return text.replace("\x00", "")[:limit]


def set_state(
    conversation: Conversation,
    delivery: Delivery,
    state: DeliveryState,
    *,
    by: Agent | None = None,
    **fields: Any,
) -> None:
    """Write a delivery's state and its event; the conversation is locked by the caller."""
    delivery.state = state
    delivery.lease_owner = None
    delivery.lease_until = None
    now = datetime.now(UTC)
    if state == DeliveryState.QUEUED:
        seconds = adapter_for(delivery.inbox).capabilities.expires_after
        delivery.attempts = 0
        delivery.next_at = now
        delivery.expires_at = now + timedelta(seconds=seconds) if seconds else None
        after_commit(nudge.deliver, delivery.pk)
    external_id = fields.pop("external_id", "")
    for name, value in fields.items():
        setattr(delivery, name, value)
    delivery.save()
    message = delivery.message
    if fields.get("provider_id"):
        keep_provider_id(delivery, fields["provider_id"], external_id)
    message.delivery = delivery
    record(
        conversation,
        Kind.DELIVERY_CHANGED,
        by=by,
        payload={"message": str(message.pk), "state": str(state)},
        message=message,
    )


def with_message(rows: QuerySet[Delivery]) -> Delivery | None:
    """The first of these deliveries, with all that sending and showing its message needs."""
    rows = rows.select_related("inbox__circuit", "message__author")
    delivery = rows.prefetch_related("message__attachments").first()
    if delivery:
        delivery.message.inbox = delivery.inbox
    return delivery


def locked_row(delivery: Delivery) -> Delivery:
    """The row as it is now, locked; its message, which does not change, is the one at hand."""
    row = Delivery.objects.select_for_update().get(pk=delivery.pk)
    row.inbox, row.message = delivery.inbox, delivery.message
    return row


def keep_provider_id(delivery: Delivery, provider_id: str, external_id: str = "") -> None:
    """The provider's id names the delivery, and the message, unless others call that otherwise."""
    delivery.provider_id = provider_id
    message = delivery.message
    message.external_id = plain(external_id, 400) or provider_id
    message.save(update_fields=["external_id", "sent_at"])


def of_another(delivery: Delivery, provider_id: str) -> bool:
    """True if the provider's id already belongs to another message: so it is not this one."""
    known = Delivery.objects.filter(inbox=delivery.inbox, provider_id=provider_id)
    return bool(provider_id) and known.exclude(pk=delivery.pk).exists()


def reason(text: str, code: str = "") -> dict[str, Any]:
    """The columns that tell an agent why."""
    return {"error": plain(text, 500), "error_code": plain(code, 60)}


def nudge_next(conversation_id: int, settled_id: int) -> None:
    """Wake the next waiting message of a conversation whose predecessor is settled."""
    following = (
        Delivery.objects.filter(
            conversation_id=conversation_id, pk__gt=settled_id, state__in=UNSETTLED
        )
        .order_by("pk")
        .values_list("pk", flat=True)
        .first()
    )
    if following:
        nudge.deliver(following)


def record_receipt(inbox: Inbox, receipt: Receipt) -> bool:
    """Apply what a provider says of a message; False if the message is not known (parked).

    The lattice queued < sending < sent < delayed < delivered < read < bounced < complained only
    moves up, so that the order of reports does not matter; `failed` replaces what is below
    delivered and gives way to that (PRV-5, H5).
    """
    provider_id = plain(receipt.provider_id, 400)
    found = Delivery.objects.filter(inbox=inbox).order_by()
    if receipt.delivery_id is not None:
        found = found.filter(pk=receipt.delivery_id)
    elif provider_id:
        found = found.filter(provider_id=provider_id)
    else:
        return False
    state = found.values_list("state", flat=True).first()
    if state is None:
        if provider_id and receipt.state != "unsubscribed":
            ParkedReceipt.objects.create(
                inbox=inbox,
                provider_id=provider_id,
                state=receipt.state,
                recipient=plain(receipt.recipient, 320),
                hard=receipt.hard,
                **reason(receipt.error, receipt.error_code),
            )
        return False
    if receipt.state == "unsubscribed":
        _spare(found.select_related("inbox", "message").get(), receipt)
        return True
    told = receipt.recipient or receipt.state in {"delayed", *RETURNED}
    known = with_message(found) if told or moves(state, receipt.state) else None
    if known:
        with locked(known.conversation_id) as conversation:
            _apply(conversation, locked_row(known), receipt)
    return True


def moves(state: str, said: str) -> bool:
    """True if what a provider says changes the state; most repeats end here, without a lock."""
    rank = RANK.get(state, 2)
    if said == DeliveryState.FAILED:
        return state != DeliveryState.FAILED and rank < RANK["delivered"]
    if state == DeliveryState.FAILED:  # whoever has it, has it: reports come in any order
        return said in {"delivered", "read"}
    return RANK[said] > rank and state != DeliveryState.CANCELLED


def _apply(conversation: Conversation, delivery: Delivery, receipt: Receipt) -> None:
    if receipt.recipient and receipt.recipient.lower() not in _addressed(delivery):
        # Somebody whom we never wrote to: the mail came back, but no address is known to be bad.
        receipt = replace(receipt, recipient="", hard=False)
    if receipt.recipient or receipt.state in {"delayed", *RETURNED}:
        _note_recipient(delivery, receipt)
    if not moves(delivery.state, receipt.state):
        return
    fields: dict[str, Any] = reason(receipt.error, receipt.error_code)
    if receipt.provider_id and not delivery.provider_id:
        fields["provider_id"] = plain(receipt.provider_id, 400)
    set_state(conversation, delivery, DeliveryState(receipt.state), **fields)
    if receipt.opted_out:
        opted_out(adapter_for(delivery.inbox).identity_kind, delivery, receipt.error)
    if receipt.state in RETURNED:
        _came_back(conversation, delivery, receipt)
    after_commit(nudge_next, conversation.pk, delivery.pk)


def _addressed(delivery: Delivery) -> set[str]:
    """Everybody to whom the message went, in lower case."""
    chosen = delivery.message.meta.get("addressed") or {}
    copies = [*(chosen.get("cc") or ()), *(chosen.get("bcc") or ())]
    return {str(one).lower() for one in (delivery.to, *copies)}


def _note_recipient(delivery: Delivery, receipt: Receipt) -> None:
    """Keep what was said of one recipient; their state moves up, their history grows.

    A bad address and a complaint are left alone from now on, whatever the message's own state.
    """
    address = plain(receipt.recipient or delivery.to, 320).lower()
    row, _made = DeliveryRecipient.objects.get_or_create(delivery=delivery, address=address)
    code, said = plain(receipt.error_code, 60), plain(receipt.error, 500)
    line = {"state": receipt.state, "code": code, "said": said}
    known = {**line, "at": None}
    if known not in [{**one, "at": None} for one in row.history]:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        row.history = [*row.history, {**line, "at": now}][-MOST_HISTORY:]
    said_state = "bounced" if receipt.state == DeliveryState.FAILED else receipt.state
    if RANK[said_state] > RANK[row.state]:
        row.state, row.code, row.said = said_state, code, said
    row.save()
    kind = adapter_for(delivery.inbox).identity_kind
    if receipt.state == DeliveryState.COMPLAINED:
        suppress(kind, address, SuppressionReason.COMPLAINED, said=said, delivery=delivery)
    elif receipt.state == DeliveryState.BOUNCED and receipt.hard:
        suppress(kind, address, SuppressionReason.BOUNCED, said=said, delivery=delivery)


def _spare(delivery: Delivery, receipt: Receipt) -> None:
    """No more automatic words to one to whom this went."""
    address = plain(receipt.recipient or delivery.to, 320).lower()
    if address in _addressed(delivery):
        kind = adapter_for(delivery.inbox).identity_kind
        suppress(kind, address, SuppressionReason.UNSUBSCRIBED, said="", delivery=delivery)


def _came_back(conversation: Conversation, delivery: Delivery, receipt: Receipt) -> None:
    """A line in the thread: neither a new conversation nor a state of this one (H4)."""
    facts = {
        "message": str(delivery.message.pk),
        "address": plain(receipt.recipient or delivery.to, 320),
        "state": receipt.state,
        "code": plain(receipt.error_code, 60),
        "hard": receipt.hard,
    }
    record(conversation, Kind.CAME_BACK, payload=facts, message=delivery.message)


def attach_parked(inbox: Inbox, provider_id: str) -> None:
    """Apply the receipts that came before the provider's id was known."""
    early = ParkedReceipt.objects.filter(inbox=inbox, provider_id=plain(provider_id, 400))
    for parked in early.order_by("pk"):
        receipt = Receipt(
            parked.state,
            provider_id=parked.provider_id,
            error_code=parked.error_code,
            error=parked.error,
            recipient=parked.recipient,
            hard=parked.hard,
        )
        if record_receipt(inbox, receipt):
            parked.delete()


def sweep_parked(limit: int = 500) -> None:
    """Attach what was parked in the very moment its message was settled; forget the old."""
    edge = datetime.now(UTC) - PARKED_FOR
    ParkedReceipt.objects.filter(received_at__lt=edge).delete()
    known = Delivery.objects.filter(inbox=OuterRef("inbox"), provider_id=OuterRef("provider_id"))
    late = ParkedReceipt.objects.filter(Exists(known)).select_related("inbox")[:limit]
    for inbox, provider_id in {(one.inbox, one.provider_id) for one in late}:
        attach_parked(inbox, provider_id)
