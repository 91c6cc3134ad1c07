"""Who gets a new conversation. For now: round robin among the online agents of the inbox.

Callers know two verbs, place_now() and sweep(); the skills- and capacity-aware router
replaces what is behind them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import Count, F, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from helpdesk.adapters import adapter_for
from helpdesk.models import Agent, Conversation, Presence, State
from helpdesk.permissions import agents_for
from helpdesk.routing.served import CHATS_AT_ONCE, being_served
from helpdesk.services import assignments

SEEN_WITHIN = timedelta(seconds=90)
OPEN_TO_ROUTING = (State.NEW, State.OPEN)


def candidates(conversation: Conversation) -> list[Agent]:
    """Online agents of the inbox, the one who waited longest for work first.

    A live conversation needs an agent with room for one more.
    """
    edge = datetime.now(UTC) - SEEN_WITHIN
    found = agents_for(conversation.inbox).filter(presence=Presence.ONLINE, last_seen_at__gte=edge)
    if adapter_for(conversation.inbox).capabilities.live:
        served = being_served().filter(
            assignee=OuterRef("pk"), inbox__channel=conversation.inbox.channel
        )
        number = served.values("assignee").annotate(number=Count("pk")).values("number")
        busy = Coalesce(Subquery(number, output_field=IntegerField()), 0)
        found = found.annotate(busy=busy).filter(busy__lt=CHATS_AT_ONCE)
    return list(found.order_by(F("last_assigned_at").asc(nulls_first=True), "pk")[:5])


def place_now(conversation_id: int) -> bool:
    """Give an unowned conversation to the next agent; False if nobody is there or it is taken."""
    conversation = Conversation.objects.select_related("inbox").filter(pk=conversation_id).first()
    if conversation is None or conversation.assignee_id is not None:
        return False
    if conversation.state not in OPEN_TO_ROUTING:
        return False
    return _place(conversation)


def _place(conversation: Conversation) -> bool:
    for agent in candidates(conversation):
        return assignments.place(conversation.pk, agent, why="round robin")
    return False


def sweep(limit: int = 100) -> int:
    """Place what is still unowned, who waits longest first; how many were placed."""
    waiting = Conversation.objects.filter(
        state__in=OPEN_TO_ROUTING, assignee__isnull=True, waiting_since__isnull=False
    ).select_related("inbox")
    placed, full = 0, set()
    for conversation in waiting.order_by("waiting_since", "pk")[:limit]:
        if conversation.inbox_id in full:
            continue
        if _place(conversation):
            placed += 1
        else:
            full.add(conversation.inbox_id)
    return placed
