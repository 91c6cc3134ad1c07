"""Life cycle of a conversation: lock, start, change state, read (domain: states of 2.1)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from helpdesk import nudge, writing
from helpdesk.adapters import adapters
from helpdesk.after_commit import after_commit
from helpdesk.events import Kind, locked, owned, record
from helpdesk.models import (
    TRANSITIONS,
    Agent,
    Conversation,
    ConversationEvent,
    Customer,
    Direction,
    Inbox,
    Message,
    State,
)
from helpdesk.realtime import groups, publish

MAX_SNOOZE = timedelta(days=30)
REOPEN_WINDOW = timedelta(days=14)
# Live conversations rest after our unanswered answer, and are done a day later (domain 2.3).
QUIET_LIVE = timedelta(minutes=10)
RESTED_LIVE = timedelta(hours=24)
BLOCKED = "blocked"  # why a blocked customer's conversation is among the spam

# As what an agent, a macro or a rule resolves.
REASONS = ("answered", "solved", "refunded", "forwarded", "no_reply", "duplicate")

_NEED_DUE = frozenset({State.ON_HOLD, State.SNOOZED})
_NEED_REASON = frozenset({State.ON_HOLD, State.SNOOZED, State.RESOLVED})


class IllegalTransitionError(Exception):
    """The life cycle has no such step; the API answers 409 and nothing is written."""


class IncompleteChangeError(ValueError):
    """A state change lacks its reason or its due time; `field` names which."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@contextmanager
def started(
    customer: Customer,
    inbox: Inbox,
    *,
    follow_up_of: Conversation | None = None,
    subject: str = "",
    rests: bool = False,
) -> Iterator[Conversation]:
    """A new conversation, owned like locked(); its first event is conversation_started.

    That of a blocked customer begins among the spam, so that nobody is asked to take it.
    rests: nobody has to answer now.
    """
    blocked = customer.blocked_at is not None
    with transaction.atomic(savepoint=False):
        conversation = Conversation(
            customer=customer,
            inbox=inbox,
            subject=subject[:300],
            language=customer.language,
            follow_up_of=follow_up_of,
            assignee=None,
            state=State.SPAM if blocked else State.PENDING if rests else State.NEW,
            reason=BLOCKED if blocked else "",
        )
        writing.write([conversation])
        with owned(conversation):
            record(conversation, Kind.CONVERSATION_STARTED, with_next=True)
            yield conversation


def move(conversation: Conversation, to: State, *, by: Agent | None, **facts: Any) -> None:
    """Change the state of a locked conversation and record it. Raises IllegalTransitionError."""
    if to not in TRANSITIONS[conversation.state]:
        msg = f"a conversation cannot go from {conversation.state} to {to}"
        raise IllegalTransitionError(msg)
    payload = {"from": conversation.state, "to": str(to), **facts}
    if conversation.state == State.RESOLVED and to == State.OPEN:
        conversation.reopened += 1
    conversation.state = to
    conversation.due_at = None
    if to == State.RESOLVED:
        conversation.resolved_at = datetime.now(UTC)
        conversation.waiting_since = None
    record(conversation, Kind.STATE_CHANGED, by=by, payload=payload)


def put_away(conversation: Conversation, *, by: Agent | None) -> None:
    """A blocked customer's locked conversation goes to the spam, and waits for nobody."""
    move(conversation, State.SPAM, by=by, reason=BLOCKED)
    conversation.reason, conversation.waiting_since = BLOCKED, None


def change_state(
    conversation_id: int,
    to: State,
    *,
    by: Agent | None,
    reason: str = "",
    due_at: datetime | None = None,
) -> Conversation:
    """An agent's state change. 409 (IllegalTransitionError), or IncompleteChangeError.

    Putting aside (on hold, snoozed) needs a reason and a due time of at most 30 days;
    resolving needs a reason.
    """
    if to in _NEED_REASON and not reason:
        raise IncompleteChangeError("reason", "Say why.")
    if to in _NEED_DUE:
        now = datetime.now(UTC)
        if due_at is None or not now < due_at <= now + MAX_SNOOZE:
            raise IncompleteChangeError("due_at", "Choose a time within the next 30 days.")
    with locked(conversation_id) as conversation:
        if conversation.state == to and to not in _NEED_DUE:
            msg = f"the conversation is already {to}"
            raise IllegalTransitionError(msg)
        facts = {"reason": reason} if reason else {}
        move(conversation, to, by=by, **facts)
        conversation.reason = reason[:120]
        if to in _NEED_DUE:
            conversation.due_at = due_at
    return conversation


def _of_strands(seq: int) -> QuerySet[ConversationEvent]:
    """What customers wrote in conversations that were merged into this one, after a seq."""
    return ConversationEvent.objects.filter(
        conversation=OuterRef("pk"),
        seq__gt=seq,
        kind=Kind.MESSAGE_RECEIVED,
        payload__has_key="strand",
    )


def _count(messages: QuerySet[Any]) -> Coalesce:
    counted = messages.values("conversation").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def set_priority(conversation_id: int, priority: int, *, by: Agent | None, why: str) -> bool:
    """How urgent it is, from now on; the promise follows. False if it is so already."""
    with locked(conversation_id) as conversation:
        before = conversation.priority
        if before == priority:
            return False
        conversation.priority = priority
        payload = {"from": before, "to": priority, "why": why}
        record(conversation, Kind.PRIORITY_CHANGED, by=by, payload=payload)
        after_commit(nudge.route, conversation_id)
    return True


