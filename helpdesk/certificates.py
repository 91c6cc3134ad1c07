"""When the certificates end of servers that we talk to: noted by whoever has a line open."""

from __future__ import annotations

import logging
import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import DatabaseError

from helpdesk.models import Certificate

log = logging.getLogger(__name__)
EVERY = 3600.0  # seconds after which a process writes of the same server again
PATIENCE = 5.0  # seconds
FORGOTTEN = timedelta(days=7)
"""A server that we have not talked to for so long is none of ours any more."""
_written: dict[str, float] = {}


def seen(host: str, port: int, line: object) -> None:
    """Write down the certificate of an open line, at most once an hour; harmless for any other.

    line: a socket, or whatever stands for one. Never raises.
    """
    server = f"{host.lower()[:250]}:{port}"
    if not isinstance(line, ssl.SSLSocket | ssl.SSLObject):
        return
    if _is_fresh(server):
        return
    try:
        ends = ends_at(line.getpeercert() or {})
        if ends is not None:
            facts = {"ends_at": ends, "seen_at": datetime.now(UTC)}
            Certificate.objects.update_or_create(server=server, defaults=facts)
            _written[server] = time.monotonic()
    except (OSError, ValueError, DatabaseError):
        log.exception("the certificate of %s is not noted", server)


def _is_fresh(server: str) -> bool:
    return time.monotonic() - _written.get(server, -EVERY) < EVERY


def ends_at(certificate: dict[str, Any]) -> datetime | None:
    """When it ends, as Python's ssl tells it; None of one that was not checked."""
    text = str(certificate.get("notAfter") or "")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC) if text else None


def look_at(url: str) -> None:
    """Connect to our own public address where it has a certificate, and note when it ends.

    Raises OSError: not reached, or not to be trusted.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return
    host, port = parts.hostname, parts.port or 443
    if _is_fresh(f"{host}:{port}"):
        return
    context = ssl.create_default_context()
    with (
        socket.create_connection((host, port), PATIENCE) as plain,
        context.wrap_socket(plain, server_hostname=host) as line,
    ):
        seen(host, port, line)
