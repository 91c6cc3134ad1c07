"""Our own words, sent to a customer by another tool on the same account: shown as ours."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import IntegrityError, transaction

from helpdesk.adapters import InboundMessage
from helpdesk.events import Kind, locked, rooted
from helpdesk.models import (
    ACTIVE_STATES,
    Conversation,
    Delivery,
    DeliveryState,
    Direction,
    Inbox,
    Message,
    State,
)
from helpdesk.services import attachments, changes, conversations, customers
from helpdesk.services.messages import MAX_BODY, append
from helpdesk.services.text import clean, clean_line

_ON_THE_WAY = (DeliveryState.SENDING, DeliveryState.UNCERTAIN)


def ours_on_its_way(inbox: Inbox, inbound: InboundMessage) -> Delivery | None:
    """The message of ours whose echo this is, where the provider does not say which it was."""
    rows = Delivery.objects.filter(
        inbox=inbox, to=inbound.sender.address, state__in=_ON_THE_WAY, provider_id=""
    )
    return rows.filter(message__body=inbound.body).order_by("pk").first()


def known(inbox: Inbox, inbound: InboundMessage) -> Message | None:
    """The message that it already is."""
    named = clean_line(inbound.external_id, 400)
    rows = Message.objects.filter(inbox=inbox, direction=Direction.OUT, external_id=named)
    return rows.first() if named else None


def record_echo(inbox: Inbox, inbound: InboundMessage) -> Message:
    """File it once: no unread mark, no automatic answer, nobody waits less or more."""
    if earlier := known(inbox, inbound):
        return earlier
    try:
        with transaction.atomic():
            return _record(inbox, inbound)
    except IntegrityError:
        earlier = known(inbox, inbound)
        if earlier is None:
            raise
        return earlier


def _record(inbox: Inbox, inbound: InboundMessage) -> Message:
    customer = customers.sender(inbound.sender)
    running = (
        Conversation.objects.filter(
            customer=customer, inbox=inbox, state__in=(*ACTIVE_STATES, State.RESOLVED)
        )
        .order_by("-last_message_at", "-pk")
        .first()
    )
    files = [attachments.store(file) for file in inbound.files]
    message = Message(
        inbox=inbox,
        direction=Direction.OUT,
        external_id=clean_line(inbound.external_id, 400),
        body=clean(inbound.body, MAX_BODY),
        meta={**inbound.meta, "echo": True},
        sent_at=inbound.sent_at,
        created_at=datetime.now(UTC),
    )
    if running is not None:
        with locked(running.pk) as conversation, rooted(conversation):
            message.conversation = conversation
            append(conversation, message, Kind.MESSAGE_ECHOED, files)
            changes.came(conversation, message)
        return message
    with conversations.started(customer, inbox) as conversation:
        message.conversation = conversation
        append(conversation, message, Kind.MESSAGE_ECHOED, files)
        if conversation.state == State.NEW:
            conversations.move(conversation, State.RESOLVED, by=None, reason="echo")
        changes.came(conversation, message)
    return message
