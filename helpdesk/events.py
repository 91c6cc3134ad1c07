"""What can happen to a conversation, and the one function that writes it down.

record() gives the event its place in the conversation's gap-free sequence, hands it to
realtime and runs the reactions. It refuses to run outside a transaction or on a conversation
that is not locked(), because only then is the sequence safe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from helpdesk import writing
from helpdesk.kept import STAND_INS, Kept
from helpdesk.models import (
    Agent,
    Attachment,
    Conversation,
    ConversationEvent,
    Customer,
    Inbox,
    Message,
)
from helpdesk.realtime import publish


class Kind(StrEnum):
    """The closed list of event kinds."""

    CONVERSATION_STARTED = "conversation_started"
    MESSAGE_RECEIVED = "message_received"
    MESSAGE_SENT = "message_sent"
    CALL_CHANGED = "call_changed"
    MESSAGE_TAKEN_BACK = "message_taken_back"
    WAY_CHOSEN = "way_chosen"
    REPLY_SCHEDULED = "reply_scheduled"
    SCHEDULED_CHANGED = "scheduled_changed"
    NOTE_ADDED = "note_added"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    STATE_CHANGED = "state_changed"
    DELIVERY_CHANGED = "delivery_changed"
    CAME_BACK = "came_back"
    AUTOMATIC_STOPPED = "automatic_stopped"
    CUSTOMER_READ = "customer_read"
    CUSTOMER_RECOGNISED = "customer_recognised"
    REQUESTER_CHANGED = "requester_changed"
    CUSTOMER_MERGED = "customer_merged"
    CUSTOMER_UNMERGED = "customer_unmerged"
    CUSTOMER_CHANGED = "customer_changed"
    CUSTOMER_ANSWERED = "customer_answered"
    CUSTOMER_LEFT = "customer_left"
    BUTTON_PRESSED = "button_pressed"
    RATED = "rated"
    TRANSCRIPT_SENT = "transcript_sent"
    LEAD_CAPTURED = "lead_captured"
    LEAD_CHANGED = "lead_changed"
    ORDER_RECORDED = "order_recorded"
    OFFERED = "offered"
    OFFER_DECLINED = "offer_declined"
    OFFER_MISSED = "offer_missed"
    REQUEUED = "requeued"
    PRIORITY_CHANGED = "priority_changed"
    PROMISE_WARNED = "promise_warned"
    PROMISE_BROKEN = "promise_broken"
    STEP_TAKEN = "step_taken"
    JOINED = "joined"
    TASK_CHANGED = "task_changed"
    TAGGED = "tagged"
    MERGED = "merged"
    UNMERGED = "unmerged"
    SPLIT = "split"
    MESSAGE_BROUGHT = "message_brought"
    MESSAGE_ECHOED = "message_echoed"
    MESSAGE_EDITED = "message_edited"
    MESSAGE_DELETED = "message_deleted"
    MESSAGE_REACTED = "message_reacted"
    CUSTOMER_BLOCKED_US = "customer_blocked_us"
    CUSTOMER_TAKES_AGAIN = "customer_takes_again"
    LINKED = "linked"
    UNLINKED = "unlinked"


# What happens in a merged conversation and is seen in the thread that it was merged into, too.
_MIRRORED = frozenset(
    {
        Kind.MESSAGE_RECEIVED,
        Kind.MESSAGE_SENT,
        Kind.CALL_CHANGED,
        Kind.MESSAGE_TAKEN_BACK,
        Kind.MESSAGE_ECHOED,
        Kind.MESSAGE_EDITED,
        Kind.MESSAGE_DELETED,
        Kind.MESSAGE_REACTED,
        Kind.DELIVERY_CHANGED,
        Kind.CAME_BACK,
        Kind.CUSTOMER_READ,
        Kind.REPLY_SCHEDULED,
        Kind.SCHEDULED_CHANGED,
        Kind.BUTTON_PRESSED,
        Kind.RATED,
    }
)

_OWNED = "_owned_by_this_transaction"
_HELD = "_events_not_written_yet"
_LAST = "_writes_before_it_is_saved"
_ABOUT = "_message_that_it_is_about"
_ROOT = "_root_locked_by_this_transaction"

NowReaction = Callable[[Conversation, ConversationEvent], None]
_now: dict[Kind, list[NowReaction]] = {}


# What stands behind everything that is recorded now: {} a person, a customer or the desk itself.
_cause: ContextVar[dict[str, Any]] = ContextVar("cause", default={})  # noqa: B039  never changed


class NotLockedError(RuntimeError):
    """An event was recorded without a transaction or without the conversation's lock."""


@contextmanager
def locked(
    conversation_id: int, *, known: tuple[Customer, Inbox] | None = None
) -> Iterator[Conversation]:
    """One transaction that owns the conversation; changed columns are saved at the end.

    Lock order everywhere: customer, conversation, message, delivery. known: who holds its customer
    has read these, mostly its own, and nobody reads them again. Raises Conversation.DoesNotExist.
    """
    with transaction.atomic(savepoint=False):
        joined = ("assignee",) if known else ("assignee", "customer", "inbox")
        found = _locking(*joined).ask(conversation=conversation_id)
        if not found:
            raise Conversation.DoesNotExist(conversation_id)
        conversation = found[0]
        if known and conversation.customer_id == known[0].pk:
            conversation.customer = known[0]
        if known and conversation.inbox_id == known[1].pk:
            conversation.inbox = known[1]
        with owned(conversation):
            yield conversation


