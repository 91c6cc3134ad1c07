"""The one way out: a row per message, claimed with a lease, sent outside any transaction.

A crash at any line leaves a row that sweep() finds. A `sending` row whose lease ran out is
never simply sent again: it goes through the ambiguity step (DEL-9).
"""

from __future__ import annotations

import logging
import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from helpdesk import circuit, lanes, nudge, windows
from helpdesk.adapters import (
    ChannelAdapter,
    ChannelBrokenError,
    Outgoing,
    PermanentError,
    SendError,
    Sent,
    TransientError,
    adapter_for,
)
from helpdesk.after_commit import after_commit
from helpdesk.events import locked
from helpdesk.held_back import DISCONNECTED, HOLD, disconnected, held
from helpdesk.models import (
    Conversation,
    CustomerIdentity,
    Delivery,
    DeliveryState,
    Direction,
    Message,
)
from helpdesk.packing import pack
from helpdesk.receipts import (
    UNSETTLED,
    attach_parked,
    keep_provider_id,
    locked_row,
    nudge_next,
    of_another,
    plain,
    reason,
    record_receipt,
    set_state,
    sweep_parked,
    with_message,
)
from helpdesk.suppression import heed, leave_alone, refuse, without_barred

__all__ = [
    "NoAddressError",
    "backoff",
    "deliver",
    "enqueue",
    "record_receipt",
    "set_state",
    "sweep",
]

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
UNCERTAIN = timedelta(seconds=settings.OUTBOX_UNCERTAIN_SECONDS)
MAX_BACKOFF = 900.0


class NoAddressError(ValueError):
    """The customer has no address on this channel."""


def enqueue(
    message: Message,
    conversation: Conversation,
    *,
    hold: int = 0,
    before: dict[str, Any] | None = None,
    to: str = "",
) -> Delivery:
    """Make the outbox row in the message's own transaction; wake a worker after commit.

    hold: seconds in which the agent may take it back; `before` is what that restores. to: where
    it goes, if that is known for certain.
    Raises NoAddressError when the customer has no identity of the channel's kind.
    """
    adapter = adapter_for(message.inbox)
    chosen = message.meta.get("addressed") or {}
    to = to or chosen.get("to") or _address(conversation, message, adapter)
    now = datetime.now(UTC)
    seconds = adapter.capabilities.expires_after
    delivery = Delivery.objects.create(
        conversation=conversation,
        message=message,
        inbox=message.inbox,
        to=to,
        next_at=now + timedelta(seconds=hold),
        before=before,
        expires_at=now + timedelta(seconds=seconds + hold) if seconds else None,
    )
    # A moment more: who comes too early finds that it is not due, and the sweeper is slow.
    wait = hold + 0.1 if hold else 0
    after_commit(nudge.deliver, delivery.pk, wait)
    return delivery


def _address(conversation: Conversation, message: Message, adapter: ChannelAdapter) -> str:
    """Where he last wrote from in this conversation, else where he asked to be answered, else
    his newest address. A person's answer goes where his letter asked for it (D2).
    """
    inbox = message.inbox
    known = list(
        CustomerIdentity.objects.filter(
            customer_id=conversation.customer_id, kind=adapter.identity_kind
        )
        .order_by("-pk")
        .values_list("address", flat=True)
    )
    last = (
        Message.objects.filter(conversation=conversation, inbox=inbox, direction=Direction.IN)
        .order_by("-seq")
        .values_list("meta__from", "meta__reply_to")
        .first()
    )
    if last and last[0] in known:
        asked = last[1] if message.author_id else ""
        return str(asked or last[0])
    if conversation.reply_address and conversation.reply_inbox_id == inbox.pk:
        return conversation.reply_address
    if not known:
        msg = f"{conversation.customer} has no address for {inbox.name}"
        raise NoAddressError(msg)
    return known[0]


def deliver(delivery_id: int) -> str:
    """Claim one row, send it, settle it. Returns the state it ended in, or "" if not ours."""
    owner = uuid.uuid4()
    mine = Delivery.objects.filter(pk=delivery_id, lease_owner=owner).order_by()
    claimed = _claim(delivery_id, owner)
    delivery = with_message(mine.select_related("conversation__customer")) if claimed else None
    if delivery is None:
        return ""
    now = datetime.now(UTC)
    if delivery.expires_at and delivery.expires_at <= now:
        return _settle(delivery, owner, DeliveryState.EXPIRED, error="It waited too long.")
    if reason_to_wait := held(delivery):
        return _hold(delivery, owner, *reason_to_wait)
    try:
        adapter = adapter_for(delivery.inbox)
        windows.refuse(delivery)
        outgoing = pack(delivery)
        kind = adapter.identity_kind
        refuse(kind, delivery, automatic=bool(outgoing.automatic))
        outgoing = without_barred(kind, outgoing)
    except PermanentError as error:
        return _settle(delivery, owner, DeliveryState.FAILED, **reason(error.text, error.code))
    except (LookupError, OSError) as error:
        # No adapter, or a file that cannot be read: nothing left the house, so later again.
        log.exception("delivery %s cannot be prepared", delivery.pk)
        later = now + timedelta(seconds=backoff(delivery.attempts))
        return _settle(delivery, owner, DeliveryState.RETRY, next_at=later, **reason(str(error)))
    close_old_connections()
    return _attempt(delivery, owner, adapter, outgoing)


