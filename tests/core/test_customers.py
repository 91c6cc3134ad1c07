"""Customers: changed with every fault told, custom fields, addresses, blocked, suggestions."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from helpdesk import inbound
from helpdesk.events import Kind
from helpdesk.models import (
    Agent,
    Company,
    Conversation,
    ConversationEvent,
    Customer,
    CustomerIdentity,
    CustomField,
    Inbox,
    Message,
    State,
    WorkItem,
    WorkState,
)
from helpdesk.selectors import customers as found
from helpdesk.services import blocking, conversations, custom_fields, customers, identities, leads
from helpdesk.services.customers import InvalidCustomerError
from helpdesk.services.identities import OthersError
from tests import factories
from tests.core.conftest import Desk


@pytest.fixture
def person(desk: Desk) -> Customer:
    return factories.conversation(desk.inbox, "tom").customer


@pytest.fixture
def defined(db: None) -> None:
    CustomField.objects.create(key="size", label="Bed size", kind="choice", choices=["90", "140"])
    CustomField.objects.create(key="since", label="Member since", kind="date")
    CustomField.objects.create(key="points", label="Points", kind="number")
    CustomField.objects.create(key="news", label="Newsletter", kind="flag")
    CustomField.objects.create(key="pet", label="Pet", translations={"pl": "Zwierzę"})


def test_a_change_is_told_once_to_open_conversations(desk: Desk, person: Customer) -> None:
    facts = {"name": "  Tom\u202e  Ashworth ", "city": "Leeds", "vip": True, "company": "Loom"}
    for _twice in range(2):
        customers.change(person.pk, facts, by=desk.agent)
    person.refresh_from_db()
    assert (person.name, person.city, person.vip) == ("Tom Ashworth", "Leeds", True)
    assert person.company == Company.objects.get(name="Loom")
    told = ConversationEvent.objects.get(kind=Kind.CUSTOMER_CHANGED)
    assert told.payload == {"changed": ["city", "company", "name", "vip"]}
    assert told.actor == desk.agent


def test_companies_differ_by_more_than_their_letters(desk: Desk, person: Customer) -> None:
    other = factories.customer()
    customers.change(person.pk, {"company": "LOOM & Co"}, by=desk.agent)
    customers.change(other.pk, {"company": "loom & co"}, by=desk.agent)
    assert Company.objects.count() == 1
    customers.change(other.pk, {"company": ""}, by=desk.agent)
    other.refresh_from_db()
    assert other.company is None


def test_every_fault_is_told_and_nothing_is_kept(
    desk: Desk, person: Customer, defined: None
) -> None:
    wanted = {
        "name": "x" * 201,
        "city": "Leeds",
        "shoe": "42",
        "fields": {
            "size": "91",
            "since": "yesterday",
            "points": "many",
            "news": "yes",
            "nobody": "1",
            "pet": "x" * 501,
        },
    }
    with pytest.raises(InvalidCustomerError) as caught:
        customers.change(person.pk, wanted, by=desk.agent)
    assert set(caught.value.faults) == {
        "name",
        "shoe",
        *(f"fields.{key}" for key in ("size", "since", "points", "news", "nobody", "pet")),
    }
    person.refresh_from_db()
    assert (person.city, person.fields) == ("", {})


def test_custom_fields_are_kept_by_key_and_taken_away(
    desk: Desk, person: Customer, defined: None
) -> None:
    values = {"size": "140", "since": "2026-02-28", "points": "12,50", "news": True, "pet": "cat"}
    customers.change(person.pk, {"fields": values}, by=desk.agent)
    person.refresh_from_db()
    assert person.fields == {**values, "points": "12.50"}
    CustomField.objects.filter(key="pet").delete()
    customers.change(person.pk, {"fields": {"news": False, "size": None, "since": ""}}, by=None)
    person.refresh_from_db()
    assert person.fields == {"points": "12.50", "pet": "cat"}


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.lists(st.text())))
def test_no_value_breaks_the_check(value: object) -> None:
    kinds = ("text", "number", "date", "choice", "flag")
    definitions = [CustomField(key=kind, label=kind, kind=kind, choices=["a"]) for kind in kinds]
    faults: dict[str, str] = {}
    kept = custom_fields.checked(dict.fromkeys(kinds, value), {}, definitions, faults)
    again: dict[str, str] = {}
    assert custom_fields.checked(kept, {}, definitions, again) == kept
    assert not again
    assert len(kept) + len(faults) <= len(kinds)


def test_labels_are_in_the_readers_language(defined: None) -> None:
    from django.utils import translation

    pet = CustomField.objects.get(key="pet")
    assert str(pet) == "Pet"
    with translation.override("pl"):
        assert str(pet) == "Zwierzę"
    with translation.override("fi"):
        assert str(pet) == "Pet"


def test_addresses_by_hand(desk: Desk, person: Customer) -> None:
    added = identities.add(person.pk, "email", " Tom@Shop.EXAMPLE ", by=desk.agent)
    assert (added.address, added.verified) == ("Tom@shop.example", False)
    assert desk.agent.display_name in added.evidence
    again = identities.add(person.pk, "email", "tom@shop.example", by=desk.agent)
    assert again == added
    marked = identities.mark(added, verified=True, evidence="Answered our mail", by=desk.agent)
    assert (marked.verified, marked.evidence) == (True, "Answered our mail")
    identities.remove(marked, by=desk.agent)
    identities.remove(marked, by=desk.agent)
    assert not CustomerIdentity.objects.filter(pk=added.pk).exists()


@pytest.mark.parametrize(
    ("kind", "address", "field"),
    [
        ("email", "nobody", "address"),
        ("phone", "0601", "address"),
        ("email", "", "address"),
        ("visitor", "abc", "kind"),
    ],
)
def test_an_address_that_is_none(
    desk: Desk, person: Customer, kind: str, address: str, field: str
) -> None:
    with pytest.raises(InvalidCustomerError) as caught:
        identities.add(person.pk, kind, address, by=desk.agent)
    assert set(caught.value.faults) == {field}


def test_somebody_elses_address_is_not_taken(desk: Desk, person: Customer) -> None:
    other = factories.customer()
    identities.add(other.pk, "phone", "+48 601 234 567", by=desk.agent)
    with pytest.raises(OthersError) as caught:
        identities.add(person.pk, "phone", "+48601234567", by=desk.agent)
    assert caught.value.customer == other


def texts(phone: Inbox, body: str) -> Conversation:
    message, _new = inbound.receive(phone, factories.inbound_message("+48600", body, kind="phone"))
    return Conversation.objects.get(pk=message.conversation_id)


def test_a_blocked_customer_is_heard_by_nobody_and_nothing_is_lost(
    desk: Desk, phone: Inbox
) -> None:
    first = texts(phone, "Hello")
    blocking.block(first.customer_id, by=desk.agent, reason="Threats")
    first.refresh_from_db()
    assert (first.state, first.reason, first.waiting_since) == (State.SPAM, "blocked", None)
    assert not WorkItem.objects.exclude(state=WorkState.DONE).exists()
    again = texts(phone, "You again")
    assert again == first, "what a blocked customer writes makes no heap of conversations"
    assert Message.objects.filter(body="You again").exists()
    assert again.unread == 1, "only what came before the block is unread"
    assert not WorkItem.objects.exclude(state=WorkState.DONE).exists()


def test_a_new_conversation_of_a_blocked_customer_begins_in_the_spam(
    desk: Desk, phone: Inbox
) -> None:
    first = texts(phone, "Hello")
    Conversation.objects.update(state=State.CLOSED)
    blocking.block(first.customer_id, by=desk.agent)
    second = texts(phone, "Hello?")
    assert second != first
    assert (second.state, second.unread, second.waiting_since) == (State.SPAM, 0, None)
    assert WorkItem.objects.filter(conversation=second).count() == 0


def test_unblocked_they_wait_again(desk: Desk, phone: Inbox) -> None:
    first = texts(phone, "Hello")
    blocking.block(first.customer_id, by=desk.agent)
    texts(phone, "Are you there?")
    for _twice in range(2):
        blocking.unblock(first.customer_id, by=desk.agent)
    first.refresh_from_db()
    assert (first.state, first.unread, first.reason) == (State.OPEN, 2, "")
    assert first.waiting_since == first.last_message_at
    assert WorkItem.objects.exclude(state=WorkState.DONE).get().conversation_id == first.pk
    texts(phone, "Thanks")
    first.refresh_from_db()
    assert (first.state, first.unread) == (State.OPEN, 3)


def test_what_an_agent_called_spam_stays_there(desk: Desk, phone: Inbox) -> None:
    first = texts(phone, "Buy watches")
    conversations.change_state(first.pk, State.SPAM, by=desk.agent)
    blocking.block(first.customer_id, by=desk.agent)
    blocking.unblock(first.customer_id, by=desk.agent)
    first.refresh_from_db()
    assert first.state == State.SPAM


def test_suggestions_say_why_and_merge_nobody(desk: Desk, phone: Inbox) -> None:
    chat = factories.conversation(desk.inbox, "browser", name="Tom Reed")
    texter = texts(phone, "Hello").customer
    contact = leads.Contact(phone="+48 600 000 001")
    customers.link_identity(
        texter, factories.inbound_message("+48600000001", kind="phone").sender, evidence="x"
    )
    leads.capture(chat.pk, contact, consent="Call", by=desk.agent)
    namesake = factories.conversation(desk.inbox, "another").customer
    factories.conversation(desk.elsewhere, "unseen", name="Tom Reed")
    Customer.objects.update(city="Leeds", name="TOM REED")
    shown = found.duplicates(desk.agent, Customer.objects.get(pk=chat.customer_id))
    assert {one["id"]: one["evidence"] for one in shown} == {
        texter.pk: [["address", "+48600000001", True], ["name_city", "TOM REED", "Leeds"]],
        namesake.pk: [["name_city", "TOM REED", "Leeds"]],
    }
    assert Customer.objects.filter(merged_into__isnull=False).count() == 0


def shown(agent: Agent, **facts: object) -> list[str]:
    return [one.name for one in found.page(agent, found.Filters(**facts))[0]]  # type: ignore[arg-type]


def test_the_list_finds_names_addresses_and_companies(desk: Desk) -> None:
    tom = factories.conversation(desk.inbox, "tom@a.example", kind="email", name="Tom").customer
    eva = factories.conversation(desk.inbox, "eva@b.example", kind="email", name="Eva").customer
    factories.conversation(desk.elsewhere, "x", name="Unseen")
    customers.change(eva.pk, {"company": "Linen House", "vip": True}, by=None)
    blocking.block(tom.pk, by=None)
    assert shown(desk.agent) == ["Eva", "Tom"]
    assert shown(desk.agent, text="tom@a.example") == ["Tom"]
    assert shown(desk.agent, text="linen") == ["Eva"]
    assert shown(desk.agent, text="%_'\u202e") == []
    assert shown(desk.agent, vip=True) == ["Eva"]
    assert shown(desk.agent, blocked=True) == ["Tom"]
    assert shown(desk.agent, company=Company.objects.get().pk) == ["Eva"]
    assert shown(desk.admin) == ["Unseen", "Eva", "Tom"]


def test_pages_cost_the_same_and_lose_nobody(desk: Desk) -> None:
    from django.test.utils import CaptureQueriesContext

    for number in range(7):
        factories.conversation(desk.inbox, f"v{number}")
    seen: list[int] = []
    before = None
    while True:
        with CaptureQueriesContext(connection) as asked:
            rows, before = found.page(desk.agent, found.Filters(), before, size=3)
        assert len(asked) <= 4
        seen += [one.pk for one in rows]
        if before is None:
            break
    assert seen == sorted(Customer.objects.values_list("pk", flat=True), reverse=True)
