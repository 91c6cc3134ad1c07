"""The customer's lock comes before those of their conversations, whoever takes them."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection, transaction

from helpdesk import by_customer
from helpdesk.events import Kind
from helpdesk.models import Customer
from helpdesk.services import customers
from tests import factories
from tests.core.conftest import Desk
from tests.core.parallel import at_once


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_visitor_who_gives_a_name_meets_an_agent_who_changes_the_customer(desk: Desk) -> None:
    talk = factories.conversation(desk.inbox, "v", name="")
    Customer.objects.update(name="")
    held = threading.Event()

    def agent_changes() -> str:
        with transaction.atomic():
            customer = customers.held(talk.customer_id)
            held.set()
            until = time.monotonic() + 20
            while not _somebody_waits():
                assert time.monotonic() < until, "the visitor never came"
                time.sleep(0.02)
            facts = {"changed": ["identities"]}
            customers.tell(customer, Kind.CUSTOMER_CHANGED, by=desk.agent, payload=facts)
        return "told"

    def visitor_answers() -> str:
        assert held.wait(20)
        return "kept" if by_customer.answer(talk.pk, {"name": "Anna"}, name="Anna") else "same"

    assert at_once([agent_changes, visitor_answers]) == ["told", "kept"]
    assert Customer.objects.get().name == "Anna"
