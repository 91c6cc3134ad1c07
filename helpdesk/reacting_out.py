"""Our reactions to customers' messages on their way out: rows, as everything that leaves (DEL-7).

A reaction has one effect however often it is sent, so a cut is no riddle: it is sent again. What
stands in the way of a send, and what is learnt from one, is the outbox's (held_back, lanes,
circuit, backoff). The row's own ways are not: a Delivery keeps its place among others and is
settled by who holds its lease; a reaction waits for nobody and is settled by what agents want now.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q

from helpdesk import circuit, held_back, lanes, nudge, outbox, suppression, windows
from helpdesk.adapters import (
    ChannelBrokenError,
    PermanentError,
    SendError,
    TransientError,
    adapter_for,
)
from helpdesk.after_commit import after_commit
from helpdesk.events import Kind, locked, record, rooted
from helpdesk.models import Inbox, Message, ReactionState, SentReaction

log = logging.getLogger(__name__)
TASK = "helpdesk.send_reaction"
LEASE = timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
OPEN = (ReactionState.QUEUED, ReactionState.RETRY, ReactionState.SENDING)
TOO_LATE = "It waited too long."


def offered(inbox: Inbox) -> tuple[str, ...]:
    """The emoji that may be put on a message of this inbox; none where its channel has none."""
    try:
        found: tuple[str, ...] = getattr(adapter_for(inbox), "reactions", ())
    except LookupError:
        return ()
    return found


def wake(row_id: int) -> None:
    """After commit, let a worker send it."""
    after_commit(nudge.wake, TASK, row_id)


def send(row_id: int) -> str:
    """Claim one row, send it, settle it; the state it ended in, "" if there is nothing to do."""
    row = _claim(row_id)
    if row is None:
        return ""
    if row.expires_at <= datetime.now(UTC):
        return _settle(row, ReactionState.FAILED, error=TOO_LATE)
    if shut := held_back.whole(row.inbox):
        return _wait(row, shut[0])
    try:
        left = _send(row)
    except SendError as error:
        return _not_sent(row, error)
    except Exception:
        log.exception("reaction %s: the adapter failed", row.pk)
        return _settle(row, ReactionState.FAILED, error="The channel's adapter failed.")
    return _settle(row, ReactionState.SENT) if left else _wait(row, lanes.PAUSE)


def _claim(row_id: int) -> SentReaction | None:
    now = datetime.now(UTC)
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    mine = SentReaction.objects.filter(free, pk=row_id, state__in=OPEN, next_at__lte=now)
    if not mine.update(
        state=ReactionState.SENDING,
        lease_until=now + LEASE,
        next_at=now + LEASE,
        attempts=F("attempts") + 1,
    ):
        return None
    joined = SentReaction.objects.select_related("message__conversation", "inbox__circuit")
    return joined.filter(pk=row_id).first()


def _send(row: SentReaction) -> bool:
    """Whether it left: not while the inbox's lane is full. Raises a SendError."""
    adapter: Any = adapter_for(row.inbox)
    window = windows.of(row.message.conversation, row.inbox, adapter.capabilities)
    if window is not None and not window.open_at(datetime.now(UTC)):
        raise PermanentError(windows.closed(adapter.capabilities), windows.CODE)
    if suppression.of(adapter.identity_kind, row.to, ours=row.inbox.address):
        raise PermanentError("This address is left alone.", suppression.CODE)
    with lanes.lane(row.inbox_id) as free:
        if free:
            with circuit.counted(row.inbox):
                adapter.react(row.inbox, row.to, row.message.external_id, row.emoji)
    return free


def _not_sent(row: SentReaction, error: SendError) -> str:
    if isinstance(error, PermanentError):
        return _settle(row, ReactionState.FAILED, error=error.text)
    if isinstance(error, ChannelBrokenError):
        held_back.disconnected(row.inbox_id, error.text)
        return _wait(row, held_back.HOLD)
    told = error.retry_after if isinstance(error, TransientError) else None
    seconds = outbox.backoff(row.attempts) if told is None else told
    return _settle(row, ReactionState.RETRY, wait=timedelta(seconds=seconds))


def _wait(row: SentReaction, wait: timedelta) -> str:
    """It cannot leave now: no attempt is counted."""
    return _settle(row, ReactionState.RETRY, wait=wait, counted=False)


def _settle(
    row: SentReaction,
    state: ReactionState,
    *,
    error: str = "",
    wait: timedelta | None = None,
    counted: bool = True,
) -> str:
    """Write what became of it, unless an agent has wanted something else since."""
    with locked(row.message.conversation_id) as conversation, rooted(conversation):
        now = datetime.now(UTC)
        mine = SentReaction.objects.filter(pk=row.pk)
        fresh = mine.filter(revision=row.revision)
        if state == ReactionState.SENT and not row.emoji:
            settled = fresh.delete()[0]
        else:
            settled = fresh.update(
                state=state,
                lease_until=None,
                next_at=now + (wait or timedelta(0)),
                to=row.to if wait else "",  # what is over keeps nobody's address
                attempts=F("attempts") if counted else F("attempts") - 1,
            )
        if settled:
            tell(row.message, row.emoji, state, error)
            record(
                conversation,
                Kind.MESSAGE_REACTED,
                payload={"message": str(row.message_id), "emoji": row.emoji, "ours": state},
                message=row.message,
            )
        elif mine.update(lease_until=None, next_at=now):
            wake(row.pk)
    return state


def tell(message: Message, emoji: str, state: str, error: str = "") -> None:
    """What the bubble shows of it. The message's conversation is locked."""
    message.meta = Message.objects.values_list("meta", flat=True).get(pk=message.pk)
    message.meta.pop("our_reaction", None)
    if emoji or state != ReactionState.SENT:
        message.meta["our_reaction"] = {"emoji": emoji, "state": state, "error": error[:300]}
    message.save(update_fields=["meta"])


def sweep(limit: int = 200, *, send_here: bool = False) -> int:
    """Wake a worker for what is due and was forgotten; how many."""
    edge = datetime.now(UTC)
    due = SentReaction.objects.filter(state__in=OPEN, next_at__lte=edge - timedelta(seconds=2))
    ids = list(due.order_by("next_at").values_list("pk", flat=True)[:limit])
    for pk in ids:
        if send_here:
            send(pk)
        else:
            nudge.wake(TASK, pk)
    return len(ids)
