"""The states of a conversation: the table of the domain, and nothing beside it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from helpdesk import inbound
from helpdesk.models import Conversation, ConversationEvent, Inbox, State
from helpdesk.services import assignments, conversations, messages
from helpdesk.services.conversations import IllegalTransitionError, IncompleteChangeError
from tests import factories
from tests.core.conftest import Desk

ALLOWED = {
    "new": {"open", "resolved", "spam"},
    "open": {"pending", "on_hold", "snoozed", "resolved", "spam"},
    "pending": {"open", "on_hold", "snoozed", "resolved", "spam"},
    "on_hold": {"open", "resolved", "spam"},
    "snoozed": {"open", "resolved", "spam"},
    "resolved": {"open", "closed", "spam"},
    "closed": set(),
    "spam": {"open"},
}
PAIRS = list(product(State.values, State.values))


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


def in_state(inbox: Inbox, state: str) -> Conversation:
    """A conversation that is in `state`, whatever led there."""
    made = factories.conversation(inbox)
    due = soon() if state == "snoozed" else None
    Conversation.objects.filter(pk=made.pk).update(state=state, due_at=due)
    made.refresh_from_db()
    return made


@pytest.mark.parametrize(("start", "to"), PAIRS)
def test_every_pair_of_states(desk: Desk, start: str, to: str) -> None:
    before = in_state(desk.inbox, start)
    events = ConversationEvent.objects.count()
    if to in ALLOWED[start]:
        conversations.change_state(
            before.pk, State(to), by=desk.agent, reason="Because", due_at=soon()
        )
        after = Conversation.objects.get(pk=before.pk)
        assert (after.state, after.last_seq) == (to, before.last_seq + 1)
        last = ConversationEvent.objects.latest("pk")
        assert (last.kind, last.payload["from"], last.payload["to"]) == ("state_changed", start, to)
        assert last.actor == desk.agent
        return
    with pytest.raises(IllegalTransitionError), transaction.atomic():
        conversations.change_state(
            before.pk, State(to), by=desk.agent, reason="Because", due_at=soon()
        )
    after = Conversation.objects.get(pk=before.pk)
    assert (after.state, after.last_seq) == (start, before.last_seq)
    assert ConversationEvent.objects.count() == events


@pytest.mark.parametrize(("start", "to"), [("closed", "open"), ("new", "pending"), ("open", "new")])
def test_an_illegal_change_is_a_409(desk: Desk, client: Client, start: str, to: str) -> None:
    client.force_login(desk.agent)
    before = in_state(desk.inbox, start)
    url = f"/api/v1/conversations/{before.pk}/state/"
    with transaction.atomic():
        answer = client.post(url, {"state": to}, content_type="application/json")
    assert answer.status_code == 409
    assert Conversation.objects.get(pk=before.pk).last_seq == before.last_seq


@pytest.mark.parametrize("to", ["on_hold", "snoozed", "resolved"])
def test_putting_aside_needs_a_reason(desk: Desk, to: str) -> None:
    before = in_state(desk.inbox, "open")
    with pytest.raises(IncompleteChangeError) as error:
        conversations.change_state(before.pk, State(to), by=desk.agent, due_at=soon())
    assert error.value.field == "reason"


@pytest.mark.parametrize("days", [None, -1, 31])
@pytest.mark.parametrize("to", ["on_hold", "snoozed"])
def test_putting_aside_needs_a_due_time(desk: Desk, to: str, days: int | None) -> None:
    before = in_state(desk.inbox, "open")
    due = None if days is None else datetime.now(UTC) + timedelta(days=days)
    with pytest.raises(IncompleteChangeError) as error:
        conversations.change_state(before.pk, State(to), by=desk.agent, reason="x", due_at=due)
    assert error.value.field == "due_at"
    assert Conversation.objects.get(pk=before.pk).state == "open"


@pytest.mark.parametrize("start", ["pending", "on_hold", "snoozed", "resolved"])
def test_a_customer_wakes_it(desk: Desk, start: str) -> None:
    before = in_state(desk.inbox, start)
    address = before.customer.identities.get().address
    inbound.receive(desk.inbox, factories.inbound_message(address, "Again"))
    after = Conversation.objects.get()
    assert after.state == "open"
    assert after.due_at is None
    assert after.reopened == (1 if start == "resolved" else 0)
    assert after.waiting_since is not None


def test_a_robot_wakes_nothing(desk: Desk) -> None:
    before = in_state(desk.inbox, "resolved")
    Conversation.objects.update(unread=0, waiting_since=None)
    address = before.customer.identities.get().address
    message, _created = inbound.receive(
        desk.inbox, factories.inbound_message(address, "I am away", automated=True)
    )
    after = Conversation.objects.get()
    assert message.meta["automated"]
    assert (after.state, after.unread, after.waiting_since) == ("resolved", 0, None)


def test_the_first_owner_or_answer_opens_it(desk: Desk) -> None:
    first, second = factories.conversation(desk.inbox), factories.conversation(desk.inbox)
    assignments.assign(first.pk, desk.agent, by=desk.supervisor)
    messages.reply(second.pk, by=desk.agent, body="Hi")
    states = Conversation.objects.values_list("state", "assignee")
    assert set(states) == {("open", desk.agent.pk)}


def test_a_note_opens_nothing(desk: Desk) -> None:
    made = factories.conversation(desk.inbox)
    messages.note(made.pk, by=desk.agent, body="Between us")
    after = Conversation.objects.get()
    assert (after.state, after.assignee) == ("new", None)


def test_an_answer_may_change_the_state(desk: Desk) -> None:
    made = factories.conversation(desk.inbox)
    messages.reply(made.pk, by=desk.agent, body="Which one?", then="pending")
    assert Conversation.objects.get().state == "pending"
    messages.reply(made.pk, by=desk.agent, body="Done", then="resolved")
    assert Conversation.objects.get().resolved_at is not None


def test_a_closed_conversation_takes_nothing(desk: Desk) -> None:
    made = in_state(desk.inbox, "closed")
    for attempt in (
        lambda: messages.reply(made.pk, by=desk.agent, body="Hi"),
        lambda: messages.note(made.pk, by=desk.agent, body="Hi"),
        lambda: assignments.assign(made.pk, desk.agent, by=desk.admin),
    ):
        with pytest.raises(IllegalTransitionError), transaction.atomic():
            attempt()
    assert Conversation.objects.get().last_seq == made.last_seq


def test_snoozed_conversations_come_back_once(desk: Desk) -> None:
    made = in_state(desk.inbox, "open")
    conversations.change_state(made.pk, State.SNOOZED, by=desk.agent, reason="Later", due_at=soon())
    assert conversations.wake_due() == 0
    with time_machine.travel(soon() + timedelta(hours=1), tick=False):
        assert conversations.wake_due() == 1
        assert conversations.wake_due() == 0
    after = Conversation.objects.get()
    assert (after.state, after.due_at) == ("open", None)


def test_resolved_conversations_are_closed_after_their_window(desk: Desk) -> None:
    made = factories.conversation(desk.inbox)
    conversations.change_state(made.pk, State.RESOLVED, by=desk.agent, reason="Answered")
    assert conversations.close_old() == 0
    with time_machine.travel(datetime.now(UTC) + timedelta(days=15), tick=False):
        assert conversations.close_old() == 1
    assert Conversation.objects.get().state == "closed"
