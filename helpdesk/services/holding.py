"""Legal holds: while one stands, nothing of the person is erased or purged."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction

from helpdesk import audit
from helpdesk.models import Act, Agent, Customer, LegalHold
from helpdesk.services import customers
from helpdesk.services.text import clean_line


class NoReasonError(ValueError):
    """Nothing is held without a word why."""


@transaction.atomic
def hold(customer: Customer, *, reason: str, by: Agent) -> LegalHold:
    """Let nothing of them go. Safe to repeat. Raises NoReasonError."""
    why = clean_line(reason, 200)
    if not why:
        raise NoReasonError
    held = customers.held(customer.pk)
    known = LegalHold.objects.filter(customer=held, lifted_at=None).first()
    if known is not None:
        return known
    made = LegalHold.objects.create(customer=held, reason=why, by=by, at=datetime.now(UTC))
    audit.record(Act.HELD, held, by=by, reason=why)
    return made


@transaction.atomic
def lift(customer: Customer, *, by: Agent) -> int:
    """They may be erased again; how many holds ended."""
    standing = LegalHold.objects.select_for_update().filter(customer=customer, lifted_at=None)
    many = standing.update(lifted_at=datetime.now(UTC), lifted_by=by)
    if many:
        audit.record(Act.RELEASED, customer, by=by)
    return many
