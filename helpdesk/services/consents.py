"""Consents: recorded with the words that were shown, and ended at once when they are withdrawn."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk import audit, traces
from helpdesk.models import (
    Act,
    Agent,
    Consent,
    Customer,
    Lead,
    Purpose,
)
from helpdesk.services import erasing
from helpdesk.services.text import clean_line

BY_HAND = "noted by hand"
SHORTEST_PROOF = 5


class InvalidConsentError(ValueError):
    """Not a purpose of ours, or nothing that proves it: the text names the field."""

    @property
    def words(self) -> str:
        """What to tell whoever filled in the form."""
        said = {
            "proof": _("Say how we know it: who said so, when, where it is written down."),
            "on": _("A consent is not given in the future."),
            "where": _("That is none of their addresses."),
        }
        return said.get(str(self), _("Choose one of the list."))


@transaction.atomic
def record(
    customer: Customer,
    purpose: str,
    *,
    by: Agent | None,
    version: str = "",
    text: str = "",
    language: str = "",
    source: str = "",
    proof: str = "",
    given_at: datetime | None = None,
) -> Consent:
    """Keep what somebody agreed to. The same words for the same purpose make no second row.

    Raises InvalidConsentError.
    """
    if purpose not in Purpose.values:
        raise InvalidConsentError(purpose)
    facts = {"version": clean_line(version, 80), "text": clean_line(text, 500)}
    standing = Consent.objects.filter(customer=customer, purpose=purpose, withdrawn_at=None)
    known = standing.filter(**facts).first()
    if known is not None:
        return known
    made = Consent.objects.create(
        customer=customer,
        purpose=purpose,
        language=clean_line(language, 8),
        source=clean_line(source, 80),
        proof=clean_line(proof, 300),
        given_at=given_at or datetime.now(UTC),
        recorded_by=by,
        **facts,
    )
    audit.record(Act.CONSENTED, made, by=by, changes={"purpose": ("", purpose)})
    return made


@transaction.atomic
def note(
    customer: Customer, purpose: str, *, by: Agent, where: str, proof: str, on: date | None = None
) -> Consent:
    """What an agent was told: to what, at which address of theirs ("" for none), how we know.

    Raises InvalidConsentError with the field that is wrong.
    """
    if purpose not in Purpose.values:
        raise InvalidConsentError("purpose")
    if where and not (len(where) <= 80 and customer.identities.filter(address=where).exists()):
        raise InvalidConsentError("where")
    known, today = clean_line(proof, 300), datetime.now(UTC)
    if len(known) < SHORTEST_PROOF:
        raise InvalidConsentError("proof")
    at = datetime.combine(on, time(12), UTC) if on else today
    if at.date() > today.date():
        raise InvalidConsentError("on")
    facts = {"text": known, "proof": known, "source": where}
    return record(customer, purpose, by=by, version=BY_HAND, given_at=min(at, today), **facts)


@transaction.atomic
def withdraw(consent: Consent, *, by: Agent | None) -> Consent:
    """From now on it holds no more; whoever asks holds() hears so at once. Safe to repeat."""
    row = Consent.objects.select_for_update().get(pk=consent.pk)
    if row.withdrawn_at is None:
        row.withdrawn_at = datetime.now(UTC)
        row.save(update_fields=["withdrawn_at"])
        if not holds(row.customer_id, row.purpose):
            _end(row)
        audit.record(Act.WITHDRAWN, row, by=by, changes={"purpose": (row.purpose, "")})
    return row


def _end(row: Consent) -> None:
    """What was kept for this purpose alone goes in the same moment."""
    who = erasing.whose(row.customer_id)
    for source in traces.sources():
        if source.purpose == row.purpose:
            source.forget(who)
    if row.purpose == Purpose.MARKETING:  # a lead is nothing but a way to make an offer
        Lead.objects.filter(customer__in=who.customers).update(
            name="", email="withdrawn", phone="", need="", budget="", consent=""
        )


def holds(customer_id: int, purpose: str) -> bool:
    """Whether somebody agrees to this now."""
    asked = Consent.objects.filter(customer=customer_id, purpose=purpose, withdrawn_at=None)
    return asked.exists()
