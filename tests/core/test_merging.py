"""Merging and its undo: every row of every table compared, refusals, races, what came in since."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from chat.models import VisitorSession
from chat.visits.models import Visitor
from helpdesk import inbound
from helpdesk.events import Kind
from helpdesk.models import (
    Conversation,
    ConversationEvent,
    Customer,
    CustomerIdentity,
    CustomerMerge,
    DataCopy,
    Erasure,
    Inbox,
    Order,
    State,
)
from helpdesk.selectors import customers as found
from helpdesk.selectors.merging import STAY, preview, references
from helpdesk.services import blocking, consents, customers, holding, leads, merging, messages
from helpdesk.services.merging import MergeError
from tests import factories
from tests.core.conftest import Desk
from tests.core.parallel import at_once

KNOWN = {
    "helpdesk.CustomerIdentity.customer",
    "helpdesk.Conversation.customer",
    "helpdesk.Lead.customer",
    "helpdesk.Order.customer",
    "helpdesk.Consent.customer",
    "helpdesk.DataCopy.customer",
    "helpdesk.Erasure.customer",
    "helpdesk.LegalHold.customer",
    "chat.VisitorSession.customer",
    "visits.Visitor.customer",
}
HISTORY = {"helpdesk_auditentry", "helpdesk_conversationevent", "helpdesk_customermerge"}
"""What a merge and its undo write down about themselves."""


def test_every_column_that_points_at_customers_is_known() -> None:
    """A new one: does it go with the person, and can two rows of one person stand beside each
    other there? Then add it to KNOWN, and to `full` below; else to selectors.merging.STAY."""
    pointing = {
        f"{model._meta.label}.{column.name}"
        for model in apps.get_models()
        for column in model._meta.get_fields()
        if column.is_relation and column.concrete and column.related_model is Customer
    }
    assert {label for label, _model, _column in references()} == KNOWN
    assert pointing == KNOWN | STAY


def dump() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table as text, but a conversation's place in its own history."""
    rows: dict[str, list[dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table
            cursor.execute(f"SELECT row_to_json(t)::text FROM {table} t ORDER BY 1")  # noqa: S608
            rows[table] = [json.loads(row) for (row,) in cursor.fetchall()]
    for row in rows["helpdesk_conversation"]:
        row.pop("last_seq")
    return {table: kept for table, kept in rows.items() if table not in HISTORY}


def full(desk: Desk, inbox: Inbox, address: str) -> Customer:
    """Somebody with a row in every table that points at customers."""
    talk = factories.conversation(inbox, address, name=address.title())
    person = talk.customer
    messages.note(talk.pk, by=desk.agent, body="Kind")
    contact = leads.Contact(email=f"{address}@lead.example")
    leads.capture(talk.pk, contact, consent="Yes", by=desk.agent)
    now = timezone.now()
    Order.objects.create(
        inbox=inbox,
        number=f"N-{address}",
        value=Decimal("9.90"),
        currency="EUR",
        customer=person,
        ordered_at=now,
    )
    VisitorSession.objects.create(
        inbox=inbox,
        token_sha256=address,
        address=address,
        customer=person,
        conversation=talk,
        seen_at=now,
    )
    Visitor.objects.create(
        inbox=inbox,
        uid_sha256=address,
        customer=person,
        first_seen_at=now,
        seen_at=now,
        consented_at=now,
    )
    consents.record(person, "marketing", by=None, version=address)
    holding.hold(person, reason="Court", by=desk.agent)
    Erasure.objects.create(customer=person, at=now)
    DataCopy.objects.create(customer=person, token_sha256=address, asked_at=now, until=now)
    return person


@pytest.fixture
def two(desk: Desk) -> tuple[Customer, Customer]:
    keep, other = full(desk, desk.inbox, "tom"), full(desk, desk.inbox, "thomas")
    Customer.objects.filter(pk=keep.pk).update(name="", fields={"size": "90"})
    facts = {"city": "Leeds", "company": "Loom", "language": "en"}
    customers.change(other.pk, facts, by=None)
    Customer.objects.filter(pk=other.pk).update(
        fields={"size": "140", "pet": "cat", "points": 0}, timezone="Europe/London"
    )
    keep.refresh_from_db()
    other.refresh_from_db()
    return keep, other


@pytest.mark.django_db(transaction=True)
def test_undone_every_row_is_as_it_was(desk: Desk, two: tuple[Customer, Customer]) -> None:
    keep, other = two
    before = dump()
    row = merging.merge(keep.pk, other.pk, by=desk.agent)
    merged = dump()
    changed = {table for table in before if before[table] != merged[table]}
    assert changed == {model._meta.db_table for _label, model, _column in references()} | {
        "helpdesk_customer"
    }
    for _label, model, column in references():
        assert not model._base_manager.filter(**{column.name: other}).exists()
    merging.unmerge(row.pk, by=desk.supervisor)
    after = dump()
    for table, rows in before.items():
        assert after[table] == rows, table


def test_blanks_are_filled_and_nothing_is_overwritten(
    desk: Desk, two: tuple[Customer, Customer]
) -> None:
    keep, other = two
    promised = preview(keep, other)
    merging.merge(keep.pk, other.pk, by=desk.agent)
    keep.refresh_from_db()
    other.refresh_from_db()
    assert (keep.name, keep.city, keep.language) == ("Thomas", "Leeds", "en")
    assert keep.company is not None
    assert keep.fields == {"size": "90", "pet": "cat", "points": 0}
    assert other.merged_into == keep
    assert other.fields["size"] == "140", "the merged row itself stays as it is"
    for name, (_now, then) in promised["filled"].items():
        value = keep.fields[name[7:]] if name.startswith("fields.") else getattr(keep, name)
        assert value == then
    # A lead brings a consent of its own.
    assert promised["moved"] == {**dict.fromkeys(KNOWN, 1), "helpdesk.Consent.customer": 2}


def test_what_was_written_since_stays(desk: Desk, two: tuple[Customer, Customer]) -> None:
    keep, other = two
    row = merging.merge(keep.pk, other.pk, by=desk.agent)
    customers.change(keep.pk, {"name": "Tommy", "vip": True}, by=desk.agent)
    merging.unmerge(row.pk, by=desk.agent)
    keep.refresh_from_db()
    assert (keep.name, keep.vip, keep.city) == ("Tommy", True, "")


def test_a_block_goes_along_and_back(desk: Desk, two: tuple[Customer, Customer]) -> None:
    keep, other = two
    blocking.block(other.pk, by=desk.agent, reason="Threats")
    row = merging.merge(keep.pk, other.pk, by=desk.agent)
    keep.refresh_from_db()
    assert (keep.blocked_reason, keep.blocked_by) == ("Threats", desk.agent)
    merging.unmerge(row.pk, by=desk.agent)
    keep.refresh_from_db()
    assert (keep.blocked_at, keep.blocked_by, keep.blocked_reason) == (None, None, "")


def test_open_screens_are_told(desk: Desk, two: tuple[Customer, Customer]) -> None:
    keep, other = two
    row = merging.merge(keep.pk, other.pk, by=desk.agent)
    merging.unmerge(row.pk, by=desk.agent)
    for talk in Conversation.objects.all():
        told = ConversationEvent.objects.filter(conversation=talk, kind__startswith="customer_")
        kinds = [one.kind for one in told.order_by("seq")][-2:]
        assert kinds == [Kind.CUSTOMER_MERGED, Kind.CUSTOMER_UNMERGED]
        assert talk.last_seq == talk.events.count()


def test_the_merged_is_listed_nowhere_and_writes_reach_the_survivor(
    desk: Desk, two: tuple[Customer, Customer]
) -> None:
    keep, other = two
    merging.merge(keep.pk, other.pk, by=desk.agent)
    for agent in (desk.agent, desk.admin):
        assert [one.pk for one in found.page(agent, found.Filters())[0]] == [keep.pk]
        assert found.find(agent, other.pk) == keep
    customers.change(other.pk, {"city": "York"}, by=desk.agent)
    keep.refresh_from_db()
    assert keep.city == "York"
    message, _new = inbound.receive(desk.inbox, factories.inbound_message("thomas", "Me again"))
    assert message.conversation.customer_id == keep.pk


def test_what_came_in_for_a_moved_address_follows_it_back(
    desk: Desk, two: tuple[Customer, Customer]
) -> None:
    keep, other = two
    row = merging.merge(keep.pk, other.pk, by=desk.agent)
    Conversation.objects.update(state=State.CLOSED)
    theirs = factories.conversation(desk.inbox, "thomas", "Since then")
    mine = factories.conversation(desk.elsewhere, "tom", "Since then, too")
    lead, _new = leads.capture(
        theirs.pk, leads.Contact(email="n@lead.example"), consent="Yes", by=desk.agent
    )
    merging.unmerge(row.pk, by=desk.agent)
    for one, who in ((theirs, other), (mine, keep), (lead, other)):
        one.refresh_from_db()
        assert one.customer_id == who.pk
    Conversation.objects.update(state=State.CLOSED)
    assert factories.conversation(desk.inbox, "thomas").customer_id == other.pk


def test_refusals(desk: Desk, two: tuple[Customer, Customer]) -> None:
    keep, other = two
    third = full(desk, desk.inbox, "third")
    with pytest.raises(MergeError):
        merging.merge(keep.pk, keep.pk, by=None)
    with pytest.raises(Customer.DoesNotExist):
        merging.merge(keep.pk, 10**9, by=None)
    first = merging.merge(keep.pk, other.pk, by=None)
    with pytest.raises(MergeError):
        merging.merge(third.pk, other.pk, by=None)
    second = merging.merge(third.pk, keep.pk, by=None)
    with pytest.raises(MergeError):
        merging.unmerge(first.pk, by=None)
    assert found.find(desk.admin, other.pk) == third
    merging.unmerge(second.pk, by=None)
    merging.unmerge(first.pk, by=None)
    with pytest.raises(MergeError):
        merging.unmerge(first.pk, by=None)


@pytest.mark.django_db(transaction=True)
def test_two_merges_at_once_leave_one_survivor(desk: Desk) -> None:
    for number in range(5):
        one = full(desk, desk.inbox, f"one{number}").pk
        two = full(desk, desk.inbox, f"two{number}").pk

        def attempt(keep: int, other: int) -> bool:
            try:
                merging.merge(keep, other, by=None)
            except MergeError:
                return False
            return True

        done = at_once([lambda: attempt(one, two), lambda: attempt(two, one)])  # noqa: B023
        assert sorted(done) == [False, True]
        row = CustomerMerge.objects.get(undone_at__isnull=True)
        for _label, model, column in references():
            assert not model._base_manager.filter(**{column.name: row.merged_id}).exists()
        undone = at_once([lambda: undo(row.pk), lambda: undo(row.pk)])  # noqa: B023
        assert sorted(undone) == [False, True]
        assert Conversation.objects.filter(customer_id__in=(one, two)).count() == 2
        assert Customer.objects.filter(merged_into__isnull=False).count() == 0


def undo(pk: int) -> bool:
    try:
        merging.unmerge(pk, by=None)
    except MergeError:
        return False
    return True


@pytest.mark.django_db(transaction=True)
def test_who_writes_while_being_merged_is_not_left_behind(desk: Desk, phone: Inbox) -> None:
    for number in range(6):
        keep = factories.conversation(phone, f"+4860{number}", kind="phone").customer
        other = factories.conversation(phone, f"+4870{number}", kind="phone").customer
        Conversation.objects.update(state=State.CLOSED)
        text = factories.inbound_message(f"+4870{number}", "Now", kind="phone")
        at_once(
            [
                lambda: bool(merging.merge(keep.pk, other.pk, by=None).pk),  # noqa: B023
                lambda: bool(inbound.receive(phone, text)[0].pk),  # noqa: B023
            ]
        )
        assert not Conversation.objects.filter(customer=other).exists()
        assert not CustomerIdentity.objects.filter(customer=other).exists()
