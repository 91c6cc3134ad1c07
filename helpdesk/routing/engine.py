"""Who gets a new conversation. For now: round robin among the online agents of the inbox.

Callers know two verbs, place_now() and sweep(); the skills- and capacity-aware router
replaces what is behind them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import F

from helpdesk.models import Agent, Conversation, Presence, State
from helpdesk.permissions import agents_for
from helpdesk.services import assignments

SEEN_WITHIN = timedelta(seconds=90)
OPEN_TO_ROUTING = (State.NEW, State.OPEN)


def candidates(conversation: Conversation) -> list[Agent]:
    """Online agents of the inbox, the one who waited longest for work first."""
    edge = datetime.now(UTC) - SEEN_WITHIN
    found = agents_for(conversation.inbox).filter(presence=Presence.ONLINE, last_seen_at__gte=edge)
    return list(found.order_by(F("last_assigned_at").asc(nulls_first=True), "pk")[:5])


def place_now(conversation_id: int) -> bool:
    """Give an unowned conversation to the next agent; False if nobody is there or it is taken."""
    conversation = Conversation.objects.select_related("inbox").filter(pk=conversation_id).first()
    if conversation is None or conversation.assignee_id is not None:
        return False
    if conversation.state not in OPEN_TO_ROUTING:
        return False
    for agent in candidates(conversation):
        return assignments.place(conversation.pk, agent, why="round robin")
    return False


def sweep(limit: int = 100) -> int:
    """Place what is still unowned, oldest first; how many were placed."""
    waiting = Conversation.objects.filter(
        state=State.NEW, assignee__isnull=True, waiting_since__isnull=False
    ).order_by("pk")
    return sum(place_now(pk) for pk in list(waiting.values_list("pk", flat=True)[:limit]))
