"""Reading a visitor's frames: fields of the right type, or a FrameError."""

from __future__ import annotations

import uuid
from typing import Any

from helpdesk.realtime.hub import FrameError

MAX_FILES = 10
MAX_ANSWERS = 20
MAX_ANSWER = 1000


def text(frame: dict[str, Any], name: str, limit: int) -> str:
    """A text field of a frame; anything else than text is a broken frame."""
    value = frame.get(name) or ""
    if not isinstance(value, str):
        raise FrameError(4008, f"{name} must be text")
    return value[:limit]


def whole(frame: dict[str, Any], name: str) -> int:
    """A non-negative number of a frame."""
    value = frame.get(name) or 0
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**62:
        raise FrameError(4008, f"{name} must be a number")
    return value


def truth(frame: dict[str, Any], name: str) -> bool | None:
    """True, False, or None where the field is absent."""
    value = frame.get(name)
    if value is not None and not isinstance(value, bool):
        raise FrameError(4008, f"{name} must be true or false")
    return value


def ids(frame: dict[str, Any]) -> list[uuid.UUID]:
    """The attachment ids of a frame."""
    value = frame.get("attachments") or []
    try:
        return [uuid.UUID(one) for one in value][:MAX_FILES]
    except (ValueError, TypeError, AttributeError):
        raise FrameError(4008, "attachments must be ids") from None


def key(frame: dict[str, Any], name: str) -> uuid.UUID:
    """A UUID of a frame."""
    try:
        return uuid.UUID(text(frame, name, 40))
    except ValueError:
        raise FrameError(4008, f"{name} must be a UUID") from None


def answers_of(frame: dict[str, Any]) -> dict[str, str]:
    """Answers to the widget's questions, by the question's id."""
    value = frame.get("answers") or {}
    if not isinstance(value, dict):
        raise FrameError(4008, "answers must be an object")
    return {one: text(value, one, MAX_ANSWER) for one in list(value)[:MAX_ANSWERS]}


def page_of(frame: dict[str, Any]) -> dict[str, str]:
    """The page that the visitor is on, as the frame tells it."""
    page = frame.get("page")
    if not isinstance(page, dict):
        return {}
    return {"url": text(page, "url", 500), "title": text(page, "title", 200)}


def whereabouts(frame: dict[str, Any]) -> dict[str, Any]:
    """page_of() with the key of his visit and his cart, where the page around tells them."""
    page, cart = page_of(frame), frame.get("cart")
    if not page:
        return {}
    cart = cart if isinstance(cart, dict) else {}
    return {**page, "visit": text(frame, "visit", 64), "cart": cart}
