"""Where an address really leads."""

from __future__ import annotations

from urllib.parse import urlsplit


def host(address: str) -> str:
    """The host that an address really leads to, in ASCII; "" without one."""
    try:
        name = urlsplit(address).hostname or ""
        return name if name.isascii() else name.encode("idna").decode()
    except (ValueError, UnicodeError):
        return ""
