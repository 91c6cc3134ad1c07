"""The message that leaves: one `Outgoing` to RFC 5322 bytes (K1-K4).

Built with the stdlib's compat32 classes: the newer policy folds long Message-IDs into encoded
words, which breaks threading. Everything is seven-bit, with CRLF, and the same at each attempt
except for Date.
"""

from __future__ import annotations

import html as entities
import re
from dataclasses import dataclass
from datetime import UTC
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

from channels_email import markup, owned, threads, unsubscribing
from channels_email.addresses import normal
from helpdesk.adapters import FileLink, OutboundFile, Outgoing, Quote
from helpdesk.models import Inbox

MAX_REFERENCES: Final = 20
MAX_SUBJECT: Final = 300
MAX_NAME: Final = 200
MAX_COPIES: Final = 50

_FORBIDDEN: Final = re.compile(r"[\r\n\x00]")
_CONTROL: Final = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_PREFIX: Final = re.compile(
    r"(?:re|aw|antw|sv|vs|odp|ynt|atb|res|rif|hl|vá|отв|ответ|השב|תגובה|答复|回复|回覆"
    r")(?:\s?[\[(]\d{1,3}[\])])?\s?[:：]\s*",
    re.IGNORECASE,
)
_SAFE_ID: Final = re.compile(r"[!-;=?-~]{1,250}@[!-;=?-~]{1,250}\Z")
_ADDRESS: Final = re.compile(r"[!-;=?A-~]{1,64}@[!-;=?A-~]{1,255}\Z")
_SAFE_CID: Final = re.compile(r"[!-;=?-~]{1,250}\Z")
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
    """A finished mail: its envelope, its Message-ID without <>, its bytes with CRLF.

    copies: who else gets these very bytes, cc and bcc alike; each address is named once.
    """

    sender: str
    recipient: str
    message_id: str
    data: bytes
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail before it is put into bytes, or into a provider's fields; everything is checked.

    name: the recipient's. hidden: the bcc addresses. headers: those for threads and machines.
    """

    sender: str
    author: str
    recipient: str
    name: str
    cc: tuple[str, ...]
    hidden: tuple[str, ...]
    reply_to: str
    subject: str
    message_id: str
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str


def drafted(inbox: Inbox, outgoing: Outgoing) -> Draft:
    """What the mail for one delivery says, and to whom.

    Raises ComposeError when an address or a header value is not fit for mail (K4).
    """
    sender = _address(inbox.address, "the inbox has no valid e-mail address")
    recipient = _address(outgoing.to, "this is not an e-mail address we can send to")
    if recipient.endswith(".invalid"):
        raise ComposeError("the sender of this mail is unknown: there is nobody to answer")
    if owned.is_own(inbox, recipient):
        raise ComposeError("this is an address of ours: the mail would come back")
    cc, hidden = copies(inbox, outgoing, recipient)
    domain = sender.rpartition("@")[2]
    message_id = threads.message_id(outgoing.delivery_id, outgoing.conversation_id, domain)
    reply_to = sender
    if inbox.settings.get("plus_addressing", True):
        reply_to = threads.reply_address(sender, inbox.pk, outgoing.conversation_id, recipient)
    text = outgoing.body or markup.to_text(outgoing.html)
    rich = outgoing.html or markup.from_text(text)
    mark = threads.body_mark(inbox.pk, outgoing.conversation_id, recipient)
    return Draft(
        sender=sender,
        author=header_safe(outgoing.author_name or inbox.name)[:MAX_NAME],
        recipient=recipient,
        name=header_safe(outgoing.to_name)[:MAX_NAME],
        cc=cc,
        hidden=hidden,
        reply_to=reply_to,
        subject=_subject(inbox, outgoing),
        message_id=message_id,
        headers=_headers(outgoing, message_id, sender, recipient),
        text=_plain(text, outgoing),
        html=_page(_rich(rich, outgoing), mark),
    )


def compose(inbox: Inbox, outgoing: Outgoing) -> Composed:
    """The mail for one delivery; the same Message-ID at every attempt (K1).

    Raises ComposeError when an address or a header value is not fit for mail (K4).
    """
    draft = drafted(inbox, outgoing)
    message = _body(draft, outgoing)
    message["From"] = _mailbox(draft.author, draft.sender)
    message["To"] = _mailbox(draft.name, draft.recipient)
    if draft.cc:
        message["Cc"] = ", ".join(draft.cc)
    message["Reply-To"] = _mailbox(draft.author, draft.reply_to)
    message["Subject"] = _encoded(draft.subject)
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{draft.message_id}>"
    for name, value in draft.headers:
        message[name] = value
    buffer = BytesIO()
    BytesGenerator(buffer, mangle_from_=False, policy=_POLICY).flatten(message)
    envelope = "" if outgoing.automatic == "reply" else draft.sender
    copied = (*draft.cc, *draft.hidden)
    return Composed(envelope, draft.recipient, draft.message_id, buffer.getvalue(), copied)


def copies(
    inbox: Inbox, outgoing: Outgoing, recipient: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The cc and the bcc addresses: each once, none of ours (K4). Raises ComposeError."""
    seen = {recipient}
    found: list[tuple[str, ...]] = []
    for given in (outgoing.cc, outgoing.bcc):
        kept = []
        for one in given:
            address = _address(one, "one of the copies has no e-mail address we can send to")
            if address in seen or owned.is_own(inbox, address):
                continue
            seen.add(address)
            kept.append(address)
        found.append(tuple(kept))
    if len(seen) > MAX_COPIES:
        raise ComposeError("too many recipients for one mail")
    return found[0], found[1]


