"""The e-mail adapter: raw messages to InboundMessage, Outgoing to SMTP."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import getaddresses
from typing import Any, Final

from channels_email import loops, sending, threads, visible
from channels_email.addresses import Mailbox, normal
from channels_email.dedupe import content_key
from channels_email.parsing import EmptyMailError, Letter, read
from helpdesk import safe_html
from helpdesk.adapters import (
    Capabilities,
    Ignored,
    InboundFile,
    InboundMessage,
    Outgoing,
    Parsed,
    Person,
    Raw,
    Sent,
    UnreadableError,
)
from helpdesk.models import Inbox

MAX_ATTACHMENT: Final = 25 * 1024 * 1024
_SHOWN_RECIPIENTS: Final = 50


class EmailAdapter:
    """Mail by SMTP in both directions; pure translation, no database writes."""

    channel = "email"
    provider = ""
    label = "E-mail"
    icon = "mail"
    carried_by = ("smtpd",)
    reads_apart = True
    fetch_page = "mailbox"
    identity_kind = "email"
    parser_version = 1
    capabilities = Capabilities(
        html=True,
        subject=True,
        threaded=True,
        repeat_safe=True,
        expires_after=72 * 3600,
        max_attachment_bytes=MAX_ATTACHMENT,
    )

    def parse(self, inbox: Inbox, raw: Raw) -> Sequence[Parsed]:
        """One mail is one message, unless it is our own coming back (F3).

        Raises UnreadableError for an empty payload and nothing else: anything that has a byte
        of text makes a record.
        """
        try:
            letter = read(raw.body, max_file=MAX_ATTACHMENT)
        except EmptyMailError as error:
            raise UnreadableError(str(error)) from None
        return [_Translation(inbox, raw, letter).result()]

    def send(self, inbox: Inbox, outgoing: Outgoing) -> Sent:
        """Send one mail through the inbox's relay; raises a SendError when it did not go."""
        return sending.send(inbox, outgoing)


class _Translation:
    """One letter seen from one inbox: who wrote it, what it answers, what is shown."""

    def __init__(self, inbox: Inbox, raw: Raw, letter: Letter) -> None:
        self.inbox = inbox
        self.letter = letter
        self.headers = letter.headers
        self.content_key = content_key(letter)
        self.mail_from: str | None = raw.headers.get("mail_from")
        self.past = raw.headers.get("via") == "import"
        self.rcpt = [
            normal(address) for _name, address in getaddresses([raw.headers.get("rcpt", "")])
        ]
        self.message_ids = threads.ids([self.headers.first("message-id")])
        self.in_reply_to = threads.ids(self.headers.all("in-reply-to"))
        self.references = threads.ids(self.headers.all("references"))

    def result(self) -> Parsed:
        """The message for the core, or why it needs none."""
        if self._is_our_own():
            return Ignored("our own mail came back")
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
        # Only an answer to us has a quote of ours to cut; a first message is never cut (I1).
        body = visible.visible_text(letter.text) if conversation_id else letter.text
        return InboundMessage(
            sender=self._sender(),
            body=body,
            external_id=self._external_id(),
            content_key=self.content_key,
            conversation_id=conversation_id,
            references=tuple(dict.fromkeys([*self.in_reply_to, *reversed(self.references)])),
            subject=letter.subject,
            html=html or "",
            files=tuple(
                InboundFile(file.name, file.data, file.content_type, file.size, file.content_id)
                for file in letter.files
            ),
            sent_at=letter.sent_at,
            automated=bool(automated_by) or self._from_ourselves() or self.past,
            past=self.past,
            meta=self._meta(body, html or "", token, automated_by),
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

    def _from_ourselves(self) -> bool:
        sender = self.letter.sender
        return sender is not None and sender.address == normal(self.inbox.address)

    def _sender(self) -> Person:
        """The author; each mail without a usable one has an unknown sender of its own (B8, D4).

        A shared "unknown" would put strangers into one conversation. Reply-To speaks for our
        own address only where the administrator trusts the form that sends it (D2).
        """
        sender = self.letter.sender
        if self._from_ourselves():
            trusted = bool(self.inbox.settings.get("trust_reply_to"))
            sender = next(iter(self.letter.reply_to), None) if trusted else None
        if sender is None:
            return Person("email", f"unknown-{self.content_key[:20]}@sender.invalid")
        return Person("email", sender.address, sender.name, label=sender.address)

    def _meta(self, body: str, html: str, token: str, automated_by: str) -> dict[str, Any]:
        letter = self.letter
        meta: dict[str, Any] = {
            "from_name": letter.sender.name if letter.sender else "",
            "to": _shown(letter.to),
            "cc": _shown(letter.cc),
            "reply_to": letter.reply_to[0].address if letter.reply_to else "",
            "rcpt": self.rcpt[:_SHOWN_RECIPIENTS],
            "mail_from": self.mail_from or "",
            "authenticated": False,
            "token_verified": bool(token),
            "token": token,
            "automated_by": automated_by,
            "notes": letter.notes,
        }
        if letter.html:
            meta |= safe_html.stamp(html)
        if body != letter.text:
            meta["full_text"] = letter.text
        return meta


def _shown(boxes: list[Mailbox]) -> list[dict[str, str]]:
    return [{"address": box.address, "name": box.name} for box in boxes[:_SHOWN_RECIPIENTS]]
