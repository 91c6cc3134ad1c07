"""The port of the timeline: what a customer did, told by whoever keeps it.

The core tells of conversations, notes, ratings, leads, orders and merges. An app above it that
knows more (the visits of a site) registers its own source, in AppConfig.ready().
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: right after this entry. Entries are sorted by at and id (falling),
    those of one moment by kind.
    """

    at: datetime
    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One page of one customer: at most `limit` entries that are older than `after`.

    inboxes: those that the reader may see, by pk; channel: of these conversations only.
    """

    customer: int
    inboxes: tuple[int, ...]
    limit: int
    after: Place | None = None
    channel: str = ""

    def newest(self, rows: QuerySet[M], moment: str, kind: str) -> list[M]:
        """The page's share of these rows, newest first; one query."""
        place = self.after
        if place is not None:
            older = Q(**{f"{moment}__lt": place.at})
            same = Q(**{moment: place.at})
            if kind > place.kind:
                older |= same
            elif kind == place.kind:
                older |= same & Q(pk__lt=place.id)
            rows = rows.filter(older)
        return list(rows.order_by(f"-{moment}", "-pk")[: self.limit])


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline, in the reader's language.

    icon: a name of the sprite; detail: a second, quieter line; facts: for programs.
    """

    kind: str
    id: str
    at: datetime
    icon: str
    title: str
    detail: str = ""
    url: str = ""
    channel: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """Entries of one kind. label: on screens; by_channel: whether a channel can be asked for."""

    kind: str
    label: str | Promise
    page: Callable[[Asked], list[Entry]]
    by_channel: bool = False


_sources: dict[str, Source] = {}


def also(source: Source) -> None:
    """Tell of these, too."""
    _sources[source.kind] = source


def sources() -> tuple[Source, ...]:
    """Everybody who tells, in the order in which entries of one moment stand."""
    return tuple(_sources[kind] for kind in sorted(_sources))
