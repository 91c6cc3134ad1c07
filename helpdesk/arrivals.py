"""Who comes to us and when: what the coverage of the promised hours is reckoned from.

The core counts the conversations that begin. An app above it that knows of others who came
registers its own source, in AppConfig.ready(); nobody is to be counted by two of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, DateTimeField, F, Func, QuerySet, Value
from django.utils.functional import Promise

Arrived = tuple[int, datetime, int]
# Inboxes by pk, from (inclusive), to (exclusive), in UTC: (inbox, moment, how many).
Counting = Callable[[Collection[int], datetime, datetime], Iterable[Arrived]]
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Source:
    """People who come in one way. name: in addresses; label: on screens."""

    name: str
    label: str | Promise
    count: Counting


_sources: list[Source] = []


def also(source: Source) -> None:
    """Count these too; for apps above the core."""
    if source.name not in {one.name for one in _sources}:
        _sources.append(source)


def sources() -> tuple[Source, ...]:
    """Everything that is counted."""
    return tuple(_sources)


def by_five_minutes(
    rows: QuerySet[Any], moment: str, inboxes: Collection[int], start: datetime, end: datetime
) -> Iterable[Arrived]:
    """Rows that have an inbox and a moment, counted by the five minutes in which they begin."""
    begun = Func(
        Value(timedelta(minutes=5)),
        F(moment),
        Value(_EPOCH),
        function="date_bin",
        output_field=DateTimeField(),
    )
    found = rows.filter(**{"inbox__in": inboxes, f"{moment}__gte": start, f"{moment}__lt": end})
    counted: Iterable[Arrived] = (
        found.order_by()
        .annotate(begun=begun)
        .values("inbox_id", "begun")
        .annotate(many=Count("pk"))
        .values_list("inbox_id", "begun", "many")
    )
    return counted
