"""Reads of words that have not left: my drafts, and the replies that wait for their time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet

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
WAITING = ("waiting", "failed")


def mine(agent: Agent, conversation: Conversation) -> list[payloads.Payload]:
    """The agent's own drafts of a conversation, at most one of each mode."""
    return drawn(agent, own(agent, conversation))


def own(agent: Agent, conversation: Conversation) -> QuerySet[Draft]:
    """The agent's drafts of a conversation."""
    return Draft.objects.filter(agent=agent, conversation=conversation).order_by("mode")


def drawn(agent: Agent, drafts: Iterable[Draft]) -> list[payloads.Payload]:
    """These drafts of the agent with their files; one query where there are any."""
    found = list(drafts)
    ids = [pk for one in found for pk in one.files]
    here = Attachment.objects.filter(uploaded_by=agent, message__isnull=True)
    files = {str(pk): file for pk, file in here.in_bulk(ids).items()} if ids else {}
    return [payloads.draft(one, [files[pk] for pk in one.files if pk in files]) for one in found]


def begun(agent: Agent) -> list[int]:
    """The conversations in which the agent has a draft, newest first."""
    return numbers(written(agent).values("conversation_id"))


def written(agent: Agent) -> QuerySet[Draft]:
    """The agent's drafts, newest first."""
    return Draft.objects.filter(agent=agent).order_by("-updated_at")[:MOST]


def numbers(rows: Iterable[Mapping[str, Any]]) -> list[int]:
    """begun() of rows with conversation_id."""
    return list(dict.fromkeys(one["conversation_id"] for one in rows))


def has_written(row: ScheduledReply) -> bool:
    """Whether the customer has written since; a robot's message does not count."""
    since = Message.objects.filter(
        conversation_id=row.conversation_id, direction=Direction.IN, seq__gt=row.seq
    )
    return since.exclude(meta__has_key="automated").exists()


def waiting(conversation: Conversation) -> QuerySet[ScheduledReply]:
    """What scheduled() may find, there and in what was merged into it."""
    here = Q(conversation=conversation) | Q(conversation__merged_into=conversation)
    return ScheduledReply.objects.filter(here, state__in=WAITING)


def scheduled(conversation: Conversation, merged: Iterable[int] = ()) -> list[payloads.Payload]:
    """Replies that wait for their time, and those that could not be sent, in their order.

    merged: ids of what was merged into it; theirs wait here, too.
    """
    found = ScheduledReply.objects.filter(
        conversation__in=[conversation.pk, *merged], state__in=WAITING
    )
    rows = list(found.select_related("by").order_by("due_at", "pk")[:50])
    return [
        {
            **payloads.scheduled(one),
            "stopped": one.cancel_if_customer_writes and has_written(one),
        }
        for one in rows
    ]
