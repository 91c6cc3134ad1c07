"""The gap-free sequence: under load, under rollback, and only under the lock."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest
from django.db import transaction

from helpdesk import events, inbound
from helpdesk.events import Kind, NotLockedError, record
from helpdesk.models import Conversation, ConversationEvent, Message, State
from helpdesk.services import assignments, conversations, messages
from tests import factories
from tests.core.conftest import Desk
from tests.core.parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 20


def assert_gap_free(conversation_id: int) -> None:
    conversation = Conversation.objects.get(pk=conversation_id)
    seqs = ConversationEvent.objects.filter(conversation=conversation).order_by("seq")
    assert list(seqs.values_list("seq", flat=True)) == list(range(1, conversation.last_seq + 1))
    public = Message.objects.filter(conversation=conversation, public_seq__isnull=False)
    numbers = list(public.order_by("public_seq").values_list("public_seq", flat=True))
    assert numbers == list(range(1, conversation.public_seq + 1))
    by_seq = list(public.order_by("seq").values_list("public_seq", flat=True))
    assert by_seq == numbers, "both sequences tell the same order"


def test_no_gap_with_twenty_writers(desk: Desk) -> None:
    made = factories.conversation(desk.inbox, "visitor-1")

    def work(number: int) -> None:
        agent = desk.agent if number % 2 else desk.supervisor
        match number % 5:
            case 0:
                text = factories.inbound_message(
                    "visitor-1", f"in {number}", conversation_id=made.pk
                )
                inbound.receive(desk.inbox, text)
            case 1:
                messages.reply(made.pk, by=agent, body=f"out {number}")
            case 2:
                messages.note(made.pk, by=agent, body=f"note {number}")
            case 3:
                assignments.assign(made.pk, agent, by=desk.admin)
            case _:
                with suppress(conversations.IllegalTransitionError):  # two chose the same state
                    conversations.change_state(made.pk, State.RESOLVED, by=agent, reason="Answered")

    at_once([partial(work, number) for number in range(THREADS)])
    assert_gap_free(made.pk)
    assert Message.objects.filter(conversation=made).count() == 1 + 4 * 3


def test_one_message_for_one_client_id(desk: Desk) -> None:
    made = factories.conversation(desk.inbox, "visitor-1")
    cid = uuid.uuid4()
    works: list[Callable[[], tuple[Message, bool]]] = [
        partial(messages.reply, made.pk, by=desk.agent, body="Once", client_id=cid)
        for _ in range(THREADS)
    ]
    results = at_once(works)
    assert len({message.pk for message, _created in results}) == 1
    assert [created for _message, created in results].count(True) == 1
    assert Message.objects.filter(body="Once").count() == 1
    assert_gap_free(made.pk)


def test_one_message_for_one_visitor_client_id(desk: Desk) -> None:
    made = factories.conversation(desk.inbox, "visitor-1")
    text = factories.inbound_message(
        "visitor-1", "Once", client_id=uuid.uuid4(), conversation_id=made.pk
    )
    results = at_once([partial(inbound.receive, desk.inbox, text)] * THREADS)
    assert len({message.pk for message, _created in results}) == 1
    assert [created for _message, created in results].count(True) == 1
    assert_gap_free(made.pk)


def test_a_rollback_leaves_no_gap(desk: Desk) -> None:
    made = factories.conversation(desk.inbox)

    def cut_off() -> None:
        with events.locked(made.pk) as conversation:
            record(conversation, Kind.CUSTOMER_READ)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        cut_off()
    messages.note(made.pk, by=desk.agent, body="Next")
    assert_gap_free(made.pk)
    assert Conversation.objects.get().last_seq == made.last_seq + 1


def test_nothing_is_recorded_outside_the_lock(desk: Desk) -> None:
    made = factories.conversation(desk.inbox)
    with pytest.raises(NotLockedError):
        record(made, Kind.CUSTOMER_READ)
    with transaction.atomic(), pytest.raises(NotLockedError):
        record(made, Kind.CUSTOMER_READ)
    with events.locked(made.pk) as conversation:
        pass
    with transaction.atomic(), pytest.raises(NotLockedError):
        record(conversation, Kind.CUSTOMER_READ)
    assert ConversationEvent.objects.filter(kind="customer_read").count() == 0


def test_reactions_run_in_the_transaction(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(events, "_now", {})
    events.react_now(Kind.NOTE_ADDED, lambda _conversation, event: said.append(f"now {event.kind}"))
    made = factories.conversation(desk.inbox)
    with transaction.atomic():
        messages.note(made.pk, by=desk.agent, body="x")
        assert said == ["now note_added"]
    assert said == ["now note_added"]
