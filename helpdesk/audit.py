"""The audit log: record() in the act's own transaction, seals a moment later (ADR 37).

Names of fields and short values, never bodies, never secrets, never a customer's data.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.db import connection, transaction
from django.db.models import Max, Model

from helpdesk import acting
from helpdesk.models import Act, Agent, AuditEntry, AuditSeal

LONGEST = 120
MOST_FIELDS = 60
NEAR = 2000
"""So many of the newest rows are looked at for such as are not sealed yet; a start looks at all."""
KEPT = timedelta(days=731)
BEGINNING = "0" * 64
_SECRET = re.compile(
    r"secret|password|token|api_key|credential|dkim|hook_key|private", re.IGNORECASE
)
# Of these only the names of fields are told: their values are somebody's personal data.
_PERSONAL = frozenset(
    {"helpdesk.Customer", "helpdesk.CustomerIdentity", "helpdesk.Lead", "helpdesk.Order"}
)
_TYPED = frozenset({"reason"})  # words about somebody, who may be erased one day
_LOCK = 7_201_037
_FLAGS = {ADDITION: Act.ADDED, CHANGE: Act.CHANGED, DELETION: Act.DELETED}
Changes = Mapping[str, Sequence[Any] | None]


class NoTransactionError(RuntimeError):
    """An act was to be written down outside its own transaction."""


def record(
    act: Act,
    about: Model | None = None,
    *,
    by: Agent | None,
    changes: Changes | None = None,
    reason: str = "",
) -> AuditEntry:
    """Write an act down, all or nothing with what it did. Raises NoTransactionError."""
    if not connection.in_atomic_block:
        msg = f"record({act}) outside a transaction"
        raise NoTransactionError(msg)
    label = about._meta.label if about is not None else ""  # noqa: SLF001  Django documents it
    return AuditEntry.objects.create(
        at=datetime.now(UTC),
        actor=by,
        role=by.role if by else "",
        ip=acting.facts().ip or None,
        act=act,
        about=label,
        about_id=str(about.pk) if about is not None and about.pk else "",
        changes=_told(changes or {}, names_only=label in _PERSONAL),
        reason=" ".join(reason.replace("\x00", "").split())[:300],
    )


def log(by: Agent, rows: Sequence[Model], flag: int, said: str | list[Any]) -> None:
    """Write a change of settings into the back office's history of its row and into the audit.

    flag: ADDITION, CHANGE or DELETION; said: words, or [{"changed": {"fields": [...]}}].
    """
    with transaction.atomic():
        LogEntry.objects.log_actions(by.pk, rows, flag, said)
        names = fields_named(said) if isinstance(said, list) else []
        for row in rows:
            record(
                _FLAGS[flag],
                row,
                by=by,
                changes=dict.fromkeys(names),
                reason=said if isinstance(said, str) else "",
            )


def fields_named(said: Iterable[Any]) -> list[str]:
    """The fields that a message of Django's admin names."""
    found: list[str] = []
    for one in said:
        for part in one.values() if isinstance(one, dict) else ():
            found += [str(name) for name in part.get("fields", ())]
    return found


def _told(changes: Changes, *, names_only: bool) -> dict[str, list[Any] | None]:
    told: dict[str, list[Any] | None] = {}
    for name, pair in list(changes.items())[:MOST_FIELDS]:
        hidden = pair is None or names_only or name in _TYPED or _SECRET.search(name)
        told[name[:60]] = None if hidden or pair is None else [_short(one) for one in pair]
    return told


