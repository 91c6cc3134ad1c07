"""Reads one element of a WhatsApp payload. Pure but for the given `download`."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from channels_social.providers.media import Got, file_of
from channels_social.providers.meta import own_delivery
from channels_social.providers.pieces import (
    Shape,
    contacts,
    listed,
    location,
    mapped,
    moment,
    plain,
    unsupported,
)
from helpdesk.adapters import (
    Ignored,
    InboundFile,
    InboundMessage,
    Parsed,
    Person,
    Receipt,
    UnreadableError,
)
from helpdesk.records import Change, Moved

Download = Callable[[str, str], Got]
KIND = "whatsapp"
MEDIA = ("image", "audio", "video", "document", "sticker")
_PLAIN = {"text": "body", "button": "text", "system": "body"}
STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "failed": "failed"}


def status(said: Mapping[str, Any]) -> Parsed:
    """What became of a message of ours; the callback data names it even before its id does."""
    state = STATES.get(plain(said.get("status")))
    if state is None:
        return Ignored(f"status {plain(said.get('status'))[:40]}")
    fault = mapped(next(iter(listed(said.get("errors"))), None))
    return Receipt(
        state,
        provider_id=plain(said.get("id")),
        delivery_id=own_delivery(said.get("biz_opaque_callback_data")),
        error_code=plain(fault.get("code")),
        error=plain(fault.get("title") or fault.get("message")),
        at=moment(said.get("timestamp")),
    )


def message(
    said: Mapping[str, Any], people: list[Any], download: Download, *, echo: bool = False
) -> Parsed:
    """A message, a reaction, or a change of an earlier one. Raises UnreadableError."""
    other = said.get("to") if echo else said.get("from") or said.get("from_user_id")
    person = _person(plain(other), people)
    named, kind = plain(said.get("id")), plain(said.get("type")) or "empty"
    if not named:
        raise UnreadableError("a message without an id")
    at = moment(said.get("timestamp"))
    content = mapped(said.get(kind))
    when = at or datetime.now(UTC)
    if kind == "reaction":
        emoji = plain(content.get("emoji"))
        return Change(
            "reaction", plain(content.get("message_id")), named, when, person.address, emoji
        )
    if kind == "revoke":
        return Change(
            "deleted", plain(content.get("original_message_id")), named, when, person.address
        )
    if kind == "edit":
        inner = mapped(content.get("message"))
        text, _shape, _file = _content(inner, plain(inner.get("type")), download)
        target = plain(content.get("original_message_id"))
        return Change("edited", target, named, when, person.address, text)
    if kind == "system" and content.get("wa_id"):
        return Moved(KIND, person.address, plain(content["wa_id"]))
    body, shape, file = _content(said, kind, download)
    answers = plain(mapped(said.get("context")).get("id"))
    return InboundMessage(
        sender=person,
        body=body,
        external_id=named,
        references=(answers,) if answers else (),
        answers=answers,
        files=(file,) if file else (),
        sent_at=at,
        echo=echo,
        meta={"shape": shape} if shape else {},
    )


def _person(address: str, people: list[Any]) -> Person:
    """The customer by an opaque id: it may be no phone number at all."""
    card = next((one for one in people if isinstance(one, dict)), {})
    for one in people:
        if isinstance(one, dict) and address in (one.get("wa_id"), one.get("user_id")):
            card = one
    address = address or plain(card.get("user_id")) or plain(card.get("wa_id"))
    if not address:
        raise UnreadableError("a message from nobody")
    name = plain(mapped(card.get("profile")).get("name"))
    label = f"+{address}" if address.isdigit() else ""
    return Person(KIND, address, name=name[:200], verified=True, label=label)


def _content(
    said: Mapping[str, Any], kind: str, download: Download
) -> tuple[str, Shape | None, InboundFile | None]:
    """The words, the shape and the file of one message."""
    content = said.get(kind)
    if kind in MEDIA and isinstance(content, dict):
        shape: Shape | None = {"kind": "sticker"} if kind == "sticker" else None
        return plain(content.get("caption")), shape, _file(content, kind, download)
    body, shape = _words(said, kind, content)
    if not body.strip():
        body, shape = unsupported(kind)
    return body, shape, None


def _words(said: Mapping[str, Any], kind: str, content: Any) -> tuple[str, Shape | None]:
    inner = mapped(content)
    if kind in _PLAIN:
        return plain(inner.get(_PLAIN[kind])), None
    if kind == "location":
        place = (inner.get(name) for name in ("latitude", "longitude", "name", "address"))
        return location(*place)
    if kind == "contacts" and listed(content):
        return contacts([_card(mapped(one)) for one in listed(content)])
    if kind == "interactive":
        chosen = mapped(inner.get(plain(inner.get("type"))))
        return plain(chosen.get("title")) or plain(chosen.get("body")), None
    if kind == "order":
        items = [mapped(one) for one in listed(inner.get("product_items"))]
        lines = [
            f"{plain(i.get('quantity'))} × {plain(i.get('product_retailer_id'))}" for i in items
        ]
        return "\n".join([plain(inner.get("text")), *lines]).strip(), None
    fault = mapped(next(iter(listed(said.get("errors"))), None))
    return unsupported(plain(fault.get("title")) or kind)


def _card(card: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": mapped(card.get("name")).get("formatted_name"),
        "phones": [mapped(one).get("phone") for one in listed(card.get("phones"))],
        "emails": [mapped(one).get("email") for one in listed(card.get("emails"))],
    }


def _file(content: Mapping[str, Any], kind: str, download: Download) -> InboundFile:
    mime = (plain(content.get("mime_type")) or "application/octet-stream").partition(";")[0]
    name = plain(content.get("filename")) or f"{kind}{mimetypes.guess_extension(mime) or ''}"
    data = download(plain(content.get("id")), mime) if content.get("id") else None
    size = content.get("file_size")
    known = size if isinstance(size, int) else 0
    return file_of(name, data, mime, known)
