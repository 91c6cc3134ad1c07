"""The message that leaves: one `Outgoing` to RFC 5322 bytes (K1-K4).

Built with the stdlib's compat32 classes: the newer policy folds long Message-IDs into encoded
words, which breaks threading. Everything is seven-bit, with CRLF, and the same at each attempt
except for Date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import policy
from email.charset import QP, Charset
from email.encoders import encode_base64
from email.generator import BytesGenerator
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formatdate
from io import BytesIO
from typing import Final

from channels_email import markup, threads
from channels_email.addresses import normal
from helpdesk.adapters import OutboundFile, Outgoing
from helpdesk.models import Inbox

MAX_REFERENCES: Final = 20
MAX_SUBJECT: Final = 300
MAX_NAME: Final = 200

_FORBIDDEN: Final = re.compile(r"[\r\n\x00]")
_CONTROL: Final = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_PREFIX: Final = re.compile(
    r"(?:re|aw|antw|sv|vs|odp|ynt|atb|res|rif|hl|vá|отв|ответ|השב|תגובה|答复|回复|回覆"
    r")(?:\s?[\[(]\d{1,3}[\])])?\s?[:：]\s*",
    re.IGNORECASE,
)
_SAFE_ID: Final = re.compile(r"[!-;=?-~]{1,250}@[!-;=?-~]{1,250}\Z")
_ADDRESS: Final = re.compile(r"[!-;=?A-~]{1,64}@[!-;=?A-~]{1,255}\Z")
_TYPE: Final = re.compile(
    r"(?!message/|multipart/)([a-z0-9!#$&^.+-]{1,60})/([a-z0-9!#$&^.+-]{1,60})\Z"
)
_POLICY: Final = policy.compat32.clone(linesep="\r\n", max_line_length=76)
_UTF8: Final = Charset("utf-8")
_UTF8.body_encoding = QP


class ComposeError(ValueError):
    """The message cannot be sent as it is; the text is for the agent."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A finished mail: its envelope, its Message-ID without <>, its bytes with CRLF."""

    sender: str
    recipient: str
    message_id: str
    data: bytes


def compose(inbox: Inbox, outgoing: Outgoing) -> Composed:
    """The mail for one delivery; the same Message-ID at every attempt (K1).

    Raises ComposeError when an address or a header value is not fit for mail (K4).
    """
    sender = _address(inbox.address, "the inbox has no valid e-mail address")
    recipient = _address(outgoing.to, "this is not an e-mail address we can send to")
    if recipient.endswith(".invalid"):
        raise ComposeError("the sender of this mail is unknown: there is nobody to answer")
    domain = sender.rpartition("@")[2]
    message_id = threads.message_id(outgoing.delivery_id, outgoing.conversation_id, domain)
    reply_to = sender
    if inbox.settings.get("plus_addressing", True):
        reply_to = threads.reply_address(sender, inbox.pk, outgoing.conversation_id)
    message = _body(outgoing)
    message["From"] = _mailbox(outgoing.author_name or inbox.name, sender)
    message["To"] = _mailbox(outgoing.to_name, recipient)
    message["Reply-To"] = _mailbox(outgoing.author_name or inbox.name, reply_to)
    message["Subject"] = _encoded(_subject(inbox, outgoing))
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{message_id}>"
    references = _references(outgoing, message_id)
    if references:
        message["In-Reply-To"] = f"<{references[-1]}>"
        message["References"] = " ".join(f"<{each}>" for each in references)
    message[threads.LOOP_HEADER] = threads.loop_mark()
    if outgoing.automatic:
        _mark_automatic(message, answers=outgoing.automatic == "reply")
    buffer = BytesIO()
    BytesGenerator(buffer, mangle_from_=False, policy=_POLICY).flatten(message)
    envelope = "" if outgoing.automatic == "reply" else sender
    return Composed(envelope, recipient, message_id, buffer.getvalue())


def _mark_automatic(message: MIMEBase, *, answers: bool) -> None:
    """What tells other machines not to answer (G4, RFC 3834)."""
    message["Auto-Submitted"] = "auto-replied" if answers else "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if answers:
        message["Precedence"] = "bulk"


