"""What PostgreSQL and people can't take is removed from every text that comes in."""

from __future__ import annotations

import re

# C0 controls but tab, line feed and carriage return; lone surrogates; non-characters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Marks that reorder or hide text: fine inside a message, a trap in a name or a file name.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_SPACE = re.compile(r"\s+")


def clean(text: str, limit: int) -> str:
    """Text that is safe to store: forbidden characters out, at most `limit` characters."""
    return _FORBIDDEN.sub("", text).replace("\r\n", "\n").replace("\r", "\n")[:limit]


def clean_line(text: str, limit: int) -> str:
    """One line: as clean(), without bidi controls and with white space folded."""
    return _SPACE.sub(" ", _BIDI.sub("", clean(text, limit * 4))).strip()[:limit]


def preview(text: str) -> str:
    """The line that the inbox shows: at most 160 characters."""
    return clean_line(text[:1000], 160)
