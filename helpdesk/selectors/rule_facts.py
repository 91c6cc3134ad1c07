"""What rules may know of an event and its conversation: the facts for ruling.conditions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Left

from helpdesk.events import Kind
from helpdesk.models import Conversation, ConversationEvent, Direction, Message, Rating, State
from helpdesk.sla import stored

Facts = dict[str, Any]
_MINUTE = timedelta(minutes=1)
# Conditions read the beginning of a message: the longest mail that people write is shorter.
_MOST_CHARS = 100_000


def joined(events: QuerySet[ConversationEvent]) -> QuerySet[ConversationEvent]:
    """Events with all that facts() reads of their conversation."""
    return events.select_related("conversation__customer", "conversation__inbox__queue__hours")


def facts(events: Sequence[ConversationEvent], *, then: bool = False) -> list[Facts]:
    """The facts of each of joined() events: four queries for any number, and the clock's.

    then: what an event itself changed (state, owner, priority) is told as it was at the event,
    and the wait up to it; else everything is told as it is now.
    """
    bodies = _bodies(events)
    scores = _scores({event.conversation_id for event in events})
    now = stored.database_now()
    return [
        _facts(event, bodies.get(event.pk, ""), scores, event.created_at if then else now, then)
        for event in events
    ]


def _facts(
    event: ConversationEvent, body: str, scores: dict[int, int], at: datetime, then: bool
) -> Facts:
    conversation = event.conversation
    hours = stored.promised(conversation.inbox)
    found: Facts = {
        "channel": conversation.inbox.channel,
        "inbox": conversation.inbox_id,
        "language": conversation.language or None,
        "state": conversation.state,
        "subject": conversation.subject,
        "body": body,
        "vip": conversation.customer.vip,
        "assigned": conversation.assignee_id is not None,
        "open_hours": hours is None or hours.is_open(at),
        "priority": conversation.priority,
        "waiting": _waited(conversation, at),
        "score": scores.get(conversation.pk),
        "tag": list(conversation.tags),
        "tag_added": event.payload.get("added") if event.kind == Kind.TAGGED else None,
        "tag_removed": event.payload.get("removed") if event.kind == Kind.TAGGED else None,
    }
    return {**found, **_changed(event)} if then else found


def _waited(conversation: Conversation, at: datetime) -> int | None:
    """Whole minutes; None while nobody waits."""
    since = conversation.waiting_since
    return None if since is None or since > at else (at - since) // _MINUTE


def _changed(event: ConversationEvent) -> Facts:
    """What the event says of itself."""
    kind, payload = event.kind, event.payload
    if kind == Kind.CONVERSATION_STARTED:
        return {"state": State.NEW, "assigned": False}
    if kind == Kind.STATE_CHANGED and "to" in payload:
        return {"state": payload["to"]}
    if kind == Kind.PRIORITY_CHANGED and "to" in payload:
        return {"priority": payload["to"]}
    if kind in {Kind.ASSIGNED, Kind.UNASSIGNED}:
        return {"assigned": kind == Kind.ASSIGNED}
    if kind == Kind.RATED and "score" in payload:
        return {"score": payload["score"]}
    return {}


def _bodies(events: Iterable[ConversationEvent]) -> dict[int, str]:
    """By event: the message that it is about, else what the customer had last written, or first."""
    named = {event.pk: event.payload.get("message") for event in events}
    told = Message.objects.filter(pk__in=[one for one in named.values() if one])
    texts = {str(pk): text for pk, text in told.values_list("pk", Left("body", _MOST_CHARS))}
    found = {pk: texts.get(one, "") for pk, one in named.items() if one}
    rest = [pk for pk, one in named.items() if not one]
    return {**found, **_said(rest)} if rest else found


def _said(events: list[int]) -> dict[int, str]:
    said = Message.objects.filter(
        conversation=OuterRef("conversation"), direction=Direction.IN
    ).annotate(words=Left("body", _MOST_CHARS))
    before = said.filter(seq__lte=OuterRef("seq")).order_by("-seq").values("words")[:1]
    first = said.order_by("seq").values("words")[:1]
    words = Coalesce(Subquery(before), Subquery(first), Value(""))
    return dict(ConversationEvent.objects.filter(pk__in=events).values_list("pk", words))


def _scores(conversations: set[int]) -> dict[int, int]:
    rated = Rating.objects.filter(conversation__in=conversations)
    return dict(rated.values_list("conversation_id", "score"))
