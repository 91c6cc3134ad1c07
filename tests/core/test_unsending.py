"""Undo send: it has not left, so it is no answer; the undo or the worker wins, never both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.test import Client

from helpdesk import inbound, nudge, outbox
from helpdesk.models import Conversation, Delivery, Inbox, Message, SLAClock, SLAPolicy, State
from helpdesk.realtime import payloads
from helpdesk.selectors import thread
from helpdesk.services import messages, weaving
from helpdesk.services.conversations import IllegalTransitionError
from tests import factories
from tests.channel import ScriptedChannel
from tests.core.conftest import Desk
from tests.core.parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def later(seconds: float) -> time_machine.travel:
    return time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds), tick=False)


@pytest.fixture
def conversation(phone: Inbox) -> Conversation:
    return factories.conversation(phone, "+48600", kind="phone")


def answer(conversation: Conversation, desk: Desk, body: str = "Hi", **more: Any) -> Message:
    message, _created = messages.reply(conversation.pk, by=desk.agent, body=body, hold=5, **more)
    return message


def fresh(conversation: Conversation) -> Conversation:
    return Conversation.objects.get(pk=conversation.pk)


def test_it_does_not_leave_before_its_time(
    conversation: Conversation, desk: Desk, channel: ScriptedChannel
) -> None:
    delivery = answer(conversation, desk).delivery
    assert outbox.deliver(delivery.pk) == ""
    outbox.sweep(send_here=True)
    assert channel.sent == []
    with later(5.2):
        assert outbox.deliver(delivery.pk) == "sent"


def test_a_worker_is_woken_when_it_is_due(
    conversation: Conversation, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def wake(*_args: Any, countdown: float = 0) -> bool:
        waits.append(countdown)
        return True

    monkeypatch.setattr(nudge, "wake", wake)
    answer(conversation, desk)
    assert any(5 < wait < 6 for wait in waits)


def test_the_sweeper_sends_what_nobody_was_woken_for(
    conversation: Conversation, desk: Desk, channel: ScriptedChannel
) -> None:
    answer(conversation, desk)
    with later(11):
        outbox.sweep(send_here=True)
    assert len(channel.sent) == 1


def test_undone_the_customer_waits_as_before(conversation: Conversation, desk: Desk) -> None:
    before = fresh(conversation)
    message = answer(conversation, desk)
    assert fresh(conversation).waiting_since is None
    messages.cancel(message, by=desk.agent)
    after = fresh(conversation)
    assert after.waiting_since == before.waiting_since is not None
    assert (after.last_preview, after.last_direction) == (before.last_preview, "in")
    assert after.last_message_at == before.last_message_at
    kinds = list(after.events.order_by("seq").values_list("kind", flat=True))
    assert kinds[-2:] == ["delivery_changed", "message_taken_back"]
    shown = payloads.message(thread.joined(Message.objects.filter(pk=message.pk)).get())
    assert shown["delivery"]["taken_back"]


@pytest.mark.parametrize("then", ["pending", "resolved"])
def test_undone_it_is_open_again(conversation: Conversation, desk: Desk, then: str) -> None:
    message = answer(conversation, desk, then=then)
    assert fresh(conversation).state == then
    messages.cancel(message, by=desk.agent)
    after = fresh(conversation)
    assert (after.state, after.waiting_since is not None) == (State.OPEN, True)


def test_the_promise_runs_on_from_its_first_second(phone: Inbox, desk: Desk) -> None:
    targets = {"frt": {"normal": {"seconds": 3600}}, "update": {"normal": {"seconds": 7200}}}
    SLAPolicy.objects.create(name="All", position=0, targets=targets)
    made = factories.conversation(phone, "+48601", kind="phone")
    clock = SLAClock.objects.get(conversation=made, metric="frt")
    timers = set(clock.timers.values_list("kind", flat=True))
    message = answer(made, desk)
    assert not SLAClock.objects.get(pk=clock.pk).open
    assert SLAClock.objects.filter(conversation=made, metric="update", open=True).exists()
    messages.cancel(message, by=desk.agent)
    now = SLAClock.objects.get(pk=clock.pk)
    assert (now.open, now.fulfilled_at, now.due_at) == (True, None, clock.due_at)
    assert set(now.timers.values_list("kind", flat=True)) == timers
    assert not SLAClock.objects.filter(conversation=made, metric="update", open=True).exists()
    again = answer(made, desk)
    assert not SLAClock.objects.get(pk=clock.pk).open
    assert again.pk != message.pk


def test_what_the_customer_wrote_meanwhile_counts_from_the_first(
    conversation: Conversation, desk: Desk, phone: Inbox
) -> None:
    since = fresh(conversation).waiting_since
    message = answer(conversation, desk)
    inbound.receive(phone, factories.inbound_message("+48600", "Hello?", kind="phone"))
    messages.cancel(message, by=desk.agent)
    assert fresh(conversation).waiting_since == since
    assert fresh(conversation).last_preview == "Hello?"


def test_another_answer_that_left_is_an_answer(conversation: Conversation, desk: Desk) -> None:
    first, second = answer(conversation, desk, "One"), answer(conversation, desk, "Two")
    messages.cancel(first, by=desk.agent)
    assert fresh(conversation).waiting_since is None
    assert fresh(conversation).last_preview == "Two"
    messages.cancel(second, by=desk.agent)
    assert fresh(conversation).waiting_since is not None


def test_the_next_one_waits_for_the_one_before(
    conversation: Conversation, desk: Desk, channel: ScriptedChannel
) -> None:
    first = answer(conversation, desk, "One")
    second, _made = messages.reply(conversation.pk, by=desk.agent, body="Two")
    assert outbox.deliver(second.delivery.pk) == ""
    messages.cancel(first, by=desk.agent)
    assert outbox.deliver(second.delivery.pk) == "sent"
    assert [one.body for one in channel.sent] == ["Two"]


def test_what_has_left_cannot_be_undone(conversation: Conversation, desk: Desk) -> None:
    message = answer(conversation, desk)
    with later(5.2):
        outbox.deliver(message.delivery.pk)
    with pytest.raises(IllegalTransitionError):
        messages.cancel(message, by=desk.agent)
    assert fresh(conversation).waiting_since is None


def test_the_undo_and_the_worker_at_once_have_one_winner(
    desk: Desk, phone: Inbox, channel: ScriptedChannel
) -> None:
    for number in range(8):
        made = factories.conversation(phone, f"+4860{number}", kind="phone")
        message = answer(made, desk, f"Hi {number}")
        Delivery.objects.filter(message=message).update(next_at=datetime.now(UTC))
        before = len(channel.sent)

        def undo(message: Message = message) -> str:
            try:
                messages.cancel(message, by=desk.agent)
            except IllegalTransitionError:
                return "late"
            return "undone"

        works: list[Callable[[], str]] = [undo, partial(outbox.deliver, message.delivery.pk)]
        undone, sent = at_once(works)
        left = len(channel.sent) - before
        assert (undone, sent, left) in {("undone", "", 0), ("late", "sent", 1)}
        assert (fresh(made).waiting_since is None) is (left == 1)


def test_a_live_chat_leaves_at_once(desk: Desk) -> None:
    made = factories.conversation(desk.inbox)
    answer(made, desk)
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("seconds", [0, 5, 30])
def test_the_agent_chooses_how_long(conversation: Conversation, desk: Desk, seconds: int) -> None:
    client = Client()
    client.force_login(desk.agent)
    url, body = "/api/v1/preferences/", {"undo_seconds": seconds}
    client.patch(url, body, content_type="application/json")
    url = f"/api/v1/conversations/{conversation.pk}/messages/"
    sent = client.post(url, {"body": "Hi"}, content_type="application/json").json()
    assert bool(sent["delivery"]["held_until"]) is bool(seconds)
    wait = Delivery.objects.get().next_at - datetime.now(UTC)
    assert -1 < wait.total_seconds() - seconds < 1 or not seconds


def test_taken_back_in_a_strand_the_target_waits_as_before(
    conversation: Conversation, desk: Desk, phone: Inbox
) -> None:
    targets = {"frt": {"normal": {"seconds": 3600}}}
    SLAPolicy.objects.create(name="All", position=0, targets=targets)
    strand = factories.conversation(phone, "+48777", kind="phone")
    weaving.merge(strand.pk, conversation.pk, by=desk.agent)
    inbound.receive(phone, factories.inbound_message("+48777", "And mine?", kind="phone"))
    before = fresh(conversation)
    assert before.last_preview == "And mine?"
    clocks = set(SLAClock.objects.filter(conversation=before, open=True).values_list("pk"))
    assert clocks
    message = answer(strand, desk, then="pending")
    assert message.delivery.before is not None
    assert (fresh(conversation).state, fresh(conversation).waiting_since) == ("pending", None)
    again = answer(strand, desk, body="And more")
    messages.cancel(again, by=desk.agent)
    assert fresh(conversation).waiting_since is None  # the first one may still leave
    messages.cancel(message, by=desk.agent)
    after = fresh(conversation)
    assert (after.state, after.waiting_since) == (State.OPEN, before.waiting_since)
    assert (after.last_preview, after.last_direction) == ("And mine?", "in")
    assert set(SLAClock.objects.filter(conversation=after, open=True).values_list("pk")) == clocks
    kinds = list(after.events.order_by("seq").values_list("kind", flat=True))
    assert kinds.count("message_taken_back") == 2
    shown = fresh(strand)
    assert (shown.state, shown.waiting_since, shown.last_preview) == ("closed", None, "And mine?")


def test_an_answer_in_another_strand_still_ends_the_wait(
    conversation: Conversation, desk: Desk, phone: Inbox
) -> None:
    strand = factories.conversation(phone, "+48778", kind="phone")
    weaving.merge(strand.pk, conversation.pk, by=desk.agent)
    mine = answer(strand, desk)
    answer(conversation, desk, body="To the other one")
    messages.cancel(mine, by=desk.agent)
    assert fresh(conversation).waiting_since is None
