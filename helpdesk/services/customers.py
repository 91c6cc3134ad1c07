"""Customers: found and made by their addresses, held while something happens, changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from helpdesk import writing
from helpdesk.adapters import Person
from helpdesk.events import Kind, owned, record
from helpdesk.kept import STAND_INS, Kept
from helpdesk.models import (
    ACTIVE_STATES,
    Agent,
    Company,
    Conversation,
    Customer,
    CustomerIdentity,
    CustomField,
)
from helpdesk.services import custom_fields, weave_lock
from helpdesk.services.text import clean_line, mask_cards

LINES = {"name": 200, "language": 8, "city": 120, "timezone": 64}
"""The columns of one line that agents may change, and their longest text."""
FLAGS = ("vip", "show_pictures")


class InvalidCustomerError(ValueError):
    """What was typed cannot be kept; `faults` tells why, by field, in words for the agent."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(faults.values()))
        self.faults = dict(faults)


class _MovedError(Exception):
    """The row was merged between the look and the lock."""


@transaction.atomic
def find_or_create(person: Person) -> Customer:
    """The customer who owns this address, made on first sight. Safe under concurrency."""
    address = clean_line(person.address, 320)
    identity = _identity(person.kind, address)
    if identity is None:
        try:
            with transaction.atomic():
                return _made(person, address)
        except IntegrityError:
            identity = _identity(person.kind, address)
            if identity is None:
                raise
    _take_over(identity, person)
    return identity.customer


def _made(person: Person, address: str) -> Customer:
    customer = Customer(
        name=clean_line(person.name or person.label, 200),
        language=clean_line(person.language, 8),
    )
    writing.write([customer])
    identity = CustomerIdentity(
        customer=customer,
        kind=person.kind,
        address=address,
        verified=person.verified,
        evidence="first message",
    )
    writing.write([identity])
    customer.__dict__[_NEW] = True
    return customer


def _take_over(identity: CustomerIdentity, person: Person) -> None:
    """What a message says of its known sender: a name or language that we lacked, and a proof."""
    _fill_in(identity.customer, person)
    if person.verified and not identity.verified:
        identity.verified = True
        identity.save(update_fields=["verified"])


def sender(person: Person) -> Customer:
    """find_or_create(), and locked: whoever the address belongs to once we hold the lock.

    Raises IntegrityError where two first messages race, or a merge came between: begin the
    transaction anew, which lets go of the wrong lock.
    """
    address = clean_line(person.address, 320)
    # One statement finds and locks both, the customer first: who waited for a merge sees what it
    # did, and finds nothing if the address has moved to somebody else.
    found = _locking().ask(kind=person.kind, address=address)
    if not found:
        return _made(person, address)
    identity = found[0]
    customer = identity.customer
    if customer.merged_into_id is not None:
        msg = f"{address} has moved to another customer"
        raise IntegrityError(msg)
    _take_over(identity, person)
    return customer


@lru_cache(maxsize=1)
def _locking() -> Kept[CustomerIdentity]:
    """Written once, and only inside a transaction: the ORM writes no lock outside of one."""
    mine = CustomerIdentity.objects.filter(kind=STAND_INS["kind"], address=STAND_INS["address"])
    return Kept(
        mine.select_for_update(of=("customer", "self"), no_key=True).select_related("customer")
    )


_NEW = "_made_by_this_transaction"


def is_new(customer: Customer) -> bool:
    """Whether this transaction made them: nothing can have happened with them before."""
    return bool(customer.__dict__.get(_NEW))


@transaction.atomic
def held(customer_id: int) -> Customer:
    """The customer, locked; of one who was merged the survivor. Raises Customer.DoesNotExist.

    The first lock of a transaction: conversations come after it (events.locked).
    """

    def survivor() -> int:
        pk = customer_id
        while (
            into := Customer.objects.values_list("merged_into", flat=True).get(pk=pk)
        ) is not None:
            pk = into
        return pk

    return _held(survivor)


def held_of(conversation_id: int) -> Customer:
    """Lock the customer of a conversation, before the conversation: the order of all locks."""
    talks = Conversation.objects.filter(pk=conversation_id)
    return _held(lambda: talks.values_list("customer_id", flat=True).get())


def _held(find: Callable[[], int]) -> Customer:
    """Lock whom `find` names and look again: they may have been merged while we waited."""
    while True:
        pk = find()
        try:
            with transaction.atomic():  # rolled back, this lets go of the wrong lock
                customer = Customer.objects.select_for_update(no_key=True).get(pk=pk)
                if customer.merged_into_id is not None or find() != pk:
                    raise _MovedError
                return customer
        except _MovedError:
            continue