def _headers(
    outgoing: Outgoing, own: str, sender: str, recipient: str
) -> tuple[tuple[str, str], ...]:
    """The thread, our loop mark, and what tells other machines not to answer (G4, RFC 3834)."""
    found = []
    if references := _references(outgoing, own):
        # Ours goes first: it is left where a provider rewrites the ids of our mails (E7).
        root = threads.message_id(0, outgoing.conversation_id, own.rpartition("@")[2])
        found = [
            ("In-Reply-To", f"<{references[-1]}>"),
            ("References", " ".join(f"<{each}>" for each in [root, *references])),
        ]
    found.append((threads.LOOP_HEADER, threads.loop_mark()))
    if outgoing.automatic:
        answers = outgoing.automatic == "reply"
        found.append(("Auto-Submitted", "auto-replied" if answers else "auto-generated"))
        found.append(("X-Auto-Response-Suppress", "All"))
        found.extend(unsubscribing.headers(recipient, own=sender, delivery=outgoing.delivery_id))
        if answers:
            found.append(("Precedence", "bulk"))
    return tuple(found)


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
    subject = threads.without_marks(header_safe(outgoing.subject))[:MAX_SUBJECT]
    if outgoing.automatic == "reply":
        return subject  # ours, and not one word of the sender's (SEC-16)
    if outgoing.in_reply_to or _references(outgoing, ""):
        subject = reply_subject(subject)
    subject = subject or header_safe(inbox.name)
    if inbox.settings.get("subject_mark"):
        subject = f"{subject} {threads.subject_mark(outgoing.conversation_id)}"
    return subject


def _references(outgoing: Outgoing, own: str) -> list[str]:
    """The thread's ids, oldest first, the answered one last; the middle goes over 20 (K1)."""
    given = [*outgoing.message_ids]
    if outgoing.in_reply_to:
        given = [each for each in given if each != outgoing.in_reply_to] + [outgoing.in_reply_to]
    usable = [each for each in dict.fromkeys(given) if each != own and _SAFE_ID.match(each)]
    if len(usable) > MAX_REFERENCES - 1:  # and the conversation's own one
        usable = [usable[0], *usable[-(MAX_REFERENCES - 2) :]]
    return usable


def quoted(name: str, address: str) -> str:
    """Name and address as one, letters outside ASCII as they are."""
    if not name:
        return address
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <{address}>'


def _mailbox(name: str, address: str) -> str:
    if name.isascii():
        return quoted(name, address)
    return f"{Header(name, 'utf-8', maxlinelen=70).encode()} <{address}>"


def _encoded(value: str) -> str:
    return value if value.isascii() else Header(value, "utf-8", header_name="Subject").encode()


def _body(draft: Draft, outgoing: Outgoing) -> MIMEBase:
    alternative = MIMEMultipart("alternative", boundary=_boundary(outgoing, "a"))
    alternative.attach(_text(draft.text, "plain"))
    alternative.attach(_text(draft.html, "html"))
    shown = [file for file in outgoing.files if is_shown(draft, file)]
    others = [file for file in outgoing.files if file not in shown]
    body: MIMEMultipart = alternative
    if shown:
        body = MIMEMultipart("related", boundary=_boundary(outgoing, "r"))
        for part in (alternative, *(attached(file) for file in shown)):
            body.attach(part)
    if not others:
        return body
    mixed = MIMEMultipart("mixed", boundary=_boundary(outgoing, "m"))
    mixed.attach(body)
    for file in others:
        mixed.attach(attached(file))
    return mixed


