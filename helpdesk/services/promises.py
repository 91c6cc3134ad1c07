"""What happens to the clocks of a conversation when something happens to the conversation.

Everything here runs in the transaction that holds the conversation's lock. Time is the
database's (DEL-18). First replies, next replies and updates are fulfilled by a person's public
message; automatic messages fulfil nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from helpdesk import writing
from helpdesk.events import Kind, is_new, locked, record, was
from helpdesk.models import (
    BusinessHours,
    Conversation,
    ConversationEvent,
    DeliveryState,
    Direction,
    Message,
    SLAClock,
    State,
    Visibility,
)
from helpdesk.services.clock_book import REPLIES, BeginningBook, Book, begins
from helpdesk.sla import clocks, stored
from helpdesk.sla.clocks import Metric

LIVING = (State.NEW, State.OPEN, State.ON_HOLD)


def _book(conversation: Conversation) -> Book:
    if begun := begins(conversation):
        writing.write(begun.begun())
    return Book(conversation, say_broken=broken)


def on_event(conversation: Conversation, event: ConversationEvent) -> None:
    """The reaction to an event of a locked conversation; cheap where nothing is promised."""
    reaction = _REACTIONS.get(Kind(event.kind))
    if reaction is _started and is_new(conversation):
        reaction(BeginningBook(conversation, say_broken=broken), event)
    elif reaction:
        book = begins(conversation) if reaction is _received else None
        reaction(book or _book(conversation), event)


def facts_changed(conversation: Conversation) -> None:
    """Another language or customer of a locked conversation: the promise may be another."""
    _review(_book(conversation))


def broken(conversation: Conversation, row: SLAClock, at: datetime, *, late: bool = False) -> None:
    """Write down that a promise was broken, once for each clock; at: since when it is."""
    row.breached_at = at
    SLAClock.objects.filter(pk=row.pk).update(breached_at=at)
    facts = {"metric": row.metric, "target": row.clock["target"], "late": late}
    record(conversation, Kind.PROMISE_BROKEN, payload=facts)


def unanswered(conversation: Conversation, clock_ids: list[int], *, since: datetime) -> None:
    """An answer was taken back before it left: what it had kept runs on as if nothing had been.

    since: when the answer was written; a promise that began with it is one no longer.
    """
    book = _book(conversation)
    update = book.rows.get("update")
    if update is not None and update.pk not in clock_ids and update.started_at >= since:
        book.change("update", lambda clock: clocks.cancel(clock, book.now))
    for row in conversation.clocks.filter(pk__in=clock_ids, open=False):
        if row.metric in book.rows or row.fulfilled_at is None:
            continue
        clock = replace(stored.clock_of(row), fulfilled_at=None)
        book.save(row, clock)
        book.rows[row.metric] = row
    book.tell_work()


def wait_changed(conversation: Conversation, *, only: Iterable[int] | None = None) -> None:
    """A locked conversation waits, or waits no more, for another reason than a message.

    only: of the running promises of a reply, cancel none but these.
    """
    book = _book(conversation)
    running = [book.rows[metric] for metric in REPLIES if metric in book.rows]
    if conversation.waiting_since is not None:
        if not running and conversation.state in LIVING:
            book.start(_reply_metric(conversation))
    else:
        for row in running:
            if only is None or row.pk in set(only):
                book.change(row.metric, lambda clock: clocks.cancel(clock, book.now))
    book.tell_work()


def revived(conversation: Conversation, clock_ids: list[int]) -> None:
    """Promises that a merge cancelled run on in a locked conversation; their time went on."""
    book = _book(conversation)
    for row in conversation.clocks.filter(pk__in=clock_ids, open=False, fulfilled_at=None):
        unasked = row.metric in REPLIES and conversation.waiting_since is None
        if row.metric in book.rows or unasked:
            continue
        book.save(row, replace(stored.clock_of(row), cancelled_at=None))
        book.rows[row.metric] = row
    wait_changed(conversation)


def review(conversation_ids: Iterable[int]) -> int:
    """Apply changed policies, hours or facts to the open clocks of these conversations.

    What has elapsed stays, and the past keeps the business hours that were in force then. Each
    conversation is a transaction of its own; how many were looked at.
    """
    many = 0
    for pk in conversation_ids:
        with locked(pk) as conversation:
            _review(_book(conversation))
        many += 1
    return many


def begin(conversation_id: int) -> None:
    """Start the clocks of a conversation that was written down with its history (the demo).

    They count from when it began and since when the customer waits; what is late by that is late.
    """
    with locked(conversation_id) as conversation:
        if conversation.state not in LIVING:
            return
        book = _book(conversation)
        book.now = conversation.created_at
        book.start("resolution")
        if conversation.waiting_since:
            book.now = conversation.waiting_since
            book.start(_reply_metric(conversation))
        book.now = stored.database_now()
        book.tell_work()


def concerned(hours: BusinessHours | None = None) -> list[int]:
    """Conversations with open clocks: all of them, or those of queues with these hours."""
    rows = SLAClock.objects.filter(open=True)
    if hours is not None:
        rows = rows.filter(conversation__inbox__queue__hours=hours)
    return sorted(set(rows.values_list("conversation_id", flat=True)))


def _review(book: Book) -> None:
    for metric in list(book.rows):
        row = book.rows[metric]
        clock = stored.clock_of(row)
        target = book.target(clock.metric)
        if target is None:
            book.change(metric, lambda one: clocks.cancel(one, book.now))
            continue
        calendar = book.calendar if target.business else None
        clock = clocks.reschedule(clocks.retarget(clock, target.seconds), calendar, book.now)
        book.save(row, clock)  # also where only warnings or steps are new
    book.tell_work()


def _facts_changed(book: Book, _event: ConversationEvent) -> None:
    _review(book)


def _started(book: Book, _event: ConversationEvent) -> None:
    book.start("resolution")


def _received(book: Book, _event: ConversationEvent) -> None:
    """A customer's message; a robot's makes nobody wait, a further one changes nothing."""
    waits, did = book.conversation.waiting_since, was(book.conversation, "waiting_since")
    if waits is None or did is not None:
        return
    if not any(metric in book.rows for metric in REPLIES):
        # What begins with this very message has no answer of ours yet.
        begins_here = isinstance(book, BeginningBook) and book.conversation.public_seq == 1
        book.start("frt" if begins_here else _reply_metric(book.conversation))
        book.tell_work()


def _reply_metric(conversation: Conversation) -> Metric:
    """The first reply, until a person of ours has written for the first time."""
    ours = Message.objects.filter(
        conversation=conversation,
        direction=Direction.OUT,
        visibility=Visibility.PUBLIC,
        author__isnull=False,
    ).exclude(delivery__state=DeliveryState.CANCELLED, delivery__attempts=0)
    return "nrt" if ours.exists() else "frt"


def _sent(book: Book, event: ConversationEvent) -> None:
    """A public message of ours; only a person's keeps a promise."""
    if event.actor_id is None:
        return
    conversation = book.conversation
    if conversation.context.get("alternatives"):
        left = {name: one for name, one in conversation.context.items() if name != "alternatives"}
        conversation.context = left
    answered = [metric for metric in (*REPLIES, "update") if metric in book.rows]
    for metric in answered:
        book.change(metric, lambda clock: clocks.fulfil(clock, book.now))
    if answered:
        book.tell_work()
        if conversation.state in LIVING:
            book.start("update")


