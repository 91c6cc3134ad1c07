"""How fast an inbox sends: a bucket of messages that fills as time goes by (K5).

Setting of the inbox: `per_minute`, a number; none is no limit. A burst is at most one minute's.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import transaction

from helpdesk.models import Inbox, SendingBudget


def spend(inbox: Inbox) -> timedelta | None:
    """Take one message out of the bucket; how long to wait where there is none."""
    rate = _rate(inbox)
    if rate is None:
        return None
    now = datetime.now(UTC)
    with transaction.atomic():
        SendingBudget.objects.get_or_create(
            inbox=inbox, defaults={"left": max(1.0, rate), "counted_at": now}
        )
        row = SendingBudget.objects.select_for_update().get(inbox=inbox)
        minutes = max(0.0, (now - row.counted_at).total_seconds() / 60)
        left = min(max(1.0, rate), row.left + minutes * rate)
        wait = None if left >= 1 else timedelta(minutes=(1 - left) / rate)
        row.left, row.counted_at = left - (0 if wait else 1), now
        row.save(update_fields=["left", "counted_at"])
    return wait


def _rate(inbox: Inbox) -> float | None:
    """Messages a minute, or None where it makes no sense as a limit."""
    given = inbox.settings.get("per_minute")
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given <= 100_000:
        return None
    return float(given)
