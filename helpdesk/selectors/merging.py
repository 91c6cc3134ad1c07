"""What a merge of two customers would do: which columns of which tables go over, what is filled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import ForeignKey, Model

from helpdesk.models import Customer
from helpdesk.realtime import payloads

STAY = frozenset(
    {
        "helpdesk.Customer.merged_into",
        "helpdesk.CustomerMerge.survivor",
        "helpdesk.CustomerMerge.merged",
        "helpdesk.Confirmation.customer",
    }
)
"""What points at customers and is the merge itself, or is about one of them alone: nobody agreed to
erase whom they were merged into."""
LINES = ("name", "language", "city", "timezone", "company_id")
BLOCK = ("blocked_at", "blocked_by_id", "blocked_reason")


def references() -> Iterator[tuple[str, type[Model], ForeignKey[Any, Any]]]:
    """Every column of any app that points at a customer and goes with the person."""
    for relation in Customer._meta.get_fields(include_hidden=True):  # noqa: SLF001  Django documents it
        column = getattr(relation, "field", None)
        if not relation.auto_created or relation.concrete or not isinstance(column, ForeignKey):
            continue
        label = f"{column.model._meta.label}.{column.name}"  # noqa: SLF001  as above
        if label not in STAY:
            yield label, column.model, column


def filling(keep: Customer, other: Customer) -> dict[str, list[Any]]:
    """What `keep` would take over from `other`: {column: [now, then]}. Nothing is overwritten."""
    filled: dict[str, list[Any]] = {}
    for name in LINES:
        now, then = getattr(keep, name), getattr(other, name)
        if not now and then:
            filled[name] = [now, then]
    if other.vip and not keep.vip:
        filled["vip"] = [False, True]
    if other.blocked_at is not None and keep.blocked_at is None:
        filled |= {name: [getattr(keep, name), getattr(other, name)] for name in BLOCK}
    for key, value in other.fields.items():
        if key not in keep.fields:
            filled[f"fields.{key}"] = [None, value]
    return filled


def preview(keep: Customer, other: Customer) -> payloads.Payload:
    """What is filled in ({column: [now, then]}) and how many rows of which table go over."""
    moved = {
        label: model._base_manager.filter(**{column.name: other}).count()  # noqa: SLF001
        for label, model, column in references()
    }
    return {"filled": filling(keep, other), "moved": {k: n for k, n in moved.items() if n}}
