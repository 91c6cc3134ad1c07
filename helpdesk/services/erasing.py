"""Erasing a person (GDPR 17): looked at first, then done at once and for ever (ADR 38).

What identifies is deleted, what anybody wrote is emptied; when, by which channel and how well
stays, tied to nobody. A legal hold stops it. A keyed hash of each address stays, so that an import
or a restored backup does not bring the person back.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Func, IntegerField, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat, Lower
from django.db.models.lookups import GreaterThan
from django.utils.translation import gettext as _

from helpdesk import audit, personal_keys, tombstones, traces
from helpdesk.after_commit import after_commit
from helpdesk.models import (
    ACTIVE_STATES,
    Act,
    Agent,
    AutomaticTally,
    Consent,
    Conversation,
    Customer,
    CustomerIdentity,
    CustomerMerge,
    DataCopy,
    Erasure,
    IdempotencyKey,
    InboundEvent,
    InboundState,
    Lead,
    LegalHold,
    Order,
    ParkedReceipt,
    State,
    SuppressedAddress,
)
from helpdesk.services import conversations, customers, scrubbing
from helpdesk.traces import Whose

log = logging.getLogger(__name__)
LONG_NAME, LONG_ADDRESS = 8, 12  # characters from which on a word is looked for
_OPEN = (*ACTIVE_STATES, State.RESOLVED)


class HeldError(ValueError):
    """A legal hold stands against it; the text is for the administrator."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an erasure would touch. held: why it may not be done now; "" if it may."""

    customer: int
    counts: dict[str, int]
    held: str = ""


def whose(customer_id: int) -> Whose:
    """The person with everybody who was merged into them, and all their conversations."""
    found, fresh = {customer_id}, {customer_id}
    while fresh:
        merged = Customer.objects.filter(merged_into__in=fresh).values_list("pk", flat=True)
        fresh = set(merged) - found
        found |= fresh
    talks = Conversation.objects.filter(customer__in=found).values_list("pk", flat=True)
    return Whose(frozenset(found), frozenset(talks))


def held(who: Whose) -> str:
    """The reason of the legal hold that stands against it, or ""."""
    standing = LegalHold.objects.filter(customer__in=who.customers, lifted_at=None).first()
    return standing.reason if standing else ""


def plan(customer_id: int) -> Plan:
    """A dry run: how many rows of what would go or be emptied. Writes nothing."""
    who = whose(customer_id)
    inside = scrubbing.rows(who.conversations)
    counts = {name: one.count() for name, one in inside.items()}
    counts |= {name: one.count() for name, one in _own(who).items()}
    counts |= {one.name: one.count(who) for one in traces.sources()}
    counts["raw messages"] += _loose(_addresses(who)).count()
    return Plan(customer_id, {name: many for name, many in counts.items() if many}, held(who))


def erase(customer_id: int, *, by: Agent | None, reason: str = "") -> Erasure:
    """Do it, in one transaction; files and keys in Valkey go right after it.

    reason: why; it stays in the audit, so it must not name the person. Raises HeldError,
    Customer.DoesNotExist.
    """
    with transaction.atomic():
        customer = customers.held(customer_id)
        who = whose(customer.pk)
        if held(who):
            raise HeldError(_("A legal hold stands against it. Lift it first."))
        words, addresses = told_by(who), _addresses(who)
        _end(who, by)
        done = scrubbing.scrub(sorted(who.conversations), words=words)
        loose = list(_loose(addresses).values_list("pk", flat=True))
        raw = InboundEvent.objects.filter(pk__in=loose)
        raw.filter(state=InboundState.QUARANTINED).update(state=InboundState.DISCARDED)
        done.add("raw messages", scrubbing.empty_raw(raw, _low(words)))
        for source in traces.sources():
            done.add(source.name, source.forget(who))
        stones = _forget_addresses(who, done)
        _forget_rows(who, done)
        row = Erasure.objects.create(
            customer=customer, by=by, at=datetime.now(UTC), tombstones=stones,
            counts=done.counts, files=done.files,
        )  # fmt: skip
        audit.record(Act.ERASED, customer, by=by, changes=dict.fromkeys(done.counts), reason=reason)
        after_commit(_note, row)
        after_commit(_finish, row.pk, words)
    return row


def _finish(erasure_id: int, words: frozenset[str]) -> None:
    personal_keys.forget(words)
    finish(erasure_id)