def mark_read(conversation_id: int, seq: int) -> None:
    """An agent saw everything up to `seq`: unread goes to zero, the customer sees "seen"."""
    with transaction.atomic():
        newer = Message.objects.filter(
            conversation=OuterRef("pk"), direction=Direction.IN, seq__gt=seq
        )
        moved = Conversation.objects.filter(pk=conversation_id, agent_read_seq__lt=seq).update(
            agent_read_seq=seq, unread=_count(newer) + _count(_of_strands(seq))
        )
    if not moved:
        return
    conversation = Conversation.objects.select_related("customer", "inbox", "assignee").get(
        pk=conversation_id
    )
    publish.row(conversation)
    if seq >= conversation.last_seq:
        conversation.strands.update(agent_read_seq=F("last_seq"))
    seen = (
        Message.objects.filter(conversation=conversation, public_seq__isnull=False, seq__lte=seq)
        .order_by("-seq")
        .values_list("public_seq", flat=True)
        .first()
    )
    publish.send(groups.visitor(conversation_id), {"type": "seen", "seq": seen or 0})


def mark_customer_seen(conversation_id: int, *, got: int = 0, read: int = 0) -> bool:
    """The customer's browser has (got) or showed (read) public messages up to these seqs.

    True if the read mark moved. Never moves back and never past what exists.
    """
    with locked(conversation_id) as conversation:
        got = min(max(got, read), conversation.public_seq)
        read = min(read, conversation.public_seq)
        moved = read > conversation.customer_read_seq
        conversation.customer_got_seq = max(got, conversation.customer_got_seq)
        if moved:
            conversation.customer_read_seq = read
            record(conversation, Kind.CUSTOMER_READ, payload={"public_seq": read})
    return moved


def wake_due(limit: int = 200) -> int:
    """Bring back snoozed and held conversations whose time has come; how many."""
    due = Conversation.objects.filter(
        due_at__lte=datetime.now(UTC), state__in=(State.SNOOZED, State.ON_HOLD)
    ).values_list("pk", flat=True)[:limit]
    woken = 0
    for pk in list(due):
        with locked(pk) as conversation:
            still = conversation.due_at and conversation.due_at <= datetime.now(UTC)
            if still and conversation.state in _NEED_DUE:
                move(conversation, State.OPEN, by=None, reason="due")
                woken += 1
    return woken


def rest(conversation_id: int, *, why: str) -> bool:
    """An open conversation that we answered waits for the customer now; False for all others."""
    with locked(conversation_id) as conversation:
        answered = conversation.waiting_since is None and conversation.assignee_id
        if conversation.state != State.OPEN or not answered:
            return False
        move(conversation, State.PENDING, by=None, reason=why)
    return True


def _live(state: State, silent_for: timedelta) -> QuerySet[Conversation]:
    """Live conversations of this state in which nobody wrote for so long."""
    channels = {one.channel for one in adapters() if one.capabilities.live}
    edge = datetime.now(UTC) - silent_for
    return Conversation.objects.filter(
        inbox__channel__in=channels, state=state, last_message_at__lt=edge
    )


def rest_quiet(limit: int = 200) -> int:
    """Let live conversations rest whose customer does not answer; how many."""
    quiet = _live(State.OPEN, QUIET_LIVE).filter(waiting_since=None, assignee__isnull=False)
    return sum(rest(pk, why="quiet") for pk in list(quiet.values_list("pk", flat=True)[:limit]))


def resolve_rested(limit: int = 200) -> int:
    """Resolve live conversations that have rested for a day; how many."""
    done = 0
    for pk in list(_live(State.PENDING, RESTED_LIVE).values_list("pk", flat=True)[:limit]):
        with locked(pk) as conversation:
            if conversation.state == State.PENDING and conversation.waiting_since is None:
                move(conversation, State.RESOLVED, by=None, reason="no_reply")
                done += 1
    return done


def reopen_window(inbox: Inbox) -> timedelta:
    """How long a customer's answer opens a resolved conversation again (E8).

    Setting of the inbox: `reopen_days`, 0 (each answer begins a new one) to 365.
    """
    days = inbox.settings.get("reopen_days")
    if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= 365:
        return REOPEN_WINDOW
    return timedelta(days=days)


def is_too_old(conversation: Conversation, inbox: Inbox) -> bool:
    """Whether an answer by this inbox begins a new conversation instead of opening it again."""
    if conversation.state != State.RESOLVED or conversation.resolved_at is None:
        return False
    return datetime.now(UTC) - conversation.resolved_at >= reopen_window(inbox)


def close_old(limit: int = 200) -> int:
    """Close resolved conversations whose reopen window is over; how many."""
    now = datetime.now(UTC)
    own = {
        one.pk: reopen_window(one) for one in Inbox.objects.filter(settings__has_key="reopen_days")
    }
    due = Q(resolved_at__lt=now - REOPEN_WINDOW) & ~Q(inbox__in=own)
    for pk, window in own.items():
        due |= Q(resolved_at__lt=now - window, inbox=pk)
    old = Conversation.objects.filter(due, state=State.RESOLVED)
    closed = 0
    for pk in list(old.values_list("pk", flat=True)[:limit]):
        with locked(pk) as conversation:
            if conversation.state == State.RESOLVED:
                move(conversation, State.CLOSED, by=None, reason="window")
                closed += 1
    return closed
