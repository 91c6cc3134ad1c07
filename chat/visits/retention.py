"""Forgetting: visits without a chat after a month, everything after thirteen (domain 11)."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Q

from chat.visits.models import PageView, Visit, Visitor

BATCH = 500
EVERY = 60.0
_next = 0.0


def sweep() -> int:
    """One small batch of what is too old, at most once a minute; how many rows went."""
    global _next
    if time.monotonic() < _next:
        return 0
    gone = forget(datetime.now(UTC))
    # A long backlog goes batch after batch; otherwise one look a minute is plenty.
    _next = 0.0 if gone >= BATCH else time.monotonic() + EVERY
    return gone


def forget(now: datetime) -> int:
    """Delete visits that are too old, and visitors who did not come back. Safe to repeat."""
    old = now - timedelta(days=settings.VISIT_RETENTION_DAYS)
    very_old = now - timedelta(days=settings.VISITOR_RETENTION_DAYS)
    alone = Q(visitor=None, conversation=None, ended_at__lt=old)
    due = Visit.objects.filter(alone | Q(ended_at__lt=very_old)).order_by("ended_at")
    visits = list(due.values_list("pk", flat=True)[:BATCH])
    PageView.objects.filter(visit__in=visits).delete()
    Visit.objects.filter(pk__in=visits).delete()
    strangers = Visitor.objects.filter(seen_at__lt=very_old, stays=None)
    gone = list(strangers.values_list("pk", flat=True)[:BATCH])
    Visitor.objects.filter(pk__in=gone).delete()
    return len(visits) + len(gone)
