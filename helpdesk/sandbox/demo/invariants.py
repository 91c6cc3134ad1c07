"""The rules that every conversation keeps, whoever wrote its rows: services or the bulk seed.

Each rule replays the events and compares the result with the stored columns. Tests run this
over both kinds of rows, so that the seed can't drift away from the services.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.events import Kind
from helpdesk.models import (
    TRANSITIONS,
    Attachment,
    Conversation,
    ConversationEvent,
    Delivery,
    Direction,
    Message,
    State,
    Visibility,
)
from helpdesk.services.text import preview

_MESSAGES = {
    Kind.MESSAGE_RECEIVED: (Direction.IN, Visibility.PUBLIC),
    Kind.MESSAGE_SENT: (Direction.OUT, Visibility.PUBLIC),
    Kind.NOTE_ADDED: (Direction.OUT, Visibility.INTERNAL),
}
# Two clock readings of one transaction.
_SLACK = timedelta(seconds=5)


@dataclass(slots=True)
class History:
    """One conversation with all its rows, in order."""

    row: Conversation
    events: list[ConversationEvent]
    messages: list[Message]
    deliveries: dict[str, Delivery]
    files: dict[str, list[str]]

    @property
    def public(self) -> list[Message]:
        """What the customer sees."""
        return [one for one in self.messages if one.visibility == Visibility.PUBLIC]

    def of(self, *kinds: Kind) -> list[ConversationEvent]:
        """The events of these kinds."""
        return [event for event in self.events if event.kind in kinds]


def check_invariants() -> list[str]:
    """Every broken rule of every conversation as one line; an empty list is what we want."""
    return [
        f"conversation {history.row.pk}: {trouble}"
        for history in _histories()
        for rule in _RULES
        for trouble in rule(history)
    ]


def _histories() -> Iterator[History]:
    events: dict[int, list[ConversationEvent]] = defaultdict(list)
    for event in ConversationEvent.objects.order_by("conversation_id", "seq"):
        events[event.conversation_id].append(event)
    messages: dict[int, list[Message]] = defaultdict(list)
    for message in Message.objects.select_related("inbox").order_by("conversation_id", "seq"):
        messages[message.conversation_id].append(message)
    deliveries: dict[int, dict[str, Delivery]] = defaultdict(dict)
    for delivery in Delivery.objects.select_related("message"):
        found = deliveries[delivery.message.conversation_id]
        found[str(delivery.message_id)] = delivery
    files: dict[str, list[str]] = defaultdict(list)
    for file in Attachment.objects.filter(message__isnull=False).order_by("pk"):
        files[str(file.message_id)].append(file.name)
    for row in Conversation.objects.order_by("pk"):
        yield History(row, events[row.pk], messages[row.pk], deliveries[row.pk], files)


def _sequence(one: History) -> Iterator[str]:
    """Events are 1..last_seq, starts with the start, and time never runs back."""
    if [event.seq for event in one.events] != list(range(1, one.row.last_seq + 1)):
        yield f"events are not 1..{one.row.last_seq}"
    if not one.events or one.events[0].kind != Kind.CONVERSATION_STARTED:
        yield "the first event is not its start"
    times = [event.created_at for event in one.events]
    if times != sorted(times):
        yield "events go back in time"
    if times and one.row.created_at > times[0] + _SLACK:
        yield "it was made after its first event"


def _messages(one: History) -> Iterator[str]:
    """Each message has exactly its event: same seq, kind that fits, same author."""
    by_seq = {message.seq: message for message in one.messages}
    told = one.of(*_MESSAGES)
    if sorted(by_seq) != [event.seq for event in told]:
        yield "messages and their events do not match"
        return
    for event in told:
        message = by_seq[event.seq]
        if event.payload.get("message") != str(message.pk):
            yield f"event {event.seq} names another message"
        if (message.direction, message.visibility) != _MESSAGES[Kind(event.kind)]:
            yield f"message {event.seq} is not a {event.kind}"
        if event.actor_id != message.author_id:
            yield f"message {event.seq} has another author than its event"


def _public(one: History) -> Iterator[str]:
    """public_seq is 1..public_seq over public messages; last_* repeat the newest of them."""
    if [message.public_seq for message in one.public] != list(range(1, one.row.public_seq + 1)):
        yield f"public messages are not 1..{one.row.public_seq}"
    if not one.public:
        return
    last = one.public[-1]
    names = ", ".join(one.files.get(str(last.pk), ()))[:160]
    expected = (
        last.created_at,
        last.direction,
        preview(last.body or last.subject) or names,
    )
    stored = (one.row.last_message_at, one.row.last_direction, one.row.last_preview)
    if stored != expected:
        yield f"last_* is {stored}, should be {expected}"


def _states(one: History) -> Iterator[str]:
    """The state is where the legal steps lead; what hangs on it follows."""
    state: str = State.NEW
    resolved_at: datetime | None = None
    reopened = 0
    for event in one.of(Kind.STATE_CHANGED):
        was, state = event.payload["from"], event.payload["to"]
        if state not in TRANSITIONS[was]:
            yield f"illegal step from {was} to {state}"
        if (was, state) == (State.RESOLVED, State.OPEN):
            reopened += 1
        if state == State.RESOLVED:
            resolved_at = event.created_at
    if one.row.state != state:
        yield f"state is {one.row.state}, should be {state}"
    if one.row.reopened != reopened:
        yield f"reopened is {one.row.reopened}, should be {reopened}"
    stored = one.row.resolved_at
    if (stored is None) != (resolved_at is None) or (
        stored and resolved_at and abs(stored - resolved_at) > _SLACK
    ):
        yield f"resolved_at is {stored}, should be {resolved_at}"
    if (one.row.due_at is not None) != (state in {State.SNOOZED, State.ON_HOLD}):
        yield f"due_at is {one.row.due_at} in state {state}"


def _owner(one: History) -> Iterator[str]:
    """The owner is whom the last assignment names."""
    owner = None
    for event in one.of(Kind.ASSIGNED, Kind.UNASSIGNED):
        owner = event.payload.get("agent")
    if one.row.assignee_id != owner:
        yield f"assignee is {one.row.assignee_id}, should be {owner}"


def _waiting(one: History) -> Iterator[str]:
    """The customer's clock and what is unread."""
    by_id = {str(message.pk): message for message in one.messages}
    since: datetime | None = None
    unanswered: list[Message] = []
    for event in one.events:
        if event.kind == Kind.MESSAGE_RECEIVED:
            message = by_id[event.payload["message"]]
            if not message.meta.get("automated"):
                since = since or message.created_at
                unanswered.append(message)
        elif event.kind == Kind.MESSAGE_SENT:
            since, unanswered = None, []
        elif event.kind == Kind.STATE_CHANGED and event.payload["to"] == State.RESOLVED:
            since = None
    if one.row.waiting_since != since:
        yield f"waiting_since is {one.row.waiting_since}, should be {since}"
    fresh = [message for message in unanswered if message.seq > one.row.agent_read_seq]
    if not len(fresh) <= one.row.unread <= len(unanswered):
        yield f"unread is {one.row.unread}, should be {len(fresh)} to {len(unanswered)}"
    if one.row.agent_read_seq > one.row.last_seq:
        yield "agents have read what is not there"