def _claim(delivery_id: int, owner: uuid.UUID) -> bool:
    """Take the lease, unless an earlier message of the conversation is still on its way."""
    now = datetime.now(UTC)
    earlier = _on_their_way(now).filter(
        conversation=OuterRef("conversation"), pk__lt=OuterRef("pk")
    )
    claimed = Delivery.objects.filter(
        Q(state=DeliveryState.QUEUED, before__isnull=True)
        | Q(state__in=(DeliveryState.QUEUED, DeliveryState.RETRY), next_at__lte=now),
        ~Exists(earlier),
        pk=delivery_id,
    ).update(
        state=DeliveryState.SENDING,
        lease_owner=owner,
        lease_until=now + LEASE,
        next_at=now + LEASE,
        attempts=F("attempts") + 1,
        updated_at=now,
    )
    return claimed == 1


def _on_their_way(now: datetime) -> QuerySet[Delivery]:
    """Those that the next message of their conversation waits for."""
    return Delivery.objects.filter(
        Q(state__in=UNSETTLED)
        | Q(state=DeliveryState.UNCERTAIN, updated_at__gt=now - timedelta(seconds=60))
    )


def _attempt(
    delivery: Delivery, owner: uuid.UUID, adapter: ChannelAdapter, outgoing: Outgoing
) -> str:
    try:
        with lanes.lane(delivery.inbox_id) as free:
            if not free:
                return _hold(delivery, owner, lanes.PAUSE, lanes.SLOW)
            sent = circuit.guarded(adapter, delivery, outgoing)
    except SendError as error:
        return _not_sent(delivery, owner, adapter, error)
    except Exception:
        log.exception("delivery %s: the adapter failed", delivery.pk)
        return _ambiguous(delivery, owner, adapter, "The channel's adapter failed.")
    return _sent(delivery, owner, adapter, sent)


def _not_sent(
    delivery: Delivery, owner: uuid.UUID, adapter: ChannelAdapter, error: SendError
) -> str:
    """What is to become of a message that its recipient did not get, or maybe not."""
    done = {"done": [*error.done] or delivery.done}
    leave_alone(adapter.identity_kind, delivery, error.bad, error.text)
    if isinstance(error, PermanentError):
        heed(adapter.identity_kind, delivery, error)
        why = reason(error.text, error.code)
        return _settle(delivery, owner, DeliveryState.FAILED, **why, **done)
    if isinstance(error, TransientError):
        wait = error.retry_after if error.retry_after is not None else backoff(delivery.attempts)
        return _settle(
            delivery,
            owner,
            DeliveryState.RETRY,
            next_at=datetime.now(UTC) + timedelta(seconds=wait),
            **reason(error.text, error.code),
            **done,
        )
    if isinstance(error, ChannelBrokenError):
        disconnected(delivery.inbox_id, error.text)
        return _hold(delivery, owner)
    return _ambiguous(delivery, owner, adapter, error.text, **done)


def backoff(attempts: int) -> float:
    """Seconds before the next try: full jitter, base 2, cap 15 min (DEL-10)."""
    return 1 + random.uniform(0, min(MAX_BACKOFF, 2.0**attempts))  # noqa: S311


def _sent(delivery: Delivery, owner: uuid.UUID, adapter: ChannelAdapter, sent: Sent) -> str:
    provider_id = plain(sent.provider_id, 400)
    missing = "; ".join(f"{address}: {why}" for address, why in sent.refused)
    facts = {"provider_id": provider_id, "done": [*sent.done], **reason(missing)}
    facts["external_id"] = sent.external_id
    leave_alone(adapter.identity_kind, delivery, sent.bad, missing)
    state = _settle(delivery, owner, DeliveryState.SENT, **facts)
    if sent.provider_id:
        attach_parked(delivery.inbox, sent.provider_id)
    return state


def _ambiguous(
    delivery: Delivery, owner: uuid.UUID, adapter: ChannelAdapter, text: str, **facts: Any
) -> str:
    """Cut after bytes left: repeat where it is harmless, else wait for an echo (DEL-9)."""
    if adapter.capabilities.repeat_safe:
        later = datetime.now(UTC) + timedelta(seconds=backoff(delivery.attempts))
        facts |= reason(text)
        return _settle(delivery, owner, DeliveryState.RETRY, next_at=later, **facts)
    return _settle(
        delivery,
        owner,
        DeliveryState.UNCERTAIN,
        next_at=datetime.now(UTC) + UNCERTAIN,
        **reason(text),
    )


