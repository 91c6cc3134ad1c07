"""Machines that answer machines: found by what they do, without a header's help (G5, SEC-17)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.db.models.fields.json import KT

from helpdesk.after_commit import after_commit
from helpdesk.events import Kind, record, written
from helpdesk.kept import STAND_INS, Kept
from helpdesk.models import (
    Agent,
    Conversation,
    ConversationEvent,
    Direction,
    Message,
    Role,
    Visibility,
)
from helpdesk.services import alerts, customers

STORM, STORM_WINDOW = 5, timedelta(minutes=10)
PING, PINGS = timedelta(seconds=60), 3
MOST_AN_HOUR = 5
STOPPED_FOR = timedelta(hours=24)
_MOST_ADMINS = 20


def may_write(conversation: Conversation) -> bool:
    """Whether one more automatic message may go out in a locked conversation: at most five an
    hour, and none to a customer whose machine was stopped within a day.
    """
    now = datetime.now(UTC)
    ours = Message.objects.filter(
        conversation=conversation,
        direction=Direction.OUT,
        visibility=Visibility.PUBLIC,
        meta__has_key="automatic",
        created_at__gt=now - timedelta(hours=1),
    )
    return ours.count() < MOST_AN_HOUR and not is_stopped(conversation)


def is_stopped(conversation: Conversation) -> bool:
    """Whether automatic messages to this customer were stopped within a day."""
    found = ConversationEvent.objects.filter(
        conversation__customer_id=conversation.customer_id,
        kind=Kind.AUTOMATIC_STOPPED,
        created_at__gt=datetime.now(UTC) - STOPPED_FOR,
    )
    return found.exists()


def why(conversation: Conversation, message: Message) -> str:
    """What says that a mail of a locked conversation is a machine's turn in a loop, or "".

    storm: the fifth mail of one address to one inbox in ten minutes. ping_pong: three answers of
    ours in a row were answered within a minute each. Else what the channel found.
    """
    if endless := message.meta.get("endless"):
        return str(endless)
    if customers.is_new(conversation.customer):
        return ""
    earlier = _lately().ask(
        customer=conversation.customer_id,
        inbox=message.inbox_id,
        address=message.meta.get("from", ""),
        at=message.created_at - STORM_WINDOW,
    )
    if len([pk for pk in earlier if pk != message.pk]) >= STORM - 1:
        return "storm"
    return "ping_pong" if _ping_pong(conversation) else ""


@lru_cache(maxsize=1)
def _lately() -> Kept[UUID]:
    """As many as make a storm of an address's mails to an inbox since a moment."""
    mine = Message.objects.annotate(sender=KT("meta__from")).filter(
        conversation__customer=STAND_INS["customer"],
        inbox=STAND_INS["inbox"],
        direction=Direction.IN,
        sender=STAND_INS["address"],
        created_at__gt=STAND_INS["at"],
    )
    return Kept(mine.order_by().values_list("pk", flat=True)[:STORM])


def _ping_pong(conversation: Conversation) -> bool:
    if conversation.public_seq < 2 * PINGS:
        return False
    written(conversation)
    last = Message.objects.filter(conversation=conversation, visibility=Visibility.PUBLIC)
    rows = list(last.order_by("-seq").values_list("direction", "created_at")[: 2 * PINGS])
    if len(rows) < 2 * PINGS:
        return False
    answers, ours = rows[::2], rows[1::2]
    return all(
        answer[0] == Direction.IN and sent[0] == Direction.OUT and answer[1] - sent[1] < PING
        for answer, sent in zip(answers, ours, strict=True)
    )


def stop(conversation: Conversation, reason: str) -> None:
    """Send nothing automatic to the customer for a day; say so in the thread and to admins.

    Once: what is stopped already is not stopped again.
    """
    if is_stopped(conversation):
        return
    record(conversation, Kind.AUTOMATIC_STOPPED, payload={"reason": reason})
    admins = Agent.objects.filter(role=Role.ADMIN, is_active=True).order_by("pk")
    for admin in admins.values_list("pk", flat=True)[:_MOST_ADMINS]:
        after_commit(alerts.push_soon, admin, "stopped", conversation.pk)
