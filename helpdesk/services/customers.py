"""Finding and making customers by their addresses."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from helpdesk.adapters import Person
from helpdesk.models import Customer, CustomerIdentity
from helpdesk.services.text import clean_line


@transaction.atomic
def find_or_create(person: Person) -> Customer:
    """The customer who owns this address, made on first sight. Safe under concurrency."""
    address = clean_line(person.address, 320)
    identity = _identity(person.kind, address)
    if identity is None:
        try:
            with transaction.atomic():
                customer = Customer.objects.create(
                    name=clean_line(person.name or person.label, 200),
                    language=clean_line(person.language, 8),
                )
                CustomerIdentity.objects.create(
                    customer=customer,
                    kind=person.kind,
                    address=address,
                    verified=person.verified,
                    evidence="first message",
                )
        except IntegrityError:
            identity = _identity(person.kind, address)
            if identity is None:
                raise
        else:
            return customer
    customer = identity.customer
    _fill_in(customer, person)
    if person.verified and not identity.verified:
        identity.verified = True
        identity.save(update_fields=["verified"])
    return customer


def _identity(kind: str, address: str) -> CustomerIdentity | None:
    return (
        CustomerIdentity.objects.select_related("customer")
        .filter(kind=kind, address=address)
        .first()
    )


@transaction.atomic
def fill_name(customer: Customer, name: str) -> None:
    """The name that he gives himself; one that we have is never replaced."""
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

    Returns the existing identity if it is his already; raises IntegrityError if it belongs to
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
