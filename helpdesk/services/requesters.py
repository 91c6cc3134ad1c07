"""Whose a conversation is: a letter that was sent on may be given to who first wrote it (D5).

Only by a person's act: who sends a letter on may have made up what stands in it.
"""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.adapters import Person, adapter_for
from helpdesk.events import Kind, locked, record
from helpdesk.models import Agent, Conversation, Customer, Direction, Message, State
from helpdesk.services import customers

_HEAD = ("from", "from_name", "to", "cc", "reply_to")
"""What a letter says of its sender and of whom else to answer; kept under BEFORE for the undo."""
BEFORE = "handed_over"


class RequesterError(ValueError):
    """Why the conversation stays whose it is, in words for the agent."""


@transaction.atomic
def hand_over(message_id: uuid.UUID, *, by: Agent) -> Conversation:
    """Give the letter and its conversation to whom the letter was forwarded from.

    Raises RequesterError, Message.DoesNotExist.
    """
    message = Message.objects.select_related("inbox").get(pk=message_id)
    offered = message.meta.get("offered")
    if not offered:
        raise RequesterError(_("This letter does not say who wrote it first."))
    kind = adapter_for(message.inbox).identity_kind
    # Before the conversation, as every arriving letter holds them.
    person = Person(kind, offered["address"], offered["name"])
    customer = customers.held(customers.find_or_create(person).pk)
    with locked(message.conversation_id) as conversation:
        message.refresh_from_db(fields=["meta"])
        _may_move(conversation, message)
        if BEFORE in message.meta:
            raise RequesterError(_("It is their conversation already."))
        before = {name: message.meta.get(name) for name in _HEAD}
        message.meta |= {
            BEFORE: {**before, "customer": conversation.customer_id},
            "from": offered["address"],
            "from_name": offered["name"],
            "to": [],
            "cc": [],
            "reply_to": "",
        }
        _give(conversation, message, customer, by)
    return conversation


@transaction.atomic
def take_back(message_id: uuid.UUID, *, by: Agent) -> Conversation:
    """Undo hand_over(). Raises RequesterError, Message.DoesNotExist."""
    message = Message.objects.get(pk=message_id)
    with locked(message.conversation_id) as conversation:
        message.refresh_from_db(fields=["meta"])
        before = message.meta.pop(BEFORE, None)
        customer = before and Customer.objects.filter(pk=before["customer"]).first()
        if customer is None:
            raise RequesterError(_("There is nothing to undo."))
        _may_move(conversation, message)
        message.meta |= {name: before[name] for name in _HEAD}
        _give(conversation, message, customer, by)
    return conversation


def _may_move(conversation: Conversation, message: Message) -> None:
    if conversation.state in {State.CLOSED, State.SPAM}:
        raise RequesterError(_("A closed conversation stays whose it is."))
    merged = Conversation.objects.filter(merged_into=conversation).exists()
    if conversation.merged_into_id is not None or merged:
        raise RequesterError(_("It is merged with another. Undo the merge first."))
    said = Message.objects.filter(conversation=conversation, direction=Direction.IN)
    if said.exclude(pk=message.pk).exists():
        raise RequesterError(_("More was written here since. Split the conversation first."))


def _give(conversation: Conversation, message: Message, customer: Customer, by: Agent) -> None:
    message.save(update_fields=["meta"])
    facts = {"from": conversation.customer_id, "to": customer.pk, "name": customer.name}
    conversation.customer = customer
    record(conversation, Kind.REQUESTER_CHANGED, by=by, payload=facts)
