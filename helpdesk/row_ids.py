"""A row's number as forms, addresses and providers send it: a text that may be anything."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 18  # digits: whatever has no more fits PostgreSQL's bigint


def row_id(text: str) -> int | None:
    """The number, or None for what is none: other signs than 0 to 9, none at all, too many."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST else None


def row_ids(texts: Iterable[str]) -> list[int]:
    """Those that are numbers."""
    return [found for found in map(row_id, texts) if found is not None]
