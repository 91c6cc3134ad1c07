"""How far a sent message is from the template it came from (domain 7, T-15)."""

from __future__ import annotations

import re

VERBATIM_BELOW, REWRITTEN_ABOVE = 0.05, 0.60
# Of longer texts the beginning is compared: a bounded cost, and tone is set there.
MOST_WORDS = 400
_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """The words that are compared: lower case, without punctuation."""
    return _WORD.findall(text.lower())[:MOST_WORDS]


def edit(template: str, sent: str) -> float:
    """The share of changed words, 0 (the same) to 1: Levenshtein over the longer text's length."""
    before, after = words(template), words(sent)
    longest = max(len(before), len(after))
    return _distance(before, after) / longest if longest else 0.0


def band(share: float) -> str:
    """verbatim, personalised or rewritten: a value of models.Band."""
    if share < VERBATIM_BELOW:
        return "verbatim"
    return "personalised" if share <= REWRITTEN_ABOVE else "rewritten"


def _distance(before: list[str], after: list[str]) -> int:
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    same = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        same += 1
    before, after = before[same:], after[same:]
    row = list(range(len(after) + 1))
    for number, one in enumerate(before, start=1):
        corner, row[0] = row[0], number
        for place, other in enumerate(after, start=1):
            corner, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, corner + (one != other)),
            )
    return row[-1]
