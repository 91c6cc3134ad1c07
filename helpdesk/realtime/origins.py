"""Which pages may use us: exact scheme, host and port (SEC-19, AUT-11)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

_ORIGIN = re.compile(r"(https?)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?")
_USUAL = {"http": "80", "https": "443"}


def origin_of(scope: Mapping[str, Any]) -> str:
    """The one Origin header of a handshake or request; "" without it, "null" for several."""
    found = [value for name, value in scope.get("headers", ()) if name == b"origin"]
    if len(found) > 1:
        return "null"
    return bytes(found[0]).decode("latin-1").strip() if found else ""


def normal(origin: str) -> str:
    """An origin as browsers spell it, "" for anything that is not just an origin.

    A path, a name before an @, a wildcard or a port that is no number make it none.
    """
    found = _ORIGIN.fullmatch(origin.lower())
    if not found:
        return ""
    scheme, host, port = found.groups()
    return f"{scheme}://{host}" + (f":{int(port)}" if port and port != _USUAL[scheme] else "")


def _configured(url: str) -> str:
    """The origin of an address that an administrator typed, perhaps in his own script."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if "@" in parts.netloc:
        return ""
    return normal(f"{parts.scheme}://" + (f"[{host}]" if ":" in host else host) + port)


def same_origin(scope: Mapping[str, Any]) -> bool:
    """True if the page is ours: PUBLIC_BASE_URL or the very host that was asked, exactly."""
    origin = normal(origin_of(scope))
    if not origin:
        return False
    if origin == _configured(settings.PUBLIC_BASE_URL):
        return True
    host = next((bytes(v).decode("latin-1") for n, v in scope["headers"] if n == b"host"), "")
    scheme = "https" if scope.get("scheme") in {"wss", "https"} else "http"
    return bool(settings.DEBUG or settings.DEMO) and origin == normal(f"{scheme}://{host}")


def allowed(origin: str, origins: Iterable[str]) -> bool:
    """True if a widget's list allows this page; an empty list or "*" allows every real site.

    A list hinders browsers, never programs: those send what they like. So no Origin at all
    passes where everybody may, while "null" (a sandbox, a file) passes nowhere.
    """
    known = {one if one == "*" else _configured(one) for one in origins}
    if not known or "*" in known:
        return not origin or bool(normal(origin))
    return bool(normal(origin)) and normal(origin) in known
