"""The pictures and files of an MMS: fetched from Twilio's own hosts only, and sent by links."""

from __future__ import annotations

import logging
import mimetypes
import time
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from helpdesk import outbound_http
from helpdesk.adapters import FileLink, InboundFile, PermanentError
from helpdesk.models import Missing

MAX_FILES = 10
PICTURES = frozenset({"image/jpeg", "image/png", "image/gif"})
MAX_PICTURE = 5 * 1024 * 1024
MAX_OTHER = 500 * 1024
_PAUSES = (0.0, 0.5, 1.5)
# No new try after this: the worker holds the payload for a minute only.
_PATIENCE_SECONDS = 25.0
_HOSTS = ("twilio.com", "twiliocdn.com")
_logger = logging.getLogger(__name__)


def fetch_media(
    params: Mapping[str, str], *, base: str, auth: tuple[str, str]
) -> tuple[InboundFile, ...]:
    """The files of `MediaUrl0…9`, together at most outbound_http.MAX_BYTES.

    base: the API address, whose host counts as Twilio's. auth: account sid and auth token.
    Never raises for a file that cannot be had: the customer's text must not wait for it.
    Such a file comes without data, and its row says that something was there.
    """
    files: list[InboundFile] = []
    budget = outbound_http.MAX_BYTES
    until = time.monotonic() + _PATIENCE_SECONDS
    for index in range(MAX_FILES):
        url = params.get(f"MediaUrl{index}", "")
        if not url:
            break
        kind = params.get(f"MediaContentType{index}", "") or "application/octet-stream"
        kind = kind.partition(";")[0].strip().lower()[:120]
        got = _fetch(url, kind, base=base, auth=auth, max_bytes=budget, until=until)
        data = got if isinstance(got, bytes) else None
        why = "" if isinstance(got, bytes) else got
        budget -= len(data or b"")
        name = f"media-{index + 1}{mimetypes.guess_extension(kind) or ''}"
        files.append(InboundFile(name, data, kind, len(data or b""), missing=why))
    return tuple(files)


def media_urls(links: Sequence[FileLink]) -> list[str]:
    """The addresses under which Twilio fetches our files. PermanentError when it would refuse."""
    if len(links) > MAX_FILES:
        raise PermanentError(f"At most {MAX_FILES} files in one message.", "files")
    for link in links:
        most = MAX_PICTURE if link.content_type in PICTURES else MAX_OTHER
        if link.size > most:
            raise PermanentError(f"{link.name} is larger than {most // 1024} KB.", "files")
    return [link.url for link in links]


def _fetch(
    url: str, kind: str, *, base: str, auth: tuple[str, str], max_bytes: int, until: float
) -> bytes | Missing:
    home = urlsplit(base).hostname or ""

    def allowed(host: str) -> bool:
        return host == home or any(host == each or host.endswith(f".{each}") for each in _HOSTS)

    why = Missing.LATE
    for pause in _PAUSES:
        if time.monotonic() > until:
            break
        time.sleep(pause)
        try:
            answer = outbound_http.get(
                url,
                auth=auth if _same_place(url, base) else None,
                max_bytes=max_bytes,
                redirects=3,
                allowed=allowed,
            )
        except outbound_http.ForbiddenError as error:
            _logger.warning("media not fetched: %s", error)
            return Missing.REFUSED
        except outbound_http.TooBigError as error:
            _logger.warning("media not fetched: %s", error)
            return Missing.TOO_BIG
        except outbound_http.OutboundError as error:
            _logger.warning("media not fetched, trying again: %s", error)
            continue
        page = answer.headers.get("content-type", "").startswith("text/html")
        if answer.ok:  # a page where a picture was promised is no picture
            return Missing.GONE if page and kind != "text/html" else answer.body
        why = Missing.GONE if answer.status == 404 else Missing.LATE
        if answer.status < 500 and answer.status not in (404, 408, 425, 429):
            return Missing.GONE
    return why


def _same_place(url: str, base: str) -> bool:
    """The token goes to the API's own scheme, host and port, never to a CDN."""
    return urlsplit(url)[:2] == urlsplit(base)[:2]
