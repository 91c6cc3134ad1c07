"""Writing the ledger of promised hours: each minute once, however many sweepers look."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import chain

from django.db import connection, transaction

from helpdesk import adapters, heartbeat
from helpdesk.models import Inbox, InboxHealth, LedgerLine
from helpdesk.routing import slots
from helpdesk.selectors import ledger as selectors
from helpdesk.sla import kept, stored
from helpdesk.sla.kept import Draft, Site

LOCK = 7_201_006
SILENT = 30.0  # seconds without a sign of life; each process gives one every ten
AT_ONCE = timedelta(days=1)  # of a longer gap is written in one pass
KEPT_FOR = timedelta(days=400)  # a year and a month to compare with
FORGETS_AT = (3, 0)  # hour and minute, UTC
COLUMNS = ("promised", "staffed", "up", "seen")
# The minute that this process knows to be written; the sweeper asks every second.
_written: list[datetime] = []


def keep() -> int:
    """Write the minute that has begun, and before it those at which nobody looked.

    How many lines were written. The ledger begins with the minute after the first call.
    """
    minute = stored.database_now().replace(second=0, microsecond=0)
    if minute in _written:
        return 0
    with transaction.atomic():
        if not _alone():
            return 0  # whoever is at it writes the same
        last = selectors.newest()
        lines = 0 if last and last >= minute else _save(_found(last, minute))
        if (minute.hour, minute.minute) == FORGETS_AT:
            LedgerLine.objects.filter(starts_at__lt=minute - KEPT_FOR).delete()
    if last is None or minute - last <= AT_ONCE:
        _written[:] = [minute]
    return lines


def _found(last: datetime | None, minute: datetime) -> dict[str, list[Draft]]:
    """What is to be written after the minute `last`, by channel; of a long gap only a part."""
    if last is None:
        return {"": [_reached(minute)]}
    sites, begun = _sites(), last + kept.MINUTE
    if minute - last > AT_ONCE:
        return {**kept.gap(sites, begun, begun + AT_ONCE), "": [_reached(last + AT_ONCE)]}
    found = kept.gap(sites, begun, minute)
    for channel, line in kept.look(sites, minute).items():
        found.setdefault(channel, []).append(line)
    return {**found, "": [_reached(minute)]}


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _reached(minute: datetime) -> Draft:
    at, bit = kept.line_of(minute)
    return Draft(at, seen=bit)


def _sites() -> list[Site]:
    """The enabled inboxes as they are now."""
    inboxes = list(Inbox.objects.filter(enabled=True).select_related("queue__hours").order_by("pk"))
    carried = {one.pk: adapters.carriers(one) for one in inboxes}
    silent = heartbeat.missing(set(chain.from_iterable(carried.values())), SILENT)
    staffed = slots.staffed()
    return [
        Site(
            one.pk,
            one.channel,
            stored.promised(one),
            staffed=one.pk in staffed,
            working=one.health != InboxHealth.BROKEN,
            silent=tuple(name for name in carried[one.pk] if name in silent),
        )
        for one in inboxes
    ]


def _save(found: dict[str, list[Draft]]) -> int:
    """Add the drafts to their lines; how many lines that are."""
    wanted = {(channel, one.starts_at) for channel, drafts in found.items() for one in drafts}
    known = LedgerLine.objects.filter(starts_at__in={starts_at for _channel, starts_at in wanted})
    lines = {(one.channel, one.starts_at): one for one in known}
    for channel, drafts in found.items():
        for draft in drafts:
            at = (channel, draft.starts_at)
            line = lines.setdefault(at, LedgerLine(channel=channel, starts_at=draft.starts_at))
            for column in COLUMNS:
                setattr(line, column, getattr(line, column) | getattr(draft, column))
            for cause, bits in draft.causes.items():
                line.causes[cause] = line.causes.get(cause, 0) | bits
    touched = [lines[at] for at in sorted(wanted)]
    LedgerLine.objects.bulk_update([one for one in touched if one.pk], [*COLUMNS, "causes"])
    LedgerLine.objects.bulk_create([one for one in touched if not one.pk])
    return len(touched)
