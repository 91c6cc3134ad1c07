"""A site vouches for who its visitor is: what he wrote as a stranger becomes his (AUT-9).

Only one way: the stranger of this one session goes into the known customer. Nobody is ever
merged because an e-mail address is the same.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Q

from helpdesk.adapters import Person
from helpdesk.events import Kind, locked, record
from helpdesk.models import Conversation, Customer, CustomerIdentity, Inbox
from helpdesk.services import customers
from helpdesk.services.text import clean_line

EVIDENCE = "signed by the site"


@transaction.atomic
def recognise(
    inbox: Inbox, person: Person, *, stranger: str = "", email: str = "", verified: bool = False
) -> Customer:
    """The customer whom the site calls by `person`, with what he wrote as a `stranger`.

    person: a verified account address; stranger: the `visitor` address of his session;
    verified: the site vouches for the e-mail address too. Safe to repeat.
    """
    address = clean_line(stranger, 320)
    _hold_both(person, address)
    found = CustomerIdentity.objects.filter(kind="visitor", address=address)
    before = found.select_related("customer").first() if address else None
    if before is not None and not _is_stranger(before):
        before = None
    known = CustomerIdentity.objects.filter(kind=person.kind, address=person.address).first()
    if known is None and before is not None:
        customer = before.customer
        customers.link_identity(customer, person, evidence=EVIDENCE)
        if person.name:
            customer.name = clean_line(person.name, 200)
            customer.save(update_fields=["name"])
        _hand_over(inbox, customer, customer)
    else:
        customer = customers.find_or_create(person)
        CustomerIdentity.objects.filter(
            kind=person.kind, address=person.address, evidence="first message"
        ).update(evidence=EVIDENCE)
        if before is not None and before.customer_id != customer.pk:
            _absorb(inbox, before, customer)
    if email:
        _vouch(customer, Person("email", email, verified=verified))
    customer.refresh_from_db()
    return customer


def _hold_both(person: Person, stranger: str) -> None:
    """Both rows before anything is written, the lower first, as whoever merges two takes them."""
    named = Q(kind=person.kind, address=person.address) | Q(kind="visitor", address=stranger)
    ids = CustomerIdentity.objects.filter(named).values("customer")
    list(Customer.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))


def _is_stranger(identity: CustomerIdentity) -> bool:
    """Nothing but this one browser is known of him for certain."""
    others = identity.customer.identities.exclude(pk=identity.pk)
    return not others.filter(verified=True).exists()


def _absorb(inbox: Inbox, stranger: CustomerIdentity, customer: Customer) -> None:
    """Give the stranger's talks of this inbox to the customer. The stranger's row stays, and
    each talk's event says where it came from, so that this can be undone.
    """
    was = stranger.customer
    _hand_over(inbox, was, customer)
    stranger.customer = customer
    stranger.save(update_fields=["customer"])
    if not Conversation.objects.filter(customer=was).exists():
        # What he typed goes along, as unproven as it was.
        was.identities.update(customer=customer)


def _hand_over(inbox: Inbox, was: Customer, customer: Customer) -> None:
    talks = Conversation.objects.filter(customer=was, inbox=inbox).order_by("pk")
    for pk in list(talks.values_list("pk", flat=True)):
        with locked(pk) as conversation:
            conversation.customer = customer
            facts = {"from": was.pk, "to": customer.pk, "evidence": EVIDENCE}
            record(conversation, Kind.CUSTOMER_RECOGNISED, payload=facts)
            conversation.leads.update(customer=customer)
            conversation.orders.update(customer=customer)


def _vouch(customer: Customer, person: Person) -> None:
    """Link his address; one that is somebody else's stays there."""
    address = clean_line(person.address, 320)
    try:
        with transaction.atomic():
            identity = customers.link_identity(customer, person, evidence=EVIDENCE)
    except IntegrityError:
        return
    if person.verified and not identity.verified:
        CustomerIdentity.objects.filter(kind="email", address=address).update(
            verified=True, evidence=EVIDENCE
        )
