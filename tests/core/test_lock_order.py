"""The customer's lock comes before those of their conversations, whoever takes them."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection, transaction
from django.db.models import Q

from helpdesk import by_customer, detection
from helpdesk.adapters import Person
from helpdesk.api.views.customers import CustomerDetail
from helpdesk.events import Kind, locked, rooted
from helpdesk.models import Conversation, Customer, CustomerIdentity, Inbox
from helpdesk.services import customers, recognition, weaving
from tests import factories
from tests.core.conftest import Desk
from tests.core.parallel import at_once


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND datname = current_database())"
        )
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


@pytest.mark.django_db(transaction=True)
def test_a_site_names_its_visitor_while_the_two_become_one(desk: Desk) -> None:
    stranger = factories.conversation(desk.inbox, "browser", kind="visitor").customer
    known = customers.find_or_create(Person("account", "7", verified=True))
    assert stranger.pk < known.pk
    held = threading.Event()

    def merge_begins() -> str:
        with transaction.atomic():
            Customer.objects.select_for_update(no_key=True).get(pk=stranger.pk)
            held.set()
            _until_somebody_waits()
            return str(Customer.objects.select_for_update(no_key=True).get(pk=known.pk).pk)

    def site_vouches() -> str:
        assert held.wait(20)
        person = Person("account", "7", name="Anna", verified=True)
        return str(recognition.recognise(desk.inbox, person, stranger="browser").pk)

    assert at_once([merge_begins, site_vouches]) == [str(known.pk)] * 2
    assert Conversation.objects.get().customer_id == known.pk


@pytest.mark.django_db(transaction=True)
def test_who_edits_a_customer_blocks_no_row_that_names_them(desk: Desk) -> None:
    """A message's rows name the customer: were the row locked whole, the two would meet."""
    talk = factories.conversation(desk.inbox, "v")
    held = threading.Event()

    def agent_edits() -> str:
        with transaction.atomic():
            CustomerDetail().version(desk.agent, talk.customer_id)
            held.set()
            until = time.monotonic() + 20
            while not CustomerIdentity.objects.filter(address="+48600").exists():
                assert time.monotonic() < until, "it waits for the edit"
                time.sleep(0.02)
        return "edited"

    def message_names_them() -> str:
        assert held.wait(20)
        CustomerIdentity.objects.create(customer=talk.customer, kind="phone", address="+48600")
        return "named"

    assert at_once([agent_edits, message_names_them]) == ["edited", "named"]
