"""A desk whose promises are tested: conversations that came in, and what their clocks say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from helpdesk.models import Conversation, ConversationEvent, SLAClock, Timer
from helpdesk.services import firing, promises
from helpdesk.sla import stored


class Time:
    """The database's time as a test wants it: it stands still until it is moved."""

    def __init__(self) -> None:
        self.start = self.now = stored.database_now()

    def after(self, seconds: float) -> datetime:
        """Move to so many seconds after the start."""
        self.now = self.start + timedelta(seconds=seconds)
        return self.now

    def sweep(self, seconds: float) -> int:
        """One pass of the sweeper so many seconds after the start."""
        return firing.fire_due(self.after(seconds))


def open_clocks(conversation: Conversation) -> set[str]:
    rows = SLAClock.objects.filter(conversation=conversation, open=True)
    return set(rows.values_list("metric", flat=True))


def clock(conversation: Conversation, metric: str) -> SLAClock:
    return SLAClock.objects.filter(conversation=conversation, metric=metric).latest("pk")


def events(conversation: Conversation, *kinds: str) -> list[tuple[str, dict[str, Any]]]:
    found = ConversationEvent.objects.filter(conversation=conversation, kind__in=kinds)
    return list(found.order_by("seq").values_list("kind", "payload"))


def fired() -> list[tuple[int, int, str]]:
    rows = Timer.objects.filter(fired_at__isnull=False).order_by("pk")
    return list(rows.values_list("clock_id", "cycle", "kind"))


__all__ = ["Time", "clock", "events", "fired", "open_clocks", "promises"]