def _hold(
    delivery: Delivery, owner: uuid.UUID, wait: timedelta = HOLD, text: str = DISCONNECTED
) -> str:
    """It cannot leave now: held, not lost, and no attempt is counted."""
    Delivery.objects.filter(pk=delivery.pk, lease_owner=owner).update(
        state=DeliveryState.RETRY,
        next_at=datetime.now(UTC) + wait,
        attempts=F("attempts") - 1,
        lease_owner=None,
        lease_until=None,
        error=text,
    )
    return DeliveryState.RETRY


def _settle(
    delivery: Delivery, owner: uuid.UUID | None, state: DeliveryState, **fields: Any
) -> str:
    """Write the outcome if the lease is still ours; a lost lease keeps the provider's id."""
    with locked(delivery.conversation_id) as conversation:
        row = locked_row(delivery)
        provider_id = fields.get("provider_id", "")
        if row.state != DeliveryState.SENDING or row.lease_owner != owner:
            if provider_id and not row.provider_id:
                keep_provider_id(row, provider_id, fields.get("external_id", ""))
                row.save(update_fields=["provider_id"])
            if row.state == DeliveryState.UNCERTAIN and state == DeliveryState.SENT:
                set_state(conversation, row, state, **fields)
            return row.state
        set_state(conversation, row, state, **fields)
        after_commit(nudge_next, conversation.pk, row.pk)
    return state


def sweep(limit: int = 500, *, send_here: bool = False) -> int:
    """Repair what a crash or a lost nudge left; how many rows were touched (DEL-7).

    send_here: deliver in this process instead of waking a worker (the broker is down).
    """
    now = datetime.now(UTC)
    expired = Delivery.objects.filter(state=DeliveryState.SENDING, lease_until__lt=now)
    stuck = list(expired.select_related("inbox", "message__author")[:limit])
    for delivery in stuck:
        _guarded(_after_lost_lease, delivery)
    doubtful = Delivery.objects.filter(state=DeliveryState.UNCERTAIN, next_at__lte=now)
    for delivery in list(doubtful.select_related("inbox", "message__author")[:limit]):
        _guarded(_look_up, delivery)
    earlier = _on_their_way(now).filter(
        conversation=OuterRef("conversation"), pk__lt=OuterRef("pk")
    )
    due = Delivery.objects.filter(
        Q(state=DeliveryState.RETRY, next_at__lte=now)
        | Q(state=DeliveryState.QUEUED, next_at__lte=now - timedelta(seconds=5)),
        ~Exists(earlier),
    )
    waiting = list(due.order_by("next_at").values_list("pk", flat=True)[:limit])
    # Woken once is enough for a while: a busy worker must not drown in repeated nudges.
    Delivery.objects.filter(pk__in=waiting, state=DeliveryState.QUEUED).update(next_at=now)
    for pk in waiting:
        if send_here:
            deliver(pk)
        else:
            nudge.deliver(pk)
    sweep_parked(limit)
    return len(stuck) + len(waiting)


def _guarded(repair: Callable[[Delivery], None], delivery: Delivery) -> None:
    """One row that cannot be repaired (its channel is not installed) holds up no other."""
    try:
        repair(delivery)
    except LookupError:
        log.exception("delivery %s cannot be repaired now", delivery.pk)


def _after_lost_lease(delivery: Delivery) -> None:
    """The worker died between claim and settle: nobody knows whether the message left."""
    adapter = adapter_for(delivery.inbox)
    _ambiguous(delivery, delivery.lease_owner or uuid.uuid4(), adapter, "The sender was cut off.")


def _look_up(delivery: Delivery) -> None:
    """Ask a provider that lists what it accepted; found = sent, surely absent = send again."""
    adapter = adapter_for(delivery.inbox)
    find = getattr(adapter, "find", None)
    found: Sent | str | None = "unknown"
    if find is not None:
        try:
            found = find(delivery.inbox, pack(delivery))
        except Exception:
            log.exception("delivery %s: looking it up failed", delivery.pk)
    if isinstance(found, Sent) and of_another(delivery, found.provider_id):
        found = "unknown"
    with locked(delivery.conversation_id) as conversation:
        row = locked_row(delivery)
        if row.state != DeliveryState.UNCERTAIN:
            return
        if isinstance(found, Sent):
            named = plain(found.provider_id, 400)
            set_state(conversation, row, DeliveryState.SENT, provider_id=named)
        elif found is None:
            set_state(conversation, row, DeliveryState.QUEUED)
        else:
            row.next_at = datetime.now(UTC) + timedelta(minutes=10)
            row.save(update_fields=["next_at"])
