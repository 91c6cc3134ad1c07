"""Visitors who behave as the widget does: a text is kept until its tick, and sent again by cid."""

from __future__ import annotations

import threading
import time
import uuid
from contextlib import suppress
from typing import Any

from websockets.exceptions import WebSocketException

from helpdesk.models import Inbox
from tests.sockets import Tab, say, visitor
from tests.stack import Stack

GIVE_UP_SECONDS = 200


class Crowd:
    """`count` visitors, each in a thread of his own, each with `texts` to say, in order."""

    def __init__(self, stack: Stack, inbox: Inbox, count: int, texts: int) -> None:
        self.stack, self.inbox, self.texts = stack, inbox, texts
        self.tokens: list[str] = [""] * count
        self.longest_gap = 0.0
        self._ticks = 0
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._write, args=(number,), daemon=True)
            for number in range(count)
        ]

    @property
    def total(self) -> int:
        return len(self.tokens) * self.texts

    @property
    def ticks(self) -> int:
        """How many texts were acknowledged so far."""
        with self._lock:
            return self._ticks

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Wait until every text has its tick."""
        deadline = time.monotonic() + GIVE_UP_SECONDS
        for thread in self._threads:
            thread.join(max(0.1, deadline - time.monotonic()))
        assert self.ticks == self.total, f"only {self.ticks} of {self.total} have a tick"

    def _write(self, number: int) -> None:
        waiting = [(uuid.uuid4(), f"{number}/{one}") for one in range(self.texts)]
        until = time.monotonic() + GIVE_UP_SECONDS
        last = time.monotonic()
        while waiting and time.monotonic() < until:
            with suppress(OSError, WebSocketException, TimeoutError):
                tab = self._open(number)
                with tab:
                    while waiting:
                        cid, body = waiting[0]
                        say(tab, body, cid)
                        waiting.pop(0)
                        now = time.monotonic()
                        with self._lock:
                            self._ticks += 1
                            self.longest_gap = max(self.longest_gap, now - last)
                        last = now
            time.sleep(0.1)  # a client's pause before it dials again

    def _open(self, number: int) -> Tab:
        tab, welcome = visitor(self.stack, self.inbox, self.tokens[number])
        self.tokens[number] = welcome["token"]
        return tab

    def shown(self) -> list[list[dict[str, Any]]]:
        """What each visitor sees when he comes back."""
        seen = []
        for token in self.tokens:
            tab, welcome = visitor(self.stack, self.inbox, token)
            tab.close()
            seen.append(welcome["messages"])
        return seen

    def in_order(self) -> bool:
        """Every visitor sees his texts once and in the order in which he wrote them."""
        return all(
            [one["body"] for one in page] == [f"{number}/{n}" for n in range(self.texts)]
            and [one["seq"] for one in page] == list(range(1, self.texts + 1))
            for number, page in enumerate(self.shown())
        )
