"""Choosing by which way a customer is answered."""

from __future__ import annotations

from helpdesk.events import Kind, locked, record
from helpdesk.models import Agent, Conversation
from helpdesk.selectors import ways


class NoSuchWayError(ValueError):
    """The customer cannot be reached like that from here."""


def choose(conversation_id: int, *, by: Agent, inbox: int, address: str) -> Conversation:
    """The next answers of a conversation go this way, until the customer writes elsewhere.

    Raises NoSuchWayError for anything but one of selectors.ways.of().
    """
    with locked(conversation_id) as conversation:
        for way in ways.of(conversation):
            if (way["inbox"], way["address"]) == (inbox, address):
                break
        else:
            msg = "The customer cannot be reached this way."
            raise NoSuchWayError(msg)
        own = inbox == conversation.inbox_id
        conversation.reply_inbox_id = None if own else inbox
        conversation.reply_address = "" if own else address
        facts = {"inbox": inbox, "name": way["name"], "address": address}
        record(conversation, Kind.WAY_CHOSEN, by=by, payload=facts)
    return conversation
