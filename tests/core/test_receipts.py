"""What providers say of a message: any order, twice, too early, and never back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
import time_machine

from helpdesk import outbox, receipts
from helpdesk.adapters import AmbiguousError, Receipt, Sent
from helpdesk.models import ConversationEvent, Delivery, Inbox, ParkedReceipt
from helpdesk.services import messages
from tests import factories
from tests.channel import ScriptedChannel
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def delivery(desk: Desk, phone: Inbox) -> Delivery:
    made = factories.conversation(phone, "+48600", kind="phone")
    message, _created = messages.reply(made.pk, by=desk.agent, body="Hi")
    return Delivery.objects.get(message=message)


def state(delivery: Delivery) -> str:
    return Delivery.objects.get(pk=delivery.pk).state


@pytest.mark.parametrize("order", list(permutations(["sent", "delivered", "read"])))
def test_any_order_ends_at_the_highest(
    phone: Inbox, delivery: Delivery, order: tuple[str, ...]
) -> None:
    outbox.deliver(delivery.pk)
    for one in (*order, *order):
        assert outbox.record_receipt(phone, Receipt(one, provider_id=f"id-{delivery.pk}"))
    assert state(delivery) == "read"


@pytest.mark.parametrize(
    ("first", "second", "end"),
    [
        ("sent", "failed", "failed"),
        ("delivered", "failed", "delivered"),
        ("read", "failed", "read"),
        ("failed", "delivered", "delivered"),
        ("failed", "sent", "failed"),
        ("failed", "failed", "failed"),
    ],
)
def test_failed_and_the_others(
    phone: Inbox, delivery: Delivery, first: str, second: str, end: str
) -> None:
    outbox.deliver(delivery.pk)
    for one in (first, second):
        outbox.record_receipt(phone, Receipt(one, delivery_id=delivery.pk, error="lost\x00"))
    assert state(delivery) == end


def test_a_repeated_receipt_is_no_second_event(phone: Inbox, delivery: Delivery) -> None:
    outbox.deliver(delivery.pk)
    before = ConversationEvent.objects.count()
    for _ in range(3):
        outbox.record_receipt(phone, Receipt("delivered", delivery_id=delivery.pk))
    assert ConversationEvent.objects.count() == before + 1


def test_a_receipt_before_the_send_is_settled_waits(phone: Inbox, delivery: Delivery) -> None:
    early = Receipt("delivered", provider_id=f"id-{delivery.pk}")
    assert not outbox.record_receipt(phone, early)
    assert state(delivery) == "queued"
    outbox.deliver(delivery.pk)
    assert state(delivery) == "delivered"
    assert not ParkedReceipt.objects.exists()


def test_a_receipt_parked_in_the_same_moment_is_found(phone: Inbox, delivery: Delivery) -> None:
    outbox.deliver(delivery.pk)
    ParkedReceipt.objects.create(inbox=phone, provider_id=f"id-{delivery.pk}", state="read")
    ParkedReceipt.objects.create(inbox=phone, provider_id="of nobody", state="read")
    receipts.sweep_parked()
    assert state(delivery) == "read"
    assert ParkedReceipt.objects.get().provider_id == "of nobody"
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)):
        receipts.sweep_parked()
    assert not ParkedReceipt.objects.exists()


def test_an_echo_settles_a_send_in_doubt(
    phone: Inbox, delivery: Delivery, channel: ScriptedChannel
) -> None:
    channel.script = [AmbiguousError("cut")]
    outbox.deliver(delivery.pk)
    echo = Receipt("sent", provider_id="sid-7", delivery_id=delivery.pk)
    assert outbox.record_receipt(phone, echo)
    stored = Delivery.objects.select_related("message").get()
    assert (stored.state, stored.provider_id) == ("sent", "sid-7")
    assert stored.message.external_id == "sid-7", "later look-ups know it"


def test_an_echo_that_overtakes_the_answer(
    phone: Inbox, delivery: Delivery, channel: ScriptedChannel
) -> None:
    def slow() -> Sent:
        outbox.record_receipt(phone, Receipt("delivered", delivery_id=delivery.pk))
        return Sent("sid-8")

    channel.script = [slow]
    outbox.deliver(delivery.pk)
    stored = Delivery.objects.select_related("message").get()
    assert (stored.state, stored.provider_id) == ("delivered", "sid-8")
    assert stored.message.external_id == "sid-8"


def test_a_receipt_of_another_inbox_moves_nothing(
    desk: Desk, phone: Inbox, delivery: Delivery
) -> None:
    outbox.deliver(delivery.pk)
    other = factories.inbox(channel="test", address="+48101", teams=[desk.mine])
    assert not outbox.record_receipt(other, Receipt("read", delivery_id=delivery.pk))
    assert not outbox.record_receipt(phone, Receipt("read"))
    assert state(delivery) == "sent"


def test_a_cancelled_message_stays_cancelled(desk: Desk, phone: Inbox, delivery: Delivery) -> None:
    messages.cancel(delivery.message, by=desk.agent)
    outbox.record_receipt(phone, Receipt("delivered", delivery_id=delivery.pk))
    assert state(delivery) == "cancelled"
