"""The main job on the core: a customer's message in, an answer out, once each."""

from __future__ import annotations

import uuid

import pytest

from helpdesk import inbound
from helpdesk.adapters import InboundMessage, Person
from helpdesk.models import Agent, Conversation, ConversationEvent, Inbox, Message, State, Team
from helpdesk.services import conversations, messages

pytestmark = pytest.mark.django_db(transaction=True)


def desk() -> tuple[Agent, Inbox]:
    agent = Agent.objects.create_user("marta@parley.example", "x", first_name="Marta")
    team = Team.objects.create(name="Help")
    team.members.add(agent)
    inbox = Inbox.objects.create(name="Widget", channel="chat")
    inbox.teams.add(team)
    return agent, inbox


def test_chat_in_and_out() -> None:
    agent, inbox = desk()
    text = InboundMessage(
        Person("visitor", "v1", "Tom", verified=True), "Hello", client_id=uuid.uuid4()
    )
    message, created = inbound.receive(inbox, text)
    assert created
    assert (message.seq, message.public_seq) == (2, 1)
    conversation = Conversation.objects.get()
    assert conversation.state == State.NEW
    again, created = inbound.receive(
        inbox,
        InboundMessage(
            Person("visitor", "v1", verified=True),
            "Hello",
            client_id=text.client_id,
            conversation_id=conversation.pk,
        ),
    )
    assert (again.pk, created) == (message.pk, False)
    _answer, created = messages.reply(conversation.pk, by=agent, body="Hi!", client_id=uuid.uuid4())
    assert created
    conversation.refresh_from_db()
    assert conversation.state == State.OPEN
    assert conversation.assignee == agent
    seqs = list(ConversationEvent.objects.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, conversation.last_seq + 1))
    messages.note(conversation.pk, by=agent, body="Secret")
    assert Message.objects.get(visibility="internal").public_seq is None
    conversation.refresh_from_db()
    assert conversation.public_seq == 2
    with pytest.raises(conversations.IllegalTransitionError):
        conversations.change_state(conversation.pk, State.NEW, by=agent)
    conversations.change_state(conversation.pk, State.RESOLVED, by=agent, reason="Answered")
