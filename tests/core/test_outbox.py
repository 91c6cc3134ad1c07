"""The one way out: leases, retries, doubt, order and a channel that is disconnected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.test import Client

from helpdesk import outbox
from helpdesk.adapters import (
    AmbiguousError,
    Capabilities,
    ChannelBrokenError,
    PermanentError,
    Sent,
    TransientError,
)
from helpdesk.models import Conversation, Delivery, Inbox, Message
from helpdesk.services import messages
from helpdesk.services.conversations import IllegalTransitionError
from tests import factories
from tests.channel import FindingChannel, ScriptedChannel, registered
from tests.core.conftest import Desk
from tests.core.parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def later(seconds: float) -> time_machine.travel:
    return time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds), tick=False)


def sms(inbox: Inbox, address: str = "+48600") -> Conversation:
    return factories.conversation(inbox, address, kind="phone")


def answer(conversation: Conversation, desk: Desk, body: str = "Hi") -> Delivery:
    message, _created = messages.reply(conversation.pk, by=desk.agent, body=body)
    return Delivery.objects.get(message=message)


@pytest.fixture
def delivery(desk: Desk, phone: Inbox) -> Delivery:
    return answer(sms(phone), desk)


def state(delivery: Delivery) -> str:
    return Delivery.objects.get(pk=delivery.pk).state


def test_a_reply_is_queued_with_its_message_and_wakes_a_worker(
    delivery: Delivery, nudges: list[Any]
) -> None:
    assert (delivery.state, delivery.to) == ("queued", "+48600")
    assert ("helpdesk.deliver", delivery.pk) in nudges


def test_it_is_sent_once_by_parallel_workers(delivery: Delivery, channel: ScriptedChannel) -> None:
    states = at_once([partial(outbox.deliver, delivery.pk)] * 8)
    assert sorted(states) == [""] * 7 + ["sent"]
    assert [one.delivery_id for one in channel.sent] == [delivery.pk]
    stored = Delivery.objects.select_related("message").get()
    assert (stored.attempts, stored.lease_owner, stored.lease_until) == (1, None, None)
    assert stored.provider_id == stored.message.external_id == f"id-{delivery.pk}"


def test_what_the_adapter_is_given(delivery: Delivery, channel: ScriptedChannel) -> None:
    outbox.deliver(delivery.pk)
    given = channel.sent[0]
    assert (given.to, given.to_name, given.body, given.author_name, given.attempt) == (
        "+48600",
        "Tom Reed",
        "Hi",
        "Marta",
        1,
    )
    assert given.callback_url.endswith(f"/hooks/test/{delivery.inbox.key}")


@pytest.mark.parametrize(("after", "shortest", "longest"), [(7.0, 7, 7), (0.0, 0, 0), (None, 1, 4)])
def test_a_transient_error_is_tried_again_when_it_is_due(
    delivery: Delivery,
    channel: ScriptedChannel,
    after: float | None,
    shortest: float,
    longest: float,
) -> None:
    channel.script = [TransientError("busy", "429", retry_after=after)]
    with time_machine.travel(datetime.now(UTC), tick=False):
        now = datetime.now(UTC)
        assert outbox.deliver(delivery.pk) == "retry"
        stored = Delivery.objects.get()
        wait = (stored.next_at - now).total_seconds()
        assert shortest <= wait <= longest
        if wait:
            assert outbox.deliver(delivery.pk) == "", "not before it is due"
    assert (stored.error, stored.error_code) == ("busy", "429")
    with later(longest + 1):
        assert outbox.deliver(delivery.pk) == "sent"
    assert Delivery.objects.get().attempts == 2


def test_the_pauses_grow_and_are_capped() -> None:
    assert all(1 <= outbox.backoff(1) <= 3 for _ in range(50))
    assert all(1 <= outbox.backoff(40) <= 901 for _ in range(50))
    assert max(outbox.backoff(40) for _ in range(50)) > 100


def test_a_permanent_error_is_final(delivery: Delivery, channel: ScriptedChannel) -> None:
    channel.script = [PermanentError("No such number.\x00", "21211")]
    assert outbox.deliver(delivery.pk) == "failed"
    stored = Delivery.objects.get()
    assert (stored.error, stored.error_code) == ("No such number.", "21211")
    with later(3600):
        outbox.sweep(send_here=True)
        assert outbox.deliver(delivery.pk) == ""
    assert channel.sent == []


def test_too_old_is_not_sent(delivery: Delivery, channel: ScriptedChannel) -> None:
    with later(3601):
        assert outbox.deliver(delivery.pk) == "expired"
    assert channel.sent == []


@pytest.mark.parametrize("error", [AmbiguousError("cut"), ZeroDivisionError("a bug")])
def test_doubt_is_shown_not_repeated(
    delivery: Delivery, channel: ScriptedChannel, error: Exception
) -> None:
    channel.script = [error]
    assert outbox.deliver(delivery.pk) == "uncertain"
    for minutes in (1, 3, 30):
        with later(minutes * 60):
            outbox.sweep(send_here=True)
            assert outbox.deliver(delivery.pk) == ""
    assert (state(delivery), channel.sent) == ("uncertain", [])


def test_doubt_is_repeated_where_that_is_harmless(
    delivery: Delivery, channel: ScriptedChannel
) -> None:
    channel.capabilities = Capabilities(repeat_safe=True)
    channel.script = [AmbiguousError("cut")]
    assert outbox.deliver(delivery.pk) == "retry"
    with later(10):
        assert outbox.deliver(delivery.pk) == "sent"


def killed_while_sending(delivery: Delivery) -> None:
    """What a worker leaves that dies between claim and settle."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    Delivery.objects.filter(pk=delivery.pk).update(
        state="sending", lease_until=past, next_at=past, attempts=1,
        lease_owner="0193a5a8-0000-7000-8000-000000000000",
    )  # fmt: skip


