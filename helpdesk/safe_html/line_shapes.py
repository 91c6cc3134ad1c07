"""What stands in a line of a mail, in any language: addresses, dates, titles between dashes (I3).

The text of a mail and its HTML are judged by the same shapes, so that both views fold the same.
"""

from __future__ import annotations

import re
from typing import Final

_ADDRESS: Final = re.compile(r"[^\s<>@()\[\]\"':;,]{1,64}@[^\s<>@()\[\]\"':;,]{1,255}")
_TIME: Final = re.compile(r"(?<![\d.])\d{1,2}[:.h時时點点시]\s?\d{2}(?!\d|\.\s?\d)")
_DAY: Final = re.compile(
    r"(?<!\d)(?:\d{4}\s?[-./年년]\s?\d{1,2}(?!\d)|\d{1,2}\s?[-./]\s?\d{1,2}\s?[-./]\s?\d{2,4}(?!\d))"
)
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_DAY_NUMBER: Final = re.compile(r"(?<![\d:.])\d{1,2}(?![\d:])")
_TITLED_RULE: Final = re.compile(r"-{2,}\s*[^\s-][^\n]{0,300}[^\s-]\s*-{2,}\s*\Z|-{5,}[^-]{1,60}\Z")


def is_titled_rule(line: str) -> bool:
    """`-----Original Message-----` in any language."""
    return line.startswith("--") and _TITLED_RULE.match(line) is not None


def is_address(line: str) -> bool:
    """Whether somebody's address is in the line."""
    return "@" in line and _ADDRESS.search(line) is not None


def is_timed(line: str) -> bool:
    """Whether a time of the day is in the line; `16.11.2026` has none."""
    return _TIME.search(line) is not None


def is_dated(line: str) -> bool:
    """Whether a date is in the line: numbers, or a year and a day beside a name of a month."""
    if _DAY.search(line):
        return True
    year = _YEAR.search(line)
    return year is not None and _DAY_NUMBER.search(line) is not None
