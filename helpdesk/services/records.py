"""Looking at the record of somebody who is under special care leaves a line in the audit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from helpdesk import audit
from helpdesk.models import Act, Agent, AuditEntry, Customer

AGAIN = timedelta(hours=1)
"""Who works in a conversation opens it all day: one line an hour says so."""


def looked_at(customer: Customer, *, by: Agent) -> None:
    """Write down that somebody opened the record of a VIP or of somebody blocked (domain 11)."""
    why = [name for name, so in (("vip", customer.vip), ("blocked", customer.blocked_at)) if so]
    if why:
        with transaction.atomic():
            audit.record(Act.VIEWED, customer, by=by, reason=", ".join(why))


def opened(shown: dict[str, Any], *, by: Agent) -> None:
    """Write down that somebody read what a VIP said. shown: has `customer`, as payloads tell it."""
    customer = shown["customer"]
    if not customer["vip"]:
        return
    lately = AuditEntry.objects.filter(
        about=Customer._meta.label,  # noqa: SLF001  Django documents it
        about_id=str(customer["id"]),
        actor=by,
        act=Act.VIEWED,
        at__gt=datetime.now(UTC) - AGAIN,
    )
    if not lately.exists():
        looked_at(Customer.objects.get(pk=customer["id"]), by=by)
