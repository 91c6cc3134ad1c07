"""Posts the fakes' webhooks: now or later, once or until they are taken."""

from __future__ import annotations

import heapq
import http.client
import itertools
import threading
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 15
_LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class Webhook:
    """One POST. delay: seconds before it. tries: how often, until a 2xx (the pause doubles)."""

    key: str
    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    tries: int = 1
    pause: float = 0.5


class Caller:
    """A timer thread and a few senders. `posted` remembers the last (key, status) pairs."""

    def __init__(self, workers: int = 8) -> None:
        self.posted: deque[tuple[str, int]] = deque(maxlen=20_000)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="webhook")
        self._due: list[tuple[float, int, Webhook]] = []
        self._count = itertools.count()
        self._changed = threading.Condition()
        threading.Thread(target=self._watch, name="webhook-timer", daemon=True).start()

    def later(self, hook: Webhook) -> None:
        """Post in `hook.delay` seconds; returns at once."""
        with self._changed:
            entry = (time.monotonic() + hook.delay, next(self._count), hook)
            heapq.heappush(self._due, entry)
            self._changed.notify()

    def post(self, hook: Webhook) -> int:
        """Post now; the HTTP status, or 0 when there was no answer."""
        parts = urlsplit(hook.url)
        secure = parts.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT_SECONDS)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", path, hook.body, dict(hook.headers))
            answer = connection.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            status = 0
        finally:
            connection.close()
        self.posted.append((hook.key, status))
        return status

    def _watch(self) -> None:
        while True:
            with self._changed:
                while not self._due or self._due[0][0] > time.monotonic():
                    wait = self._due[0][0] - time.monotonic() if self._due else None
                    self._changed.wait(wait)
                hook = heapq.heappop(self._due)[2]
            self._pool.submit(self._try, hook)

    def _try(self, hook: Webhook) -> None:
        if 200 <= self.post(hook) < 300 or hook.tries <= 1:
            return
        pause = min(hook.pause * 2, _LONGEST_PAUSE)
        self.later(replace(hook, tries=hook.tries - 1, delay=hook.pause, pause=pause))
