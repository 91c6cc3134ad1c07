"""An agent puts an emoji on a customer's message, changes it, or takes it off again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from helpdesk import reacting_out, windows
from helpdesk.adapters import adapter_for
from helpdesk.events import Kind, locked, record, rooted
from helpdesk.models import (
    Agent,
    Conversation,
    Direction,
    Message,
    ReactionState,
    SentReaction,
    Visibility,
)
from helpdesk.services.carrying import RejectedError

PATIENCE = timedelta(hours=1)  # a reaction that comes later means something else


def react(message: Message, emoji: str, *, by: Agent) -> None:
    """Let our reaction to the message be this emoji; "" takes it off. Raises RejectedError."""
    with locked(message.conversation_id) as conversation, rooted(conversation):
        message = Message.objects.select_related("inbox").get(pk=message.pk)
        known = SentReaction.objects.select_for_update().filter(message=message).first()
        failed = known is not None and known.state == ReactionState.FAILED
        if (known.emoji if known else "") == emoji and not failed:
            return
        if emoji:
            _may(conversation, message, emoji)
        now = datetime.now(UTC)
        row = known or SentReaction(message=message, revision=0, inbox=message.inbox)
        row.to, row.emoji = str(message.meta.get("from") or ""), emoji
        row.revision, row.attempts, row.state = row.revision + 1, 0, ReactionState.QUEUED
        row.next_at, row.expires_at = now, now + PATIENCE
        row.save()
        reacting_out.tell(message, emoji, row.state)
        payload = {"message": str(message.pk), "emoji": emoji, "ours": row.state}
        record(conversation, Kind.MESSAGE_REACTED, payload=payload, message=message, by=by)
        reacting_out.wake(row.pk)


def _may(conversation: Conversation, message: Message, emoji: str) -> None:
    """Raises RejectedError with the reason for the agent."""
    inbox = message.inbox
    possible = reacting_out.offered(inbox)
    if not possible:
        raise RejectedError(_("This channel knows no reactions."))
    if emoji not in possible:
        raise RejectedError(_("This channel does not know this reaction."))
    ours = message.direction == Direction.OUT or message.visibility == Visibility.INTERNAL
    if ours or message.meta.get("deleted"):
        raise RejectedError(_("Only what a customer wrote can get a reaction."))
    if not (message.external_id and message.meta.get("from")):
        raise RejectedError(_("The network does not say which message this is."))
    can = adapter_for(inbox).capabilities
    window = windows.of(conversation, inbox, can)
    if window is not None and not window.open_at(datetime.now(UTC)):
        raise RejectedError(windows.closed(can))
