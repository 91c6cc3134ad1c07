"""The demo's promised hours of the last fortnight: mostly kept, with a few honest failures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from helpdesk.models import Inbox, LedgerLine
from helpdesk.sla import kept, stored
from helpdesk.sla.kept import ALL, Cause, Site

DAYS = 14
_LINE = kept.MINUTES * kept.MINUTE
# Kind of inbox, days ago, hour (UTC), lines, whether somebody was there, whether it worked, cause.
_FAILURES = (
    ("chat", 1, 3, 4, False, True, Cause.NOBODY),
    ("chat", 4, 11, 2, True, False, Cause.PROCESS),
    ("chat", 11, 23, 5, False, True, Cause.NOBODY),
    ("email", 3, 9, 3, True, False, Cause.PROCESS),
    ("sms", 6, 12, 2, True, False, Cause.INBOX),
    ("telegram", 2, 8, 6, False, True, Cause.NOBODY),
    ("telegram", 9, 15, 3, False, False, Cause.PROCESS),
)


def make(inboxes: Mapping[str, Inbox], now: datetime, *, days: int = DAYS) -> None:
    """Write the ledger up to `now`, by the promised hours of the inboxes (by kind)."""
    end, _bit = kept.line_of(now)
    start = end - timedelta(days=days)
    known = Inbox.objects.select_related("queue__hours").in_bulk(
        [one.pk for one in inboxes.values()]
    )
    sites = [Site(one.pk, one.channel, stored.promised(one)) for one in known.values()]
    lines = [
        LedgerLine(
            channel=channel,
            starts_at=draft.starts_at,
            promised=draft.promised,
            staffed=ALL,
            up=ALL,
            seen=ALL,
        )
        for channel, drafts in kept.gap(sites, start, end).items()
        for draft in drafts
    ]
    _spoil(lines, inboxes, end)
    lines.append(LedgerLine(channel="", starts_at=end - _LINE, seen=ALL))
    LedgerLine.objects.bulk_create(lines, batch_size=2000)


def _spoil(lines: Iterable[LedgerLine], inboxes: Mapping[str, Inbox], end: datetime) -> None:
    by_place = {(one.channel, one.starts_at): one for one in lines}
    for kind, days, hour, long, there, working, cause in _FAILURES:
        inbox = inboxes[kind]
        midnight = end.replace(hour=0, minute=0)
        begun = midnight - timedelta(days=days) + timedelta(hours=hour)
        for number in range(long):
            line = by_place.get((inbox.channel, begun + number * _LINE))
            if line:
                line.staffed, line.up = ALL * there, ALL * working
                line.causes = {cause.of("worker" if cause is Cause.PROCESS else inbox.pk): ALL}
                if not there:
                    line.causes[Cause.NOBODY.of(inbox.pk)] = ALL
