"""Agents who take what they are offered at once, for tests that are about something else."""

from __future__ import annotations

from datetime import UTC, datetime

from helpdesk.models import WorkItem, WorkState
from helpdesk.routing import engine
from helpdesk.services import work


def take() -> int:
    """Tidy up what is in wrap-up, route, and accept every offer; how many are taken."""
    now = datetime.now(UTC)
    WorkItem.objects.filter(state=WorkState.WRAP_UP).update(expires_at=now)
    work.end_wrap_ups()
    engine.run()
    taken = 0
    for item in WorkItem.objects.filter(state=WorkState.OFFERED).select_related("agent"):
        if item.agent is not None:
            work.accept(item.pk, item.agent)
            taken += 1
    return taken
