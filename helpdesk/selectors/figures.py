"""The state of the desk in figures: for /statusz, /metrics and whoever is called at night (OPS-5).

Everything is read from the database, so any process tells the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min, Q

from helpdesk.models import (
    Act,
    AuditEntry,
    ChannelHealth,
    Circuit,
    Conversation,
    Delivery,
    DeliveryState,
    Heartbeat,
    InboundEvent,
    InboundState,
    Inbox,
    InboxHealth,
)
from helpdesk.readiness import free_share
from helpdesk.selectors import watched
from helpdesk.selectors.watched import Figure

_WAITING = (DeliveryState.QUEUED, DeliveryState.RETRY)
_SHOWN = (*_WAITING, DeliveryState.SENDING, DeliveryState.UNCERTAIN)
RECENT = timedelta(days=1)
_TOLD = (("audit_faults", "Faults in the audit of two days.", "audit", "faults"),)
"""Figures that a process wrote beside its sign of life: name, help, process, fact."""


def figures(now: datetime | None = None) -> list[Figure]:
    """All of them; some twenty queries, each with an index or of the newest day alone."""
    now = now or datetime.now(UTC)
    return [
        *_inbound(now),
        *_outbox(now),
        *_channels(),
        *_life(now),
        *_promises(now),
        *watched.figures(now),
        *_security(),
        *_database(),
        *_machine(now),
    ]


def _age(now: datetime, then: datetime | None) -> float:
    return max(0.0, (now - then).total_seconds()) if then else 0.0


def _inbound(now: datetime) -> list[Figure]:
    open_ = InboundEvent.objects.filter(state__in=(InboundState.NEW, InboundState.QUARANTINED))
    rows = open_.values("state", "inbox__channel").annotate(
        many=Count("pk"), old=Min("received_at")
    )
    found = []
    for row in rows:
        labels = (("channel", row["inbox__channel"]), ("state", row["state"]))
        found += [
            Figure("inbound", "Payloads that are not done.", row["many"], labels),
            Figure("inbound_oldest_seconds", "Age of the oldest.", _age(now, row["old"]), labels),
        ]
    return found


def _outbox(now: datetime) -> list[Figure]:
    rows = (
        Delivery.objects.filter(state__in=_SHOWN)
        .values("state", "inbox__channel")
        .annotate(many=Count("pk"), old=Min("next_at"))
    )
    found = []
    for row in rows:
        labels = (("channel", row["inbox__channel"]), ("state", row["state"]))
        overdue = _age(now, row["old"])
        found += [
            Figure("outbox", "Messages on their way.", row["many"], labels),
            Figure("outbox_overdue_seconds", "Since when the oldest is due.", overdue, labels),
        ]
    return found


def _channels() -> list[Figure]:
    broken = Inbox.objects.filter(enabled=True, health=InboxHealth.BROKEN)
    open_ = Circuit.objects.filter(open_since__isnull=False)
    found = [
        Figure("inbox_broken", "Disconnected: held, not lost.", 1, (("inbox", str(pk)),))
        for pk in broken.values_list("pk", flat=True)
    ]
    found += [
        Figure("breaker_open", "Sending is paused.", 1, (("inbox", str(pk)),))
        for pk in open_.values_list("pk", flat=True)
    ]
    gone = ChannelHealth.objects.filter(
        advice="subscribe", failing_since__isnull=False, inbox__enabled=True
    )
    found_gone = Figure("subscriptions_gone", "Networks that do not call us.", gone.count())
    totals = (("inboxes_broken", broken.count()), ("breakers_open", len(found) - broken.count()))
    return [*found, found_gone, *(Figure(name, "How many.", many) for name, many in totals)]


def _life(now: datetime) -> list[Figure]:
    rows = list(Heartbeat.objects.values_list("name", "beat_at", "detail"))
    found = [
        Figure(
            "heartbeat_age_seconds",
            "Since the last sign of life.",
            _age(now, at),
            (("process", name),),
        )
        for name, at, _detail in rows
    ]
    told = {name: detail for name, _at, detail in rows}
    for figure, words, process, fact in _TOLD:
        if isinstance(value := told.get(process, {}).get(fact), int | float):
            found.append(Figure(figure, words, value))
    return found


def _promises(now: datetime) -> list[Figure]:
    open_ = Conversation.objects.filter(late_from__isnull=False)
    found = open_.aggregate(near=Count("pk"), late=Count("pk", filter=Q(promised_at__lt=now)))
    return [
        Figure("promises_near", "Conversations near or past their time.", found["near"]),
        Figure("promises_broken", "Conversations past their time.", found["late"]),
    ]


def _security() -> list[Figure]:
    failed = AuditEntry.objects.filter(act=Act.SIGN_IN_FAILED).count()
    unsealed = AuditEntry.objects.filter(seal=None, at__gt=datetime.now(UTC) - RECENT).count()
    return [
        Figure("sign_ins_failed_total", "Since the audit began.", failed, kind="counter"),
        Figure("audit_unsealed", "Entries of the last day without a seal.", unsealed),
    ]


def _database() -> list[Figure]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE wait_event_type = 'Lock'),"
            " extract(epoch FROM clock_timestamp()) FROM pg_stat_activity"
            " WHERE datname = current_database()"
        )
        many, locked, epoch = cursor.fetchone()
    offset = abs(float(epoch) - datetime.now(UTC).timestamp())
    return [
        Figure("database_connections", "Open connections.", many),
        Figure("database_waiting_for_locks", "Of these, waiting.", locked),
        Figure("clock_offset_seconds", "Between this machine and the database.", offset),
    ]


def _machine(now: datetime) -> list[Figure]:
    found = [
        Figure("disk_free_ratio", "Of the disk of STATE_DIR.", free_share(Path(settings.STATE_DIR)))
    ]
    done = Heartbeat.objects.filter(name="backup").values_list("beat_at", flat=True).first()
    if done:
        found.append(Figure("backup_age_seconds", "Since the last backup.", _age(now, done)))
    return found


def tree(told: Iterable[Figure]) -> dict[str, Any]:
    """The same for people: by name, then by labels."""
    found: dict[str, Any] = {}
    for one in told:
        place = ", ".join(f"{name}={value}" for name, value in one.labels)
        if place:
            found.setdefault(one.name, {})[place] = round(one.value, 3)
        else:
            found[one.name] = round(one.value, 3)
    return found
