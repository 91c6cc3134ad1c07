"""What the reader of a mail noted, as the few things that an agent should know (B15, B16, A10)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_TOLD: Final = {
    "encrypted": "encrypted",
    "signed": "signed",
    "file_over_limit": "file",
    "html_shown_as_text": "plain",
    "degraded": "broken",
    "tnef_broken": "broken",
}
_CUT: Final = "_over_limit"


def told(notes: Iterable[str] | None) -> list[str]:
    """The names of the lines to show, each once: `reading.<name>` are their words."""
    found = []
    for note in notes or ():
        name = _TOLD.get(note, "cut" if note.endswith(_CUT) else "")
        if name and name not in found:
            found.append(name)
    return found
