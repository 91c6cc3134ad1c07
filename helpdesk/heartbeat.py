"""Signs of life of the background processes, one row each."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from helpdesk.models import Heartbeat


def beat(name: str, **detail: Any) -> None:
    """Write the process's sign of life."""
    Heartbeat.objects.update_or_create(
        name=name, defaults={"beat_at": datetime.now(UTC), "detail": detail}
    )


def silent(name: str, seconds: float) -> bool:
    """True if the process gave no sign of life within `seconds`."""
    return bool(missing({name}, seconds))


def missing(names: Collection[str], seconds: float) -> frozenset[str]:
    """Those of the processes that gave no sign of life within `seconds`."""
    edge = datetime.now(UTC) - timedelta(seconds=seconds)
    alive = Heartbeat.objects.filter(name__in=names, beat_at__gte=edge)
    return frozenset(names).difference(alive.values_list("name", flat=True))
