"""What a report does to our mail: rules H4 and H5, suppressed addresses, and the ways back."""

from __future__ import annotations

import itertools

import pytest
from django.core.management import call_command
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from helpdesk import outbox
from helpdesk.adapters import Receipt
from helpdesk.models import (
    Conversation,
    ConversationEvent,
    CustomerIdentity,
    Delivery,
    DeliveryRecipient,
    Inbox,
    Message,
    Role,
    SuppressedAddress,
)
from helpdesk.receipts import RANK, moves
from helpdesk.selectors import thread
from helpdesk.services import messages, returned
from tests import factories

pytestmark = pytest.mark.django_db
TO = "ann@customer.example"


class Sent:
    """A mail of ours that has left."""

    def __init__(self) -> None:
        self.agent = factories.agent(role=Role.ADMIN)
        team = factories.team()
        self.agent.teams.add(team)
        self.inbox = factories.inbox(channel="email", address="help@parley.example", teams=[team])
        self.conversation = factories.conversation(self.inbox, TO, kind="email", verified=False)
        self.message = self.write("Hello")
        Delivery.objects.update(state="sent")

    def write(self, body: str) -> Message:
        message, _new = messages.reply(self.conversation.pk, by=self.agent, body=body)
        return message

    def reported(self, state: str, **facts: object) -> Delivery:
        """The delivery after a report of it."""
        delivery = Delivery.objects.get(message=self.message)
        receipt = Receipt(state, delivery_id=delivery.pk, **facts)  # type: ignore[arg-type]
        assert outbox.record_receipt(self.inbox, receipt)
        delivery.refresh_from_db()
        return delivery


@pytest.fixture
def sent() -> Sent:
    return Sent()


def test_h4_a_hard_bounce_is_shown_and_the_address_left_alone(sent: Sent) -> None:
    messages_before, state = Message.objects.count(), Conversation.objects.get().state
    delivery = sent.reported(
        "bounced", recipient=TO, hard=True, error_code="no_such_user", error="550 5.1.1 unknown"
    )
    assert (delivery.state, delivery.error_code) == ("bounced", "no_such_user")
    row = DeliveryRecipient.objects.get()
    assert (row.address, row.state, row.said) == (TO, "bounced", "550 5.1.1 unknown")
    event = ConversationEvent.objects.get(kind="came_back")
    assert event.payload["address"] == TO
    assert SuppressedAddress.objects.get().reason == "bounced"
    conversation = Conversation.objects.get()
    assert (Message.objects.count(), conversation.state) == (messages_before, state)
    shown = [one["kind"] for one in thread.events_between(conversation, 0)]
    assert "came_back" in shown


@pytest.mark.parametrize("state", ["delayed", "bounced"])
def test_h4_a_delay_or_a_full_mailbox_leaves_the_address_open(sent: Sent, state: str) -> None:
    delivery = sent.reported(state, recipient=TO, error_code="full")
    assert delivery.state == state
    assert not SuppressedAddress.objects.exists()


def test_h4_a_complaint_leaves_the_address_alone(sent: Sent) -> None:
    assert sent.reported("complained").state == "complained"
    assert SuppressedAddress.objects.get().reason == "complained"


def test_h4_a_report_of_somebody_else_harms_nobody(sent: Sent) -> None:
    """The mail came back, but an address that we never wrote to is none of ours to judge."""
    sent.reported("bounced", recipient="victim@elsewhere.example", hard=True)
    assert not SuppressedAddress.objects.exists()
    assert DeliveryRecipient.objects.get().address == TO


def test_h4_another_inboxes_report_moves_nothing(sent: Sent) -> None:
    other = factories.inbox(channel="email", address="other@parley.example")
    delivery = Delivery.objects.get()
    receipt = Receipt("bounced", delivery_id=delivery.pk, hard=True)
    assert not outbox.record_receipt(other, receipt)
    delivery.refresh_from_db()
    assert delivery.state == "sent"


STATES = ("sent", "delayed", "delivered", "read", "bounced", "complained")


def test_h5_reports_in_any_order_end_in_the_same_state() -> None:
    for order in itertools.permutations(STATES):
        state = "sending"
        for said in order:
            state = said if moves(state, said) else state
        assert state == "complained"
    for first, second in itertools.permutations(STATES, 2):
        ends = set()
        for order in ((first, second), (second, first)):
            state = "sending"
            for said in order:
                state = said if moves(state, said) else state
            ends.add(state)
        assert len(ends) == 1, (first, second)


@trials(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.permutations(["delayed", "delivered", "bounced", "bounced"]))
def test_h5_late_and_repeated_reports_are_kept_as_history(order: list[str]) -> None:
    Delivery.objects.all().delete()
    sent = Sent() if not Inbox.objects.exists() else _again()
    for state in order:
        sent.reported(state, recipient=TO)
    row = DeliveryRecipient.objects.get(delivery__message=sent.message)
    assert row.state == "bounced"
    assert sorted(one["state"] for one in row.history) == ["bounced", "delayed", "delivered"]
    assert Delivery.objects.get(message=sent.message).state == "bounced"
    events = ConversationEvent.objects.filter(kind="came_back", conversation=sent.conversation)
    assert events.filter(payload__message=str(sent.message.pk)).count() == 1


