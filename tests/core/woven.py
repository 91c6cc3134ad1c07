"""What the tests of woven conversations share: letters that come in, and who wrote them."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from helpdesk import inbound
from helpdesk.models import Agent, Conversation, Inbox, Message
from helpdesk.selectors import thread
from tests import factories
from tests.core.conftest import Desk

ALICE, BOB = "alice@shop.example", "bob@shop.example"


@pytest.fixture
def post(desk: Desk) -> Inbox:
    """A mail inbox of the desk's own team."""
    return factories.inbox(channel="email", address="help@parley.example", teams=[desk.mine])


def letter(post: Inbox, who: str, body: str, **facts: Any) -> Message:
    """A mail that came in."""
    facts = {"external_id": f"{uuid.uuid4()}@shop.example", "verified": False, **facts}
    text = factories.inbound_message(who, body, kind="email", name=who[:3].title(), **facts)
    return inbound.receive(post, text)[0]


def talk(message: Message) -> Conversation:
    joined = Conversation.objects.select_related("customer", "inbox", "assignee")
    return joined.get(pk=message.conversation_id)


def bodies(agent: Agent, pk: int) -> list[str]:
    return [one["body"] for one in thread.detail(agent, pk)["messages"]]


@pytest.fixture
def strangers(desk: Desk, post: Inbox) -> tuple[Conversation, Conversation]:
    """Two customers: Bob's mail is about Alice's order."""
    alice = talk(letter(post, ALICE, "Alice asks"))
    bob = talk(letter(post, BOB, "Bob asks"))
    return bob, alice
