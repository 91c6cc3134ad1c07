"""Noticing a rush, and its end. Any number of sweepers may call measure(): one row decides."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from helpdesk import nudge
from helpdesk.after_commit import after_commit
from helpdesk.models import Rush
from helpdesk.realtime import groups, publish
from helpdesk.routing.reliefs import MEASURED_WITHIN
from helpdesk.routing.spike import QUIET, Sign, Spike, spike
from helpdesk.selectors import rush
from helpdesk.sla import stored

log = logging.getLogger(__name__)
EVERY = timedelta(seconds=15)


def measure(now: datetime | None = None) -> int:
    """Measure if it is time; 1 if a rush began or ended. now: the database's time.

    Everybody is told who may be asked to help. The first sweeper to lock the row measures; the
    others find it locked, or measured.
    """
    now = now or stored.database_now()
    due = Q(measured_at__isnull=True) | Q(measured_at__lte=now - EVERY)
    with transaction.atomic():
        row = Rush.objects.select_for_update(skip_locked=True).filter(due).first()
        if row is None:
            if not Rush.objects.exists():
                Rush.objects.bulk_create([Rush()], ignore_conflicts=True)
            return 0
        was = _state(row, now)
        found = rush.figures(now)
        after = spike(was, found, now.timestamp())
        row.measured_at = now
        if after.calm_since is None:  # what it was by stays as it was, once it is calmer
            row.figures = asdict(found)
        row.since, row.calm_since = _moment(after.since), _moment(after.calm_since)
        row.signs = list(after.signs)
        row.save()
        if after.on == was.on:
            return 0
        log.info("a rush %s: %s", "begins" if after.on else "is over", row.figures)
        after_commit(_tell, on=after.on)
    return 1


def _tell(*, on: bool) -> None:
    """Every screen asks what is the matter; while it lasts the router looks further at once."""
    publish.send(groups.team(), {"type": "rush", "on": on})
    if on:
        nudge.route_all()


def _state(row: Rush, now: datetime) -> Spike:
    """What the row says; calm where nobody has measured for long."""
    if row.since is None or row.measured_at is None or row.measured_at < now - MEASURED_WITHIN:
        return QUIET
    known = {str(one) for one in Sign}
    signs = tuple(Sign(one) for one in row.signs if one in known)
    calm = row.calm_since.timestamp() if row.calm_since else None
    return Spike(True, row.since.timestamp(), signs, calm)


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
