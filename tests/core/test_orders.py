"""Orders: signed, counted once whatever races, owed to the chat of the last seven days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from helpdesk.models import Conversation, ConversationEvent, Inbox, Order
from helpdesk.permissions import visible
from helpdesk.services import orders
from helpdesk.services.orders import Bill, ForgedOrderError, InvalidOrderError
from tests import factories
from tests.core.conftest import Desk
from tests.core.parallel import at_once

SECRET = "a shop's secret"
VISITOR = "v" * 32


@pytest.fixture
def shop(desk: Desk) -> Inbox:
    Inbox.objects.filter(pk=desk.inbox.pk).update(secrets={"order_secret": SECRET})
    desk.inbox.refresh_from_db()
    return desk.inbox


def bill(**facts: str) -> Bill:
    return Bill(**{"number": "BL-1", "value": "128.50", "currency": "EUR", "visitor": "", **facts})


def kept(inbox: Inbox, one: Bill, **options: Any) -> tuple[Order, bool]:
    return orders.record_order(inbox, one, signature=one.signed(SECRET), **options)


def post(inbox: Inbox, body: Any, **options: Any) -> Any:
    with transaction.atomic():
        path = f"/chat/{inbox.key}/order/"
        return Client().post(path, body, content_type="application/json", **options)


def signed(one: Bill, secret: str = SECRET) -> dict[str, str]:
    names = ("number", "value", "currency", "visitor")
    return {**{name: getattr(one, name) for name in names}, "signature": one.signed(secret)}


def test_an_order_is_owed_to_the_last_chat(shop: Inbox) -> None:
    chat = factories.conversation(shop, VISITOR)
    order, created = kept(shop, bill(visitor=VISITOR))
    assert created
    assert (order.value, order.currency) == (Decimal("128.50"), "EUR")
    assert (order.customer, order.conversation) == (chat.customer, chat)
    assert VISITOR not in order.visitor
    event = ConversationEvent.objects.get(kind="order_recorded")
    assert (event.conversation, event.payload) == (chat, {"order": order.pk})


def test_nobody_to_thank(shop: Inbox, desk: Desk) -> None:
    factories.conversation(shop, "somebody else")
    factories.conversation(desk.elsewhere, VISITOR)
    order, _created = kept(shop, bill(visitor=VISITOR))
    assert (order.customer, order.conversation) == (None, None)
    assert not ConversationEvent.objects.filter(kind="order_recorded").exists()


@pytest.mark.parametrize(("days", "owed"), [(6.99, True), (7.01, False)])
def test_within_seven_days(shop: Inbox, days: float, owed: bool) -> None:
    factories.conversation(shop, VISITOR)
    later = datetime.now(UTC) + timedelta(days=days)
    order, _created = kept(shop, bill(visitor=VISITOR), now=later)
    assert (order.conversation is not None) == owed
    assert order.customer is not None


def test_the_newest_of_his_chats(shop: Inbox) -> None:
    first = factories.conversation(shop, VISITOR)
    Conversation.objects.filter(pk=first.pk).update(state="closed")
    second = factories.conversation(shop, VISITOR)
    assert second.pk != first.pk
    assert kept(shop, bill(visitor=VISITOR))[0].conversation == second


def test_once_for_its_number(shop: Inbox, desk: Desk) -> None:
    first, _created = kept(shop, bill())
    again, created = kept(shop, bill(value="999.00"))
    assert (again, created) == (first, False)
    assert again.value == Decimal("128.50")
    Inbox.objects.filter(pk=desk.elsewhere.pk).update(secrets={"order_secret": SECRET})
    desk.elsewhere.refresh_from_db()
    assert kept(desk.elsewhere, bill())[1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("visitor", [VISITOR, ""])
def test_once_under_concurrency(shop: Inbox, visitor: str) -> None:
    factories.conversation(shop, VISITOR)
    results = at_once([lambda: kept(shop, bill(visitor=visitor))] * 6)
    assert sum(created for _order, created in results) == 1
    assert Order.objects.count() == 1
    told = ConversationEvent.objects.filter(kind="order_recorded").count()
    assert told == (1 if visitor else 0)


MALFORMED = [
    {"number": ""},
    {"number": "x" * 101},
    {"number": "a|b"},
    {"number": "a\nb"},
    {"number": "a\x00"},
    {"value": "128,50"},
    {"value": "-1"},
    {"value": "1e3"},
    {"value": "1.234"},
    {"value": ""},
    {"value": "٣"},
    {"value": "1\n"},
    {"currency": "eur"},
    {"currency": "EURO"},
    {"currency": ""},
    {"visitor": "x" * 321},
    {"visitor": "a|b"},
]


@pytest.mark.parametrize("facts", MALFORMED, ids=str)
def test_malformed(shop: Inbox, facts: dict[str, str]) -> None:
    with pytest.raises(InvalidOrderError):
        kept(shop, bill(**facts))
    assert post(shop, signed(bill(**facts))).status_code == 400


@pytest.mark.parametrize("field", ["number", "value", "currency", "visitor"])
def test_a_signature_fits_one_order_only(shop: Inbox, field: str) -> None:
    other = {"number": "BL-2", "value": "1.00", "currency": "PLN", "visitor": "w"}
    forged = bill(**{field: other[field]})
    with pytest.raises(ForgedOrderError):
        orders.record_order(shop, forged, signature=bill().signed(SECRET))


def test_without_a_secret_no_order(desk: Desk) -> None:
    one = bill()
    for signature in ("", one.signed(""), one.signed(SECRET)):
        with pytest.raises(ForgedOrderError):
            orders.record_order(desk.inbox, one, signature=signature)
    assert post(desk.inbox, signed(one, "")).status_code == 403


def test_the_webhook(shop: Inbox) -> None:
    factories.conversation(shop, VISITOR)
    first, second = (post(shop, signed(bill(visitor=VISITOR))) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    shown = {"number": "BL-1", "value": "128.50", "currency": "EUR", "attributed": True}
    assert first.json() == second.json() == shown
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("code", "body"),
    [
        (400, "not json"),
        (400, "[]"),
        (400, "[" * 5000),
        (400, '{"number": 5, "value": "1", "currency": "EUR", "signature": "x"}'),
        (400, '{"number": "1", "value": 1.5, "currency": "EUR", "signature": "x"}'),
        (403, '{"number": "1", "value": "1", "currency": "EUR", "signature": ""}'),
        (403, '{"number": "1", "value": "1", "currency": "EUR", "signature": "\u0142"}'),
        (403, '{"number": "1", "value": "1", "currency": "EUR"}'),
        (413, '"' + "x" * 20_000 + '"'),
    ],
)
def test_a_bad_call_is_refused_with_words(shop: Inbox, code: int, body: str) -> None:
    answer = post(shop, body)
    assert answer.status_code == code
    assert answer.json()["detail"]
    assert not Order.objects.exists()


def test_no_widget_no_shop(shop: Inbox) -> None:
    assert Client().post("/chat/nobody/order/", "{}", content_type="text/plain").status_code == 404
    assert Client().get(f"/chat/{shop.key}/order/").status_code == 405


def test_orders_stay_within_their_inboxes(shop: Inbox, desk: Desk) -> None:
    order, _created = kept(shop, bill())
    assert list(visible(desk.agent, Order)) == [order]
    assert list(visible(desk.admin, Order)) == [order]
    assert not visible(desk.stranger, Order).exists()
