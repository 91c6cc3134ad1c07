"""Replies that leave later: rows with a due time, sent once by the sweeper through reply()."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from helpdesk.adapters import adapter_for
from helpdesk.events import Kind, locked, record, rooted
from helpdesk.models import (
    Agent,
    Conversation,
    ScheduledReply,
    ScheduledState,
    State,
)
from helpdesk.outbox import NoAddressError
from helpdesk.permissions import Action, can, visible
from helpdesk.selectors.drafts import has_written
from helpdesk.services import addressing, cards, messages
from helpdesk.services.addressing import Addressed
from helpdesk.services.conversations import IllegalTransitionError

log = logging.getLogger(__name__)
FURTHEST = timedelta(days=366)
MOST_WAITING = 20


class NotThenError(ValueError):
    """The time is past or more than a year away."""


def schedule(
    conversation_id: int,
    *,
    by: Agent,
    body: str,
    due_at: datetime,
    attachments: Sequence[str] = (),
    then: str = "",
    meta: Mapping[str, Any] | None = None,
    addressed: Addressed | None = None,
    cancel_if_customer_writes: bool = False,
) -> ScheduledReply:
    """Write down a reply that is to leave at `due_at`; until then it is no message.

    Raises NotThenError, messages.RejectedError, IllegalTransitionError (a closed conversation).
    """
    _checked_time(due_at)
    with locked(conversation_id) as conversation, rooted(conversation) as root:
        if root.state == State.CLOSED:
            msg = "this conversation is closed"
            raise IllegalTransitionError(msg)
        waiting = ScheduledReply.objects.filter(
            conversation=conversation, state=ScheduledState.WAITING
        )
        if waiting.count() >= MOST_WAITING:
            msg = "Too many replies wait here already."
            raise messages.RejectedError(msg)
        facts = meta or {}
        try:
            kept = cards.checked(facts.get("card"), facts.get("quick"), {*attachments})
        except cards.CardError as error:
            raise messages.RejectedError(str(error)) from None
        can_carry = adapter_for(conversation.answered_by).capabilities
        text, _files = messages.checked(body, attachments, by, can_carry, kept)
        if addressed:  # told now that it cannot go there, and not when nobody looks
            via = conversation.answered_by
            addressing.facts(conversation, via, addressed, by=by, can=can_carry)
        row = ScheduledReply.objects.create(
            conversation=conversation,
            by=by,
            # The card is added as text when it leaves: the way may be another one by then.
            body=body.strip() if kept else text,
            attachments=[str(one) for one in attachments],
            meta={**kept, **({"letter": asdict(addressed)} if addressed else {})},
            then=then,
            due_at=due_at,
            cancel_if_customer_writes=cancel_if_customer_writes,
            seq=conversation.last_seq,
        )
        _tell(conversation, row, Kind.REPLY_SCHEDULED, by)
    return row


def cancel(scheduled_id: int, *, by: Agent) -> ScheduledReply:
    """Take it back (or put a failed one away); the row keeps the words.

    Raises IllegalTransitionError if it left or was taken back already.
    """
    return _settle(scheduled_id, by, send=False)


def send_now(scheduled_id: int, *, by: Agent) -> ScheduledReply:
    """Send it at once, whatever its time. What cannot be sent is `failed`, with the reason."""
    return _settle(scheduled_id, by, send=True)


def _settle(scheduled_id: int, by: Agent, *, send: bool) -> ScheduledReply:
    known = ScheduledReply.objects.only("conversation_id").get(pk=scheduled_id)
    with transaction.atomic():
        row = _claimed(known.conversation_id, scheduled_id, wait=True)
        if row is None or row.state not in {ScheduledState.WAITING, ScheduledState.FAILED}:
            msg = "it was sent or taken back already"
            raise IllegalTransitionError(msg)
        if send:
            _send(row)
        else:
            _write(row, ScheduledState.CANCELLED, reason="agent", by=by)
    return row


def fire_due(limit: int = 100) -> int:
    """Send what is due, each in a transaction of its own; how many were settled."""
    now = datetime.now(UTC)
    due = ScheduledReply.objects.filter(state=ScheduledState.WAITING, due_at__lte=now)
    fired = 0
    rows = due.order_by("due_at").values_list("pk", "conversation_id")
    for pk, conversation_id in list(rows[:limit]):
        try:
            fired += _fire(pk, conversation_id)
        except Exception:
            log.exception("scheduled reply %s", pk)
    return fired


def _fire(scheduled_id: int, conversation_id: int) -> bool:
    with transaction.atomic():
        row = _claimed(conversation_id, scheduled_id, wait=False)
        if row is None or row.state != ScheduledState.WAITING or row.due_at > datetime.now(UTC):
            return False
        if row.cancel_if_customer_writes and has_written(row):
            _write(row, ScheduledState.CANCELLED, reason="customer")
        else:
            _send(row)
    return True


def _claimed(conversation_id: int, scheduled_id: int, *, wait: bool) -> ScheduledReply | None:
    """The row, locked after its conversation: the order of locks is the same everywhere."""
    found = Conversation.objects.select_for_update(of=("self",), skip_locked=not wait)
    if not found.filter(pk=conversation_id).exists():
        return None
    rows = ScheduledReply.objects.select_for_update(of=("self",)).select_related("by")
    return rows.filter(pk=scheduled_id).first()


def _send(row: ScheduledReply) -> None:
    """Through the same door as any reply; its own id makes a second one impossible."""
    letter = row.meta.get("letter")
    if not can(row.by, Action.REPLY) or not _sees(row):
        return _write(row, ScheduledState.FAILED, reason="author")
    closed = Q(state=State.CLOSED, merged_into=None) | Q(merged_into__state=State.CLOSED)
    if Conversation.objects.filter(closed, pk=row.conversation_id).exists():
        return _write(row, ScheduledState.FAILED, reason="closed")
    try:
        with transaction.atomic():
            message, _created = messages.reply(
                row.conversation_id,
                by=row.by,
                body=row.body,
                client_id=row.client_id,
                attachments=row.attachments,
                then=row.then,
                meta=row.meta,
                addressed=Addressed(**letter) if letter else None,
            )
    except (
        messages.RejectedError,
        addressing.AddressError,
        IllegalTransitionError,
        NoAddressError,
    ) as error:
        return _write(row, ScheduledState.FAILED, reason="refused", error=str(error))
    row.message = message
    return _write(row, ScheduledState.SENT)


def _sees(row: ScheduledReply) -> bool:
    return visible(row.by, Conversation).filter(pk=row.conversation_id).exists()


def _write(
    row: ScheduledReply,
    state: ScheduledState,
    *,
    reason: str = "",
    error: str = "",
    by: Agent | None = None,
) -> None:
    row.state, row.reason, row.error = state, reason, error[:300]
    row.save(update_fields=["state", "reason", "error", "message"])
    with locked(row.conversation_id) as conversation:
        _tell(conversation, row, Kind.SCHEDULED_CHANGED, by)


def _tell(conversation: Conversation, row: ScheduledReply, kind: Kind, by: Agent | None) -> None:
    facts = {"scheduled": row.pk, "state": str(row.state), "reason": row.reason}
    record(conversation, kind, by=by, payload={**facts, "due_at": row.due_at.isoformat()})


def _checked_time(due_at: datetime) -> None:
    now = datetime.now(UTC)
    if not now < due_at <= now + FURTHEST:
        msg = "Choose a time within the next year."
        raise NotThenError(msg)
