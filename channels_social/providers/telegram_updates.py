"""Reads one Telegram update into one of our records. Pure but for the given `download`."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from channels_social.providers.telegram_api import MAX_DOWNLOAD_BYTES, message_key
from helpdesk.adapters import (
    Ignored,
    InboundFile,
    InboundMessage,
    Parsed,
    Person,
    UnreadableError,
)

Download = Callable[[str], bytes | None]

_NEWS = ("my_chat_member", "chat_member", "chat_join_request", "poll", "poll_answer")
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
    for kind in ("message", "edited_message"):
        content = update.get(kind)
        if isinstance(content, dict):
            return _message(content, download, edited=kind == "edited_message")
    kind = next((key for key in update if key != "update_id"), "empty update")
    content = update.get(kind)
    if kind in _NEWS or not isinstance(content, dict):
        return Ignored(kind[:60])
    inner = content.get("message")
    place = inner if isinstance(inner, dict) else content
    if not isinstance(place.get("chat"), dict):
        return Ignored(kind[:60])
    return InboundMessage(
        sender=_person(place["chat"], content.get("from")),
        body=_unsupported(kind),
        external_id=f"update:{update.get('update_id')}",
        sent_at=_when(content.get("date")),
    )


def _message(message: Mapping[str, Any], download: Download, *, edited: bool) -> InboundMessage:
    chat = message.get("chat")
    if not isinstance(chat, dict) or not isinstance(chat.get("id"), int):
        raise UnreadableError("a message without a chat")
    key = message_key(chat["id"], message.get("message_id"))
    text = message.get("text") or message.get("caption") or ""
    files = _files(message, download)
    body = str(text) if text or files else _unsupported(_type_of(message))
    answered = message.get("reply_to_message")
    references: tuple[str, ...] = ()
    if isinstance(answered, dict):
        references = (message_key(chat["id"], answered.get("message_id")),)
    if edited:
        references = (key, *references)
    return InboundMessage(
        sender=_person(chat, message.get("from")),
        body=f"[edited] {body}" if edited else body,
        external_id=f"{key}:edit:{message.get('edit_date')}" if edited else key,
        references=references,
        files=files,
        sent_at=_when(message.get("edit_date") if edited else message.get("date")),
        meta={"edit_of": key} if edited else {},
    )


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
    data = None
    if size <= MAX_DOWNLOAD_BYTES and found.get("file_id"):
        data = download(str(found["file_id"]))
    return InboundFile(name[:255], data, content_type[:120], size if data is None else len(data))


def _number(found: Mapping[str, Any], key: str) -> int:
    value = found.get(key)
    return value if isinstance(value, int) else 0


def _when(seconds: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _type_of(message: Mapping[str, Any]) -> str:
    return next((key for key in message if key not in _FRAME), "message")


def _unsupported(kind: str) -> str:
    return f"[unsupported message: {kind[:60]}]"
