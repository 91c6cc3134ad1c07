"""What a LanguageTool of one's own says of an answer that is being written (R46).

It speaks the HTTP API v2 (POST /v2/check, languagetool.org/http-api). Addresses, links, codes,
placeholders, names and quoted lines of the customer's do not leave the house: letters x of the
same length stand for them, declared as markup, so that every offset stays true. Offsets count
UTF-16 units, as the service's and the browser's both do.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from helpdesk import outbound_http

log = logging.getLogger(__name__)
# By our languages; LanguageTool knows neither Hebrew nor Finnish: there only the browser checks.
CODES = {"en": "en-GB", "pl": "pl-PL", "sl": "sl-SI", "ru": "ru-RU", "de": "de-DE", "fr": "fr"}
SECONDS = 2.0
REST = 30.0  # seconds without a question after one that went wrong
MOST_TEXT = 8000
MOST_MATCHES = 12
MOST_WORDS = 4
_SECRET = re.compile(
    r"^\s*>.*$"  # what the customer wrote
    r"|\[\[[^\]\n]*\]\]|\{\{[^}\n]*\}\}"  # gaps and placeholders
    r"|\b(?:https?://|www\.|mailto:)\S+"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|@\w+|\#\w+"
    r"|\b\w+(?:\.\w+)*\.(?:com|org|net|eu|pl|si|il|fi|ru|de|example)\b\S*"
    r"|[+(]?\d[\d ()./:-]*\d"  # telephone numbers, dates, amounts
    r"|\b\w*\d\w*(?:[-/]\w+)*\b"  # order numbers and other codes
    r"|\b[A-Z]{2,}(?:[-_/][A-Z\d]+)+\b",
    re.MULTILINE,
)
_rest_until = 0.0


@dataclass(frozen=True, slots=True)
class Match:
    """Something that may be wrong; word: what stands there, words: what may be meant."""

    offset: int
    length: int
    word: str
    words: tuple[str, ...]
    text: str


def speaks(language: str) -> bool:
    """Whether the desk has such a service and it knows the language."""
    return bool(settings.SPELLING_URL) and _code(language) is not None


def check(text: str, language: str, *, names: Iterable[str] = ()) -> list[Match]:
    """What may be wrong in a text of ours; [] whenever the service does not answer in time."""
    global _rest_until
    code = _code(language)
    if not settings.SPELLING_URL or code is None or time.monotonic() < _rest_until:
        return []
    text = text[:MOST_TEXT]
    try:
        answer = outbound_http.post(
            f"{settings.SPELLING_URL.rstrip('/')}/v2/check",
            form={"language": code, "data": json.dumps({"annotation": masked(text, names)})},
            peer=_peer(),
            seconds=SECONDS,
            max_bytes=500_000,
        )
        found = answer.json().get("matches") if answer.ok else None
    except outbound_http.OutboundError as error:
        log.warning("no spelling for %d s: %s", REST, error)
        found = None
    if not isinstance(found, list):
        _rest_until = time.monotonic() + REST
        return []
    units = text.encode("utf-16-le")
    read = (_read(one, units) for one in found[: MOST_MATCHES * 4])
    return [one for one in read if one is not None][:MOST_MATCHES]


def masked(text: str, names: Iterable[str] = ()) -> list[dict[str, str]]:
    """The text as LanguageTool's annotation: what may be read, and x for what may not."""
    spans = [found.span() for found in _SECRET.finditer(text)]
    for name in {part for one in names for part in re.findall(r"[^\W\d_]{2,}", one)}:
        spans += [found.span() for found in re.finditer(rf"\b{re.escape(name)}\b", text)]
    parts: list[dict[str, str]] = []
    place = 0
    for begin, end in sorted(spans):
        start = max(begin, place)
        if start >= end:
            continue
        if start > place:
            parts.append({"text": text[place:start]})
        parts.append({"markup": "x" * _units(text[start:end]), "interpretAs": "X"})
        place = end
    if place < len(text):
        parts.append({"text": text[place:]})
    return parts


def _read(match: Any, units: bytes) -> Match | None:
    """One match of the answer, if it is of the documented shape and inside of the text."""
    try:
        offset, length = int(match["offset"]), int(match["length"])
        words = [str(one["value"]) for one in match["replacements"][:MOST_WORDS]]
        text = str(match.get("shortMessage") or match["message"])[:120]
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    end = (offset + length) * 2
    if offset < 0 or not 0 < length <= 80 or end > len(units):
        return None
    word = units[offset * 2 : end].decode("utf-16-le", "replace")
    kept = tuple(one for one in words if one and len(one) <= 80 and one.isprintable())
    return Match(offset, length, word, kept, text)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _code(language: str) -> str | None:
    return CODES.get(language.partition("-")[0].lower())


def _peer() -> str:
    """The one private address that this client may call: the one that the settings name."""
    parts = urlsplit(settings.SPELLING_URL)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
