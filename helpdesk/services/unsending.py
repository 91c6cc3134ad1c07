"""Taking an answer back before it leaves: the conversation is as if it had not been sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from helpdesk.adapters import adapter_for
from helpdesk.events import Kind, record
from helpdesk.models import (
    Agent,
    Attachment,
    Conversation,
    Delivery,
    DeliveryState,
    Direction,
    Message,
    SLAClock,
    State,
    Visibility,
)
from helpdesk.services import clock_book, conversations, promises
from helpdesk.services.text import preview


def before(conversation: Conversation, seconds: int) -> dict[str, Any] | None:
    """What the next answer of a locked conversation is about to change; None if it stays said.

    Where the customer may look at the conversation this very moment, nothing is held back.
    """
    if not seconds or adapter_for(conversation.inbox).capabilities.live:
        return None
    held = Delivery.objects.filter(
        conversation=conversation, state=DeliveryState.QUEUED, before__isnull=False
    )
    earlier = held.order_by("-pk").values_list("before", flat=True).first()
    if earlier and conversation.waiting_since is None:
        # The one before may be taken back as well: both would restore the same wait.
        return {**earlier, "state": str(conversation.state)}
    since = conversation.waiting_since
    clocks = SLAClock.objects.filter(
        conversation=conversation, open=True, metric__in=(*clock_book.REPLIES, "update")
    )
    return {
        "seq": conversation.last_seq,
        "state": str(conversation.state),
        "waiting_since": since.isoformat() if since else None,
        "clocks": list(clocks.values_list("pk", flat=True)),
    }


def take_back(conversation: Conversation, delivery: Delivery, *, by: Agent) -> None:
    """After the delivery of a locked conversation was cancelled: it is no answer any more."""
    kept: dict[str, Any] | None = delivery.before
    if kept is None or delivery.attempts:
        return
    message = delivery.message
    # Its author writes on: the files may go with the next one.
    Attachment.objects.filter(message=message, uploaded_by=by).update(message=None)
    record(conversation, Kind.MESSAGE_TAKEN_BACK, by=by, payload={"message": str(message.pk)})
    show_last(conversation)
    answers = _said(conversation).filter(author__isnull=False, seq__gt=kept["seq"])
    if answers.exists():
        return
    to = State(conversation.state)
    if kept["waiting_since"]:
        since = datetime.fromisoformat(kept["waiting_since"])
        known = conversation.waiting_since
        conversation.waiting_since = min(since, known) if known else since
    if to in {State.PENDING, State.RESOLVED} and kept["state"] != to:
        conversations.move(conversation, State.OPEN, by=by, reason="taken_back")
    promises.unanswered(conversation, kept["clocks"], since=message.created_at)


def _said(conversation: Conversation) -> Any:
    """Public messages of ours that left or may still leave."""
    ours = Message.objects.filter(
        conversation=conversation, direction=Direction.OUT, visibility=Visibility.PUBLIC
    )
    return ours.exclude(delivery__state=DeliveryState.CANCELLED, delivery__attempts=0)


def show_last(conversation: Conversation) -> None:
    """Let the list show the last message of a locked conversation that was really said."""
    public = Message.objects.filter(conversation=conversation, visibility=Visibility.PUBLIC)
    last = (
        public.exclude(delivery__state=DeliveryState.CANCELLED, delivery__attempts=0)
        .order_by("-public_seq")
        .first()
    )
    conversation.last_message_at = last.created_at if last else None
    conversation.last_preview = preview(last.body or last.subject) if last else ""
    conversation.last_direction = last.direction if last else ""
