"""What was read a moment ago: a question that many visitors ask is one reading for all of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from helpdesk.models import Inbox

Read = TypeVar("Read")


class Kept(Generic[Read]):
    """The answer of read() for each widget, at most `seconds` old; each process keeps its own."""

    def __init__(self, read: Callable[[Inbox], Read], seconds: float) -> None:
        self.seconds = seconds
        self._read = read
        self._kept: dict[int, tuple[float, Read]] = {}

    def of(self, inbox: Inbox) -> Read:
        """What is known of the widget."""
        kept = self._kept.get(inbox.pk)
        if kept is None or time.monotonic() - kept[0] > self.seconds:
            kept = self._kept[inbox.pk] = time.monotonic(), self._read(inbox)
        return kept[1]

    def mend(self, inbox: Inbox, better: Read) -> None:
        """Keep this instead of what of() has just given; it becomes no younger by that."""
        self._kept[inbox.pk] = self._kept[inbox.pk][0], better

    def forget(self, inbox_id: int) -> None:
        """Read anew next time."""
        self._kept.pop(inbox_id, None)

    def forget_all(self) -> None:
        self._kept.clear()