@pytest.mark.parametrize(("repeat_safe", "then"), [(False, "uncertain"), (True, "retry")])
def test_an_expired_lease_never_goes_straight_back(
    delivery: Delivery, channel: ScriptedChannel, *, repeat_safe: bool, then: str
) -> None:
    channel.capabilities = Capabilities(repeat_safe=repeat_safe)
    killed_while_sending(delivery)
    assert outbox.deliver(delivery.pk) == ""
    outbox.sweep(send_here=True)
    assert (state(delivery), channel.sent) == (then, [])


def test_a_running_lease_is_left_alone(delivery: Delivery, channel: ScriptedChannel) -> None:
    killed_while_sending(delivery)
    Delivery.objects.update(lease_until=datetime.now(UTC) + timedelta(seconds=40))
    outbox.sweep(send_here=True)
    assert (state(delivery), channel.sent) == ("sending", [])


def test_a_slow_worker_settles_what_was_in_doubt(
    delivery: Delivery, channel: ScriptedChannel
) -> None:
    def slow() -> Sent:
        Delivery.objects.update(lease_until=datetime.now(UTC) - timedelta(seconds=1))
        outbox.sweep(send_here=True)
        assert state(delivery) == "uncertain"
        return Sent("slow-1")

    channel.script = [slow]
    outbox.deliver(delivery.pk)
    stored = Delivery.objects.select_related("message").get()
    assert (stored.state, stored.provider_id) == ("sent", "slow-1")
    assert stored.message.external_id == "slow-1"


@pytest.fixture
def finding(delivery: Delivery) -> Iterator[FindingChannel]:
    """The provider lists what it took; the send was cut off."""
    made = FindingChannel(script=[AmbiguousError("cut")])
    with registered(made):
        assert outbox.deliver(delivery.pk) == "uncertain"
        yield made


def test_found_at_the_provider_is_sent(delivery: Delivery, finding: FindingChannel) -> None:
    finding.found = Sent("sid-9")
    with later(130):
        outbox.sweep(send_here=True)
    stored = Delivery.objects.select_related("message").get()
    assert (stored.state, stored.provider_id) == ("sent", "sid-9")
    assert stored.message.external_id == "sid-9"
    assert finding.sent == []


def test_surely_absent_is_sent_again(delivery: Delivery, finding: FindingChannel) -> None:
    with later(130):
        outbox.sweep(send_here=True)
        assert state(delivery) == "queued"
        assert outbox.deliver(delivery.pk) == "sent"
    assert len(finding.sent) == 1


def test_a_list_that_cannot_tell_leaves_the_doubt(
    delivery: Delivery, finding: FindingChannel
) -> None:
    finding.found = LookupError("several alike")
    with later(130):
        outbox.sweep(send_here=True)
        assert state(delivery) == "uncertain"
        assert Delivery.objects.get().next_at > datetime.now(UTC)


def test_an_id_of_another_message_is_no_proof(
    desk: Desk, phone: Inbox, delivery: Delivery, finding: FindingChannel
) -> None:
    other = answer(sms(phone, "+48601"), desk)
    outbox.deliver(other.pk)
    finding.found = Sent(f"id-{other.pk}")
    with later(130):
        outbox.sweep(send_here=True)
    assert state(delivery) == "uncertain"


