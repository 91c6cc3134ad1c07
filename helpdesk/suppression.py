"""Which addresses we leave alone, and why: put there by reports, asked before each send (H4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from helpdesk import tombstones
from helpdesk.adapters import OptedOutError, Outgoing, PermanentError
from helpdesk.models import CustomerIdentity, Delivery, SuppressedAddress, SuppressionReason

CODE: Final = "suppressed"
OPTED_OUT: Final = "opted_out"
HEARD: Final = "opt_heard"  # in a message's meta: it tells that a word was heard, and may leave
_FILLING: Final = re.compile(r"[\s()./-]+")


def side(address: str) -> str:
    """Our side of a pair in one spelling: two gateways may write one number in two ways."""
    return _FILLING.sub("", address).lower() if address[:1] in "+0123456789" else address.lower()


def of(kind: str, *addresses: str, ours: str = "") -> dict[str, SuppressedAddress]:
    """Those of the addresses that nothing is sent to, by the address in lower case; one query.

    ours: the address of ours that it would be sent from.
    """
    named = {address.lower(): address.lower() for address in addresses}
    # Of who was erased the tombstone is left: they are left alone all the same.
    named |= {tombstones.of(kind, address): address for address in list(named)}
    found = SuppressedAddress.objects.filter(
        kind=kind, address__in=named, ours__in={"", side(ours)}, lifted_at__isnull=True
    )
    return {named[one.address]: one for one in found}


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
    delivery: Delivery | None = None,
    ours: str = "",
) -> bool:
    """Send nothing more to an address; False if that was so already.

    A complaint says more than a bad address, and both more than that somebody wants no machines.
    """
    address = address.lower()[:320]
    try:
        with transaction.atomic():
            SuppressedAddress.objects.create(
                kind=kind,
                address=address,
                reason=reason,
                said=said.replace("\x00", "")[:500],
                delivery=delivery,
                ours=side(ours),
            )
    except IntegrityError:
        known = SuppressedAddress.objects.filter(kind=kind, address=address, lifted_at=None)
        if reason != SuppressionReason.COMPLAINED:
            known = known.filter(reason=SuppressionReason.UNSUBSCRIBED)
        if reason != SuppressionReason.UNSUBSCRIBED:
            known.update(reason=reason, said=said[:500])
        return False
    return True


def opt_in(kind: str, address: str, *, ours: str) -> bool:
    """They want our texts again; False if they had never said otherwise. What came back stays."""
    alone = SuppressedAddress.objects.filter(
        kind=kind,
        address__in=(address.lower(), tombstones.of(kind, address)),
        ours=side(ours),
        lifted_at__isnull=True,
    )
    opted_out = alone.filter(reason=SuppressionReason.OPTED_OUT)
    return bool(opted_out.update(lifted_at=datetime.now(UTC)))


def words(found: SuppressedAddress) -> str:
    """Why nothing is sent to the address, for an agent, in their language."""
    if found.reason == SuppressionReason.UNSUBSCRIBED:
        return _("%(address)s wants no automatic mail.") % {"address": found.address}
    if found.reason == SuppressionReason.OPTED_OUT:
        text = _(
            "%(address)s wants no more texts from us (STOP). Texts can go out again when they "
            "send START."
        )
        return text % {"address": found.address}
    if found.reason == SuppressionReason.COMPLAINED:
        return _("Mail to %(address)s was reported as spam.") % {"address": found.address}
    text = _("Mail to %(address)s came back: the address does not take mail.")
    return text % {"address": found.address}


def refuse(kind: str, delivery: Delivery, *, automatic: bool) -> None:
    """Raises PermanentError, with the reason for the agent, for an address that is left alone.

    The one text that tells them that we heard it still leaves.
    """
    to, ours = delivery.to.lower(), delivery.inbox.address
    found = _barred(kind, [to], automatic=automatic, ours=ours).get(to)
    if found is None:
        return
    over = found.reason == SuppressionReason.OPTED_OUT
    if not (over and delivery.message.meta.get(HEARD)):
        raise PermanentError(words(found), OPTED_OUT if over else CODE)


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


def heed(kind: str, delivery: Delivery, error: PermanentError) -> None:
    """Keep what a provider's refusal tells of the address."""
    if isinstance(error, OptedOutError):
        opted_out(kind, delivery, error.text)


def opted_out(kind: str, delivery: Delivery, said: str) -> None:
    """A provider says that they want nothing more from our address: for all gateways."""
    reason, ours = SuppressionReason.OPTED_OUT, delivery.inbox.address
    suppress(kind, delivery.to, reason, said=said, delivery=delivery, ours=ours)


def _barred(
    kind: str, addresses: list[str], *, automatic: bool, ours: str = ""
) -> dict[str, SuppressedAddress]:
    known = of(kind, *addresses, ours=ours)
    if automatic:
        return known
    only = SuppressionReason.UNSUBSCRIBED
    return {address: one for address, one in known.items() if one.reason != only}
