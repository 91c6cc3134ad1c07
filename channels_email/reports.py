"""What a report means for our own mail: receipts for the core, where it proves to be about ours.

Rule H3: a report is believed of a delivery only through a token of ours that nobody else can make:
the envelope sender that it came back to, or the signed Message-ID of the mail that it returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from channels_email import bounces, threads
from channels_email.bounces import Recipient, Report
from helpdesk.adapters import Ignored, Parsed, Receipt
from helpdesk.models import Delivery, Inbox

_STATES: Final = {
    (bounces.BOUNCE, bounces.BOUNCE): "bounced",
    (bounces.BOUNCE, bounces.DELAY): "delayed",
    (bounces.BOUNCE, bounces.SUCCESS): "delivered",
    (bounces.DELAY, bounces.DELAY): "delayed",
    (bounces.DELAY, bounces.SUCCESS): "delivered",
    (bounces.SUCCESS, bounces.SUCCESS): "delivered",
    (bounces.READ, bounces.SUCCESS): "read",
    (bounces.COMPLAINT, bounces.BOUNCE): "complained",
}
_WHOLE: Final = {
    bounces.BOUNCE: "bounced",
    bounces.DELAY: "delayed",
    bounces.SUCCESS: "delivered",
    bounces.READ: "read",
    bounces.COMPLAINT: "complained",
}


@dataclass(frozen=True, slots=True)
class _Ours:
    """A delivery of ours that a report is about; returned: the envelope sender that says so."""

    delivery_id: int
    returned: threads.Bounced | None = None
    proven: bool = True


def parsed(report: Report, envelope: Sequence[str], inbox: Inbox | None = None) -> list[Parsed]:
    """The receipts of a report, or why it moves nothing (a log entry, never a conversation).

    envelope: the addresses that the report was sent to.
    """
    if report.kind == bounces.DIGEST:
        return [Ignored("a report that is about no single mail")]
    ours = _ours(report, envelope) or _renamed(report, inbox)
    if ours is None:
        return [Ignored(f"a {report.kind} report without proof that the mail was ours")]
    found = [_receipt(report, ours, one) for one in report.recipients]
    told = [one for one in found if one is not None]
    return [*told] or [Receipt(_WHOLE[report.kind], delivery_id=ours.delivery_id)]


def _ours(report: Report, envelope: Sequence[str]) -> _Ours | None:
    # Some servers give the envelope id back as they got it, in xtext (RFC 3461, 4).
    envelope_id = report.envelope_id.replace("+2B", "+").replace("+2b", "+")
    for address in [*envelope, report.mail_from, envelope_id]:
        if address and (returned := threads.read_bounce_address(address)):
            return _Ours(returned.delivery_id, returned)
    for identifier in report.ids:
        if own := threads.read_message_id(identifier):
            return _Ours(own.delivery_id)
    return None


def _renamed(report: Report, inbox: Inbox | None) -> _Ours | None:
    """By the Message-ID that a provider gave our mail (E7). Whoever got the mail knows it, so that
    it proves less: no address is known to be bad.
    """
    if inbox is None or not report.ids:
        return None
    found = Delivery.objects.filter(inbox=inbox, provider_id__in=report.ids[:20]).order_by("pk")
    first = found.values_list("pk", flat=True).first()
    return _Ours(first, proven=False) if first else None


def _receipt(report: Report, ours: _Ours, one: Recipient) -> Receipt | None:
    """One recipient's part. An address that our token does not name may be what a forwarder made
    of it: then the mail came back, but no address is known to be bad.
    """
    state = _STATES.get((report.kind, one.action))
    if state is None:
        return None
    named = ours.returned is None or ours.returned.is_for(one.address)
    return Receipt(
        state,
        delivery_id=ours.delivery_id,
        error_code=one.cause if state in {"bounced", "delayed"} else "",
        error=one.said or one.status,
        recipient=one.address if named else "",
        hard=one.hard and named and ours.proven,
    )