def _seen(one: History) -> Iterator[str]:
    """The customer's marks."""
    marks = [event.payload["public_seq"] for event in one.of(Kind.CUSTOMER_READ)]
    if one.row.customer_read_seq != max(marks, default=0):
        yield f"customer_read_seq is {one.row.customer_read_seq}, events say {marks}"
    if marks != sorted(set(marks)):
        yield "the customer's mark moved back"
    read, got = one.row.customer_read_seq, one.row.customer_got_seq
    if not read <= got <= one.row.public_seq:
        yield f"read {read}, got {got} of {one.row.public_seq}"


def _deliveries(one: History) -> Iterator[str]:
    """An answer has an outbox row unless its channel is live; its last event says its state."""
    said = {
        event.payload["message"]: event.payload["state"] for event in one.of(Kind.DELIVERY_CHANGED)
    }
    for message in one.messages:
        delivery = one.deliveries.get(str(message.pk))
        answer = message.direction == Direction.OUT and message.visibility == Visibility.PUBLIC
        wanted = answer and message.inbox.channel != "chat"
        if (delivery is not None) != wanted:
            yield f"message {message.seq}: delivery {delivery}"
        if delivery is None:
            continue
        state = said.get(str(message.pk), "queued")
        if delivery.state != state and delivery.state not in {"sending", "retry"}:
            yield f"message {message.seq}: delivery is {delivery.state}, events say {state}"
        if delivery.provider_id and message.external_id not in {"", delivery.provider_id}:
            yield f"message {message.seq}: provider and message name different ids"
        if delivery.inbox_id != message.inbox_id:
            yield f"message {message.seq}: delivered by another inbox"
    if not set(said) <= set(one.deliveries):
        yield "a delivery event without a delivery"


_RULES: tuple[Callable[[History], Iterator[str]], ...] = (
    _sequence,
    _messages,
    _public,
    _states,
    _owner,
    _waiting,
    _seen,
    _deliveries,
)
