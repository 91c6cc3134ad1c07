"""The pace to each address that a provider asks for (PRV): declared by the adapter, kept here.

An adapter that has one tells `pace(inbox, to) -> Pace | None`. A row for each address says when the
next message may go; one statement takes a place, however many workers ask at once (the generic
cell rate algorithm). Who finds none waits in the outbox until it is free: no attempt is counted.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from helpdesk.adapters import adapter_for
from helpdesk.models import Delivery, SendingPace
from helpdesk.records import Pace

SLOWER = "The network lets us write to one person no faster; its turn comes."
_TAKE = """INSERT INTO helpdesk_sendingpace AS kept (inbox_id, "to", due)
    VALUES (%(inbox)s, %(to)s, %(now)s + %(every)s)
    ON CONFLICT (inbox_id, "to") DO UPDATE SET due = GREATEST(kept.due, %(now)s) + %(every)s
    WHERE kept.due <= %(now)s + %(ahead)s RETURNING due"""


def wait(delivery: Delivery) -> timedelta | None:
    """Take a place for this message; for how long to wait where there is none."""
    try:
        adapter: Any = adapter_for(delivery.inbox)
    except LookupError:
        return None
    told = getattr(adapter, "pace", None)
    asked: Pace | None = told(delivery.inbox, delivery.to) if told else None
    if asked is None:
        return None
    now, every = datetime.now(UTC), timedelta(seconds=asked.every)
    ahead = every * (asked.burst - 1)
    facts: dict[str, Any] = {"inbox": delivery.inbox_id, "to": delivery.to, "now": now}
    with connection.cursor() as cursor:
        facts |= {"every": every, "ahead": ahead}
        cursor.execute(_TAKE, facts)
        if cursor.fetchone():
            return None
    mine = SendingPace.objects.filter(inbox_id=delivery.inbox_id, to=delivery.to)
    due = mine.values_list("due", flat=True).first() or now
    return max(due - ahead - now, timedelta(milliseconds=100))


def forget_old() -> int:
    """Addresses to which nothing was sent for an hour need no row; how many are gone."""
    old = datetime.now(UTC) - timedelta(hours=1)
    return SendingPace.objects.filter(due__lt=old).delete()[0]
