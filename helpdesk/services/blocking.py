"""Blocked customers: what comes from them is kept among the spam and takes nobody's time.

A ban of the chat's (chat.guard) keeps somebody from writing in one widget for a while and tells
them so; a block holds on every channel until it is lifted, and tells nobody. Neither lifts the
other.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Q

from helpdesk import audit
from helpdesk.events import Kind
from helpdesk.models import (
    ACTIVE_STATES,
    Act,
    Agent,
    Conversation,
    Customer,
    Direction,
    Message,
    State,
)
from helpdesk.services import conversations, customers
from helpdesk.services.text import clean_line

BLOCKED = conversations.BLOCKED


@transaction.atomic
def block(customer_id: int, *, by: Agent | None, reason: str = "") -> Customer:
    """From now on all that they write goes to the spam; so does what is open. Safe to repeat."""
    customer = customers.held(customer_id)
    if customer.blocked_at is None:
        customer.blocked_at, customer.blocked_by = datetime.now(UTC), by
        customer.blocked_reason = clean_line(reason, 200)
        customer.save(update_fields=["blocked_at", "blocked_by", "blocked_reason"])
        audit.record(Act.BLOCKED, customer, by=by)
        with customers.locked_talks(Q(customer=customer, state__in=ACTIVE_STATES)) as talks:
            for conversation in talks:
                conversation.customer = customer
                conversations.put_away(conversation, by=by)
    return customer


@transaction.atomic
def unblock(customer_id: int, *, by: Agent | None) -> Customer:
    """They may write again, and what the block put away comes back open. Safe to repeat."""
    customer = customers.held(customer_id)
    if customer.blocked_at is not None:
        customer.blocked_at, customer.blocked_by, customer.blocked_reason = None, None, ""
        customer.save(update_fields=["blocked_at", "blocked_by", "blocked_reason"])
        audit.record(Act.UNBLOCKED, customer, by=by)
        put_away = Q(customer=customer, state=State.SPAM, reason=BLOCKED)
        with customers.locked_talks(put_away) as talks:
            for conversation in talks:
                conversation.customer = customer
                _bring_back(conversation, by)
        facts = {"changed": ["blocked"]}
        customers.tell(customer, Kind.CUSTOMER_CHANGED, by=by, payload=facts)
    return customer


def _bring_back(conversation: Conversation, by: Agent | None) -> None:
    """Open as it was; who wrote last and was not heard waits again."""
    unseen = Message.objects.filter(
        conversation=conversation, direction=Direction.IN, seq__gt=conversation.agent_read_seq
    )
    conversation.unread = unseen.count()
    if conversation.last_direction == Direction.IN:
        conversation.waiting_since = conversation.last_message_at
    conversation.reason = ""
    conversations.move(conversation, State.OPEN, by=by, reason="unblocked")
