"""The breaker of each inbox: a sick provider's queue waits, and nobody's attempts are burnt.

Five failures within a minute open it; then one message tries every 30 s, and the first that is
answered closes it (DEL-10). A refusal is an answer: the provider is well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.db.models import Case, F, Q, Value, When

from helpdesk.adapters import (
    AmbiguousError,
    ChannelAdapter,
    Outgoing,
    PermanentError,
    Sent,
    TransientError,
)
from helpdesk.models import Circuit, Delivery, Inbox

FAILURES = 5
WITHIN = timedelta(seconds=60)
PROBE = timedelta(seconds=30)
PAUSED = "The provider has a problem; it is tried again by itself."


def wait(inbox: Inbox) -> timedelta | None:
    """For how long nothing leaves this inbox; None if it may send, or if this one is the probe."""
    now = datetime.now(UTC)
    row = _row(inbox)
    if row is None or row.probe_at is None:
        return None
    if row.probe_at > now:
        return row.probe_at - now
    mine = Circuit.objects.filter(inbox=inbox, open_since__isnull=False, probe_at=row.probe_at)
    return None if mine.update(probe_at=now + PROBE) else PROBE


def _row(inbox: Inbox) -> Circuit | None:
    """Joined with the inbox by receipts.with_message(): sending asks for it with no query."""
    try:
        return inbox.circuit
    except Circuit.DoesNotExist:
        return None


def is_open(inbox: Inbox) -> bool:
    """Whether what is sent there waits now. One query."""
    return Circuit.objects.filter(pk=inbox.pk, open_since__isnull=False).exists()


def guarded(adapter: ChannelAdapter, delivery: Delivery, outgoing: Outgoing) -> Sent:
    """Send; count what it says of the provider's health. Raises what the adapter raises.

    The message remembers when it left: receipts "until a moment" are reckoned from that.
    """
    delivery.message.sent_at = datetime.now(UTC)
    with counted(delivery.inbox):
        return adapter.send(delivery.inbox, outgoing)


@contextmanager
def counted(inbox: Inbox) -> Iterator[None]:
    """Around a call that sends: count what it says of the provider's health, and let it raise."""
    try:
        yield
    except PermanentError:
        worked(inbox)
        raise
    except (TransientError, AmbiguousError) as error:
        # Who tells us when to come again is well: only we were too fast.
        if getattr(error, "retry_after", None) is None:
            failed(inbox.pk, error.text)
        raise
    worked(inbox)


def failed(inbox_id: int, error: str) -> bool:
    """Count a failure of the provider's; True if it opened the breaker."""
    now = datetime.now(UTC)
    text = error.replace("\x00", "")[:300]
    Circuit.objects.bulk_create([Circuit(inbox_id=inbox_id, first_at=now)], ignore_conflicts=True)
    row = Circuit.objects.filter(inbox_id=inbox_id)
    old = Q(first_at__lt=now - WITHIN)
    # Columns on the right are the old ones: one statement counts and forgets what is past.
    row.filter(open_since__isnull=True).update(
        failures=Case(When(old, then=Value(1)), default=F("failures") + 1),
        first_at=Case(When(old, then=Value(now)), default=F("first_at")),
        error=text,
    )
    row.filter(open_since__isnull=False).update(error=text, probe_at=now + PROBE)
    ripe = row.filter(open_since__isnull=True, failures__gte=FAILURES)
    return bool(ripe.update(open_since=now, probe_at=now + PROBE))


def worked(inbox: Inbox) -> None:
    """The provider answered. Nothing is written while all is well."""
    row = _row(inbox)
    if row is not None and (row.failures or row.open_since):
        Circuit.objects.filter(pk=row.pk).update(
            failures=0, open_since=None, probe_at=None, error=""
        )
