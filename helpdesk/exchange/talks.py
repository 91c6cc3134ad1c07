"""A conversation as every importer hands it over, whatever it was called where it comes from."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


class UnreadableError(ValueError):
    """This is not the shape that docs/import.md describes; the text says where."""


@dataclass(frozen=True, slots=True)
class Who:
    """The customer: by e-mail or phone, else by the key that the other desk knew them by."""

    key: str
    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One message. incoming: from the customer. author: the agent's e-mail or name."""

    key: str
    text: str
    at: datetime
    incoming: bool
    internal: bool = False
    author: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation with its messages in order."""

    key: str
    who: Who
    subject: str
    began: datetime
    said: tuple[Said, ...]
    tags: tuple[str, ...] = ()


_BREAK = re.compile(r"(?i)<(?:br|/p|/div|/li|/tr)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")


def plain(text: Any) -> str:
    """Words without markup: line breaks stay, tags and entities go."""
    said = str(text or "")
    if "<" in said and ">" in said:
        said = html.unescape(_TAG.sub("", _BREAK.sub("\n", said)))
    return re.sub(r"\n{3,}", "\n\n", said).strip()


def moment(value: Any) -> datetime:
    """ISO 8601 or seconds since 1970, in UTC. Raises UnreadableError."""
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        found = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        msg = f"{value!r} is no time"
        raise UnreadableError(msg) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def taken(row: Any, *names: str) -> Any:
    """The first of these fields that has a value. Raises UnreadableError for what is no object."""
    if not isinstance(row, dict):
        msg = f"an object was expected, not {str(row)[:40]!r}"
        raise UnreadableError(msg)
    return next((row[name] for name in names if row.get(name) not in (None, "")), "")


def listed(row: Any, name: str) -> list[Any]:
    """A field that holds a list; an absent one is empty. Raises UnreadableError."""
    found = taken(row, name) or []
    if not isinstance(found, list):
        msg = f"{name} is no list"
        raise UnreadableError(msg)
    return found


def texts(values: Iterable[Any]) -> tuple[str, ...]:
    """As texts, without blanks."""
    return tuple(str(one) for one in values if one not in (None, ""))
