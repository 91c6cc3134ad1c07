"""Which addresses we leave alone, and why: put there by reports, asked before each send (H4)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from helpdesk.adapters import PermanentError
from helpdesk.models import CustomerIdentity, Delivery, SuppressedAddress, SuppressionReason

CODE = "suppressed"


def of(kind: str, *addresses: str) -> dict[str, SuppressedAddress]:
    """Those of the addresses that nothing is sent to, by the address in lower case; one query."""
    wanted = [address.lower() for address in addresses]
    found = SuppressedAddress.objects.filter(kind=kind, address__in=wanted, lifted_at__isnull=True)
    return {one.address: one for one in found}


def of_identities(identities: Iterable[CustomerIdentity]) -> dict[int, SuppressedAddress]:
    """Those of a customer's addresses that nothing is sent to, by the identity's pk; one query."""
    wanted = {one.pk: (one.kind, one.address.lower()) for one in identities}
    rows = SuppressedAddress.objects.filter(
        address__in={address for _kind, address in wanted.values()}, lifted_at__isnull=True
    )
    found = {(one.kind, one.address): one for one in rows} if wanted else {}
    return {pk: found[key] for pk, key in wanted.items() if key in found}


def suppress(
    kind: str, address: str, reason: SuppressionReason, *, said: str, delivery: Delivery
) -> bool:
    """Send nothing more to an address; False if that was so already. A complaint says more."""
    address = address.lower()[:320]
    try:
        with transaction.atomic():
            SuppressedAddress.objects.create(
                kind=kind, address=address, reason=reason, said=said[:500], delivery=delivery
            )
    except IntegrityError:
        if reason == SuppressionReason.COMPLAINED:
            known = SuppressedAddress.objects.filter(kind=kind, address=address)
            known.filter(lifted_at__isnull=True).update(reason=reason, said=said[:500])
        return False
    return True


def words(found: SuppressedAddress) -> str:
    """Why nothing is sent to the address, for an agent, in their language."""
    if found.reason == SuppressionReason.COMPLAINED:
        return _("Mail to %(address)s was reported as spam.") % {"address": found.address}
    text = _("Mail to %(address)s came back: the address does not take mail.")
    return text % {"address": found.address}


def refuse(kind: str, address: str) -> None:
    """Raises PermanentError, with the reason for the agent, for an address that is left alone."""
    found = of(kind, address).get(address.lower())
    if found is not None:
        raise PermanentError(words(found), CODE)
