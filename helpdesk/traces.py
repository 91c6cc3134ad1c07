"""The port of privacy: what other apps keep of a person, told, counted and forgotten.

The core knows its own tables. An app above it that keeps something of people (sessions, visits)
registers its own source, in AppConfig.ready().
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Whose:
    """The person: all their rows of Customer, and their conversations, by pk."""

    customers: frozenset[int]
    conversations: frozenset[int]


@dataclass(frozen=True, slots=True)
class Source:
    """What an app keeps. tell: rows for the person's copy, as plain JSON; count: how many rows
    forget() would touch; forget: delete or empty them, in the caller's transaction. purpose: what
    it is kept for, if only a consent allows it (models.Purpose): it goes when that is withdrawn.
    """

    name: str
    tell: Callable[[Whose], list[dict[str, Any]]]
    count: Callable[[Whose], int]
    forget: Callable[[Whose], int]
    purpose: str = ""


_sources: dict[str, Source] = {}


def also(source: Source) -> None:
    """Ask this one, too."""
    _sources[source.name] = source


def sources() -> Collection[Source]:
    """Everybody who keeps something."""
    return _sources.values()
