"""Whether a text keeps to one form of address (R42): ty or Pan(i), вы or ты, te or sinä.

The composer's twin is static/helpdesk/js/lib/address.js; both read address_words.WORDS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from helpdesk.address_words import FORMAL, INFORMAL, PAIRS, WORDS

_WORD = re.compile(r"[^\W_]+")
# A neutral text addresses nobody in particular.
_FOREIGN = {FORMAL: (INFORMAL,), INFORMAL: (FORMAL,), "neutral": (FORMAL, INFORMAL)}


def mixed(text: str, language: str) -> tuple[str, str] | None:
    """The first word of each of two forms that do not go together, or None."""
    found = _first(text, language)
    for one, other in PAIRS:
        if one in found and other in found:
            return found[one], found[other]
    return None


def unfitting(text: str, language: str, register: str) -> str:
    """The first word that is not in the register (formal, informal or neutral), or ""."""
    found = _first(text, language)
    return next((found[form] for form in _FOREIGN.get(register, ()) if form in found), "")


def _first(text: str, language: str) -> dict[str, str]:
    """By form of address: the first word that shows it."""
    found: dict[str, str] = {}
    known = WORDS.get(language.partition("-")[0], {})
    for word in _WORD.findall(text):
        for form in _forms(word.lower(), known):
            found.setdefault(form, word)
    return found


def _forms(word: str, known: dict[str, list[str]]) -> Iterator[str]:
    if word in known.get("never", ()):
        return
    for form, listed in known.items():
        if form != "never" and any(_is(word, one) for one in listed):
            yield form


def _is(word: str, listed: str) -> bool:
    if listed.startswith("*"):
        return word.endswith(listed[1:])
    return word.startswith(listed[:-1]) if listed.endswith("*") else word == listed