def _short(value: Any) -> Any:
    """A value as it is kept: short, and plain JSON. Longer ones are bodies of something."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        value = ", ".join(sorted(map(str, value)))
    if isinstance(value, dict):
        value = ", ".join(sorted(map(str, value)))  # a structure is told by its keys
    text = str(value).replace("\x00", "")
    return text if len(text) <= LONGEST else f"({len(text)})"


def digest(entry: AuditEntry, previous: str) -> str:
    """The hash of an entry over the one before it; 64 hex digits."""
    facts = {
        "id": entry.pk,
        "at": entry.at.astimezone(UTC).isoformat(),
        "actor": entry.actor_id,
        "role": entry.role,
        "ip": entry.ip,
        "act": str(entry.act),
        "about": entry.about,
        "about_id": entry.about_id,
        "changes": entry.changes,
        "reason": entry.reason,
    }
    plain = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(previous.encode() + plain.encode()).hexdigest()


_looked_at_all = False


def seal(limit: int = 1000) -> int:
    """Give what was written since the last time its place in the chain; how many. The sweeper's.

    Two at once are harmless: one waits for the other, and the position is unique.
    """
    global _looked_at_all
    newest = AuditEntry.objects.aggregate(last=Max("pk"))["last"]
    if newest is None:
        return 0
    found = AuditEntry.objects.filter(seal=None)
    if _looked_at_all:
        found = found.filter(pk__gt=newest - NEAR)
    if not found.exists():
        _looked_at_all = True
        return 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        many = _chain(list(found.order_by("pk")[:limit]))
    _looked_at_all = _looked_at_all or many < limit
    return many


def _chain(entries: list[AuditEntry]) -> int:
    last = AuditSeal.objects.order_by("-day", "-position").first()
    now = datetime.now(UTC)
    # A clock that was set back must not put a seal before the one that it covers.
    day = max(now.date(), last.day) if last else now.date()
    previous = last.hash if last else BEGINNING
    position = last.position if last and last.day == day else 0
    seals = []
    for entry in entries:
        position += 1
        made = digest(entry, previous)
        seals.append(
            AuditSeal(entry=entry, day=day, position=position, previous=previous, hash=made, at=now)
        )
        previous = made
    AuditSeal.objects.bulk_create(seals)
    return len(seals)


def faults(day: date | None = None, now: datetime | None = None) -> list[str]:
    """What is wrong with the chain, in words for an administrator; [] if all is as it was written.

    day: only that one, and that it follows the days before. What was written in the last minute
    may wait for its seal.
    """
    seals = AuditSeal.objects.select_related("entry").order_by("day", "position")
    found: list[str] = []
    before: AuditSeal | None = None
    if day is not None:
        before = AuditSeal.objects.filter(day__lt=day).order_by("day", "position").last()
        seals = seals.filter(day=day)
    for one in seals.iterator(chunk_size=2000):
        where = f"{one.day}/{one.position} (entry {one.entry_id})"
        if one.position != (before.position + 1 if before and before.day == one.day else 1):
            found.append(f"{where}: an entry before it is missing")
        if one.previous != before.hash if before else not _is_beginning(one):
            found.append(f"{where}: does not follow the entry before it")
        if one.hash != digest(one.entry, one.previous):
            found.append(f"{where}: is not as it was written")
        before = one
    edge = (now or datetime.now(UTC)) - timedelta(minutes=1)
    late = AuditEntry.objects.filter(seal=None, at__lt=edge)
    if day is None and (many := late.count()):
        found.append(f"{many} entries are not sealed: is the sweeper running?")
    return found


def _is_beginning(seal: AuditSeal) -> bool:
    """Whether nothing was before it, or nothing but what retention has written down and taken."""
    told = AuditEntry.objects.filter(act=Act.PURGED, changes__audit=["", seal.previous])
    return seal.previous == BEGINNING or told.exists()


def forget_old(now: datetime | None = None) -> int:
    """Delete what is older than two years, whole days; how many. The database allows no more.

    The hash of the last one that went is written down: by it the rest is known to be whole.
    """
    edge = (now or datetime.now(UTC)) - KEPT
    with transaction.atomic():
        old = AuditSeal.objects.filter(day__lt=edge.date(), at__lt=edge)
        ids = list(old.values_list("entry_id", flat=True))
        last = old.order_by("day", "position").last()
        if last is not None:
            record(Act.PURGED, by=None, changes={"audit": ("", last.hash)})
        old.delete()
        AuditEntry.objects.filter(pk__in=ids).delete()
    return len(ids)
