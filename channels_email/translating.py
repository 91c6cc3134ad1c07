"""One letter seen from one inbox: what it answers, who wrote it, what is shown of it."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import getaddresses
from typing import Any, Final

from channels_email import (
    addresses,
    bounces,
    forwards,
    loops,
    owned,
    reports,
    senders,
    threads,
    trial,
    unsubscribing,
    visible,
)
from channels_email.addresses import Mailbox, normal
from channels_email.dedupe import content_key
from channels_email.parsing import EmptyMailError, Letter, read
from helpdesk import safe_html
from helpdesk.adapters import (
    Ignored,
    InboundFile,
    InboundMessage,
    Parsed,
    Person,
    Raw,
    UnreadableError,
)
from helpdesk.models import Inbox

MAX_ATTACHMENT: Final = 25 * 1024 * 1024
_SHOWN_RECIPIENTS: Final = 50


def translated(inbox: Inbox, raw: Raw) -> Sequence[Parsed]:
    """One mail is one message, unless it is our own coming back (F3).

    Raises UnreadableError for an empty payload and nothing else: anything that has a byte
    of text makes a record.
    """
    try:
        letter = read(raw.body, max_file=MAX_ATTACHMENT)
    except EmptyMailError as error:
        raise UnreadableError(str(error)) from None
    return _Translation(inbox, raw, letter).results()


class _Translation:
    """One letter seen from one inbox: who wrote it, what it answers, what is shown."""

    def __init__(self, inbox: Inbox, raw: Raw, letter: Letter) -> None:
        self.inbox = inbox
        self.letter = letter
        self.headers = letter.headers
        self.raw = raw.body
        self.content_key = content_key(letter)
        self.mail_from: str | None = raw.headers.get("mail_from")
        self.past = raw.headers.get("via") == "import"
        self.rcpt = [
            normal(address) for _name, address in getaddresses([raw.headers.get("rcpt", "")])
        ] or self._delivered_to()
        self.author = senders.author(inbox, letter)
        self.message_ids = threads.ids([self.headers.first("message-id")])
        self.in_reply_to = threads.ids(self.headers.all("in-reply-to"))
        self.references = threads.ids(self.headers.all("references"))

    def results(self) -> list[Parsed]:
        """The message for the core, what it reports of mail of ours, or why it is neither."""
        if reason := trial.read(self.inbox, self.headers, [*self.rcpt, *self._named()]):
            return [Ignored(reason)]
        if self._is_our_own():
            return [Ignored("our own mail came back")]
        writer = self.letter.sender.address if self.letter.sender else ""
        if asked := unsubscribing.read(self.letter.subject, writer):
            return [asked]
        if bounces.may_be(self.headers, self.letter.content_type, self.mail_from):
            report = bounces.read(self.raw, self.mail_from)
            if report is not None:
                return reports.parsed(report, self.rcpt, self.inbox)
        return [self._message()]

    def _message(self) -> InboundMessage:
        conversation_id, token = self._thread()
        letter = self.letter
        automated_by = loops.automated_by(
            self.headers,
            letter.content_type,
            letter.sender.address if letter.sender else "",
            self.mail_from,
            known_thread=conversation_id is not None,
        )
        html = safe_html.clean(letter.html) if letter.html else ""
        if html is None:
            letter.notes.append("html_shown_as_text")
        auto_reply = loops.is_auto_reply(
            self.headers, automated_by, letter.subject, answers=conversation_id is not None
        )
        answers = bool(conversation_id or self.in_reply_to or self.references)
        # Only an answer has a quote to cut; the core restores a first message (I1).
        forwarded = forwards.is_forward(letter.subject)
        body = visible.visible_text(letter.text, forwarded=forwarded) if answers else letter.text
        return InboundMessage(
            sender=self._sender(),
            body=body,
            external_id=self._external_id(),
            content_key=self.content_key,
            conversation_id=conversation_id,
            marked_id=self._marked(),
            subject_id=threads.read_subject_marks(letter.subject),
            forwarded_from=self._forwarded(),
            references=tuple(dict.fromkeys([*self.in_reply_to, *reversed(self.references)])),
            subject=letter.subject,
            html=html or "",
            files=tuple(
                InboundFile(file.name, file.data, file.content_type, file.size, file.content_id)
                for file in letter.files
            ),
            sent_at=letter.sent_at,
            automated=bool(automated_by) or auto_reply or self._from_ourselves() or self.past,
            auto_reply=auto_reply,
            answerable=self._is_answerable() and not self.past,
            endless=loops.is_endless(self.headers, letter.subject),
            past=self.past,
            meta=self._meta(body, html or "", token, automated_by),
        )

    def _is_answerable(self) -> bool:
        """Whether an automatic answer may go to the author: a person with an address of theirs."""
        sender = self.letter.sender
        return (
            sender is not None
            and not self._from_ourselves()
            and self.mail_from not in {"", "<>"}
            and not loops.is_machine(self.headers, sender.address)
        )

    def _is_our_own(self) -> bool:
        if threads.is_own_loop_mark(self.headers.first(threads.LOOP_HEADER.lower())):
            return True
        return any(threads.read_message_id(identifier) for identifier in self.message_ids)

    def _external_id(self) -> str:
        return self.message_ids[0] if self.message_ids else f"sha256.{self.content_key}"

    def _thread(self) -> tuple[int | None, str]:
        """The conversation that a verified token names, and which token it was (E1, E2)."""
        inbox_id = self.inbox.pk
        for address in self.rcpt:
            if conversation := threads.read_reply_address(address, inbox_id):
                return conversation, "envelope"
        for identifier in [*self.in_reply_to, *reversed(self.references)]:
            if own := threads.read_message_id(identifier):
                return own.conversation_id, "message-id"
        for box in [*self.letter.to, *self.letter.cc]:
            if conversation := threads.read_reply_address(box.address, inbox_id):
                return conversation, "address"
        return None, ""

    def _named(self) -> list[str]:
        return [box.address for box in (*self.letter.to, *self.letter.cc)]

    def _delivered_to(self) -> list[str]:
        """The envelope's recipients, by what the servers on the way wrote down (D8)."""
        names = ("x-original-to", "delivered-to", "envelope-to", "x-envelope-to", "x-forwarded-to")
        values = [value for name in names for value in self.headers.all(name)]
        return list(dict.fromkeys(normal(address) for _name, address in getaddresses(values)))

    def _marked(self) -> int | None:
        """The conversation that the hidden mark of a quoted mail of ours names (E1)."""
        for text in (self.letter.html, self.letter.text):
            if named := threads.read_body_marks(text, self.inbox.pk):
                return named.conversation_id
        return None

    def _forwarded(self) -> Person | None:
        box = self.author.forwarded
        if box is None or owned.is_own(self.inbox, box.address):
            return None
        return Person("email", box.address, box.name, label=box.address)

    def _from_ourselves(self) -> bool:
        return self.author.ourselves

    def _sender(self) -> Person:
        """The author; each mail without a usable one has an unknown sender of its own (B8, D4).

        A shared "unknown" would put strangers into one conversation. Reply-To speaks for our
        own address only where the administrator trusts the form that sends it (D2).
        """
        sender = self.author.sender
        if sender is None:
            return Person("email", f"unknown-{self.content_key[:20]}@sender.invalid")
        return Person("email", sender.address, sender.name, label=sender.address)

    def _meta(self, body: str, html: str, token: str, automated_by: str) -> dict[str, Any]:
        letter = self.letter
        meta: dict[str, Any] = {
            "from_name": self.author.sender.name if self.author.sender else "",
            "to": _shown(letter.to),
            "cc": _shown(letter.cc),
            "reply_to": self.author.reply_to,
            "sender": self._address_in("sender"),
            "return_path": self._address_in("return-path"),
            "rcpt": self.rcpt[:_SHOWN_RECIPIENTS],
            "mail_from": self.mail_from or "",
            "authenticated": self.author.authenticated,
            "dmarc": self.author.dmarc,
            "warnings": list(self.author.warnings),
            "token_verified": bool(token),
            "token": token,
            "automated_by": automated_by,
            "notes": letter.notes,
        }
        if senders.is_forward(letter.subject):
            meta["forward"] = True
        if self.author.resembles:
            meta["resembles"] = self.author.resembles
        if letter.html:
            meta |= safe_html.stamp(html)
            if "lying" in meta:
                meta["warnings"].append("lying_link")
        if body != letter.text:
            meta["full_text"] = letter.text
        return meta

    def _address_in(self, header: str) -> str:
        boxes = addresses.parse(self.headers.first(header))
        return boxes[0].address if boxes else ""


def _shown(boxes: list[Mailbox]) -> list[dict[str, str]]:
    return [{"address": box.address, "name": box.name} for box in boxes[:_SHOWN_RECIPIENTS]]
