"""Taking an answer back before it leaves: the conversation is as if it had not been sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

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


def before(
    conversation: Conversation, seconds: int, root: Conversation, at: datetime
) -> dict[str, Any] | None:
    """What the next answer of a locked conversation is about to change; None if it stays said.

    root: in whose thread it is read, locked as well; it is that one's wait that an answer ends.
    at: when the answer was written.
    Where the customer may look at the conversation this very moment, nothing is held back.
    """
    if not seconds or adapter_for(conversation.inbox).capabilities.live:
        return None
    held = Delivery.objects.filter(
        _together(root), state=DeliveryState.QUEUED, before__isnull=False
    )
    earlier = held.order_by("-pk").values_list("before", flat=True).first()
    if earlier and root.waiting_since is None:
        # The one before may be taken back as well: both would restore the same wait.
        return {**earlier, "state": str(root.state)}
    since = root.waiting_since
    clocks = SLAClock.objects.filter(
        conversation=root, open=True, metric__in=(*clock_book.REPLIES, "update")
    )
    return {
        "at": at.isoformat(),
        "state": str(root.state),
        "waiting_since": since.isoformat() if since else None,
        "clocks": list(clocks.values_list("pk", flat=True)),
    }


def take_back(
    conversation: Conversation, delivery: Delivery, root: Conversation, *, by: Agent
) -> None:
    """After the delivery of a locked conversation was cancelled: it is no answer any more.

    root: in whose thread it is read, locked as well.
    """
    kept: dict[str, Any] | None = delivery.before
    if kept is None or delivery.attempts:
        return
    message = delivery.message
    # Its author writes on: the files may go with the next one.
    Attachment.objects.filter(message=message, uploaded_by=by).update(message=None)
    record(conversation, Kind.MESSAGE_TAKEN_BACK, by=by, payload={"message": str(message.pk)})
    for shown in {conversation, root}:
        show_last(shown)
    # Since the wait was noted; a row of an earlier release noted only its place.
    written = kept.get("at") or message.created_at
    if _said(root).filter(author__isnull=False, created_at__gte=written).exists():
        return
    to = State(root.state)
    if kept["waiting_since"]:
        since = datetime.fromisoformat(kept["waiting_since"])
        known = root.waiting_since
        root.waiting_since = min(since, known) if known else since
    if to in {State.PENDING, State.RESOLVED} and kept["state"] != to:
        conversations.move(root, State.OPEN, by=by, reason="taken_back")
    promises.unanswered(root, kept["clocks"], since=message.created_at)


def _together(root: Conversation) -> Q:
    """Of a conversation or of one that was merged into it."""
    return Q(conversation=root) | Q(conversation__merged_into=root)


def _left(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Without those that were taken back before they left."""
    return messages.exclude(delivery__state=DeliveryState.CANCELLED, delivery__attempts=0)


def _said(root: Conversation) -> QuerySet[Message]:
    """Public messages of ours in its thread that left or may still leave."""
    ours = Message.objects.filter(direction=Direction.OUT, visibility=Visibility.PUBLIC)
    return _left(ours.filter(_together(root)))


def show_last(conversation: Conversation) -> None:
    """Let the list show the last message of a locked conversation that was really said."""
    public = Message.objects.filter(_together(conversation), visibility=Visibility.PUBLIC)
    last = _left(public).order_by("-created_at", "-public_seq").first()
    conversation.last_message_at = last.created_at if last else None
    conversation.last_preview = preview(last.body or last.subject) if last else ""
    conversation.last_direction = last.direction if last else ""