def is_shown(draft: Draft, file: OutboundFile) -> bool:
    """Whether the text shows this file, so that it is not listed below it."""
    return bool(file.content_id) and f"cid:{file.content_id}".lower() in draft.html.lower()


def _plain(text: str, outgoing: Outgoing) -> str:
    """The words, then links to big files, the signature and what is answered (K6)."""
    parts = [text.rstrip("\n")]
    parts += [f"{link.name} ({_size(link)})\n{link.url}" for link in outgoing.links]
    if outgoing.signature:
        parts.append(f"-- \n{outgoing.signature}")
    if outgoing.quote:
        lines = outgoing.quote.text.split("\n")
        parts.append("\n".join([_attribution(outgoing.quote), *(f"> {line}" for line in lines)]))
    return "\n\n".join(parts)


def _rich(rich: str, outgoing: Outgoing) -> str:
    parts = [rich]
    for link in outgoing.links:
        name = f"{entities.escape(link.name)} ({_size(link)})"
        parts.append(f'<p><a href="{entities.escape(link.url)}">{name}</a></p>')
    if outgoing.signature:
        signature = markup.from_text(outgoing.signature)
        parts.append(f'<div class="parley_signature">-- <br>{signature}</div>')
    if outgoing.quote:
        said = markup.from_text(outgoing.quote.text)
        above = entities.escape(_attribution(outgoing.quote))
        parts.append(f'<p>{above}</p>\n<blockquote type="cite">{said}</blockquote>')
    return "\n".join(parts)


def _attribution(quote: Quote) -> str:
    """Who wrote what follows, in a shape that needs no language and that trimmers know (I3)."""
    name = _CONTROL.sub("", " ".join(quote.name.split()))[:MAX_NAME]
    who = f"{name} <{quote.address}>" if name else f"<{quote.address}>"
    return f"{who}, {quote.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC:"


def _size(link: FileLink) -> str:
    return f"{link.size / 1024 / 1024:.1f} MB"


def _boundary(outgoing: Outgoing, kind: str) -> str:
    """Cannot occur in the parts: neither base64 nor quoted-printable makes "=_"."""
    return f"=_{kind}.{outgoing.delivery_id}.{outgoing.message_id.hex}"


def _text(text: str, subtype: str) -> MIMEText:
    clean = _CONTROL.sub("", text.replace("\x00", "")).replace("\r\n", "\n").replace("\r", "\n")
    # typeshed knows only str here; a Charset carries the choice of quoted-printable.
    part = MIMEText(clean.rstrip("\n") + "\n", subtype, _UTF8)  # type: ignore[arg-type]
    del part["MIME-Version"]
    return part


def _page(rich: str, mark: str) -> str:
    """The whole page; its last line is for us alone, should an answer lose its headers (E1)."""
    unseen = "display:none;mso-hide:all;max-height:0;overflow:hidden"
    return (
        f'<!DOCTYPE html>\n<html><body dir="auto">\n{rich}\n'
        f'<div style="{unseen}" aria-hidden="true">{mark}</div>\n</body></html>'
    )


def attached(file: OutboundFile) -> MIMEBase:
    """An attachment, always base64, so that it arrives byte for byte (K2)."""
    how = "inline" if file.content_id else "attachment"
    match = _TYPE.match(file.content_type.lower().partition(";")[0].strip())
    main, sub = (match[1], match[2]) if match else ("application", "octet-stream")
    name = header_safe(file.name) or "attachment"
    part = MIMEBase(main, sub)
    del part["MIME-Version"]
    part.set_payload(file.data)
    encode_base64(part)
    if name.isascii():
        part.set_param("name", name)
        part.add_header("Content-Disposition", how, filename=name)
    else:
        # RFC 2231 for those who read it, an encoded word for those who never will.
        part.set_param("name", Header(name, "utf-8", maxlinelen=10_000).encode())
        part.add_header("Content-Disposition", how, filename=("utf-8", "", name))
    if file.content_id and _SAFE_CID.match(file.content_id):
        part["Content-ID"] = f"<{file.content_id}>"
    return part
