"""Pictures of mails that lie elsewhere: fetched by us when a reader asks, kept for a day (J5).

Their sender learns that somebody here asked, and nothing of who: the browser never calls them.
"""

from __future__ import annotations

import hashlib
import struct
import threading
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection, transaction

from helpdesk import outbound_http
from helpdesk.models import FetchedPicture

MAX_BYTES: Final = 3 * 1024 * 1024
MAX_PIXELS: Final = 50_000_000
SECONDS: Final = 10.0
KEPT: Final = timedelta(days=1)
AGAIN: Final = timedelta(minutes=5)
"""How long a picture that could not be had is not asked for again."""
_ACCEPT: Final = "image/webp,image/png,image/jpeg,image/gif;q=0.9"
# A reader may open a mail of fifty pictures: other requests need their threads, too.
_SLOTS: Final = threading.BoundedSemaphore(8)


def load(address: str) -> tuple[str, bytes] | None:
    """The type and the bytes of a raster picture, from the store or from its host.

    None where there is none: refused by outbound_http, too large, too slow, or something else
    than a PNG, JPEG, GIF or WebP by its first bytes (an SVG is a document, and stays out).
    """
    key = hashlib.sha256(address.encode()).hexdigest()
    now = datetime.now(UTC)
    known = FetchedPicture.objects.filter(key=key, fetched_at__gt=now - KEPT).first()
    if known is not None and (known.content_type or known.fetched_at > now - AGAIN):
        return (known.content_type, bytes(known.body)) if known.content_type else None
    if not connection.in_atomic_block:
        connection.close()  # nobody else may wait for a connection while we wait for a stranger
    body = _fetch(address)
    kind = kind_of(body)
    FetchedPicture.objects.update_or_create(
        key=key,
        defaults={"content_type": kind, "body": body if kind else b"", "fetched_at": now},
    )
    return (kind, body) if kind else None


def _fetch(address: str) -> bytes:
    if not _SLOTS.acquire(timeout=SECONDS):
        return b""
    try:
        answer = outbound_http.get(
            address,
            headers={"Accept": _ACCEPT},
            max_bytes=MAX_BYTES,
            redirects=3,
            seconds=SECONDS,
        )
    except outbound_http.OutboundError:
        return b""
    finally:
        _SLOTS.release()
    return answer.body if answer.ok else b""


def kind_of(body: bytes) -> str:
    """The media type of a raster picture that a browser may show, by its bytes; else ""."""
    if body.startswith(b"\x89PNG\r\n\x1a\n") and body[12:16] == b"IHDR":
        return "image/png" if _fits(body[16:24], ">II") else ""
    if body.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif" if _fits(body[6:10], "<HH") else ""
    if body.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return ""


def _fits(sizes: bytes, shape: str) -> bool:
    if len(sizes) != struct.calcsize(shape):
        return False
    width, height = struct.unpack(shape, sizes)
    pixels: int = width * height
    return 0 < pixels <= MAX_PIXELS


@transaction.atomic
def forget_old(limit: int = 200) -> int:
    """Forget what was fetched long ago; how many."""
    old = FetchedPicture.objects.filter(fetched_at__lt=datetime.now(UTC) - KEPT)
    keys = list(old.order_by("fetched_at").values_list("pk", flat=True)[:limit])
    return FetchedPicture.objects.filter(pk__in=keys).delete()[0] if keys else 0
