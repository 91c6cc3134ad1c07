"""Reading a hit: what a page told, checked and cut to size before anything looks at it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import orjson

MAX_BODY = 16 * 1024
MAX_TEXT = 500
_MAX_DEPTH = 4
_MAX_MEMBERS = 50
KINDS = frozenset(
    {
        "page", "beat", "search", "cart", "order", "distress", "exit", "idle", "track", "set",
        "invited", "declined", "accepted", "consent", "bye",
    }
)  # fmt: skip
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
# Values of such parameters open doors: they are never kept.
_SECRET = re.compile(
    r"token|secret|passw|pwd|auth(?!or)|session|sid$|api_?key|signature|mail|code$", re.IGNORECASE
)
_ASKED = ("q", "query", "p", "text", "wd", "search")
_DAY = 24 * 3600


class BadHitError(ValueError):
    """The body is not a hit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing that happened on a page. Seconds are on this page; scroll is per cent."""

    kind: str
    visitor: str = ""
    visit: str = ""
    url: str = ""
    title: str = ""
    referrer: str = ""
    language: str = ""
    seconds: int = 0
    scroll: int = 0
    data: dict[str, Any] = field(default_factory=dict)


def parse(body: bytes) -> Hit:
    """The hit in a request's body. Raises BadHitError."""
    if len(body) > MAX_BODY:
        raise BadHitError("too large")
    try:
        raw = orjson.loads(body)
    except (orjson.JSONDecodeError, RecursionError):
        raise BadHitError("not JSON") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("kind"), str):
        raise BadHitError("not a hit")
    if raw["kind"] not in KINDS:
        raise BadHitError("unknown kind")
    page = raw.get("page")
    page = page if isinstance(page, dict) else {}
    language = text(raw.get("language"), 35)
    return Hit(
        kind=raw["kind"],
        visitor=_key(raw.get("visitor")),
        visit=_key(raw.get("visit")),
        url=address(page.get("url")),
        title=text(page.get("title"), 200),
        referrer=address(page.get("referrer")),
        language=language[:8] if _LANGUAGE.fullmatch(language) else "",
        seconds=whole(raw.get("seconds"), _DAY),
        scroll=whole(raw.get("scroll"), 100),
        data=plain(raw["data"]) if isinstance(raw.get("data"), dict) else {},
    )


def text(value: Any, limit: int = MAX_TEXT) -> str:
    """A text without control characters, or ""."""
    if not isinstance(value, str):
        return ""
    kept = "".join(char for char in value[: limit * 2] if char.isprintable())
    return " ".join(kept.split())[:limit]


def whole(value: Any, limit: int) -> int:
    """A whole number from 0 to `limit`; 0 for anything else."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return 0
    return min(limit, max(0, int(value)))


def address(value: Any) -> str:
    """A web address of at most 500 characters, without fragment, password or secret values."""
    try:
        parts = urlsplit(text(value, 2000))
        host = f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    query = _without_secrets(parts.query)
    return urlunsplit((parts.scheme, host, parts.path, query, ""))[:MAX_TEXT]


def _without_secrets(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)[:_MAX_MEMBERS]
    if not any(_SECRET.search(name) for name, _value in pairs):
        return query
    return urlencode([(name, "" if _SECRET.search(name) else value) for name, value in pairs])


def query_of(url: str) -> dict[str, str]:
    """The parameters of an address; the first one of a name counts."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(urlsplit(url).query)[:_MAX_MEMBERS]:
        found.setdefault(name[:80], value[:MAX_TEXT])
    return found


def utm_of(query: dict[str, str]) -> dict[str, str]:
    """The campaign that led here: source, medium, campaign, term, content."""
    names = ("source", "medium", "campaign", "term", "content")
    return {name: query[f"utm_{name}"][:120] for name in names if query.get(f"utm_{name}")}


def host_of(url: str, *, but: str) -> str:
    """The host of an address, or "" if it is the host of `but`: pages of one site refer on."""
    host = urlsplit(url).hostname or ""
    return "" if host == urlsplit(but).hostname else host[:253]


def asked_of(referrer: str) -> str:
    """What was searched for on the page before, where its address tells it."""
    query = query_of(referrer)
    return next((query[name][:200] for name in _ASKED if query.get(name)), "")


def _key(value: Any) -> str:
    return value if isinstance(value, str) and _KEY.fullmatch(value) else ""


def plain(value: Any, depth: int = _MAX_DEPTH) -> Any:
    """A value with nothing deep, long or odd in it; what is too deep is None."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bool | int | float):
        return value if math.isfinite(value) and abs(value) < 2**53 else None
    if isinstance(value, list) and depth:
        return [plain(one, depth - 1) for one in value[:_MAX_MEMBERS]]
    if isinstance(value, dict) and depth:
        some = list(value.items())[:_MAX_MEMBERS]
        return {text(name, 80): plain(one, depth - 1) for name, one in some}
    return None
