"""Which pages may open a socket: exact scheme, host and port (SEC-19)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings


def origin_of(scope: Mapping[str, Any]) -> str:
    """The Origin header of a socket's handshake, or ""."""
    for name, value in scope.get("headers", ()):
        if name == b"origin":
            return bytes(value).decode("latin-1").strip().lower()
    return ""


def _normal(url: str) -> str:
    parts = urlsplit(url.lower())
    return f"{parts.scheme}://{parts.netloc}"


def same_origin(scope: Mapping[str, Any]) -> bool:
    """True if the page is ours: PUBLIC_BASE_URL or the very host that was asked, exactly."""
    origin = origin_of(scope)
    if not origin or origin == "null":
        return False
    if origin == _normal(settings.PUBLIC_BASE_URL):
        return True
    host = next((bytes(v).decode("latin-1") for n, v in scope["headers"] if n == b"host"), "")
    scheme = "https" if scope.get("scheme") in {"wss", "https"} else "http"
    return bool(settings.DEBUG or settings.DEMO) and origin == f"{scheme}://{host.lower()}"


def allowed(origin: str, origins: Iterable[str]) -> bool:
    """True if a widget's list allows this page; an empty list or "*" allows all."""
    known = [one.lower().rstrip("/") for one in origins]
    return not known or "*" in known or origin in known
