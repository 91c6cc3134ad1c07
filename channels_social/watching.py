"""Looking after the accounts: does the provider still call us, and what did we miss (PRV-6)?

The sweeper only finds who is due and wakes a worker; calls are made there.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q

from channels_social.models import Upkeep
from helpdesk import channel_health, inbound, nudge
from helpdesk.adapters import ChannelBrokenError, SendError, adapter_for
from helpdesk.models import ApprovedText, Inbox, InboxHealth

log = logging.getLogger(__name__)
WAY = "webhook"
CHECK_EVERY = timedelta(hours=1)
CATCH_UP_EVERY = timedelta(minutes=5)
LAP = timedelta(minutes=10)  # each look begins a little before the end of the last
FIRST = timedelta(hours=24)
TASK = "channels_social.look_after"


def wake_due(limit: int = 50) -> int:
    """Wake a worker for each inbox that is due; how many. One that is woken is put off a little."""
    now = datetime.now(UTC)
    own = Inbox.objects.filter(channel="social", enabled=True)
    fresh = list(own.filter(social_upkeep__isnull=True)[:limit])
    Upkeep.objects.bulk_create(
        [Upkeep(inbox=one, check_at=now, catch_up_at=now) for one in fresh], ignore_conflicts=True
    )
    due = Upkeep.objects.filter(Q(check_at__lte=now) | Q(catch_up_at__lte=now), inbox__in=own)
    ids = list(due.values_list("pk", flat=True)[:limit])
    for pk in ids:
        # Claimed for a minute: a worker that dies leaves the row due again.
        claimed = due.filter(pk=pk).update(catch_up_at=now + timedelta(minutes=1))
        if claimed:
            Upkeep.objects.filter(pk=pk, check_at__lte=now).update(
                check_at=now + timedelta(minutes=1)
            )
            nudge.wake(TASK, pk)
    return len(ids)


def look_after(inbox_id: int) -> None:
    """Check the subscription, read the approved texts, fetch what was missed; then wait again."""
    inbox = Inbox.objects.filter(pk=inbox_id, channel="social", enabled=True).first()
    row = Upkeep.objects.filter(pk=inbox_id).first()
    if inbox is None or row is None:
        return
    now = datetime.now(UTC)
    if row.check_at <= now + timedelta(minutes=1):
        check(inbox)
        read_approved(inbox)
        Upkeep.objects.filter(pk=inbox_id).update(check_at=now + CHECK_EVERY)
    caught_up = catch_up(inbox, row.caught_up)
    Upkeep.objects.filter(pk=inbox_id).update(
        catch_up_at=now + CATCH_UP_EVERY, caught_up=caught_up or row.caught_up
    )


def check(inbox: Inbox) -> str:
    """Ask the provider whether it calls us; "" or what is wrong, which the health then tells."""
    adapter: Any = adapter_for(inbox)
    if not hasattr(adapter, "check"):
        return ""
    try:
        found: str = adapter.check(inbox)
    except SendError as error:
        broken = isinstance(error, ChannelBrokenError)
        channel_health.failed(inbox.pk, WAY, error.text, advice="token", broken=broken)
        if broken:
            Inbox.objects.filter(pk=inbox.pk).update(
                health=InboxHealth.BROKEN, health_note=error.text[:300]
            )
        return error.text
    if found:
        channel_health.failed(inbox.pk, WAY, found, advice="subscribe", broken=True)
    else:
        channel_health.worked(inbox.pk, WAY)
    return found


def read_approved(inbox: Inbox) -> int:
    """Keep the provider's list of approved texts; how many. One not listed is not sent any more."""
    adapter: Any = adapter_for(inbox)
    if not hasattr(adapter, "approved"):
        return 0
    try:
        found = adapter.approved(inbox)
    except SendError as error:
        log.warning("inbox %s: approved texts not read: %s", inbox.pk, error.text)
        return 0
    now = datetime.now(UTC)
    ApprovedText.objects.bulk_create(
        [
            ApprovedText(
                inbox=inbox,
                name=one.name[:200],
                language=one.language[:16],
                category=one.category,
                body=one.body,
                gaps=one.gaps,
                approved=one.approved,
                seen_at=now,
            )
            for one in found
        ],
        update_conflicts=True,
        unique_fields=("inbox", "name", "language"),
        update_fields=("category", "body", "gaps", "approved", "seen_at"),
    )
    ApprovedText.objects.filter(inbox=inbox, seen_at__lt=now).update(approved=False)
    return len(found)


def catch_up(inbox: Inbox, since: datetime | None) -> datetime | None:
    """Store what the provider had since then; until when all is stored, None if it cannot tell."""
    adapter: Any = adapter_for(inbox)
    if not hasattr(adapter, "catch_up"):
        return None
    now = datetime.now(UTC)
    try:
        raws = adapter.catch_up(inbox, (since or now - FIRST) - LAP)
    except SendError as error:
        log.warning("inbox %s: not caught up: %s", inbox.pk, error.text)
        return None
    for raw in raws:
        inbound.accept(inbox, raw)
    return now
