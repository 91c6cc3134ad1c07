"""Whole numbers as forms, addresses and providers send them: texts that may be anything."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 18  # digits: whatever has no more fits PostgreSQL's bigint, and so may be a row's id


def whole_number(text: str) -> int | None:
    """The number, or None for what is none: other signs than 0 to 9, none at all, too many."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST else None


def whole_numbers(texts: Iterable[str]) -> list[int]:
    """Those that are numbers."""
    return [found for found in map(whole_number, texts) if found is not None]
