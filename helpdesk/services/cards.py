"""Message cards and quick replies: checked by an allow-list before they are stored (pure)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from helpdesk.services.text import clean, clean_line

TEXTS = {"title": 200, "text": 1000, "price": 60}
MAX_BUTTONS = 5
MAX_QUICK = 8
MAX_LABEL = 80
MAX_REPLY = 300
MAX_URL = 2000


class CardError(ValueError):
    """Not a card, or not one that we show; the text is for whoever sent it."""


def checked(card: Any, quick: Any, files: Collection[str]) -> dict[str, Any]:
    """What Message.meta keeps of a card and of quick replies. Raises CardError.

    files: ids of the message's own attachments; the card's image must be one of them.
    """
    meta: dict[str, Any] = {}
    if card:
        meta["card"] = _card(card, files)
    if quick:
        if not isinstance(quick, list | tuple) or len(quick) > MAX_QUICK:
            msg = f"Quick replies are a list of at most {MAX_QUICK} texts."
            raise CardError(msg)
        meta["quick"] = [_line(one, "A quick reply", MAX_LABEL) for one in quick]
    return meta


def as_text(meta: Mapping[str, Any]) -> str:
    """The card as plain text, for channels that show nothing else. Quick replies are left out."""
    card = meta.get("card") or {}
    lines = [card.get(name, "") for name in ("title", "text", "price", "url")]
    links = [f"{one['label']}: {one['url']}" for one in card.get("buttons", ()) if "url" in one]
    return "\n".join(line for line in [*lines, *links] if line)


def _card(card: Any, files: Collection[str]) -> dict[str, Any]:
    if not isinstance(card, Mapping):
        msg = "A card is an object."
        raise CardError(msg)
    unknown = sorted({str(name) for name in card} - {*TEXTS, "image", "url", "buttons"})
    if unknown:
        msg = f"A card has no {', '.join(unknown)}."
        raise CardError(msg)
    kept: dict[str, Any] = {"title": _line(card.get("title"), "The card's title", TEXTS["title"])}
    for name in ("text", "price"):
        value = card.get(name) or ""
        if not isinstance(value, str) or len(value) > TEXTS[name]:
            msg = f"The card's {name} is a text of at most {TEXTS[name]} characters."
            raise CardError(msg)
        if value:
            kept[name] = clean(value, TEXTS[name])
    if card.get("url"):
        kept["url"] = _url(card["url"])
    if card.get("image"):
        kept["image"] = _image(card["image"], files)
    if card.get("buttons"):
        kept["buttons"] = _buttons(card["buttons"])
    return kept


def _buttons(buttons: Any) -> list[dict[str, str]]:
    if not isinstance(buttons, list) or len(buttons) > MAX_BUTTONS:
        msg = f"A card has a list of at most {MAX_BUTTONS} buttons."
        raise CardError(msg)
    return [_button(one) for one in buttons]


def _button(button: Any) -> dict[str, str]:
    keys = set(button) if isinstance(button, Mapping) else set()
    if keys not in ({"label", "url"}, {"label", "reply"}):
        msg = "A button has a label and either a url or a reply."
        raise CardError(msg)
    label = _line(button["label"], "A button's label", MAX_LABEL)
    if "url" in keys:
        return {"label": label, "url": _url(button["url"])}
    return {"label": label, "reply": _line(button["reply"], "A button's reply", MAX_REPLY)}


def _line(value: Any, what: str, limit: int) -> str:
    text = clean_line(value, limit + 1) if isinstance(value, str) else ""
    if not text or len(text) > limit:
        msg = f"{what} is a text of 1 to {limit} characters."
        raise CardError(msg)
    return text


def _url(value: Any) -> str:
    """An absolute http(s) address with a host and without credentials in it."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
        sound = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    except ValueError:
        sound = False
    if not sound or len(text) > MAX_URL or any(ord(one) <= 32 for one in text):
        msg = "A link starts with https:// or http://."
        raise CardError(msg)
    return clean(text, MAX_URL)


def _image(value: Any, files: Collection[str]) -> str:
    try:
        image = str(uuid.UUID(str(value)))
    except ValueError:
        image = ""
    if image not in files:
        msg = "The card's picture must be attached to the message."
        raise CardError(msg)
    return image
