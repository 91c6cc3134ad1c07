"""Figures of what should happen and does not: probes, silence, late chats, what ends (OPS-6).

What providers' calls came to is counted in Valkey; while it is away there are no such figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F

from helpdesk import certificates, hook_tally
from helpdesk.adapters import adapters
from helpdesk.models import (
    ApiToken,
    Certificate,
    Conversation,
    InboxHealth,
    Probe,
    State,
)

DAY = timedelta(days=1)
LATE = timedelta(minutes=15)
"""A probe that is not back by then is lost: mail is fetched every few minutes."""
SHORT_LIVED = timedelta(days=28)
"""Whose whole life is so short ends soon from its first day, and nobody needs to hear of it."""
_MISSED = """
    SELECT inbox.id, inbox.name, least({weeks}) FROM helpdesk_inbox inbox,
    LATERAL (SELECT greatest(received_at, %(now)s - interval '7 days') AS at
        FROM helpdesk_inboundevent WHERE inbox_id = inbox.id
        ORDER BY received_at DESC LIMIT 1) AS last
    WHERE inbox.enabled AND inbox.health = %(well)s AND last.at < %(now)s - interval '10 minutes'
"""
_WEEK = """(SELECT count(*) FROM (SELECT FROM helpdesk_inboundevent WHERE inbox_id = inbox.id
    AND received_at > last.at - interval '{days} days'
    AND received_at <= %(now)s - interval '{days} days' LIMIT 100) AS week)"""
MISSED = _MISSED.format(weeks=", ".join(_WEEK.format(days=7 * week) for week in range(1, 5)))
"""What came in the same hours of each of the last four weeks, at least, since when nothing came."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. kind: gauge or counter; labels in the order of the names."""

    name: str
    help: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()
    kind: str = "gauge"


def figures(now: datetime) -> list[Figure]:
    """All of them; five queries."""
    return [*_probes(now), *_missed(now), *_ends(now), *_chats(now), *_hooks()]


def _named(pk: int, name: str) -> tuple[tuple[str, str], ...]:
    return (("inbox", f"{pk} {name}"),)


def _probes(now: datetime) -> list[Figure]:
    found = []
    for one in Probe.objects.filter(inbox__enabled=True).select_related("inbox"):
        labels = _named(one.inbox_id, one.inbox.name)
        overdue = one.sent_at is not None and one.back_at is None and now - one.sent_at > LATE
        lost = float(one.failing_since is not None or overdue)
        found.append(Figure("probe_lost", "What was sent to ourselves is not back.", lost, labels))
        if one.seconds is not None:
            found.append(Figure("probe_seconds", "Until it was back.", one.seconds, labels))
    return found


def _missed(now: datetime) -> list[Figure]:
    with connection.cursor() as cursor:
        cursor.execute(MISSED, {"now": now, "well": InboxHealth.OK})
        rows = cursor.fetchall()
    words = "What usually came in these hours; nothing did."
    return [Figure("inbound_missed", words, many, _named(pk, name)) for pk, name, many in rows]


def _ends(now: datetime) -> list[Figure]:
    fresh = Certificate.objects.filter(seen_at__gt=now - certificates.FORGOTTEN)
    found = [
        Figure("certificate_days_left", "Until it ends.", (one.ends_at - now) / DAY,
               (("server", one.server[:180]),))
        for one in fresh
    ]  # fmt: skip
    tokens = ApiToken.objects.filter(
        revoked_at=None, expires_at__gt=now, used_at__gt=now - SHORT_LIVED,
        expires_at__gte=F("created_at") + SHORT_LIVED, agent__is_active=True,
    )  # fmt: skip
    found += [
        Figure("token_days_left", "Until it ends.", (ends - now) / DAY,
               (("token", f"{pk} {name}"),))
        for pk, name, ends in tokens.values_list("pk", "name", "expires_at")
    ]  # fmt: skip
    return found


def _chats(now: datetime) -> list[Figure]:
    live = {one.channel for one in adapters() if one.capabilities.live}
    late = Conversation.objects.filter(
        late_from__isnull=False, promised_at__lt=now, inbox__channel__in=live,
        state__in=(State.NEW, State.OPEN), waiting_since__gt=now - DAY,
    )  # fmt: skip
    return [Figure("chats_late", "Chats that wait longer than promised.", late.count())]


def _hooks() -> list[Figure]:
    told = hook_tally.lately()
    if not told.get(hook_tally.CALLS):
        return []
    ratio = told[hook_tally.FAILED] / told[hook_tally.CALLS]
    return [
        Figure("webhook_errors_ratio", "Of providers' calls of five minutes.", ratio),
        Figure("bad_signatures", "The most of one of these minutes.", told["worst"]),
    ]
