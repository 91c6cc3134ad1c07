"""Writing again to an address that was left alone: somebody's own decision, noted (H4)."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction

from helpdesk import audit
from helpdesk.adapters import adapter_for
from helpdesk.models import (
    Act,
    Agent,
    CustomerIdentity,
    Message,
    SuppressedAddress,
    SuppressionReason,
)
from helpdesk.services import messages


@transaction.atomic
def lift(found: SuppressedAddress, *, by: Agent) -> SuppressedAddress:
    """Mail may go to the address again; who lifted it, and when, is kept. Safe to repeat.

    Nobody of us lifts what a customer said himself: that row is left as it is.
    """
    row = SuppressedAddress.objects.select_for_update().get(pk=found.pk)
    if row.lifted_at is None and row.reason != SuppressionReason.OPTED_OUT:
        row.lifted_at, row.lifted_by = datetime.now(UTC), by
        row.save(update_fields=["lifted_at", "lifted_by"])
        audit.record(Act.CHANGED, row, by=by, changes={"lifted": (False, True)})
    return row


@transaction.atomic
def lift_identity(identity: CustomerIdentity, *, by: Agent) -> None:
    """Mail may go to this address of a customer again."""
    _lift(identity.kind, identity.address, by)


@transaction.atomic
def send_anyway(message: Message, *, by: Agent) -> None:
    """Send a message that was refused since its address is left alone, and lift that.

    Raises IllegalTransitionError when it is not a message that was not sent.
    """
    delivery = message.delivery
    messages.retry(message, by=by)
    _lift(adapter_for(message.inbox).identity_kind, delivery.to, by)


def _lift(kind: str, address: str, by: Agent) -> None:
    alone = SuppressedAddress.objects.filter(
        kind=kind, address=address.lower(), lifted_at__isnull=True
    )
    for found in alone:
        lift(found, by=by)