@lru_cache(maxsize=2)
def _locking(*joined: str) -> Kept[Conversation]:
    """Written once, and only inside a transaction: the ORM writes no lock outside of one."""
    rows = Conversation.objects.select_for_update(of=("self",)).filter(pk=STAND_INS["conversation"])
    return Kept(rows.select_related(*joined))


@contextmanager
def owned(conversation: Conversation) -> Iterator[None]:
    """Allow record() on a conversation that this transaction has locked or made."""
    names = [field.attname for field in conversation._meta.concrete_fields]  # noqa: SLF001  Django documents it
    before = {name: getattr(conversation, name) for name in names}
    conversation.__dict__[_OWNED] = before
    try:
        yield
        rows = _held(conversation)
        for begun in conversation.__dict__.pop(_LAST, {}).values():
            rows += begun()
        changed = [name for name in names if getattr(conversation, name) != before[name]]
        writing.write(rows, [(conversation, changed)] if changed else ())
    finally:
        for name in (_OWNED, _HELD, _LAST):
            conversation.__dict__.pop(name, None)


def at_last(conversation: Conversation, name: str, begun: Callable[[], Sequence[Model]]) -> None:
    """Ask this once before an owned conversation is saved: for rows to be written with it.

    name: a further one of the same name takes its place.
    """
    conversation.__dict__.setdefault(_LAST, {})[name] = begun


@contextmanager
def rooted(conversation: Conversation) -> Iterator[Conversation]:
    """The conversation in whose thread a locked one is read: itself, or what it was merged into.

    That one is locked after it, never before (ADR 18).
    """
    root = conversation.__dict__.get(_ROOT)
    if conversation.merged_into_id is None or root is not None:
        yield root or conversation
        return
    with locked(conversation.merged_into_id) as root:
        conversation.__dict__[_ROOT] = root
        try:
            yield root
        finally:
            conversation.__dict__.pop(_ROOT, None)


def is_new(conversation: Conversation) -> bool:
    """Whether this transaction made an owned conversation: nobody else knows of it yet."""
    before: dict[str, Any] = conversation.__dict__.get(_OWNED, {})
    return bool(before.get("last_seq") == 0)


def was(conversation: Conversation, column: str) -> Any:
    """What a column of a locked conversation held when this transaction began."""
    return conversation.__dict__[_OWNED][column]


@contextmanager
def caused_by(rule: int, chain: list[int]) -> Iterator[None]:
    """Everything recorded inside says that this rule did it; chain: those before it and itself."""
    token = _cause.set({"rule": rule, "chain": chain})
    try:
        yield
    finally:
        _cause.reset(token)


def cause() -> int | None:
    """The rule that does what is being done, or None."""
    found = _cause.get()
    return found["rule"] if found else None


def react_now(kind: Kind, reaction: NowReaction) -> None:
    """Run `reaction` in the same transaction. It must be cheap."""
    _now.setdefault(kind, []).append(reaction)


def record(
    conversation: Conversation,
    kind: Kind,
    *,
    by: Agent | None = None,
    payload: dict[str, Any] | None = None,
    message: Message | None = None,
    files: list[Attachment] | None = None,
    with_next: bool = False,
) -> ConversationEvent:
    """Write an event with the next seq; publish it and run its reactions.

    `message` is the message that the event is about: screens get it with the event, and a new one
    is written with it. What concerns
    a merged conversation's messages is recorded in the one it was merged into as well, and it is
    there that reactions run; `strand` in the payload says whose it was. with_next: its rows are
    written together with the next one's, or with the conversation (see written()).
    Raises NotLockedError outside `locked()` or `owned()`.
    """
    if not connection.in_atomic_block or not conversation.__dict__.get(_OWNED):
        msg = f"record({kind}) outside locked()"
        raise NotLockedError(msg)
    conversation.last_seq += 1
    event = ConversationEvent(
        conversation=conversation,
        seq=conversation.last_seq,
        kind=kind,
        payload={**(payload or {}), **_cause.get()},
        actor=by,
        created_at=datetime.now(UTC),
    )
    event.__dict__[_ABOUT] = message
    conversation.__dict__.setdefault(_HELD, []).append(event)
    if not with_next:
        written(conversation)
    publish.later(conversation, event, message, files)
    if conversation.merged_into_id is not None:
        if kind in _MIRRORED:
            facts = {**(payload or {}), "strand": conversation.pk, "strand_seq": event.seq}
            with rooted(conversation) as root:
                record(root, kind, by=by, payload=facts, message=message, files=files)
        return event
    for reaction in _now.get(kind, ()):
        reaction(conversation, event)
    return event


def written(conversation: Conversation) -> None:
    """Write what waits to be written with an owned conversation's next event; it has a pk then.

    For whoever is to read, or to name, a message or an event that was recorded with_next.
    """
    writing.write(_held(conversation))


def _held(conversation: Conversation) -> list[Model]:
    """Events that are not written, behind the new messages that they are about."""
    events: list[ConversationEvent] = conversation.__dict__.pop(_HELD, [])
    about = [one.__dict__[_ABOUT] for one in events]
    new = {id(one): one for one in about if one is not None and one._state.adding}  # noqa: SLF001
    return [*new.values(), *events]


def message_of(event: ConversationEvent) -> Message:
    """The message that a message's event is about; no query where it was recorded just now."""
    known: Message | None = event.__dict__.get(_ABOUT)
    return known or Message.objects.get(pk=event.payload["message"])
