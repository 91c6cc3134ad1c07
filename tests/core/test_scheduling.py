"""Replies that leave later: exactly once, through the one door, and never silently not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.test import Client

from helpdesk import inbound, sweeping
from helpdesk.models import (
    Agent,
    Conversation,
    Delivery,
    Inbox,
    Message,
    ScheduledReply,
    State,
    TeamMembership,
)
from helpdesk.selectors import drafts as reading
from helpdesk.services import scheduling
from helpdesk.services.conversations import IllegalTransitionError
from tests import factories
from tests.core.conftest import Desk
from tests.core.parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def hours(number: float) -> datetime:
    return datetime.now(UTC) + timedelta(hours=number)


@pytest.fixture
def conversation(phone: Inbox) -> Conversation:
    return factories.conversation(phone, "+48600", kind="phone")


def later(conversation: Conversation, desk: Desk, **more: Any) -> ScheduledReply:
    facts = {"body": "Good morning", "due_at": hours(1), **more}
    return scheduling.schedule(conversation.pk, by=desk.agent, **facts)


def state(row: ScheduledReply) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.reason


def test_until_then_nothing_of_it_is_a_message(conversation: Conversation, desk: Desk) -> None:
    row = later(conversation, desk)
    assert scheduling.fire_due() == 0
    assert not Message.objects.filter(direction="out").exists()
    after = Conversation.objects.get()
    assert after.waiting_since is not None
    assert after.last_direction == "in"
    assert [one["id"] for one in reading.scheduled(after)] == [row.pk]


def test_it_is_sent_by_the_sweeper(conversation: Conversation, desk: Desk) -> None:
    row = later(conversation, desk, then="pending")
    with time_machine.travel(hours(1.01), tick=False):
        sweeping.tick()
    message = Message.objects.get(direction="out")
    assert (message.body, message.author, message.client_id) == (
        "Good morning",
        desk.agent,
        row.client_id,
    )
    assert state(row) == ("sent", "")
    assert row.message == message
    assert Delivery.objects.get().message == message
    assert Conversation.objects.get().state == State.PENDING
    assert reading.scheduled(conversation) == []


def test_by_many_sweepers_it_is_sent_once(conversation: Conversation, desk: Desk) -> None:
    row = later(conversation, desk)
    ScheduledReply.objects.update(due_at=datetime.now(UTC))
    at_once([scheduling.fire_due] * 6)
    scheduling.fire_due()
    assert state(row) == ("sent", "")
    assert Message.objects.filter(direction="out").count() == 1


def test_a_cancel_at_the_same_moment_has_one_winner(phone: Inbox, desk: Desk) -> None:
    for number in range(6):
        made = factories.conversation(phone, f"+4860{number}", kind="phone")
        row = later(made, desk)
        ScheduledReply.objects.filter(pk=row.pk).update(due_at=datetime.now(UTC))

        def cancel(row: ScheduledReply = row) -> int:
            try:
                scheduling.cancel(row.pk, by=desk.agent)
            except IllegalTransitionError:
                return 0
            return 1

        works: list[Callable[[], int]] = [cancel, scheduling.fire_due]
        cancelled, fired = at_once(works)
        sent = Message.objects.filter(conversation=made, direction="out").count()
        assert (cancelled, sent) in {(1, 0), (0, 1)}
        assert fired in {sent, 0}


def test_send_now_and_the_sweeper_send_one(conversation: Conversation, desk: Desk) -> None:
    row = later(conversation, desk)
    ScheduledReply.objects.update(due_at=datetime.now(UTC))
    now = partial(scheduling.send_now, row.pk, by=desk.agent)

    def quietly() -> int:
        try:
            now()
        except IllegalTransitionError:
            return 0
        return 1

    at_once([quietly, scheduling.fire_due, quietly])
    assert Message.objects.filter(direction="out").count() == 1


def test_a_closed_conversation_is_told_and_not_written_to(
    conversation: Conversation, desk: Desk
) -> None:
    row = later(conversation, desk)
    Conversation.objects.update(state=State.CLOSED)
    ScheduledReply.objects.update(due_at=datetime.now(UTC))
    assert scheduling.fire_due() == 1
    assert state(row) == ("failed", "closed")
    (shown,) = reading.scheduled(conversation)
    assert (shown["state"], shown["reason"], shown["body"]) == ("failed", "closed", "Good morning")
    kinds = conversation.events.order_by("-seq").values_list("kind", "payload__reason")
    assert kinds[0] == ("scheduled_changed", "closed")


def leave_the_house(agent: Agent) -> None:
    Agent.objects.filter(pk=agent.pk).update(is_active=False)


def leave_the_team(agent: Agent) -> None:
    TeamMembership.objects.filter(agent=agent).update(active=False)


@pytest.mark.parametrize("leave", [leave_the_house, leave_the_team])
def test_an_author_who_left_sends_nothing(
    conversation: Conversation, desk: Desk, leave: Any
) -> None:
    row = later(conversation, desk)
    leave(desk.agent)
    ScheduledReply.objects.update(due_at=datetime.now(UTC))
    scheduling.fire_due()
    assert state(row) == ("failed", "author")
    assert not Message.objects.filter(direction="out").exists()


@pytest.mark.parametrize("robot", [True, False])
def test_it_falls_away_when_the_customer_writes(
    conversation: Conversation, desk: Desk, phone: Inbox, *, robot: bool
) -> None:
    row = later(conversation, desk, cancel_if_customer_writes=True)
    kept = later(conversation, desk, body="In any case")
    said = factories.inbound_message("+48600", "No need", kind="phone", automated=robot)
    inbound.receive(phone, said)
    shown = {one["id"]: one["stopped"] for one in reading.scheduled(conversation)}
    assert shown == {row.pk: not robot, kept.pk: False}
    ScheduledReply.objects.update(due_at=datetime.now(UTC))
    scheduling.fire_due()
    assert state(row) == (("sent", "") if robot else ("cancelled", "customer"))
    assert state(kept) == ("sent", "")


def test_what_the_channel_refuses_then_is_told(conversation: Conversation, desk: Desk) -> None:
    row = later(conversation, desk)
    conversation.customer.identities.all().delete()
    ScheduledReply.objects.update(due_at=datetime.now(UTC))
    scheduling.fire_due()
    assert state(row) == ("failed", "refused")
    assert row.error
    assert not Message.objects.filter(direction="out").exists()


def test_one_that_cannot_be_sent_keeps_no_other(phone: Inbox, desk: Desk) -> None:
    rows = [
        later(factories.conversation(phone, f"+4860{number}", kind="phone"), desk)
        for number in range(3)
    ]
    Conversation.objects.filter(pk=rows[0].conversation_id).update(state=State.CLOSED)
    ScheduledReply.objects.update(due_at=datetime.now(UTC))
    assert scheduling.fire_due() == 3
    assert [state(row)[0] for row in rows] == ["failed", "sent", "sent"]


@pytest.mark.parametrize("due", [-1, 0, 24 * 400])
def test_the_time_is_ahead_and_within_a_year(
    conversation: Conversation, desk: Desk, due: float
) -> None:
    with pytest.raises(scheduling.NotThenError):
        later(conversation, desk, due_at=hours(due))


def test_over_the_api(conversation: Conversation, desk: Desk) -> None:
    client = Client()
    client.force_login(desk.agent)
    url = f"/api/v1/conversations/{conversation.pk}/scheduled/"

    def post(path: str, **body: Any) -> Any:
        return client.post(path, body, content_type="application/json")

    due = hours(5).isoformat()
    assert post(url, body="", due_at=due).status_code == 400
    assert post(url, body="Hi", due_at="yesterday").status_code == 400
    assert post(url, body="Hi", due_at=due, internal=True).status_code == 400
    made = post(url, body="Hi", due_at=due).json()
    assert [one["id"] for one in client.get(url).json()["scheduled"]] == [made["id"]]
    assert post(f"/api/v1/scheduled/{made['id']}/cancel/").json()["body"] == "Hi"
    assert post(f"/api/v1/scheduled/{made['id']}/cancel/").status_code == 409
    assert client.get(url).json() == {"scheduled": []}