def _again() -> Sent:
    sent = Sent.__new__(Sent)
    sent.inbox = Inbox.objects.get(address="help@parley.example")
    sent.agent = sent.inbox.teams.get().members.get()
    sent.conversation = Conversation.objects.get()
    sent.message = sent.write("Again")
    Delivery.objects.update(state="sent")
    return sent


def test_h5_every_state_has_its_place() -> None:
    assert set(STATES) < set(RANK)


@pytest.mark.django_db(transaction=True)
def test_h4_an_address_left_alone_is_refused_before_sending_with_a_way_out() -> None:
    sent = Sent()
    sent.reported("bounced", recipient=TO, hard=True)
    message = sent.write("Once more")
    delivery = Delivery.objects.get(message=message)
    assert outbox.deliver(delivery.pk) == "failed"
    delivery.refresh_from_db()
    assert delivery.error_code == "suppressed"
    assert TO in delivery.error
    returned.send_anyway(message, by=sent.agent)
    delivery.refresh_from_db()
    assert delivery.state == "queued"
    row = SuppressedAddress.objects.get()
    assert row.lifted_by == sent.agent


def test_h4_it_is_seen_on_the_customer_and_lifted_there(sent: Sent, client: Client) -> None:
    sent.reported("bounced", recipient=TO, hard=True)
    client.force_login(sent.agent)
    url = f"/api/v1/conversations/{sent.conversation.pk}/"
    [identity] = client.get(url).json()["customer"]["identities"]
    assert TO in identity["alone"]
    known = CustomerIdentity.objects.get()
    lift = f"/api/v1/customers/{known.customer_id}/identities/{known.pk}/lift/"
    answer = client.post(lift)
    assert answer.status_code == 200
    assert answer.json()["identities"][0]["alone"] == ""
    sent.message = sent.write("It is right now")
    Delivery.objects.filter(message=sent.message).update(state="sent")
    sent.reported("bounced", recipient=TO, hard=True)
    assert SuppressedAddress.objects.filter(lifted_at__isnull=True).count() == 1
    assert SuppressedAddress.objects.count() == 2, "what was lifted is remembered"


def test_h4_nobody_lifts_the_address_of_a_customer_they_may_not_see(
    sent: Sent, client: Client
) -> None:
    sent.reported("bounced", recipient=TO, hard=True)
    client.force_login(factories.agent())
    known = CustomerIdentity.objects.get()
    lift = f"/api/v1/customers/{known.customer_id}/identities/{known.pk}/lift/"
    assert client.post(lift).status_code == 404
    assert SuppressedAddress.objects.get().lifted_at is None


def test_the_admin_lists_them_and_lifts_them(sent: Sent, client: Client) -> None:
    sent.reported("bounced", recipient=TO, hard=True)
    sent.agent.is_staff = True
    client.force_login(sent.agent)
    url = "/admin/helpdesk/suppressedaddress/"
    assert TO in client.get(url).content.decode()
    chosen = {"action": "lift", "_selected_action": [SuppressedAddress.objects.get().pk]}
    client.post(url, chosen)
    assert SuppressedAddress.objects.get().lifted_by == sent.agent


def test_the_page_of_the_automatic_answer(sent: Sent, client: Client) -> None:
    client.force_login(sent.agent)
    url = f"/settings/inboxes/{sent.inbox.pk}/answer/"
    assert client.get(url).status_code == 200
    empty = client.post(url, {"on": "on", "per_domain": "30"})
    assert empty.status_code == 400
    kept = client.post(url, {"on": "on", "per_domain": "30", "text.en": "We have it."})
    assert kept.status_code == 302
    assert Inbox.objects.get(pk=sent.inbox.pk).settings["auto_reply"]["texts"] == {
        "en": "We have it."
    }
    chat = factories.inbox(teams=sent.inbox.teams.all())
    assert client.get(f"/settings/inboxes/{chat.pk}/answer/").status_code == 404
    client.force_login(factories.agent(teams=sent.inbox.teams.all()))
    assert client.get(url).status_code == 403


def test_a_visitor_hears_nothing_of_reports(sent: Sent) -> None:
    from helpdesk.realtime import payloads

    sent.reported("bounced", recipient=TO, hard=True, error="550 secret words")
    shown = payloads.visitor_message(thread.message(sent.agent, sent.message.pk))
    assert "secret" not in str(shown)


def test_the_migration_is_complete() -> None:
    call_command("makemigrations", "--check", "--dry-run", "helpdesk", verbosity=0)
