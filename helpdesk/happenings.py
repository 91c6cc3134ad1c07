"""What providers tell besides customers' messages, each to where it belongs (helpdesk.records)."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Coalesce

from helpdesk import receipts
from helpdesk.adapters import InboundMessage, Receipt
from helpdesk.events import Kind, locked, record
from helpdesk.models import (
    Conversation,
    CustomerIdentity,
    Delivery,
    DeliveryState,
    Inbox,
    Message,
)
from helpdesk.records import CallReport, Change, Moved, Reached, Watermark
from helpdesk.services import calls, changes, echoes
from helpdesk.services.text import clean_line

MOST = 200  # deliveries that one watermark is looked up for


def take(
    inbox: Inbox,
    element: Receipt | Change | Watermark | Moved | Reached | CallReport | InboundMessage,
) -> Message | None:
    """Do what an element says, inside the payload's transaction; the message it concerns, if one.

    An InboundMessage here is an echo of our own words.
    """
    match element:
        case Receipt():
            receipts.record_receipt(inbox, element)
        case Change():
            return changes.apply(inbox, element)
        case CallReport():
            return calls.report(inbox, element)
        case Watermark():
            _reached_until(inbox, element)
        case Moved():
            _move(inbox, element)
        case Reached():
            _tell(inbox, element)
        case InboundMessage():
            return _echo(inbox, element)
    return None


def _echo(inbox: Inbox, element: InboundMessage) -> Message:
    earlier = echoes.known(inbox, element)
    if earlier is not None:
        return earlier
    mine = echoes.ours_on_its_way(inbox, element)
    if mine is None:
        return echoes.record_echo(inbox, element)
    receipt = Receipt("sent", provider_id=element.external_id, delivery_id=mine.pk)
    receipts.record_receipt(inbox, receipt)
    return mine.message


def _reached_until(inbox: Inbox, mark: Watermark) -> None:
    """Receipts for all that we sent there until then. A message is timed by when it left."""
    below = {"delivered": (DeliveryState.SENT, DeliveryState.DELAYED)}.get(
        mark.state, (DeliveryState.SENT, DeliveryState.DELAYED, DeliveryState.DELIVERED)
    )
    rows = Delivery.objects.annotate(
        left_at=Coalesce("message__sent_at", "message__created_at")
    ).filter(inbox=inbox, to=mark.address, state__in=below, left_at__lte=mark.until)
    for pk in rows.order_by("-pk").values_list("pk", flat=True)[:MOST]:
        receipts.record_receipt(inbox, Receipt(mark.state, delivery_id=pk, at=mark.until))


def _move(inbox: Inbox, moved: Moved) -> None:
    """The address has a new name: the identity and what waits to leave take it."""
    new = clean_line(moved.new, 320)
    identities = CustomerIdentity.objects.filter(kind=moved.kind)
    if not identities.filter(address=new).exists():
        identities.filter(address=moved.old).update(address=new)
    waiting = (DeliveryState.QUEUED, DeliveryState.RETRY)
    Delivery.objects.filter(inbox=inbox, to=moved.old, state__in=waiting).update(to=new)
    said = Message.objects.filter(inbox=inbox, direction="in", meta__from=moved.old)
    for one in said.order_by("-seq")[:MOST]:
        Message.objects.filter(pk=one.pk).update(meta={**one.meta, "from": new})


def _tell(inbox: Inbox, reached: Reached) -> None:
    """A line in the newest conversation there: the agent knows before writing in vain."""
    newest = (
        Conversation.objects.filter(
            inbox=inbox,
            customer__identities__kind=reached.kind,
            customer__identities__address=reached.address,
        )
        .order_by("-last_message_at", "-pk")
        .first()
    )
    if newest is None:
        return
    kind = Kind.CUSTOMER_BLOCKED_US if reached.blocked else Kind.CUSTOMER_TAKES_AGAIN
    with transaction.atomic(), locked(newest.pk) as conversation:
        record(conversation, kind, payload={"inbox": inbox.name})