def finish(erasure_id: int) -> bool:
    """Delete the files of an erasure; True once all are gone. Safe to repeat."""
    row = Erasure.objects.get(pk=erasure_id)
    left = []
    for name in row.files:
        try:
            default_storage.delete(name)
        except OSError as error:
            left.append(name)
            log.warning("erasure %s: a file is still there: %s", row.pk, type(error).__name__)
    row.files = left
    row.done_at = None if left else datetime.now(UTC)
    row.save(update_fields=["files", "done_at"])
    return not left


def finish_due(now: datetime | None = None) -> int:
    """The sweeper's: whatever a crash or a full disk left to be deleted; how many were finished."""
    edge = (now or datetime.now(UTC)) - timedelta(seconds=30)
    due = Erasure.objects.filter(done_at=None, at__lt=edge).values_list("pk", flat=True)
    return sum(finish(pk) for pk in list(due[:20]))


def replay(rows: Iterable[dict[str, Any]]) -> int:
    """Erase once more whoever a restored backup brought back; how many.

    rows: {"customer", "tombstones"} of Erasure rows that are younger than the backup.
    """
    many = 0
    for one in rows:
        stones = set(one["tombstones"])
        back = {
            row.customer_id
            for row in CustomerIdentity.objects.filter(customer=one["customer"])
            if tombstones.of(row.kind, row.address) in stones
        }
        for pk in sorted(back):
            with contextlib.suppress(HeldError):
                erase(pk, by=None, reason="erased before, brought back by a restored backup")
                many += 1
    return many


def told_since(moment: str) -> list[dict[str, Any]]:
    """For replay(): who was erased since a backup was made; [] where this cannot be asked."""
    try:
        rows = Erasure.objects.filter(at__gte=datetime.fromisoformat(moment))
        return [dict(one) for one in rows.order_by("at").values("customer", "tombstones")]
    except DatabaseError:
        return []


def tombstone_file() -> list[dict[str, Any]]:
    """For replay(): what was noted beside the database, for the day that it is lost."""
    try:
        lines = _beside().read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    return [json.loads(line) for line in lines if line]


def _beside() -> Path:
    return Path(settings.STATE_DIR) / "erased.jsonl"


def _note(row: Erasure) -> None:
    """Hashes only. A disk that refuses is told in the log: the row itself is in the database."""
    line = json.dumps({"customer": row.customer_id, "tombstones": row.tombstones})
    try:
        with _beside().open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
    except OSError as error:
        log.warning("erasure %s is not noted beside the database: %s", row.pk, error)


def is_erased(kind: str, address: str) -> bool:
    """Whether this address belonged to somebody who was erased: imports leave it out."""
    return Erasure.objects.filter(tombstones__contains=[tombstones.of(kind, address)]).exists()


def remains(words: Iterable[str]) -> dict[str, int]:
    """How many rows of which table still hold one of these words; reads every table (AUT-15)."""
    found: dict[str, int] = {}
    patterns = [f"%{one.lower()}%" for one in words if one]
    hexed = [f"%{one.encode().hex()}%" for one in words if one]
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            name = connection.ops.quote_name(table)
            cursor.execute(
                f"SELECT count(*) FROM {name} t WHERE lower(t::text) LIKE ANY (%s)"  # noqa: S608  names from the catalogue
                " OR t::text LIKE ANY (%s)",
                [patterns, hexed],
            )
            many = cursor.fetchone()[0]
            if many:
                found[table] = many
    return found


def told_by(who: Whose) -> frozenset[str]:
    """What tells who it was: addresses, and names that are not half the country's."""
    names = Customer.objects.filter(pk__in=who.customers).values_list("name", flat=True)
    return _addresses(who) | {one for one in names if " " in one and len(one) >= LONG_NAME}


def _addresses(who: Whose) -> frozenset[str]:
    """The person's own, also in the spellings of URLs; none so short that it is part of others'."""
    own = set(
        CustomerIdentity.objects.filter(customer__in=who.customers).values_list(
            "address", flat=True
        )
    )
    for lead in Lead.objects.filter(customer__in=who.customers).values_list("email", "phone"):
        own |= {one for one in lead if one}
    talks = Conversation.objects.filter(pk__in=who.conversations).exclude(reply_address="")
    own |= set(talks.values_list("reply_address", flat=True))
    own = {one for one in own if "@" in one or len(one) >= LONG_ADDRESS or one[0] == "+"}
    own |= {one.removeprefix("+") for one in own}
    own |= {one.replace("@", "%40") for one in own}
    return frozenset(one for one in own if len(one) >= LONG_NAME)


