"""Words written to one customer, made fit for all: what is theirs alone becomes a placeholder.

Pure: the caller says what is known of the customer. Addresses and long numbers are found by
their form, too, since an answer may quote one that nobody has on record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk.phrasing.texts import FIELDS

LONGEST = 10_000  # characters that are looked at
SHORTEST = 2  # of a name; one letter is everywhere
# Facts that are looked for. A subject or the name of an inbox is made of everyday words.
_NAMES = (
    "customer.name",
    "customer.first_name",
    "customer.company",
    "agent.name",
    "agent.first_name",
)
_OPEN_GAP = re.compile(r"\[\[([\w.]{1,60})\]\]")
_EMAIL = r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"
_PHONE = r"(?<![\w+])\+?\d(?:[ ()/.-]{0,2}\d){7,15}(?!\w)"
_NUMBER = r"(?<!\w)(?:#?[A-Z]{1,5}-?\d{3,20}|#\d{3,20}|\d{5,20})(?:[-/]\d{1,12}){0,3}(?!\w)"


@dataclass(frozen=True)
class Replaced:
    """One thing that was personal, and what stands there now."""

    what: str
    by: str


@dataclass(frozen=True)
class Impersonal:
    """Words for everybody, and what was taken out of them, each once, in the order of the text."""

    text: str
    found: tuple[Replaced, ...] = ()


def impersonal(
    text: str, facts: Mapping[str, str], private: Mapping[str, str] | None = None
) -> Impersonal:
    """The text with placeholders `{{ fact }}` for facts and gaps `[[name]]` for the rest.

    facts: by the names of texts.FIELDS. private: what is known of the customer and is no fact,
    each with the name of its gap ("number", "e-mail", "phone", "address").
    """
    by: dict[str, str] = {}
    for value, name in (private or {}).items():
        by.setdefault(value.strip(), f"[[{name}]]")
    for name in reversed(_NAMES):  # the customer's own name wins over an agent's
        by[facts.get(name, "").strip()] = f"{{{{ {name} }}}}"
    if number := facts.get("conversation.id"):
        by[f"#{number}"] = "#{{ conversation.id }}"
    known = sorted((one for one in by if len(one) >= SHORTEST), key=len, reverse=True)
    parts = [rf"(?<!\w){re.escape(one)}(?!\w)" for one in known]
    seeker = re.compile("|".join([*parts, f"(?P<mail>{_EMAIL})", f"(?P<phone>{_PHONE})",
                                  f"(?P<number>{_NUMBER})"]))  # fmt: skip
    found: dict[str, str] = {}

    def replaced(match: re.Match[str]) -> str:
        gap = {"mail": "[[e-mail]]", "phone": "[[phone]]", "number": "[[number]]"}
        place = gap[match.lastgroup] if match.lastgroup else by[match[0]]
        found.setdefault(match[0], place)
        return place

    said = seeker.sub(replaced, _OPEN_GAP.sub(_fact, text[:LONGEST]))
    return Impersonal(said, tuple(Replaced(what, place) for what, place in found.items()))


def _fact(gap: re.Match[str]) -> str:
    """A gap that the composer left open asks for its fact again."""
    return f"{{{{ {gap[1]} }}}}" if gap[1] in FIELDS else gap[0]
