"""How Vonage signs what it tells us: a `sig` parameter in four ways and an older one, or a JWT."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from helpdesk.channel_errors import RefusedError

LEEWAY_SECONDS = 300
METHODS = ("sha256", "sha512", "sha1", "md5", "md5hash")
_JWT_LONGEST = 8192


def signature(params: Mapping[str, str], secret: str, method: str) -> str:
    """The hex `sig` of these parameters; `md5hash` is the older way without an HMAC."""
    kept = {name: value for name, value in params.items() if name != "sig"}
    text = "".join(f"&{name}={_flat(kept[name])}" for name in sorted(kept))
    if method == "md5hash":
        return hashlib.md5((text + secret).encode(), usedforsecurity=False).hexdigest()
    return hmac.new(secret.encode(), text.encode(), method).hexdigest()


def _flat(value: str) -> str:
    return value.replace("&", "_").replace("=", "_")


def check(params: Mapping[str, str], secret: str, method: str) -> str:
    """Refuse parameters that are not signed, or not now; their nonce, which is good once."""
    given = params.get("sig", "")
    if not secret or method not in METHODS or not given:
        raise RefusedError("not signed")
    right = signature(params, secret, method)
    if not hmac.compare_digest(right.encode(), given.encode(errors="replace")):
        raise RefusedError("bad signature")
    _fresh(_seconds(params.get("timestamp", "")))
    return params.get("nonce", "")


def check_token(header: str, secret: str, body: bytes) -> dict[str, Any]:
    """The claims of the Authorization header, whose token must be for this very body."""
    kind, _, token = header.partition(" ")
    if not secret or kind != "Bearer" or len(token) > _JWT_LONGEST:
        raise RefusedError("no token")
    try:
        head, claims, signed = token.split(".")
        algorithm = orjson.loads(_decoded(head))["alg"]
        right = hmac.new(secret.encode(), f"{head}.{claims}".encode(), hashlib.sha256).digest()
        matches = hmac.compare_digest(right, _decoded(signed)) and signed == _encoded(right)
        found = orjson.loads(_decoded(claims))
    except (ValueError, KeyError, TypeError):
        raise RefusedError("the token cannot be read") from None
    if algorithm != "HS256" or not matches or not isinstance(found, dict):
        raise RefusedError("bad token")
    _fresh(_seconds(str(found.get("iat", ""))))
    hashed = hashlib.sha256(body).hexdigest()
    if not hmac.compare_digest(hashed, str(found.get("payload_hash", "")).lower()):
        raise RefusedError("the token is for another body")
    return found


def token(claims: Mapping[str, Any], secret: str) -> str:
    """A token with these claims, as Vonage makes them."""
    head = _encoded(orjson.dumps({"alg": "HS256", "typ": "JWT"}))
    whole = f"{head}.{_encoded(orjson.dumps(dict(claims)))}"
    return f"{whole}.{_encoded(hmac.new(secret.encode(), whole.encode(), hashlib.sha256).digest())}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _seconds(text: str) -> float:
    """A moment as Vonage writes it: seconds since 1970, or in full (UTC)."""
    try:
        if text.isascii() and text.isdigit():
            return float(text)
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise RefusedError("no time") from None


def _fresh(seconds: float) -> None:
    """Milliseconds count as another time: whoever sends them is not Vonage."""
    if abs(datetime.now(UTC).timestamp() - seconds) > LEEWAY_SECONDS:
        raise RefusedError("not from now")


def claimed_id(header: str) -> str:
    """The id of a token that was checked before."""
    try:
        claims = orjson.loads(_decoded(header.partition(" ")[2].split(".")[1]))
        return str(claims.get("jti", ""))
    except (ValueError, IndexError, AttributeError):
        return ""
