"""Files that customers sent, fetched in the worker: hosts by list, size and time limited (PRV-8).

Nothing here raises: the customer's words must not wait for a file. What cannot be had is a Missing,
and the message says that there was a file, and why it is not there.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from helpdesk import outbound_http
from helpdesk.adapters import InboundFile
from helpdesk.models import Inbox, Missing

PATIENCE_SECONDS = 25.0  # the worker holds the payload for a minute only
_PAUSES = (0.0, 0.5, 1.5)
_logger = logging.getLogger(__name__)


Got = bytes | Missing | None


def busy(answer: outbound_http.Answer) -> bool:
    """The other side may have it a moment later."""
    return answer.status >= 500 or answer.status == 429


def why(error: outbound_http.OutboundError) -> Missing:
    """What a file that was not got is missing for."""
    if isinstance(error, outbound_http.ForbiddenError):
        return Missing.REFUSED
    return Missing.TOO_BIG if isinstance(error, outbound_http.TooBigError) else Missing.LATE


def file_of(name: str, got: Got, kind: str, size: int = 0) -> InboundFile:
    """A file of a message, as it was got or missed. size: as the provider told it."""
    if isinstance(got, bytes):
        return InboundFile(name[:255], got, kind[:120], len(got))
    return InboundFile(name[:255], None, kind[:120], size, missing=got or Missing.GONE)


class Fetcher:
    """The files of one payload of an inbox. hosts: endings of the provider's host names."""

    def __init__(
        self, inbox: Inbox, hosts: tuple[str, ...], most: int, base: str, bearer: str = ""
    ) -> None:
        self._inbox = inbox
        self._hosts = hosts
        self._most = most
        self._home = urlsplit(base).hostname
        self._headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        self._until = time.monotonic() + PATIENCE_SECONDS

    def allowed(self, host: str) -> bool:
        """Whether the provider keeps files there."""
        known = any(host == one or host.endswith(f".{one}") for one in self._hosts)
        return known or host == self._home

    def content(self, url: str, kind: str = "") -> Got:
        """The bytes behind a URL. kind: the content type that was promised."""
        for pause in _PAUSES:
            if time.monotonic() > self._until:
                break
            time.sleep(pause)
            try:
                return self._get(url, kind)
            except (outbound_http.ForbiddenError, outbound_http.TooBigError) as error:
                _logger.warning("inbox %s: file not fetched: %s", self._inbox.pk, error)
                return why(error)
            except outbound_http.OutboundError as error:
                _logger.warning("inbox %s: file, trying again: %s", self._inbox.pk, error)
        return Missing.LATE

    def described(self, url: str) -> Mapping[str, object] | Missing:
        """A JSON document about a file (its fresh URL)."""
        try:
            answer = outbound_http.get(url, headers=self._headers, seconds=self._left())
        except outbound_http.OutboundError as error:
            _logger.warning("inbox %s: file not found: %s", self._inbox.pk, error)
            return why(error)
        if answer.ok:
            return answer.json()
        return Missing.LATE if busy(answer) else Missing.GONE

    def _left(self) -> float:
        return max(0.1, min(outbound_http.WHOLE_SECONDS, self._until - time.monotonic()))

    def _get(self, url: str, kind: str) -> Got:
        answer = outbound_http.get(
            url,
            headers=self._headers,
            max_bytes=self._most,
            redirects=2,
            seconds=self._left(),
            allowed=self.allowed,
        )
        if busy(answer):
            raise outbound_http.NotSentError(f"HTTP {answer.status}")
        got = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        # A page or an error document where a picture was promised is no picture.
        page = got in {"text/html", "application/json"} and kind.partition(";")[0] != got
        return answer.body if answer.ok and not page else Missing.GONE
