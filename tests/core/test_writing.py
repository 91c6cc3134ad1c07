"""Rows written in one statement: they are what the ORM would have written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.forms.models import model_to_dict

from helpdesk import writing
from helpdesk.events import Kind, locked, record, written
from helpdesk.models import Conversation, ConversationEvent, Customer, Message
from tests import factories
from tests.core.conftest import Desk
from tests.core.test_queries import statements

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, 0, 0, 123, tzinfo=UTC)


def event(talk: Conversation, seq: int, **payload: Any) -> ConversationEvent:
    facts = {"seq": seq, "kind": Kind.TAGGED, "payload": payload, "created_at": NOW}
    return ConversationEvent(conversation=talk, **facts)


def test_new_and_changed_rows_go_in_one_statement(desk: Desk) -> None:
    talk = factories.conversation(desk.inbox)
    one, two = event(talk, 101, words="it's 100%s"), event(talk, 102)
    customer = Customer(name="Ann \\ 'Łoś'", fields={"a": [1, None]})
    talk.tags, talk.due_at = ["new one", "b"], NOW
    seen = statements(
        lambda: writing.write([one, two, customer], [(talk, ["tags", "due_at", "assignee_id"])])
    )
    assert len(seen) == 1
    for made in (one, two, customer, talk):
        stored = type(made)._default_manager.get(pk=made.pk)
        assert model_to_dict(stored) == model_to_dict(made)
        assert not made._state.adding
    assert customer.created_at == Customer.objects.get(pk=customer.pk).created_at


def test_what_is_refused_is_told(desk: Desk) -> None:
    talk = factories.conversation(desk.inbox)
    twice = [event(talk, 103), event(talk, 103)]
    with pytest.raises(IntegrityError), transaction.atomic():
        writing.write(twice)
    gone = Conversation(pk=talk.pk + 1, inbox=desk.inbox, customer=talk.customer)
    with pytest.raises(DatabaseError), transaction.atomic():
        writing.write([], [(gone, ["subject"])])
    assert statements(writing.write) == []


def test_a_message_waits_for_its_conversation_or_for_who_must_read_it(desk: Desk) -> None:
    talk = factories.conversation(desk.inbox)
    for asked in (False, True):
        with transaction.atomic(), locked(talk.pk) as mine:
            said = Message(conversation=mine, inbox=desk.inbox, direction="in", created_at=NOW)
            said.seq, said.public_seq = mine.last_seq + 1, mine.public_seq + 1
            mine.public_seq += 1
            record(mine, Kind.MESSAGE_RECEIVED, message=said, with_next=True)
            assert not Message.objects.filter(pk=said.pk).exists()
            if asked:
                written(mine)
                assert Message.objects.filter(pk=said.pk).exists()
        last = ConversationEvent.objects.filter(conversation=talk).latest("seq")
        assert (last.kind, last.seq) == (Kind.MESSAGE_RECEIVED, said.seq)
        assert Message.objects.get(pk=said.pk).seq == said.seq == mine.last_seq
