"""Which addresses we leave alone, and why: put there by reports, asked before each send (H4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from helpdesk.adapters import Outgoing, PermanentError
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
    kind: str,
    address: str,
    reason: SuppressionReason,
    *,
    said: str,
    delivery: Delivery | None,
) -> bool:
    """Send nothing more to an address; False if that was so already.

    A complaint says more than a bad address, and both more than that somebody wants no machines.
    """
    address = address.lower()[:320]
    try:
        with transaction.atomic():
            SuppressedAddress.objects.create(
                kind=kind, address=address, reason=reason, said=said[:500], delivery=delivery
            )
    except IntegrityError:
        known = SuppressedAddress.objects.filter(kind=kind, address=address, lifted_at=None)
        if reason != SuppressionReason.COMPLAINED:
            known = known.filter(reason=SuppressionReason.UNSUBSCRIBED)
        if reason != SuppressionReason.UNSUBSCRIBED:
            known.update(reason=reason, said=said[:500])
        return False
    return True


def words(found: SuppressedAddress) -> str:
    """Why nothing is sent to the address, for an agent, in their language."""
    if found.reason == SuppressionReason.UNSUBSCRIBED:
        return _("%(address)s wants no automatic mail.") % {"address": found.address}
    if found.reason == SuppressionReason.COMPLAINED:
        return _("Mail to %(address)s was reported as spam.") % {"address": found.address}
    text = _("Mail to %(address)s came back: the address does not take mail.")
    return text % {"address": found.address}


def refuse(kind: str, address: str, *, automatic: bool) -> None:
    """Raises PermanentError, with the reason for the agent, for an address that is left alone."""
    found = _barred(kind, [address], automatic=automatic).get(address.lower())
    if found is not None:
        raise PermanentError(words(found), CODE)


def without_barred(kind: str, outgoing: Outgoing) -> Outgoing:
    """The message without copies to those who are left alone; `left_out` tells whom and why."""
    if not (outgoing.cc or outgoing.bcc):
        return outgoing
    copied = [*outgoing.cc, *outgoing.bcc]
    barred = _barred(kind, copied, automatic=bool(outgoing.automatic))
    if not barred:
        return outgoing
    return replace(
        outgoing,
        cc=tuple(one for one in outgoing.cc if one.lower() not in barred),
        bcc=tuple(one for one in outgoing.bcc if one.lower() not in barred),
        left_out=tuple((one.address, words(one)) for one in barred.values()),
    )


def leave_alone(kind: str, delivery: Delivery, addresses: Iterable[str], said: str) -> None:
    """Nothing more to those of whom we were told at once that they take no mail."""
    for address in addresses:
        suppress(kind, address, SuppressionReason.BOUNCED, said=said, delivery=delivery)


def _barred(kind: str, addresses: list[str], *, automatic: bool) -> dict[str, SuppressedAddress]:
    known = of(kind, *addresses)
    if automatic:
        return known
    only = SuppressionReason.UNSUBSCRIBED
    return {address: one for address, one in known.items() if one.reason != only}
