"""SMPP as a gateway: what goes to the message centre, and what its deliver_sm means."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Sequence

from channels_sms import joining
from channels_sms.adapter import SmsAdapter, check_sendable, e164
from channels_sms.smpp import desk, pdu, texts
from helpdesk.adapters import (
    AmbiguousError,
    Ignored,
    InboundMessage,
    Outgoing,
    Parsed,
    PermanentError,
    Person,
    Raw,
    Receipt,
    Sent,
    TransientError,
    UnreadableError,
)
from helpdesk.models import Delivery, Inbox

SLOWER = 10.0  # seconds, when the message centre is full
FULL = (pdu.THROTTLED, pdu.QUEUE_FULL)
AGAIN = (pdu.SYSTEM_ERROR, 0x45, 0x61, 0x62)
VALIDITY = "000000001000000R"  # ten minutes from now
STATES = {
    "DELIVRD": "delivered", "ACCEPTD": "sent", "ENROUTE": "sent", "EXPIRED": "failed",
    "DELETED": "failed", "UNDELIV": "failed", "REJECTD": "failed",
}  # fmt: skip
NUMBERED = {1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 8: "REJECTD"}
_FACT = re.compile(r"\b(id|stat|err):(\S+)", re.IGNORECASE)


class SmppAdapter(SmsAdapter):
    """One number (or name) at a message centre.

    inbox.address: ours, from which texts go. inbox.settings: `host`, `port`, `system_id`,
    optionally `system_type`, `tls`. inbox.secrets: `password`. Nothing calls us: the process
    `manage.py smppd` holds the line, and is only there while such an inbox is.
    """

    provider = "smpp"
    label = "SMPP"
    parser_version = 1
    carried_by = ("smppd",)

    def send(self, inbox: Inbox, outgoing: Outgoing) -> Sent:
        """Let the process submit it; every failure is one of the errors of `SendError`."""
        check_sendable(outgoing)
        job = desk.Job(inbox.address, outgoing.to, outgoing.body, outgoing.delivery_id, VALIDITY)
        done = desk.hand_over(inbox.pk, job)
        code = f"0x{done.status:02X}"
        if done.sent and (done.status or done.cut):
            raise AmbiguousError("Only a part of the text was taken.", code)
        if done.cut:
            raise AmbiguousError("The line broke while the text was under way.")
        if done.status in FULL:
            raise TransientError("The message centre asks us to slow down.", code, SLOWER)
        if done.status in AGAIN:
            raise TransientError("The message centre has a problem.", code)
        if done.status:
            raise PermanentError(f"The message centre refused the text ({code}).", code)
        return Sent(done.id)

    def parse(self, inbox: Inbox, raw: Raw) -> Sequence[Parsed]:
        """A text, a part of one, or a receipt. UnreadableError when it is none."""
        try:
            short = pdu.read_short(raw.body)
        except pdu.BrokenPduError as error:
            raise UnreadableError(str(error)) from None
        if short.esm_class & pdu.RECEIPT or pdu.RECEIPTED_ID in short.tlvs:
            return [_receipt(inbox, short)]
        sender = e164(short.source)
        if not sender:
            raise UnreadableError("a text from nobody")
        body, named = _words(inbox, raw, short)
        person = Person("phone", sender, verified=True, label=sender)
        return [InboundMessage(person, body, external_id=named)]


def _words(inbox: Inbox, raw: Raw, short: pdu.Short) -> tuple[str, str]:
    """The text and its id. A part waits for the others. Raises WaitError."""
    if short.data_coding in texts.BINARY:
        return "(unsupported message: binary)", raw.dedupe_key
    mine = _part(raw.body)
    if mine is None:
        header = bool(short.esm_class & pdu.UDH)
        return texts.decoded(short.text, short.data_coding, header=header)[0], raw.dedupe_key
    joined = joining.join(inbox, raw, mine, lambda body, _kind: _sibling(body))
    return joined.text, joined.id


def _sibling(body: bytes) -> joining.Part:
    found = _part(body)
    if found is None:
        raise UnreadableError("no part")
    return found


def concat(body: bytes) -> str:
    """What names the long text that a stored deliver_sm is a part of; "" if it is whole."""
    try:
        found = _part(body)
    except pdu.BrokenPduError:
        return ""
    return found.of if found else ""


def _part(body: bytes) -> joining.Part | None:
    short = pdu.read_short(body)
    header = bool(short.esm_class & pdu.UDH)
    text, part = texts.decoded(short.text, short.data_coding, header=header)
    part = part or _by_tlv(short.tlvs)
    if part is None or part.total < 2:
        return None
    of = f"{short.source}>{short.destination}:{part.of}"
    named = hashlib.sha256(body).hexdigest()
    return joining.Part(named, of, part.number, part.total, text)


def _by_tlv(tlvs: dict[int, bytes]) -> texts.Part | None:
    """A part whose place stands in optional parameters (sar_), not in a header of the text."""
    found = [int.from_bytes(tlvs.get(tag, b"")) for tag in (pdu.PART_OF, pdu.PART, pdu.PARTS)]
    return texts.Part(*found) if all(found[1:]) else None


def _receipt(inbox: Inbox, short: pdu.Short) -> Receipt | Ignored:
    told = {name.lower(): value for name, value in _FACT.findall(short.text.decode("latin-1"))}
    named = short.tlvs.get(pdu.RECEIPTED_ID, b"").rstrip(b"\x00").decode("latin-1")
    named = named or told.get("id", "")
    number = short.tlvs.get(pdu.MESSAGE_STATE, b"\x00")[-1]
    said = (told.get("stat") or NUMBERED.get(number, "")).upper()
    state = STATES.get(said)
    if state is None or not named:
        return Ignored(f"a receipt that says {said[:20] or 'nothing'}")
    failed = state == "failed"
    return Receipt(
        state=state,
        provider_id=_as_sent(inbox, named),
        error_code=told.get("err", said)[:60] if failed else "",
        error=f"The message centre could not deliver the text ({said})." if failed else "",
    )


def _as_sent(inbox: Inbox, named: str) -> str:
    """The id as the submit was answered: message centres write it decimal here and hex there."""
    spelled = {named, named.lower(), named.upper()}
    if named.isascii() and named.isdecimal():
        spelled |= {f"{int(named):x}", f"{int(named):X}", f"{int(named):08X}", str(int(named))}
    with contextlib.suppress(ValueError):
        spelled.add(str(int(named, 16)))
    known = Delivery.objects.filter(inbox=inbox, provider_id__in=spelled)
    return known.order_by("-pk").values_list("provider_id", flat=True).first() or named
