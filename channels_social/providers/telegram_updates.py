"""Reads one Telegram update into one of our records. Pure but for the given `download`."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping
from typing import Any

from channels_social.providers.media import Got, file_of
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
from channels_social.providers.telegram_api import MAX_DOWNLOAD_BYTES, message_key
from helpdesk.adapters import (
    Ignored,
    InboundFile,
    InboundMessage,
    Parsed,
    Person,
    UnreadableError,
)
from helpdesk.models import Missing
from helpdesk.records import Change, Moved, Reached

Download = Callable[[str], Got]

_NEWS = ("chat_member", "chat_join_request", "poll", "poll_answer")
# What carries a file, with the name and type it has when Telegram does not say. `animation`
# comes before `document` because such a message has both.
_FILES = {
    "animation": ("animation.mp4", "video/mp4"),
    "document": ("document", "application/octet-stream"),
    "video": ("video.mp4", "video/mp4"),
    "audio": ("audio.mp3", "audio/mpeg"),
    "voice": ("voice.ogg", "audio/ogg"),
    "video_note": ("video.mp4", "video/mp4"),
}
# Present on any message; whatever else stands in one names its (unknown) type.
_FRAME = frozenset(
    {
        "message_id", "date", "edit_date", "chat", "from", "sender_chat", "message_thread_id",
        "reply_to_message", "forward_origin", "via_bot", "media_group_id", "entities",
        "author_signature", "has_protected_content", "is_topic_message", "external_reply", "quote",
    }
)  # fmt: skip


def read_update(update: Mapping[str, Any], download: Download) -> Parsed:
    """A message, or Ignored for news about the chat itself.

    download: fetches a file by its id; None when it cannot be had.
    Unknown kinds become a visible "unsupported message" (PRV-2), never nothing.
    Raises UnreadableError for a message without a chat.
    """
    for name, read in (("edited_message", _edit), ("message_reaction", _reaction)):
        if isinstance(update.get(name), dict):
            return read(update[name], update)
    if isinstance(update.get("my_chat_member"), dict):
        return _membership(update["my_chat_member"])
    if isinstance(update.get("message"), dict):
        return _message(update["message"], download)
    kind = next((key for key in update if key != "update_id"), "empty update")
    content = update.get(kind)
    if kind in _NEWS or not isinstance(content, dict):
        return Ignored(kind[:60])
    inner = content.get("message")
    place = inner if isinstance(inner, dict) else content
    if not isinstance(place.get("chat"), dict):
        return Ignored(kind[:60])
    body, shape = unsupported(kind)
    if kind == "callback_query" and content.get("data"):
        body, shape = plain(content["data"]), {"kind": "button"}
    return InboundMessage(
        sender=_person(place["chat"], content.get("from")),
        body=body,
        external_id=f"update:{update.get('update_id')}",
        sent_at=moment(content.get("date")),
        meta={"shape": shape},
    )


def _message(message: Mapping[str, Any], download: Download) -> Parsed:
    chat, key = _place(message)
    if isinstance(message.get("migrate_to_chat_id"), int):
        return Moved("telegram", str(chat["id"]), str(message["migrate_to_chat_id"]))
    text = plain(message.get("text") or message.get("caption"))
    files = _files(message, download)
    body, shape = _shaped(message, text, bool(files))
    answered = message.get("reply_to_message")
    answers = ""
    if isinstance(answered, dict):
        answers = message_key(chat["id"], answered.get("message_id"))
    return InboundMessage(
        sender=_person(chat, message.get("from")),
        body=body,
        external_id=key,
        references=(answers,) if answers else (),
        answers=answers,
        files=files,
        sent_at=moment(message.get("date")),
        meta={"shape": shape} if shape else {},
    )


def _place(message: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """The chat, and our external id of the message. Raises UnreadableError without a chat."""
    chat = message.get("chat")
    if not isinstance(chat, dict) or not isinstance(chat.get("id"), int):
        raise UnreadableError("a message without a chat")
    return chat, message_key(chat["id"], message.get("message_id"))


def _shaped(message: Mapping[str, Any], text: str, files: bool) -> tuple[str, Shape | None]:
    """The words, and what they are when they are no text."""
    venue, place = mapped(message.get("venue")), mapped(message.get("location"))
    if place:
        return location(
            place.get("latitude"), place.get("longitude"), venue.get("title"), venue.get("address")
        )
    card = mapped(message.get("contact"))
    if card:
        names = (plain(card.get("first_name")), plain(card.get("last_name")))
        name = " ".join(filter(None, names))
        return contacts([{"name": name, "phones": [card.get("phone_number")]}])
    if isinstance(message.get("sticker"), dict):
        return plain(message["sticker"].get("emoji")) or text, {"kind": "sticker"}
    if text or files:
        return text, None
    return unsupported(_type_of(message))


def _edit(message: Mapping[str, Any], update: Mapping[str, Any]) -> Parsed:
    chat, key = _place(message)
    text = plain(message.get("text") or message.get("caption"))
    at = moment(message.get("edit_date")) or moment(message.get("date"))
    if at is None:
        raise UnreadableError("an edit without a time")
    named = f"edit:{update.get('update_id')}"
    return Change("edited", key, named, at, str(chat["id"]), text)


def _reaction(said: Mapping[str, Any], update: Mapping[str, Any]) -> Parsed:
    _chat, key = _place(said)
    at = moment(said.get("date"))
    if at is None:
        raise UnreadableError("a reaction without a time")
    by = mapped(said.get("user")) or mapped(said.get("actor_chat"))
    new = [mapped(one) for one in listed(said.get("new_reaction"))]
    emoji = "".join(plain(one.get("emoji")) or "⭐" for one in new[:5])
    named = f"reaction:{update.get('update_id')}"
    return Change("reaction", key, named, at, plain(by.get("id")), emoji)


def _membership(said: Mapping[str, Any]) -> Parsed:
    """Who blocks a bot kicks it out of their own chat."""
    chat = mapped(said.get("chat"))
    state = plain(mapped(said.get("new_chat_member")).get("status"))
    if state not in ("kicked", "left", "member") or not isinstance(chat.get("id"), int):
        return Ignored("my_chat_member")
    at = moment(said.get("date"))
    return Reached("telegram", str(chat["id"]), blocked=state != "member", at=at)


def _person(chat: Mapping[str, Any], sender: Any) -> Person:
    """The chat is the address (answers go there); its user, if any, gives name and language."""
    sender = sender if isinstance(sender, dict) else {}
    who = sender if chat.get("type", "private") == "private" and sender else chat
    names = [str(who.get(part) or "") for part in ("first_name", "last_name")]
    name = " ".join(part for part in names if part) or who.get("title") or who.get("username")
    return Person(
        kind="telegram",
        address=str(chat.get("id", "")),
        name=str(name or "")[:200],
        language=str(sender.get("language_code") or "")[:8],
        verified=True,
    )


def _files(message: Mapping[str, Any], download: Download) -> tuple[InboundFile, ...]:
    """The file of a message; one over 20 MB cannot be had from a bot: name and size only."""
    for kind, (name, content_type) in _FILES.items():
        found = message.get(kind)
        if isinstance(found, dict):
            said = (found.get("file_name") or name, found.get("mime_type") or content_type)
            return (_file(found, str(said[0]), str(said[1]), download),)
    sticker = message.get("sticker")
    if isinstance(sticker, dict):
        kind = "image/webp"
        if sticker.get("is_video") or sticker.get("is_animated"):
            kind = "video/webm" if sticker.get("is_video") else "application/x-tgsticker"
        return (_file(sticker, f"sticker{mimetypes.guess_extension(kind) or ''}", kind, download),)
    sizes = message.get("photo")
    known = [size for size in sizes if isinstance(size, dict)] if isinstance(sizes, list) else []
    if known:
        largest = max(known, key=lambda size: (_number(size, "width"), _number(size, "file_size")))
        return (_file(largest, "photo.jpg", "image/jpeg", download),)
    return ()


def _file(
    found: Mapping[str, Any], name: str, content_type: str, download: Download
) -> InboundFile:
    size = _number(found, "file_size")
    got: Got = Missing.TOO_BIG if size > MAX_DOWNLOAD_BYTES else Missing.GONE
    if size <= MAX_DOWNLOAD_BYTES and found.get("file_id"):
        got = download(str(found["file_id"]))
    return file_of(name, got, content_type, size)


def _number(found: Mapping[str, Any], key: str) -> int:
    value = found.get(key)
    return value if isinstance(value, int) else 0


def _type_of(message: Mapping[str, Any]) -> str:
    return next((key for key in message if key not in _FRAME), "message")