def _called(book: Book, event: ConversationEvent) -> None:
    """A missed call waits like a message; one that was answered keeps what was promised."""
    if book.conversation.waiting_since is not None:
        _received(book, event)
        return
    for metric in [one for one in REPLIES if one in book.rows]:
        book.change(metric, lambda clock: clocks.fulfil(clock, book.now))
    book.tell_work()


def _moved(book: Book, event: ConversationEvent) -> None:
    """Another state: resolved fulfils, spam and closed cancel, pending and on hold pause."""
    before, to = event.payload.get("from"), event.payload.get("to")
    if to == State.RESOLVED:
        book.change("resolution", lambda clock: clocks.fulfil(clock, book.now))
    if to in {State.RESOLVED, State.CLOSED, State.SPAM}:
        for metric in list(book.rows):
            book.change(metric, lambda clock: clocks.cancel(clock, book.now))
        return
    if before == State.RESOLVED:
        _reopen(book)
    elif before == State.SPAM:
        book.start("resolution")
        if book.conversation.waiting_since is not None:
            book.start(_reply_metric(book.conversation))
    if {before, to} & {State.PENDING, State.ON_HOLD}:
        _pause_or_resume(book, str(to))
    if any(metric in book.rows for metric in REPLIES):
        book.tell_work()


def _pause_or_resume(book: Book, to: str) -> None:
    for metric in list(book.rows):
        clock = stored.clock_of(book.rows[metric])
        stands = clocks.stops(clock.metric, to, on_hold=book.policy.on_hold_stops)
        turn = clocks.pause if stands else clocks.resume
        book.change(metric, lambda one, turn=turn: turn(one, book.now))  # type: ignore[misc]


def _reopen(book: Book) -> None:
    """Resolution goes on where it stopped."""
    row = (
        book.conversation.clocks.filter(metric="resolution", fulfilled_at__isnull=False)
        .order_by("-pk")
        .first()
    )
    if row is None or "resolution" in book.rows:
        book.start("resolution")
        return
    book.save(row, clocks.reopen(stored.clock_of(row), book.now))
    book.rows["resolution"] = row


def _taken(book: Book, _event: ConversationEvent) -> None:
    """Somebody has it, or nobody any more: steps "since accepted" begin or fall away."""
    for metric in REPLIES:
        row = book.rows.get(metric)
        if row:
            book.plan(row, stored.clock_of(row), accepted=book.now)


_REACTIONS: dict[Kind, Callable[[Book, ConversationEvent], Any]] = {
    Kind.CONVERSATION_STARTED: _started,
    Kind.MESSAGE_RECEIVED: _received,
    Kind.MESSAGE_SENT: _sent,
    Kind.CALL_CHANGED: _called,
    Kind.STATE_CHANGED: _moved,
    Kind.ASSIGNED: _taken,
    Kind.UNASSIGNED: _taken,
    Kind.REQUEUED: _taken,
    Kind.PRIORITY_CHANGED: _facts_changed,
    Kind.CUSTOMER_CHANGED: _facts_changed,
    Kind.CUSTOMER_MERGED: _facts_changed,
    Kind.CUSTOMER_UNMERGED: _facts_changed,
    Kind.TAGGED: _facts_changed,
}
KINDS = tuple(_REACTIONS)
