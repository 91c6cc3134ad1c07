"""What a channel offers that can try its own way by sending itself a message (helpdesk.probing)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Protocol, cast

from helpdesk.adapters import ChannelAdapter, adapters
from helpdesk.models import Inbox


class NotBackError(Exception):
    """It did not come back; the text says why, for whoever runs the desk."""


class Probing(Protocol):
    """How a channel tries its own way.

    probe_every: how often. probe_asks: only through inboxes for which somebody asked for it, for
    it costs something; else the first one stands for all.
    """

    probe_every: timedelta
    probe_asks: bool

    def probe(self, inbox: Inbox) -> str:
        """Send it; "" if it is back already, else its token. Raises NotBackError."""
        ...

    def came_back(self, inbox: Inbox, token: str) -> bool:
        """Whether it is there by now. Raises NotBackError."""
        ...


def probings() -> Iterator[tuple[ChannelAdapter, Probing]]:
    """The adapters that can."""
    for one in adapters():
        if hasattr(one, "probe"):
            yield one, cast("Probing", one)
