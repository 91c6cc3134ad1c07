"""One conversation, put down row by row as the services would have written it at the time.

Nothing is saved here. Each method is the twin of a service verb, so that what is inserted in
bulk obeys the same rules; `invariants` holds both against the same list.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from helpdesk.events import Kind
from helpdesk.models import (
    Agent,
    Attachment,
    Conversation,
    ConversationEvent,
    Customer,
    Delivery,
    DeliveryState,
    Direction,
    Inbox,
    Message,
    State,
    Visibility,
)
from helpdesk.models.fields import uuid7
from helpdesk.sandbox.demo.outcomes import Outcome
from helpdesk.services.text import preview

_WAKES = frozenset({State.PENDING, State.ON_HOLD, State.SNOOZED, State.RESOLVED})


class Thread:
    """The rows of one conversation. Times given to its methods must not go backwards."""

    def __init__(
        self, customer: Customer, inbox: Inbox, *, subject: str, at: datetime, dice: random.Random
    ) -> None:
        self.dice = dice
        self.row = Conversation(
            customer=customer,
            inbox=inbox,
            subject=subject,
            language=customer.language,
            created_at=at,
        )
        self.events: list[ConversationEvent] = []
        self.messages: list[Message] = []
        self.deliveries: list[Delivery] = []
        self.files: list[tuple[Attachment, Message]] = []
        self._record(Kind.CONVERSATION_STARTED, at)

    def received(
        self,
        at: datetime,
        body: str,
        *,
        meta: dict[str, Any],
        external_id: str = "",
        files: tuple[Attachment, ...] = (),
    ) -> Message:
        """The customer wrote: what waited opens again, his clock runs."""
        if self.row.state in _WAKES:
            self.move(at, State.OPEN, by=None, reason="customer")
        self.row.unread += 1
        self.row.waiting_since = self.row.waiting_since or at
        message = self._message(at, Direction.IN, body, files)
        message.meta = meta
        message.external_id = external_id
        message.subject = self.row.subject
        self._record(Kind.MESSAGE_RECEIVED, at, payload={"message": str(message.pk)})
        return message

    def sent(
        self, at: datetime, by: Agent, body: str, *, files: tuple[Attachment, ...] = ()
    ) -> Message:
        """An agent answered: the conversation is his if it was nobody's, the clock stops."""
        if self.row.assignee_id is None:
            self.give(at, by, by=by, why="answered")
        elif self.row.state == State.NEW:
            self.move(at, State.OPEN, by=by)
        self.row.waiting_since = None
        self.row.unread = 0
        self.row.agent_read_seq = self.row.last_seq
        message = self._message(at, Direction.OUT, body, files)
        message.author = by
        self._record(Kind.MESSAGE_SENT, at, by=by, payload={"message": str(message.pk)})
        return message

    def noted(self, at: datetime, by: Agent, body: str) -> None:
        """An internal note."""
        message = self._message(at, Direction.OUT, body, (), internal=True)
        message.author = by
        self._record(Kind.NOTE_ADDED, at, by=by, payload={"message": str(message.pk)})

    def give(self, at: datetime, to: Agent, *, by: Agent | None, why: str) -> None:
        """The conversation gets an owner; the first one opens it."""
        self.row.assignee = to
        payload = {"agent": to.pk, "name": to.display_name, "why": why}
        self._record(Kind.ASSIGNED, at, by=by, payload=payload)
        if self.row.state == State.NEW:
            self.move(at, State.OPEN, by=by)

    def take_away(self, at: datetime, *, by: Agent) -> None:
        """The owner gives it back to everybody."""
        self.row.assignee = None
        self._record(Kind.UNASSIGNED, at, by=by)

    def move(self, at: datetime, to: State, *, by: Agent | None, reason: str = "") -> None:
        """Change the state."""
        payload = {"from": str(self.row.state), "to": str(to)}
        if reason:
            payload["reason"] = reason
        if self.row.state == State.RESOLVED and to == State.OPEN:
            self.row.reopened += 1
        self.row.state = to
        self.row.due_at = None
        if to == State.RESOLVED:
            self.row.resolved_at = at
            self.row.waiting_since = None
        self._record(Kind.STATE_CHANGED, at, by=by, payload=payload)

    def put_aside(
        self, at: datetime, to: State, *, by: Agent, reason: str, due_at: datetime
    ) -> None:
        """On hold or snoozed, with the time of its return."""
        self.move(at, to, by=by, reason=reason)
        self.row.reason = reason
        self.row.due_at = due_at

    def settle(self, message: Message, outcome: Outcome, *, by: Agent) -> None:
        """The outbox row of an answer and what became of it."""
        row = Delivery(
            conversation=message.conversation,
            message=message,
            inbox=message.inbox,
            to=outcome.to,
            next_at=outcome.next_at or message.created_at,
            expires_at=message.created_at + outcome.expires_after,
            attempts=outcome.attempts,
            provider_id=outcome.provider_id,
            error=outcome.error,
            error_code=outcome.error_code,
        )
        at = message.created_at
        for state in outcome.states:
            at += timedelta(milliseconds=self.dice.randrange(400, 2600))
            row.state = DeliveryState(state)
            payload = {"message": str(message.pk), "state": state}
            cancelled_by = by if state == DeliveryState.CANCELLED else None
            self._record(Kind.DELIVERY_CHANGED, at, by=cancelled_by, payload=payload)
        if outcome.provider_id:
            message.external_id = outcome.provider_id
        self.deliveries.append(row)

    def shown_to_customer(self, at: datetime) -> None:
        """His browser showed everything."""
        if self.row.customer_read_seq == self.row.public_seq:
            return
        self.row.customer_got_seq = self.row.customer_read_seq = self.row.public_seq
        payload = {"public_seq": self.row.public_seq}
        self._record(Kind.CUSTOMER_READ, at, payload=payload)

    def read_by_agent(self) -> None:
        """An agent opened the conversation."""
        self.row.agent_read_seq = self.row.last_seq
        self.row.unread = 0

    def _message(
        self,
        at: datetime,
        direction: Direction,
        body: str,
        files: tuple[Attachment, ...],
        *,
        internal: bool = False,
    ) -> Message:
        message = Message(
            id=uuid7(at, self.dice.getrandbits(80)),
            conversation=self.row,
            inbox=self.row.inbox,
            seq=self.row.last_seq + 1,
            direction=direction,
            visibility=Visibility.INTERNAL if internal else Visibility.PUBLIC,
            body=body,
            created_at=at,
        )
        if not internal:
            self.row.public_seq += 1
            message.public_seq = self.row.public_seq
            self.row.last_message_at = at
            self.row.last_preview = preview(body)
            self.row.last_direction = direction
        self.messages.append(message)
        self.files += [(file, message) for file in files]
        return message

    def _record(
        self,
        kind: Kind,
        at: datetime,
        *,
        by: Agent | None = None,
        payload: dict[str, Any] | None = None,
    ) -> None:
        self.row.last_seq += 1
        if self.events and at < self.events[-1].created_at:
            at = self.events[-1].created_at
        event = ConversationEvent(
            conversation=self.row,
            seq=self.row.last_seq,
            kind=str(kind),
            payload=payload or {},
            actor=by,
            created_at=at,
        )
        self.events.append(event)
