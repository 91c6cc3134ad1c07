"""How much an agent can do at once. For now: three live chats; other channels know no limit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet

from helpdesk.models import Conversation, State

CHATS_AT_ONCE = 3
QUIET = timedelta(seconds=360)  # a chat that waits for the customer this long frees its place
FORGOTTEN = timedelta(minutes=15)  # and one that waits for the agent this long


def being_served() -> QuerySet[Conversation]:
    """Conversations that take up a place of their owner now; filter by the live channel."""
    now = datetime.now(UTC)
    return Conversation.objects.filter(
        Q(waiting_since__gte=now - FORGOTTEN) | Q(last_message_at__gte=now - QUIET),
        assignee__isnull=False,
        reply_inbox__isnull=True,
        state__in=(State.NEW, State.OPEN),
    )
