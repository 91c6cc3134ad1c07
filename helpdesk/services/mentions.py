"""Reading what one was named in, and watching conversations."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Q

from helpdesk.after_commit import after_commit
from helpdesk.models import Agent, Conversation, Mention, Watch
from helpdesk.realtime import groups, publish


def read(conversation_id: int, *, by: Agent) -> int:
    """The agent has the conversation before him: nothing in it is unread; how many were.

    His other tabs hear of it.
    """
    with transaction.atomic():
        here = Q(message__conversation=conversation_id) | Q(
            message__conversation__merged_into=conversation_id
        )
        unread = Mention.objects.filter(here, agent=by, read_at__isnull=True)
        count = unread.update(read_at=datetime.now(UTC))
        if count:
            frame = {"type": "mentions_read", "conversation": conversation_id}
            after_commit(publish.send, groups.agent(by.pk), frame)
    return count


def watch(conversation: Conversation, *, by: Agent, on: bool) -> None:
    """Follow a conversation, or no longer; safe to repeat."""
    with transaction.atomic():
        if on:
            Watch.objects.get_or_create(agent=by, conversation=conversation)
        else:
            Watch.objects.filter(agent=by, conversation=conversation).delete()
