"""The customer's lock comes before those of their conversations, whoever takes them."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection, transaction
from django.db.models import Q

from helpdesk import by_customer, detection
from helpdesk.events import Kind, locked, rooted
from helpdesk.models import Conversation, Customer, Inbox
from helpdesk.services import customers, weaving
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


def _until_somebody_waits() -> None:
    until = time.monotonic() + 20
    while not _somebody_waits():
        assert time.monotonic() < until, "nobody came"
        time.sleep(0.02)


@pytest.mark.django_db(transaction=True)
def test_two_customers_become_one_while_somebody_answers_in_a_strand(
    desk: Desk, phone: Inbox
) -> None:
    root = factories.conversation(phone, "a")
    strand = factories.conversation(phone, "b")
    keep, other = root.customer_id, strand.customer_id
    weaving.merge(strand.pk, root.pk, by=desk.agent)
    held = threading.Event()

    def answers() -> str:
        with locked(strand.pk) as mine:
            held.set()
            _until_somebody_waits()
            with rooted(mine) as shown:
                return f"read in {shown.pk}"

    def become_one() -> str:
        assert held.wait(20)
        concerned = Q(pk__in=(strand.pk, root.pk))
        with transaction.atomic():
            customers.held(keep)
            with customers.locked_talks(concerned) as talks:
                return " ".join(str(one.pk) for one in talks)

    assert keep != other
    expected = [f"read in {root.pk}", f"{strand.pk} {root.pk}"]
    assert at_once([answers, become_one]) == expected


@pytest.mark.django_db(transaction=True)
def test_a_language_is_told_while_the_customer_writes_again(phone: Inbox) -> None:
    words = "Dzień dobry, gdzie jest moja paczka? Czekam już tydzień."
    talk = factories.conversation(phone, "a", body=words)
    held = threading.Event()

    def writes() -> str:
        with transaction.atomic():
            customers.held(talk.customer_id)
            held.set()
            _until_somebody_waits()
            with locked(talk.pk) as mine:
                return f"written in {mine.pk}"

    def tell() -> bool:
        assert held.wait(20)
        return detection._detect(talk.pk)

    assert at_once([writes, tell]) == [f"written in {talk.pk}", True]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_merged_while_somebody_holds_many(desk: Desk, phone: Inbox) -> None:
    one, two = (factories.conversation(phone, who) for who in "ab")
    held = threading.Event()

    def hold() -> int | None:
        with transaction.atomic(), customers.locked_talks(Q(pk=one.pk)):
            held.set()
            _until_somebody_waits()
            # Not locked: only the wish to merge waits, so that no direction turns.
            return Conversation.objects.select_for_update(nowait=True).get(pk=two.pk).pk

    def merge() -> int:
        assert held.wait(20)
        return weaving.merge(two.pk, one.pk, by=desk.agent).source_id

    assert at_once([hold, merge]) == [two.pk, two.pk]


@pytest.mark.django_db(transaction=True)
def test_a_merge_of_two_waits_for_the_first_of_both(desk: Desk, phone: Inbox) -> None:
    """Whoever locks many has the lower first: a merge that begins with the other would meet it."""
    lower, higher = (factories.conversation(phone, who) for who in "ab")
    held = threading.Event()

    def hold() -> int:
        with locked(lower.pk):
            held.set()
            _until_somebody_waits()
            return Conversation.objects.select_for_update(nowait=True).get(pk=higher.pk).pk

    def merge() -> int:
        assert held.wait(20)
        return weaving.merge(higher.pk, lower.pk, by=desk.agent).source_id

    assert at_once([hold, merge]) == [higher.pk, higher.pk]
