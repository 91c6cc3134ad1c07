"""Files that customers sent, fetched in the worker: hosts by list, size and time limited (PRV-8).

Nothing here raises: the customer's words must not wait for a file. What cannot be had is None, and
the message says that there was a file.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from helpdesk import outbound_http
from helpdesk.models import Inbox

PATIENCE_SECONDS = 25.0  # the worker holds the payload for a minute only
_PAUSES = (0.0, 0.5, 1.5)
_logger = logging.getLogger(__name__)


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

    def content(self, url: str, kind: str = "") -> bytes | None:
        """The bytes behind a URL. kind: the content type that was promised."""
        for pause in _PAUSES:
            if time.monotonic() > self._until:
                return None
            time.sleep(pause)
            try:
                return self._get(url, kind)
            except (outbound_http.ForbiddenError, outbound_http.TooBigError) as error:
                _logger.warning("inbox %s: file not fetched: %s", self._inbox.pk, error)
                return None
            except outbound_http.OutboundError as error:
                _logger.warning("inbox %s: file, trying again: %s", self._inbox.pk, error)
        return None

    def described(self, url: str) -> Mapping[str, object]:
        """A JSON document about a file (its fresh URL); {} if it cannot be had."""
        try:
            answer = outbound_http.get(url, headers=self._headers, seconds=self._left())
        except outbound_http.OutboundError as error:
            _logger.warning("inbox %s: file not found: %s", self._inbox.pk, error)
            return {}
        return answer.json() if answer.ok else {}

    def _left(self) -> float:
        return max(0.1, min(outbound_http.WHOLE_SECONDS, self._until - time.monotonic()))

    def _get(self, url: str, kind: str) -> bytes | None:
        answer = outbound_http.get(
            url,
            headers=self._headers,
            max_bytes=self._most,
            redirects=2,
            seconds=self._left(),
            allowed=self.allowed,
        )
        if answer.status >= 500 or answer.status == 429:
            raise outbound_http.NotSentError(f"HTTP {answer.status}")
        got = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        # A page or an error document where a picture was promised is no picture.
        page = got in {"text/html", "application/json"} and kind.partition(";")[0] != got
        return answer.body if answer.ok and not page else None
