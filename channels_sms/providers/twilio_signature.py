"""Twilio's request signature: HMAC-SHA1 over the URL and the sorted form parameters. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import parse_qs, urlsplit, urlunsplit

_DEFAULT_PORTS = {"https": 443, "http": 80}


def signature(token: str, url: str, params: Iterable[tuple[str, str]]) -> str:
    """The value of X-Twilio-Signature; repeated equal (name, value) pairs count once."""
    text = url + "".join(name + value for name, value in sorted(set(params)))
    digest = hmac.new(token.encode(), text.encode(errors="replace"), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def is_signed(token: str, url: str, params: Iterable[tuple[str, str]], given: str) -> bool:
    """Constant-time check; Twilio may or may not spell out the default port, so both count.

    False for an empty token: an inbox without credentials accepts nothing.
    """
    if not token:
        return False
    pairs = tuple(params)
    wanted = given.encode(errors="replace")
    return any(
        hmac.compare_digest(signature(token, each, pairs).encode(), wanted) for each in _both(url)
    )


def body_matches(url: str, body: bytes) -> bool:
    """For bodies that are no form: the signed URL must carry the body's SHA-256 in hex."""
    given = parse_qs(urlsplit(url).query).get("bodySHA256", [""])[0]
    actual = hashlib.sha256(body).hexdigest()
    return hmac.compare_digest(actual.encode(), given.lower().encode())


def _both(url: str) -> tuple[str, str]:
    """The URL without and with the default port of its scheme (another port stays)."""
    parts = urlsplit(url)
    port = _DEFAULT_PORTS.get(parts.scheme)
    if parts.port is not None and parts.port != port:
        return url, url
    bare = parts.netloc.removesuffix(f":{port}")
    with_port = parts._replace(netloc=f"{bare}:{port}")
    return urlunsplit(parts._replace(netloc=bare)), urlunsplit(with_port)
