"""What came past the services, as an import does, still gets somebody who answers."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from helpdesk.models import Conversation, State, WorkItem, WorkState
from helpdesk.services import adoption, legs
from tests import factories
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_minute_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adoption, "EVERY", -1.0)
    monkeypatch.setattr(adoption, "_next", 0.0)


@pytest.fixture
def imported(desk: Desk) -> Conversation:
    """One whose customer waits and that no service has touched."""
    made = factories.conversation(desk.inbox)
    WorkItem.objects.all().delete()
    made.refresh_from_db()
    assert made.waiting_since is not None
    return made


def test_it_gets_its_place_in_the_line(imported: Conversation) -> None:
    assert adoption.adopt() == 1
    item = WorkItem.objects.get()
    assert (item.conversation_id, item.state) == (imported.pk, WorkState.QUEUED)
    assert item.enqueued_at == imported.waiting_since
    assert adoption.adopt() == 0


@pytest.mark.parametrize("state", [State.PENDING, State.RESOLVED, State.SPAM])
def test_what_needs_nobody_is_left_alone(imported: Conversation, state: State) -> None:
    Conversation.objects.update(state=state)
    assert adoption.adopt() == 0


def test_what_its_agent_has_answered_is_left_alone(imported: Conversation, desk: Desk) -> None:
    Conversation.objects.update(state=State.OPEN, assignee=desk.agent, waiting_since=None)
    assert adoption.adopt() == 0


def test_a_quiet_desk_is_asked_once(
    desk: Desk, django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adoption, "EVERY", 60.0)
    with django_assert_num_queries(1):
        assert adoption.adopt() == 0
        assert adoption.adopt() == 0


@pytest.mark.django_db(transaction=True)
def test_a_faulty_one_keeps_no_other_waiting(
    imported: Conversation, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = factories.conversation(desk.inbox, "visitor-2")
    WorkItem.objects.all().delete()
    begin = legs.begin

    def faulty(conversation: Conversation) -> WorkItem:
        if conversation.pk == imported.pk:
            msg = "no"
            raise ValueError(msg)
        return begin(conversation)

    monkeypatch.setattr(legs, "begin", faulty)
    assert adoption.adopt() == 1
    assert WorkItem.objects.get().conversation_id == other.pk
