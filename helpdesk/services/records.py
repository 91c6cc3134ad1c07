"""Looking at the record of somebody who is under special care leaves a line in the audit."""

from __future__ import annotations

from django.db import transaction

from helpdesk import audit
from helpdesk.models import Act, Agent, Customer


def looked_at(customer: Customer, *, by: Agent) -> None:
    """Write down that somebody opened the record of a VIP or of somebody blocked (domain 11)."""
    why = [name for name, so in (("vip", customer.vip), ("blocked", customer.blocked_at)) if so]
    if why:
        with transaction.atomic():
            audit.record(Act.VIEWED, customer, by=by, reason=", ".join(why))
