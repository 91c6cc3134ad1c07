"""Hand-made mails and addresses for the tests; nothing here comes from elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from channels_email.adapter import EmailAdapter
from helpdesk.adapters import InboundMessage, OutboundFile, Outgoing, Raw
from helpdesk.models import Inbox

ADDRESS = "help@parley.example"
DATE = "Tue, 04 Mar 2025 10:12:00 +0200"


def make_inbox(pk: int = 7, /, **settings: object) -> Inbox:
    return Inbox(pk=pk, name="Help", channel="email", address=ADDRESS, settings=settings)


def mail(
    body: str | bytes = "Hello",
    *,
    charset: str = "utf-8",
    sender: str = "Ann Example <ann@customer.example>",
    extra: str = "",
    message_id: str = "<a1@customer.example>",
    content_type: str | None = None,
) -> bytes:
    lines = [
        f"From: {sender}",
        f"To: {ADDRESS}",
        "Subject: Question",
        f"Date: {DATE}",
        f"Message-ID: {message_id}",
        "MIME-Version: 1.0",
        f"Content-Type: {content_type or f'text/plain; charset={charset}'}",
    ]
    if extra:
        lines.append(extra)
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    return head + (body if isinstance(body, bytes) else body.encode(charset))


def raw(data: bytes, *, mail_from: str = "ann@customer.example", rcpt: str = ADDRESS) -> Raw:
    return Raw("key", data, {"mail_from": mail_from, "rcpt": rcpt})


def parse(data: bytes, *, inbox: Inbox | None = None, **envelope: str) -> InboundMessage:
    [message] = EmailAdapter().parse(inbox or make_inbox(), raw(data, **envelope))
    assert isinstance(message, InboundMessage), message
    return message


def make_outgoing(
    body: str = "Good day,\n\nplease see https://parley.example/a?b=1&c=2.",
    *,
    delivery_id: int = 31,
    conversation_id: int = 12,
    to: str = "ann@customer.example",
    to_name: str = "Ann Example",
    html: str = "",
    subject: str = "Question",
    author_name: str = "Vita",
    files: tuple[OutboundFile, ...] = (),
    message_ids: tuple[str, ...] = ("a1@customer.example",),
    in_reply_to: str = "a1@customer.example",
) -> Outgoing:
    return Outgoing(
        delivery_id=delivery_id,
        message_id=UUID(int=5),
        conversation_id=conversation_id,
        to=to,
        to_name=to_name,
        body=body,
        html=html,
        subject=subject,
        author_name=author_name,
        files=files,
        message_ids=message_ids,
        in_reply_to=in_reply_to,
    )


CLAIMED = datetime(2025, 3, 4, 8, 12, tzinfo=UTC)
