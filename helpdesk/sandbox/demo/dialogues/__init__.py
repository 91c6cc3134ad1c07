"""What the demo's customers and agents say, one module per language.

A script is a list of conversations, separated by empty lines:

    # topic | subject
    C the customer   A the agent   N an agent's internal note
      an indented line goes on with the one before

Gaps: {customer} and {agent} (first names), {product}, {order}, {colour}, {city}, {amount}.
`[he|she]` follows the speaker's gender, `<he|she>` the gender of the person addressed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from helpdesk.sandbox.demo.dialogues import en, fi, he, pl, ru, sl

_SCRIPTS = {
    "en": en.SCRIPT,
    "pl": pl.SCRIPT,
    "sl": sl.SCRIPT,
    "he": he.SCRIPT,
    "fi": fi.SCRIPT,
    "ru": ru.SCRIPT,
}
_SPEAKER = re.compile(r"\[([^|\]]*)\|([^|\]]*)\]")
_LISTENER = re.compile(r"<([^|>]*)\|([^|>]*)>")


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One conversation; `turns` are (speaker, text), the speaker being C, A or N."""

    topic: str
    subject: str
    turns: tuple[tuple[str, str], ...]


@cache
def dialogues(language: str) -> tuple[Dialogue, ...]:
    """The conversations of a language."""
    return _read(_SCRIPTS[language])


@cache
def spam() -> tuple[Dialogue, ...]:
    """What nobody asked for."""
    return _read(en.SPAM)


def _read(script: str) -> tuple[Dialogue, ...]:
    found = []
    for block in script.strip().split("\n\n"):
        head, *lines = block.splitlines()
        topic, _, subject = head.removeprefix("# ").partition(" | ")
        lines = "\n".join(lines).replace("\n  ", " ").splitlines()
        turns = tuple((line[0], line[2:]) for line in lines)
        found.append(Dialogue(topic, subject, turns))
    return tuple(found)


def spoken(text: str, facts: dict[str, str], *, speaker: str, listener: str) -> str:
    """The text with its gaps filled; speaker and listener are "m" or "f"."""
    text = _SPEAKER.sub(lambda found: found[1 if speaker == "m" else 2], text)
    text = _LISTENER.sub(lambda found: found[1 if listener == "m" else 2], text)
    return text.format(**facts)
