from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import transaction

from helpdesk import outbox
from helpdesk.adapters import Capabilities
from helpdesk.models import Agent, Conversation, Delivery, Message
from helpdesk.packing import pack
from helpdesk.services import attachments, messages
from helpdesk.services.messages import RejectedError
from tests import factories
from tests.channel import ScriptedChannel, registered

pytestmark = pytest.mark.django_db

LONG = "First sentence here. Second one follows. And the third is last."


@pytest.fixture
def channel() -> Iterator[ScriptedChannel]:
    made = ScriptedChannel(capabilities=Capabilities(max_chars=24, splits=True, answers=True))
    with registered(made):
        yield made


@pytest.fixture
def desk(channel: ScriptedChannel) -> tuple[Agent, Conversation]:
    team = factories.team()
    agent = factories.agent(teams=[team])
    inbox = factories.inbox(channel="test", teams=[team])
    return agent, factories.conversation(inbox, "+48600100200", kind="phone", external_id="theirs")


def ours(conversation: Conversation) -> list[Message]:
    return list(Message.objects.filter(conversation=conversation, direction="out").order_by("seq"))


@pytest.mark.django_db(transaction=True)
def test_a_long_text_is_several_messages_each_with_a_row_in_order(
    desk: tuple[Agent, Conversation], channel: ScriptedChannel
) -> None:
    agent, conversation = desk
    mine = uuid.uuid4()
    first, created = messages.reply(conversation.pk, by=agent, body=LONG, client_id=mine)
    again, repeated = messages.reply(conversation.pk, by=agent, body=LONG, client_id=mine)

    said = ours(conversation)
    assert [one.body for one in said] == [
        "First sentence here.", "Second one follows.", "And the third is last.",
    ]  # fmt: skip
    assert (created, repeated, first, again) == (True, False, said[0], said[0])
    assert [one.meta["portion"]["n"] for one in said] == [1, 2, 3]
    rows = list(Delivery.objects.order_by("pk"))
    assert [row.message_id for row in rows] == [one.pk for one in said]
    assert outbox.deliver(rows[1].pk) == ""  # the first is still to go
    assert [outbox.deliver(row.pk) for row in rows] == ["sent"] * 3
    assert [one.body for one in channel.sent] == [one.body for one in said]


def test_its_file_goes_with_the_last(
    desk: tuple[Agent, Conversation], channel: ScriptedChannel
) -> None:
    agent, conversation = desk
    file = attachments.upload("a.txt", b"words", by=agent)
    messages.reply(conversation.pk, by=agent, body=LONG, attachments=[str(file.pk)])

    assert [one.attachments.count() for one in ours(conversation)] == [0, 0, 1]


def test_what_would_be_too_many_is_refused_with_their_number(
    desk: tuple[Agent, Conversation],
) -> None:
    agent, conversation = desk
    with pytest.raises(RejectedError, match="12 messages, but at most 10"), transaction.atomic():
        messages.reply(conversation.pk, by=agent, body="x" * 24 * 12)

    assert ours(conversation) == []


def test_without_splitting_it_is_refused(
    desk: tuple[Agent, Conversation], channel: ScriptedChannel
) -> None:
    agent, conversation = desk
    channel.capabilities = replace(channel.capabilities, splits=False)
    with pytest.raises(RejectedError, match="63 characters"):
        messages.reply(conversation.pk, by=agent, body=LONG)


def test_taken_back_it_is_taken_back_whole(desk: tuple[Agent, Conversation]) -> None:
    agent, conversation = desk
    waited = Conversation.objects.get(pk=conversation.pk).waiting_since
    first, _created = messages.reply(conversation.pk, by=agent, body=LONG, hold=10)
    messages.cancel(first, by=agent)

    assert {row.state for row in Delivery.objects.all()} == {"cancelled"}
    conversation.refresh_from_db()
    assert (conversation.waiting_since, conversation.last_preview) == (waited, "Hello")


def test_an_answer_names_the_message_that_the_agent_chose(
    desk: tuple[Agent, Conversation], channel: ScriptedChannel
) -> None:
    agent, conversation = desk
    asked = Message.objects.get(conversation=conversation, direction="in")
    meta = {"answering": asked.pk}
    messages.reply(conversation.pk, by=agent, body=LONG, meta=meta)

    going = [pack(row) for row in Delivery.objects.order_by("pk")]
    assert [one.answers for one in going] == ["theirs", "", ""]


def test_only_a_message_of_this_talk_can_be_named(desk: tuple[Agent, Conversation]) -> None:
    agent, conversation = desk
    other = factories.conversation(
        conversation.inbox, "+48600100201", kind="phone", external_id="elsewhere"
    )
    foreign = Message.objects.get(conversation=other)
    with pytest.raises(RejectedError, match="cannot be answered by this way"):
        messages.reply(conversation.pk, by=agent, body="x", meta={"answering": foreign.pk})
