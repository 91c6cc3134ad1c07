"""A text that is too long for one message of its channel, as several that are not.

The composer counts the same (static/helpdesk/js/lib/portions.js): one file of vectors tests both.
"""

from __future__ import annotations

import re

MOST = 10  # messages; who has more to say sends a letter or a file
BLANKS = " \t\n\u00a0\u3000"
# Where a reader would pause, the best first: a paragraph, a sentence, a line, a word.
BORDERS = tuple(
    re.compile(one)
    for one in (
        r"\n[ \t]*\n",
        r"[.!?\u2026\u061f][\"'\u201d\u2019\u00bb)\]]*[ \t\n\u00a0]|[\u3002\uff01\uff1f]",
        r"\n",
        r"[ \t\u00a0\u3000]",
    )
)
# What belongs to the sign before it: accents, variants, tones of skin, and the joiner itself.
JOINED = re.compile("[\u0300-\u036f\u0591-\u05c7\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]")
JOINER = "\u200d"


def portions(text: str, max_chars: int = 0, max_bytes: int = 0) -> list[str]:
    """The text cut where a reader pauses, each piece within the limits (0: none). Pure.

    max_chars counts Unicode characters, max_bytes bytes of UTF-8. Nothing but blanks at the
    borders is lost. A piece is at least a third of what fits, unless a word is longer.
    """
    found, rest = [], text.strip(BLANKS)
    while rest:
        room = _room(rest, max_chars, max_bytes)
        if room >= len(rest):
            found.append(rest)
            break
        cut = _border(rest, room)
        found.append(rest[:cut].rstrip(BLANKS))
        rest = rest[cut:].lstrip(BLANKS)
    return found


def _room(text: str, max_chars: int, max_bytes: int) -> int:
    """How many characters of the text fit into one message; at least one."""
    room = min(len(text), max_chars or len(text))
    if max_bytes:
        size = 0
        for place, sign in enumerate(text[:room]):
            size += len(sign.encode())
            if size > max_bytes:
                return max(1, place)
    return room


def _border(text: str, room: int) -> int:
    """Where to cut so that the first piece fits into the room."""
    head = text[: room + 1]  # a blank just behind it costs nothing
    for border in BORDERS:
        ends = [one.end() for one in border.finditer(head)]
        fit = [end for end in ends if len(text[:end].rstrip(BLANKS)) <= room]
        if fit and fit[-1] * 3 >= room:
            return fit[-1]
    cut = room
    while cut > 1 and (JOINED.match(text[cut]) or text[cut - 1] == JOINER):
        cut -= 1
    return cut if cut > 1 else room
