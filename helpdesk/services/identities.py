"""The addresses of a customer, kept by hand: each with the evidence for it."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from helpdesk.events import Kind
from helpdesk.models import Agent, Customer, CustomerIdentity
from helpdesk.services import customers
from helpdesk.services.customers import InvalidCustomerError
from helpdesk.services.leads import InvalidLeadError, typed_email, typed_phone
from helpdesk.services.text import clean_line

TYPED = ("email", "phone")
"""The kinds that can be typed in; all others are told by their channel."""


class OthersError(ValueError):
    """The address belongs to somebody else; `customer` is who. Merge them, or leave it there."""

    def __init__(self, customer: Customer) -> None:
        super().__init__(_("This address belongs to another customer."))
        self.customer = customer


def typed(kind: str, text: str) -> str:
    """An address as it is kept, of one of the TYPED kinds. Raises InvalidCustomerError."""
    if kind not in TYPED:
        raise InvalidCustomerError({"kind": _("This kind of address cannot be typed in.")})
    try:
        address = typed_email(text) if kind == "email" else typed_phone(text)
    except InvalidLeadError as error:
        raise InvalidCustomerError({"address": str(error)}) from None
    if not address or len(address) > 320:
        raise InvalidCustomerError({"address": _("Write an address.")})
    return address


def _evidence(text: str, by: Agent | None) -> str:
    """In the agent's words, else that it was the agent who said so."""
    said = clean_line(text, 201)
    if len(said) > 200:
        raise InvalidCustomerError(
            {"evidence": _("At most %(limit)s characters.") % {"limit": 200}}
        )
    return said or f"typed in by {by.display_name if by else 'the desk'}"[:200]


@transaction.atomic
def add(
    customer_id: int, kind: str, address: str, *, evidence: str = "", by: Agent | None
) -> CustomerIdentity:
    """One more e-mail address or phone number, unverified. One they have stays as it is.

    Raises InvalidCustomerError, OthersError.
    """
    plain, words = typed(kind, address), _evidence(evidence, by)
    customer = customers.held(customer_id)
    known = CustomerIdentity.objects.select_related("customer").filter(
        kind=kind, address__iexact=plain
    )
    found = known.filter(customer=customer).first() or known.first()
    if found is None:
        try:
            with transaction.atomic():
                found = CustomerIdentity.objects.create(
                    customer=customer, kind=kind, address=plain, evidence=words
                )
        except IntegrityError:  # somebody was quicker
            found = known.get()
        else:
            _tell(customer, by)
    if found.customer_id != customer.pk:
        raise OthersError(found.customer)
    return found


@transaction.atomic
def mark(
    identity: CustomerIdentity, *, verified: bool, evidence: str = "", by: Agent | None
) -> CustomerIdentity:
    """Whether the address is surely theirs, and why. Raises CustomerIdentity.DoesNotExist."""
    words = _evidence(evidence, by)
    customer = customers.held(identity.customer_id)
    held = CustomerIdentity.objects.select_for_update().get(pk=identity.pk, customer=customer)
    if held.verified != verified or evidence:
        held.verified, held.evidence = verified, words
        held.save(update_fields=["verified", "evidence"])
        _tell(customer, by)
    return held


@transaction.atomic
def remove(identity: CustomerIdentity, *, by: Agent | None) -> None:
    """Take an address away; who writes from it next is a new customer. Safe to repeat."""
    customer = customers.held(identity.customer_id)
    gone, _rows = CustomerIdentity.objects.filter(pk=identity.pk, customer=customer).delete()
    if gone:
        _tell(customer, by)


def _tell(customer: Customer, by: Agent | None) -> None:
    facts = {"changed": ["identities"]}
    customers.tell(customer, Kind.CUSTOMER_CHANGED, by=by, payload=facts)