def test_one_conversation_goes_out_in_order(
    desk: Desk, phone: Inbox, channel: ScriptedChannel, nudges: list[Any]
) -> None:
    made = sms(phone)
    first, second = answer(made, desk, "1"), answer(made, desk, "2")
    stranger = answer(sms(phone, "+48601"), desk, "other")
    channel.script = [TransientError("busy", retry_after=5)]
    assert outbox.deliver(first.pk) == "retry"
    assert outbox.deliver(second.pk) == "", "the first is not out yet"
    assert outbox.deliver(stranger.pk) == "sent", "another conversation does not wait"
    with later(6):
        nudges.clear()
        assert outbox.deliver(first.pk) == "sent"
        assert nudges == [("helpdesk.deliver", second.pk)]
        assert outbox.deliver(second.pk) == "sent"
    assert [one.body for one in channel.sent] == ["other", "1", "2"]


def test_the_next_waits_a_minute_for_one_in_doubt(
    desk: Desk, phone: Inbox, channel: ScriptedChannel
) -> None:
    made = sms(phone)
    first, second = answer(made, desk, "1"), answer(made, desk, "2")
    channel.script = [AmbiguousError("cut")]
    outbox.deliver(first.pk)
    assert outbox.deliver(second.pk) == ""
    with later(61):
        assert outbox.deliver(second.pk) == "sent"


def test_a_disconnected_channel_holds_and_resumes(
    desk: Desk, phone: Inbox, channel: ScriptedChannel
) -> None:
    first, second = answer(sms(phone), desk), answer(sms(phone, "+48601"), desk)
    channel.script = [ChannelBrokenError("token revoked")]
    assert outbox.deliver(first.pk) == "retry"
    phone.refresh_from_db()
    assert (phone.health, phone.health_note) == ("broken", "token revoked")
    assert outbox.deliver(second.pk) == "retry"
    assert channel.sent == []
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}
    with later(31):
        outbox.sweep(send_here=True)
        assert set(Delivery.objects.values_list("state", flat=True)) == {"retry"}
    Inbox.objects.update(health="ok")
    with later(70):
        outbox.sweep(send_here=True)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert len(channel.sent) == 2


def test_the_sweeper_finds_what_nobody_was_woken_for(
    delivery: Delivery, channel: ScriptedChannel, nudges: list[Any]
) -> None:
    nudges.clear()
    assert outbox.sweep() == 0
    with later(6):
        assert outbox.sweep() == 1
        assert outbox.sweep() == 0, "a busy worker does not drown in nudges"
        assert nudges == [("helpdesk.deliver", delivery.pk)]
    with later(12):
        outbox.sweep(send_here=True)
    assert len(channel.sent) == 1


def test_a_channel_that_is_not_installed_holds_up_no_other(
    desk: Desk, phone: Inbox, delivery: Delivery, channel: ScriptedChannel
) -> None:
    lost = answer(sms(phone, "+48602"), desk)
    Inbox.objects.create(name="Gone", channel="gone")
    Delivery.objects.filter(pk=lost.pk).update(inbox=Inbox.objects.get(channel="gone"))
    assert outbox.deliver(lost.pk) == "retry"
    killed_while_sending(lost)
    with later(6):
        outbox.sweep(send_here=True)
    assert state(delivery) == "sent"


def test_an_agent_retries_what_failed(
    desk: Desk, client: Client, delivery: Delivery, channel: ScriptedChannel
) -> None:
    channel.script = [PermanentError("No such number.")]
    outbox.deliver(delivery.pk)
    client.force_login(desk.agent)
    answered = client.post(f"/api/v1/messages/{delivery.message_id}/retry/")
    assert answered.status_code == 200
    assert answered.json()["delivery"]["state"] == "queued"
    assert outbox.deliver(delivery.pk) == "sent"
    assert client.post(f"/api/v1/messages/{delivery.message_id}/retry/").status_code == 409


def test_an_agent_cancels_what_has_not_left(
    desk: Desk, client: Client, delivery: Delivery, channel: ScriptedChannel
) -> None:
    client.force_login(desk.agent)
    assert client.post(f"/api/v1/messages/{delivery.message_id}/cancel/").status_code == 200
    assert outbox.deliver(delivery.pk) == ""
    assert client.post(f"/api/v1/messages/{delivery.message_id}/cancel/").status_code == 409
    assert channel.sent == []


def test_nobody_cancels_what_is_being_sent(delivery: Delivery, desk: Desk) -> None:
    Delivery.objects.update(state="sending")
    message = Message.objects.get(pk=delivery.message_id)
    for verb in (messages.cancel, messages.retry):
        with pytest.raises(IllegalTransitionError):
            verb(message, by=desk.agent)


def test_without_an_address_nothing_is_written(desk: Desk, phone: Inbox) -> None:
    made = sms(phone)
    made.customer.identities.all().delete()
    with pytest.raises(outbox.NoAddressError):
        messages.reply(made.pk, by=desk.agent, body="Hi")
    assert Message.objects.filter(direction="out").count() == 0
    assert Conversation.objects.get().last_seq == made.last_seq
