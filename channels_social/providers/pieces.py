"""What the readers of all networks share: documents, times, and shapes other than text.

A shape is told twice: as `meta["shape"]`, which screens draw, and in plain words as the body, so
that search, copies and the API have it too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from helpdesk.adapters import Raw

Shape = dict[str, Any]
_EARLIEST = 631_152_000.0  # the year 1990
_LATEST = 4_102_444_800.0  # the year 2100
_SECONDS = 100_000_000_000.0  # the year 5138: a larger number counts milliseconds


def document(body: bytes) -> dict[str, Any]:
    """The body as a JSON object; {} when it is anything else."""
    try:
        loaded = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return loaded if isinstance(loaded, dict) else {}


def listed(value: Any) -> list[Any]:
    """A list as it is, [] for anything else."""
    return value if isinstance(value, list) else []


def mapped(value: Any) -> dict[str, Any]:
    """An object as it is, {} for anything else."""
    return value if isinstance(value, dict) else {}


def plain(value: Any) -> str:
    """A text or a number as text, "" for anything else."""
    known = isinstance(value, str | int | float) and not isinstance(value, bool)
    return str(value) if known else ""


def piece(key: str, what: Mapping[str, Any] | Any) -> Raw:
    """One element of a payload as a payload of its own: a bad one is kept back alone (PRV-2).

    key: what makes it one; "" for nothing that could be named: then its own bytes do.
    """
    body = orjson.dumps(what, option=orjson.OPT_SORT_KEYS)
    return Raw(key or f"sha256:{hashlib.sha256(body).hexdigest()}", body)


def moment(value: Any) -> datetime | None:
    """A provider's time in seconds or milliseconds, a number or its text; None if it is none.

    What is far from our days is none: a window reckoned from it would be wrong.
    """
    try:
        number = float(value)
        seconds = number / 1000 if number > _SECONDS else number
        found = datetime.fromtimestamp(seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return found if _EARLIEST <= seconds <= _LATEST else None


def unsupported(kind: str) -> tuple[str, Shape]:
    """What is shown of a kind that we do not know, never nothing (PRV-2)."""
    return f"[unsupported message: {kind[:60]}]", {"kind": "unsupported", "type": kind[:60]}


_MAGIC = ((b"\x89PNG", ".png"), (b"GIF8", ".gif"), (b"\xff\xd8\xff", ".jpg"))


def picture_name(name: str, data: object) -> str:
    """The name of a picture whose provider does not tell its kind, by its first bytes."""
    stem, dot, _end = name.rpartition(".")
    known = data if isinstance(data, bytes) else b""
    found = next((end for begin, end in _MAGIC if known.startswith(begin)), "")
    return f"{stem}{found}" if dot and found else name


def location(lat: Any, lng: Any, name: Any = "", address: Any = "") -> tuple[str, Shape]:
    """A place; one without coordinates is an unsupported message."""
    if not all(isinstance(one, int | float) for one in (lat, lng)):
        return unsupported("location")
    shape = {"kind": "location", "lat": lat, "lng": lng}
    shape |= {"name": plain(name)[:200], "address": plain(address)[:300]}
    words = (shape["name"], shape["address"], f"{lat}, {lng}")
    return "\n".join(filter(None, words)), shape


def contacts(cards: Sequence[Mapping[str, Any]]) -> tuple[str, Shape]:
    """Contact cards: {"name", "phones", "emails"} each."""
    kept: list[Shape] = [
        {
            "name": plain(card.get("name"))[:200],
            "phones": [plain(one)[:60] for one in listed(card.get("phones"))][:5],
            "emails": [plain(one)[:200] for one in listed(card.get("emails"))][:5],
        }
        for card in cards[:10]
    ]
    lines = [" ".join(filter(None, (c["name"], *c["phones"], *c["emails"]))) for c in kept]
    return "\n".join(filter(None, lines)) or "?", {"kind": "contacts", "contacts": kept}