def _identity(kind: str, address: str) -> CustomerIdentity | None:
    return (
        CustomerIdentity.objects.select_related("customer")
        .filter(kind=kind, address=address)
        .first()
    )


@transaction.atomic
def fill_name(customer: Customer, name: str) -> None:
    """The name that they give themselves; one that we have is never replaced."""
    _fill_in(customer, Person("", "", name))


def _fill_in(customer: Customer, person: Person) -> None:
    """A name or language that we lacked is taken over; one that we have is never replaced."""
    changed = []
    if person.name and customer.name in {"", clean_line(person.label, 200)}:
        customer.name = clean_line(person.name, 200)
        changed.append("name")
    if person.language and not customer.language:
        customer.language = clean_line(person.language, 8)
        changed.append("language")
    if changed:
        customer.save(update_fields=changed)


@transaction.atomic
def link_identity(customer: Customer, person: Person, *, evidence: str) -> CustomerIdentity:
    """Give a customer one more address, with the evidence for it.

    Returns the existing identity if it is theirs already; raises IntegrityError if it belongs to
    somebody else (merging persons is a separate, reversible act).
    """
    identity, _created = CustomerIdentity.objects.get_or_create(
        kind=person.kind,
        address=clean_line(person.address, 320),
        defaults={"customer": customer, "verified": person.verified, "evidence": evidence[:200]},
    )
    if identity.customer_id != customer.pk:
        msg = f"{identity} belongs to another customer"
        raise IntegrityError(msg)
    return identity


@transaction.atomic
def change(customer_id: int, wanted: Mapping[str, Any], *, by: Agent | None) -> Customer:
    """What agents know of a person: name, language, city, timezone, vip, show_pictures, company
    (its name) and `fields` (custom fields by key; null or "" takes a value away).

    What is so already makes no event. Raises InvalidCustomerError with every fault at once.
    """
    customer = held(customer_id)
    faults: dict[str, str] = {}
    columns: dict[str, Any] = {}
    for name, value in wanted.items():
        if name in LINES:
            columns[name] = _line(name, value, faults)
        elif name in FLAGS and isinstance(value, bool):
            columns[name] = value
        elif name == "company":
            columns["company"] = _line("company", value, faults, 200)
        elif name == "fields" and isinstance(value, Mapping):
            columns["fields"] = custom_fields.checked(
                value, customer.fields, CustomField.objects.all(), faults
            )
        else:
            faults[name] = _("This field is not known.")
    if faults:
        raise InvalidCustomerError(faults)
    if "company" in columns:
        columns["company"] = company(columns["company"])
    changed = [name for name, value in columns.items() if getattr(customer, name) != value]
    for name in changed:
        setattr(customer, name, columns[name])
    if changed:
        customer.save(update_fields=changed)
        tell(customer, Kind.CUSTOMER_CHANGED, by=by, payload={"changed": sorted(changed)})
    return customer


def _line(name: str, value: object, faults: dict[str, str], limit: int = 0) -> str:
    limit = limit or LINES[name]
    if not isinstance(value, str):
        faults[name] = _("This is not a text.")
        return ""
    text = mask_cards(clean_line(value, limit + 1))
    if len(text) > limit:
        faults[name] = _("At most %(limit)s characters.") % {"limit": limit}
    return text


@transaction.atomic
def company(name: str) -> Company | None:
    """The company of this name, made on first sight; None for no name."""
    plain = clean_line(name, 200)
    if not plain:
        return None
    same = Company.objects.annotate(low=Lower("name")).filter(low=Lower(Value(plain)))
    known = same.first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return Company.objects.create(name=plain)
    except IntegrityError:
        return same.get()


@contextmanager
def locked_talks(which: Q) -> Iterator[list[Conversation]]:
    """Conversations, locked and owned like events.locked(): the customer is locked first.

    What was merged before what it was merged into, as whoever writes in it does; else by pk.
    Meanwhile nothing is merged: the direction does not turn under the locks (ADR 18).
    """
    weave_lock.stands_still()
    found = (
        Conversation.objects.select_for_update(of=("self",))
        .select_related("customer", "inbox", "assignee")
        .filter(which)
        .order_by(*weave_lock.ORDER)
    )
    with ExitStack() as stack:
        talks = list(found)
        for one in talks:
            stack.enter_context(owned(one))
        yield talks


def tell(customer: Customer, kind: Kind, *, by: Agent | None, payload: dict[str, Any]) -> None:
    """Record an event on the active conversations of a held customer, so that screens follow."""
    with locked_talks(Q(customer=customer, state__in=ACTIVE_STATES)) as talks:
        for conversation in talks:
            conversation.customer = customer
            record(conversation, kind, by=by, payload=payload)
