"""Hours, days and durations as people write them in a text box, and back (pure).

A day's hours are "09:00-12:00, 13:00-17:00", a special day is "2026-12-24 09:00-13:00 Christmas
Eve", a duration "1 h 30 min". What cannot be understood stays as it was typed: the checks of
helpdesk.sla.written name it.
"""

from __future__ import annotations

import re
from typing import Any

_DASH = re.compile(r"\s*[-‐-―−]\s*")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?", re.ASCII)
_SPAN = r"\d{1,2}(?:[:.]\d{2})?\s*[-‐-―−]\s*\d{1,2}(?:[:.]\d{2})?"
_DAY = re.compile(
    rf"(?P<date>\S+)\s*(?P<hours>{_SPAN}(?:\s*,\s*{_SPAN})*)?\s*(?P<name>.*)", re.ASCII
)
_MARKS = dict.fromkeys((0x200E, 0x200F))
_UNITS = {"s": 1, "min": 60, "h": 3600}
_PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*(s|min|h)?\s*", re.IGNORECASE | re.ASCII)


def hours(text: str) -> list[list[str]]:
    """The rows of a day: pairs of "HH:MM"; nothing for a day that is closed."""
    parts = [part.strip() for part in re.split(r"[,;]", text) if part.strip(" -–—")]
    return [[_clock(end) for end in _DASH.split(part)] for part in parts]


def hours_text(rows: Any) -> str:
    """What hours() understands; malformed rows are left out."""
    pairs = (one for one in (rows if isinstance(rows, list) else []) if len(one) == 2)
    return ", ".join(f"{start}-{end}" for start, end in pairs)


def special_days(text: str) -> list[dict[str, Any]]:
    """One day a line: a date or a day of every year, its hours if it has any, its name."""
    found = []
    for line in text.splitlines():
        match = _DAY.fullmatch(line.strip())
        if match:
            day = {"date": match["date"], "name": match["name"].strip()}
            found.append({**day, "open": hours(match["hours"] or "")})
    return found


def special_days_text(days: Any) -> str:
    """What special_days() understands, one day a line."""
    known = [one for one in (days if isinstance(days, list) else []) if isinstance(one, dict)]
    return "\n".join(
        " ".join(filter(None, (one.get("date"), hours_text(one.get("open")), one.get("name"))))
        for one in known
    )


def seconds(text: str) -> float | None:
    """A duration in seconds; a bare number is minutes. None if it is none.

    Marks of direction, which a Hebrew example brings along when it is copied, say nothing.
    """
    rest, total = text.translate(_MARKS).strip(), 0.0
    if not rest:
        return None
    while rest:
        match = _PART.match(rest)
        if match is None:
            return None
        total += float(match[1].replace(",", ".")) * _UNITS[(match[2] or "min").lower()]
        rest = rest[match.end() :]
    return total


def duration(length: float | None) -> str:
    """Seconds as "1 h 30 min"; seconds() gives them back."""
    if length is None:
        return ""
    whole, parts = int(length), []
    for unit, size in (("h", 3600), ("min", 60)):
        if whole >= size:
            parts.append(f"{whole // size} {unit}")
            whole %= size
    rest = whole + (length - int(length))
    return " ".join([*parts, *([f"{rest:g} s"] if rest or not parts else [])])


def _clock(text: str) -> str:
    match = _CLOCK.fullmatch(text)
    return f"{int(match[1]):02}:{match[2] or '00'}" if match else text
