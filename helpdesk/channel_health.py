"""How each way into an inbox is doing: written by its channel, shown to those who can mend it.

A way that works writes at most every few seconds; one that fails says since when, why, and by a
code what somebody could do about it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import Q
from django.db.models.functions import Coalesce, Now

from helpdesk.models import ChannelHealth

EVERY = timedelta(seconds=10)


def worked(inbox_id: int, way: str, *, behind_since: datetime | None = None) -> None:
    """It works now. behind_since: how old the oldest is that still waits to come in."""
    now = datetime.now(UTC)
    facts = {
        "worked_at": now,
        "failing_since": None,
        "broken": False,
        "error": "",
        "advice": "",
        "behind_since": behind_since,
    }
    stale = Q(worked_at__lt=now - EVERY) | Q(worked_at=None) | Q(failing_since__isnull=False)
    changed = stale | Q(behind_since__isnull=behind_since is not None)
    mine = ChannelHealth.objects.filter(inbox_id=inbox_id, way=way)
    if not mine.filter(changed).update(**facts) and not mine.exists():
        ChannelHealth.objects.bulk_create(
            [ChannelHealth(inbox_id=inbox_id, way=way, **facts)], ignore_conflicts=True
        )


def failed(inbox_id: int, way: str, error: str, *, advice: str = "", broken: bool = False) -> None:
    """It does not work. broken: it is not tried again by itself."""
    text = error.replace("\x00", "")[:300]
    ChannelHealth.objects.bulk_create(
        [ChannelHealth(inbox_id=inbox_id, way=way)], ignore_conflicts=True
    )
    ChannelHealth.objects.filter(inbox_id=inbox_id, way=way).update(
        failing_since=Coalesce("failing_since", Now()), broken=broken, error=text, advice=advice
    )


def forget(inbox_id: int, way: str) -> None:
    """The way is no longer there, or begins anew."""
    ChannelHealth.objects.filter(inbox_id=inbox_id, way=way).delete()