def _low(words: Iterable[str]) -> list[str]:
    return sorted({one.lower() for one in words})


def _loose(addresses: frozenset[str]) -> QuerySet[InboundEvent]:
    """Payloads that tell of the person without having become a message: receipts, unreadable ones.

    What waits to be read stays: nothing that came in is lost, and its sender is a new customer.
    """
    told = Q(pk__in=())
    for one in addresses:
        inside = _Position(Value(one.encode("utf-8", "surrogatepass")), F("body"))
        told |= Q(GreaterThan(inside, 0)) | Q(low__contains=one.lower())
    low = Lower(Concat(Cast("headers", TextField()), F("dedupe_key"), output_field=TextField()))
    kept = InboundEvent.objects.exclude(body=b"").exclude(state=InboundState.NEW)
    return kept.annotate(low=low).filter(told)


class _Position(Func):
    """Where bytes begin in a column of bytes; 0: nowhere."""

    function = "position"
    arg_joiner = " in "
    output_field = IntegerField()


def _end(who: Whose, by: Agent | None) -> None:
    """What is still open is closed: no clock runs and nobody is offered it."""
    with customers.locked_talks(Q(pk__in=who.conversations, state__in=_OPEN)) as talks:
        for one in talks:
            if one.state != State.RESOLVED:
                conversations.move(one, State.RESOLVED, by=by, reason="erased")
            conversations.move(one, State.CLOSED, by=by, reason="erased")


def _forget_addresses(who: Whose, done: scrubbing.Scrubbed) -> list[str]:
    """Delete the addresses; their tombstones. Who wanted no messages is still left alone."""
    own = list(CustomerIdentity.objects.filter(customer__in=who.customers))
    told = [(one.kind, one.address) for one in own]
    for email, phone in Lead.objects.filter(customer__in=who.customers).values_list(
        "email", "phone"
    ):
        told += [("email", email)] if email else []
        told += [("phone", phone)] if phone else []
    for kind, address in told:
        alone = SuppressedAddress.objects.filter(kind=kind, address=address.lower())
        many = alone.update(address=tombstones.of(kind, address), said="")
        done.add("suppressed addresses", many)
        AutomaticTally.objects.filter(key__icontains=address).delete()
        ParkedReceipt.objects.filter(recipient__iexact=address).delete()
    done.add("addresses", len(own))
    CustomerIdentity.objects.filter(pk__in=[one.pk for one in own]).delete()
    return sorted({tombstones.of(kind, address) for kind, address in told})


def _own(who: Whose) -> dict[str, QuerySet[Any]]:
    """What hangs on the person itself, by name."""
    return {
        "addresses": CustomerIdentity.objects.filter(customer__in=who.customers),
        "leads": Lead.objects.filter(customer__in=who.customers),
        "orders": Order.objects.filter(customer__in=who.customers),
        "consents": Consent.objects.filter(customer__in=who.customers),
        "copies": DataCopy.objects.filter(customer__in=who.customers),
    }


def _forget_rows(who: Whose, done: scrubbing.Scrubbed) -> None:
    own = _own(who)
    leads = [str(pk) for pk in own["leads"].values_list("pk", flat=True)]
    done.files += [name for name in own["copies"].values_list("file", flat=True) if name]
    done.add("copies", own["copies"].delete()[0])
    done.add("leads", own["leads"].update(name="", email="erased", phone="", need="", budget=""))
    done.add("orders", own["orders"].update(customer=None, visitor=""))
    done.add("consents", own["consents"].update(proof="", source=""))
    CustomerMerge.objects.filter(
        Q(survivor__in=who.customers) | Q(merged__in=who.customers)
    ).update(filled={})
    Customer.objects.filter(pk__in=who.customers).update(
        name="", language="", company=None, city="", timezone="", vip=False, fields={},
        blocked_at=None, blocked_by=None, blocked_reason="", erased_at=datetime.now(UTC),
    )  # fmt: skip
    # Whoever was named in an answer of the last day: a repeat of that request hears nothing of it.
    remembered = IdempotencyKey.objects.exclude(answer=b"")
    done.add("remembered answers", remembered.update(answer=b"{}"))
    named = Q(content_type__model="customer", object_id__in=[str(pk) for pk in who.customers])
    named |= Q(content_type__model="lead", object_id__in=leads)
    LogEntry.objects.filter(named, content_type__app_label="helpdesk").update(
        object_repr="", change_message=""
    )
    done.add("customers", len(who.customers))
