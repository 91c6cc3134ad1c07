"""What the tests of routing share: agents who are there, work that waits, time that passes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.models import (
    Agent,
    Conversation,
    ConversationEvent,
    Inbox,
    Presence,
    WorkItem,
)
from helpdesk.routing import engine
from helpdesk.services import presence, work
from tests import factories
from tests.core.conftest import Desk


def online(*agents: Agent) -> None:
    for agent in agents:
        presence.set_presence(agent, Presence.ONLINE)


def item(conversation: Conversation) -> WorkItem:
    """The conversation's newest unit of work."""
    return WorkItem.objects.select_related("agent").filter(conversation=conversation).latest("pk")


def kinds(conversation: Conversation) -> list[str]:
    found = ConversationEvent.objects.filter(conversation=conversation).order_by("seq")
    return list(found.values_list("kind", flat=True))


def later(conversation: Conversation, **when: float) -> None:
    """As if the item had been where it is for so long."""
    WorkItem.objects.filter(conversation=conversation).update(
        expires_at=datetime.now(UTC) - timedelta(**when)
    )


def mailbox(desk: Desk) -> Inbox:
    return factories.inbox(channel="email", address="desk@parley.example", teams=[desk.mine])


def letter(inbox: Inbox, body: str = "Hello") -> Conversation:
    return factories.conversation(inbox, f"{body}@x.example", body, kind="email")


@pytest.fixture
def served(desk: Desk) -> Conversation:
    """A chat that desk.agent has accepted."""
    online(desk.agent)
    made = factories.conversation(desk.inbox, "visitor-1")
    engine.run()
    work.accept(item(made).pk, desk.agent)
    return Conversation.objects.get(pk=made.pk)
