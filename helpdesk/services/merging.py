"""Two customers who are one person: merged by an agent, never by a machine, and taken back.

Every row that hangs on the merged customer goes over to the survivor; which ones is written down,
with what the survivor's empty columns took over. docs/adr/0013 tells what an undo gives back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from helpdesk import audit
from helpdesk.events import Kind, record
from helpdesk.models import (
    ACTIVE_STATES,
    Act,
    Agent,
    Conversation,
    Customer,
    CustomerIdentity,
    CustomerMerge,
    Direction,
    Message,
)
from helpdesk.selectors.merging import filling, references
from helpdesk.services import customers


class MergeError(ValueError):
    """These two cannot be merged, or this merge not undone; the text is for the agent."""


@transaction.atomic
def merge(keep_id: int, other_id: int, *, by: Agent | None) -> CustomerMerge:
    """Let `keep` have all that `other` has. Raises MergeError, Customer.DoesNotExist."""
    keep, other = _both(keep_id, other_id)
    if keep.pk == other.pk:
        raise MergeError(_("These are one and the same customer."))
    if keep.merged_into_id is not None or other.merged_into_id is not None:
        raise MergeError(_("One of them has been merged already. Look again."))
    row = CustomerMerge.objects.create(survivor=keep, merged=other, by=by, at=datetime.now(UTC))
    row.filled = _fill(keep, other)
    concerned = Q(customer=other) | Q(customer=keep, state__in=ACTIVE_STATES)
    with customers.locked_talks(concerned) as talks:
        row.moved = {
            label: _hand_over(model, column.name, Q(**{column.name: other}), keep)
            for label, model, column in references()
            if model is not Conversation
        }
        row.moved["helpdesk.Conversation.customer"] = [
            one.pk for one in talks if one.customer_id == other.pk
        ]
        other.merged_into = keep
        other.save(update_fields=["merged_into"])
        row.save(update_fields=["moved", "filled"])
        audit.record(Act.MERGED, row, by=by, changes={"merged": (other.pk, keep.pk)})
        _record(talks, keep, Kind.CUSTOMER_MERGED, row, by)
    return row


@transaction.atomic
def unmerge(merge_id: int, *, by: Agent | None) -> CustomerMerge:
    """Give every row that the merge moved back, and what came in for the addresses since.

    Raises MergeError, CustomerMerge.DoesNotExist.
    """
    found = CustomerMerge.objects.get(pk=merge_id)
    keep, other = _both(found.survivor_id, found.merged_id)
    row = CustomerMerge.objects.select_for_update().get(pk=merge_id)
    if row.undone_at is not None:
        raise MergeError(_("This merge has been undone already."))
    if keep.merged_into_id is not None:
        raise MergeError(_("The two were merged with somebody else since. Undo that first."))
    moved = {label: list(ids) for label, ids in row.moved.items()}
    talks_of = moved.pop("helpdesk.Conversation.customer", [])
    since = _begun_since(row, keep, moved)
    mine = Q(customer=keep) & (Q(pk__in=[*talks_of, *since]) | Q(state__in=ACTIVE_STATES))
    with customers.locked_talks(mine) as talks:
        going = {*talks_of, *since}
        for label, model, column in references():
            if model is Conversation:
                continue
            theirs = Q(pk__in=moved.get(label, ()))
            if any(one.name == "conversation" for one in model._meta.fields):  # noqa: SLF001
                theirs |= Q(conversation__in=since)
            _hand_over(model, column.name, Q(**{column.name: keep}) & theirs, other)
        _empty(keep, row)
        other.merged_into = None
        other.save(update_fields=["merged_into"])
        row.undone_at, row.undone_by = datetime.now(UTC), by
        row.save(update_fields=["undone_at", "undone_by"])
        audit.record(Act.UNMERGED, row, by=by)
        _record([one for one in talks if one.pk in going], other, Kind.CUSTOMER_UNMERGED, row, by)
        left = [one for one in talks if one.pk not in going]
        _record(left, keep, Kind.CUSTOMER_UNMERGED, row, by)
    return row


def _both(one: int, two: int) -> tuple[Customer, Customer]:
    """Both rows, locked in the order of their ids: two merges at once wait for each other."""
    found = Customer.objects.select_for_update(no_key=True).filter(pk__in=(one, two))
    rows = {row.pk: row for row in found.order_by("pk")}
    try:
        return rows[one], rows[two]
    except KeyError:
        raise Customer.DoesNotExist from None


def _hand_over(model: type[Model], column: str, which: Q, to: Customer) -> list[Any]:
    """Let these rows point at another customer; their ids, as JSON can keep them."""
    rows = model._base_manager.filter(which)  # noqa: SLF001  Django documents it
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    if ids:
        model._base_manager.filter(pk__in=ids).update(**{column: to})  # noqa: SLF001
    return [pk if isinstance(pk, int) else str(pk) for pk in ids]


def _record(
    talks: Iterable[Conversation],
    customer: Customer,
    kind: Kind,
    row: CustomerMerge,
    by: Agent | None,
) -> None:
    facts = {"merge": row.pk, "survivor": row.survivor_id, "merged": row.merged_id}
    for conversation in talks:
        conversation.customer = customer
        record(conversation, kind, by=by, payload=facts)


def _fill(keep: Customer, other: Customer) -> dict[str, list[Any]]:
    filled = filling(keep, other)
    for name, (_now, then) in filled.items():
        _put(keep, name, then)
    _save(keep, filled)
    return {name: [_plain(now), _plain(then)] for name, (now, then) in filled.items()}


def _empty(keep: Customer, row: CustomerMerge) -> None:
    """Back to what it was, unless somebody wrote something else there since."""
    for name, (before, after) in row.filled.items():
        if _plain(_value(keep, name)) == after:
            _put(keep, name, before)
    _save(keep, row.filled)


def _value(customer: Customer, name: str) -> Any:
    if name.startswith("fields."):
        return customer.fields.get(name.removeprefix("fields."))
    return getattr(customer, name)


def _put(customer: Customer, name: str, value: Any) -> None:
    if not name.startswith("fields."):
        setattr(customer, name, value)
        return
    key = name.removeprefix("fields.")
    values = {**customer.fields, key: value}
    if value is None:
        del values[key]
    customer.fields = values


def _save(customer: Customer, names: Iterable[str]) -> None:
    columns = {"fields" if name.startswith("fields.") else name for name in names}
    if columns:
        customer.save(update_fields=[name.removesuffix("_id") for name in columns])


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _begun_since(row: CustomerMerge, keep: Customer, moved: dict[str, list[Any]]) -> list[int]:
    """Conversations that began after the merge with a message from a moved address."""
    ids = moved.get("helpdesk.CustomerIdentity.customer", [])
    theirs = CustomerIdentity.objects.filter(pk__in=ids, customer=keep)
    first = Message.objects.filter(conversation=OuterRef("pk"), direction=Direction.IN)
    begun = Conversation.objects.filter(customer=keep, created_at__gt=row.at).annotate(
        sender=Subquery(first.order_by("seq").values("meta__from")[:1])
    )
    addresses = set(theirs.values_list("address", flat=True))
    return [pk for pk, sender in begun.values_list("pk", "sender") if sender in addresses]
