"""Reads of words that have not left: my drafts, and the replies that wait for their time."""

from __future__ import annotations

from collections.abc import Iterable

from helpdesk.models import (
    Agent,
    Attachment,
    Conversation,
    Direction,
    Draft,
    Message,
    ScheduledReply,
)
from helpdesk.realtime import payloads

MOST = 500


def mine(agent: Agent, conversation: Conversation) -> list[payloads.Payload]:
    """The agent's own drafts of a conversation, at most one of each mode."""
    found = [*Draft.objects.filter(agent=agent, conversation=conversation).order_by("mode")]
    ids = [pk for one in found for pk in one.files]
    own = Attachment.objects.filter(uploaded_by=agent, message__isnull=True)
    files = {str(pk): file for pk, file in own.in_bulk(ids).items()} if ids else {}
    return [payloads.draft(one, [files[pk] for pk in one.files if pk in files]) for one in found]


def begun(agent: Agent) -> list[int]:
    """The conversations in which the agent has a draft, newest first."""
    found = Draft.objects.filter(agent=agent).order_by("-updated_at")
    ids = found.values_list("conversation_id", flat=True)[:MOST]
    return list(dict.fromkeys(ids))


def has_written(row: ScheduledReply) -> bool:
    """Whether the customer has written since; a robot's message does not count."""
    since = Message.objects.filter(
        conversation_id=row.conversation_id, direction=Direction.IN, seq__gt=row.seq
    )
    return since.exclude(meta__has_key="automated").exists()


def scheduled(conversation: Conversation, merged: Iterable[int] = ()) -> list[payloads.Payload]:
    """Replies that wait for their time, and those that could not be sent, in their order.

    merged: ids of what was merged into it; theirs wait here, too.
    """
    found = ScheduledReply.objects.filter(
        conversation__in=[conversation.pk, *merged], state__in=("waiting", "failed")
    )
    rows = list(found.select_related("by").order_by("due_at", "pk")[:50])
    return [
        {
            **payloads.scheduled(one),
            "stopped": one.cancel_if_customer_writes and has_written(one),
        }
        for one in rows
    ]