def header_safe(value: str) -> str:
    """`value` fit for a header; ComposeError for CR, LF or NUL in it (K4)."""
    if _FORBIDDEN.search(value):
        raise ComposeError("a line break in a name, an address or the subject")
    return _CONTROL.sub("", value).strip()


def reply_subject(subject: str) -> str:
    """The subject with exactly one "Re:" in front, whatever piled up before (K1)."""
    for _ in range(20):
        match = _PREFIX.match(subject)
        if match is None:
            break
        subject = subject[match.end() :]
    return f"Re: {subject}".strip()


def _address(value: str, complaint: str) -> str:
    value = header_safe(value)
    address = normal(value)
    if " " in value or not _ADDRESS.match(address):
        raise ComposeError(complaint)
    return address


def _subject(inbox: Inbox, outgoing: Outgoing) -> str:
    subject = header_safe(outgoing.subject)[:MAX_SUBJECT]
    if outgoing.automatic == "reply":
        return subject  # ours, and not one word of the sender's (SEC-16)
    if outgoing.in_reply_to or _references(outgoing, ""):
        return reply_subject(subject)
    return subject or header_safe(inbox.name)


def _references(outgoing: Outgoing, own: str) -> list[str]:
    """The thread's ids, oldest first, the answered one last; the middle goes over 20 (K1)."""
    given = [*outgoing.message_ids]
    if outgoing.in_reply_to:
        given = [each for each in given if each != outgoing.in_reply_to] + [outgoing.in_reply_to]
    usable = [each for each in dict.fromkeys(given) if each != own and _SAFE_ID.match(each)]
    if len(usable) > MAX_REFERENCES:
        usable = [usable[0], *usable[-(MAX_REFERENCES - 1) :]]
    return usable


def _mailbox(name: str, address: str) -> str:
    name = header_safe(name)[:MAX_NAME]
    if not name:
        return address
    if name.isascii():
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{address}>'
    return f"{Header(name, 'utf-8', maxlinelen=70).encode()} <{address}>"


def _encoded(value: str) -> str:
    return value if value.isascii() else Header(value, "utf-8", header_name="Subject").encode()


def _body(outgoing: Outgoing) -> MIMEBase:
    text = outgoing.body or markup.to_text(outgoing.html)
    rich = outgoing.html or markup.from_text(text)
    alternative = MIMEMultipart("alternative", boundary=_boundary(outgoing, "a"))
    alternative.attach(_text(text, "plain"))
    alternative.attach(_text(_page(rich), "html"))
    if not outgoing.files:
        return alternative
    mixed = MIMEMultipart("mixed", boundary=_boundary(outgoing, "m"))
    mixed.attach(alternative)
    for file in outgoing.files:
        mixed.attach(_file(file))
    return mixed


def _boundary(outgoing: Outgoing, kind: str) -> str:
    """Cannot occur in the parts: neither base64 nor quoted-printable makes "=_"."""
    return f"=_{kind}.{outgoing.delivery_id}.{outgoing.message_id.hex}"


def _text(text: str, subtype: str) -> MIMEText:
    clean = _CONTROL.sub("", text.replace("\x00", "")).replace("\r\n", "\n").replace("\r", "\n")
    # typeshed knows only str here; a Charset carries the choice of quoted-printable.
    part = MIMEText(clean.rstrip("\n") + "\n", subtype, _UTF8)  # type: ignore[arg-type]
    del part["MIME-Version"]
    return part


def _page(rich: str) -> str:
    return f'<!DOCTYPE html>\n<html><body dir="auto">\n{rich}\n</body></html>'


def _file(file: OutboundFile) -> MIMEBase:
    """An attachment, always base64, so that it arrives byte for byte (K2)."""
    match = _TYPE.match(file.content_type.lower().partition(";")[0].strip())
    main, sub = (match[1], match[2]) if match else ("application", "octet-stream")
    name = header_safe(file.name) or "attachment"
    part = MIMEBase(main, sub)
    del part["MIME-Version"]
    part.set_payload(file.data)
    encode_base64(part)
    if name.isascii():
        part.set_param("name", name)
        part.add_header("Content-Disposition", "attachment", filename=name)
    else:
        # RFC 2231 for those who read it, an encoded word for those who never will.
        part.set_param("name", Header(name, "utf-8", maxlinelen=10_000).encode())
        part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
    return part
