"""Orders find their chat by the id that the page knows: of a visitor who agreed, or of a visit."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from django.test import Client

from chat.visits.models import Visit, Visitor
from helpdesk.by_customer import Bill
from helpdesk.models import Conversation, Inbox, Order
from tests import factories

SECRET = "a shop's secret"
UID = "u" * 24
NOW = datetime.now(UTC)


@pytest.fixture
def chat(db: None) -> Conversation:
    return factories.conversation(factories.inbox(secrets={"order_secret": SECRET}))


def ordered(inbox: Inbox, visitor: str) -> Order:
    bill = Bill(number="BL-1", value="10", currency="EUR", visitor=visitor)
    names = ("number", "value", "currency", "visitor")
    body = {name: getattr(bill, name) for name in names} | {"signature": bill.signed(SECRET)}
    answer = Client().post(f"/chat/{inbox.key}/order/", body, content_type="application/json")
    assert answer.status_code == 201
    return Order.objects.get()


def test_a_visitor_who_agreed_to_be_known(chat: Conversation) -> None:
    Visitor.objects.create(
        inbox=chat.inbox,
        uid_sha256=hashlib.sha256(UID.encode()).hexdigest(),
        customer=chat.customer,
        first_seen_at=NOW,
        seen_at=NOW,
        consented_at=NOW,
    )
    order = ordered(chat.inbox, UID)
    assert (order.customer, order.conversation) == (chat.customer, chat)
    assert order.visitor == Visitor.objects.get().uid_sha256


def test_the_visit_in_which_he_chats(chat: Conversation) -> None:
    Visit.objects.create(inbox=chat.inbox, key=UID, conversation=chat, started_at=NOW, ended_at=NOW)
    assert ordered(chat.inbox, UID).conversation == chat


def test_the_id_of_another_shop_is_nobody(chat: Conversation) -> None:
    other = factories.inbox(secrets={"order_secret": SECRET})
    Visit.objects.create(inbox=chat.inbox, key=UID, conversation=chat, started_at=NOW, ended_at=NOW)
    order = ordered(other, UID)
    assert (order.customer, order.conversation) == (None, None)
