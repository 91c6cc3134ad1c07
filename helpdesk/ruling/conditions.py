"""Conditions of a rule: what is asked of the facts, and whether it holds (pure).

Written as {"match": "all" | "any", "rows": [row, …]}; a row is {"field", "op", "value"}, or, one
level deep, a group of rows with a "match" of its own. Facts are a dict by the names of FIELDS;
what is not known is None, of which only the negative operators hold.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeGuard

from helpdesk.search_words import FOLDS

Facts = Mapping[str, Any]
Match = Literal["all", "any"]
Path = tuple[int, ...]
MOST_ROWS = 20
LONGEST_TEXT = 200
MATCHES = ("all", "any")
# Letters as the search knows them; here punctuation stays, so that "10%" is asked for as it is.
_LETTERS = str.maketrans({one: other for one, other in FOLDS.items() if other != " "})


def _plain(text: str) -> str:
    """Small letters without marks over or under them, one space between words."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join(composed.translate(_LETTERS).lower().split())


def _contains(fact: Any, value: Any) -> bool:
    return isinstance(fact, str) and _plain(value) in _plain(fact)


def _has(fact: Any, value: Any) -> bool:
    """Tags are a list; names count in any case, as on the conversation."""
    return isinstance(fact, list) and value.casefold() in (str(one).casefold() for one in fact)


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "is": lambda fact, value: fact is not None and fact == value,
    "is_not": lambda fact, value: fact is None or fact != value,
    "contains": _contains,
    "lacks": lambda fact, value: not _contains(fact, value),
    "has": _has,
    "has_not": lambda fact, value: not _has(fact, value),
    "at_least": lambda fact, value: fact is not None and fact >= value,
    "at_most": lambda fact, value: fact is not None and fact <= value,
}


@dataclass(frozen=True, slots=True)
class Field:
    """What may be asked. kind: choice, text, flag or number (from least to most, whole)."""

    name: str
    kind: Literal["choice", "text", "flag", "number"]
    operators: tuple[str, ...]
    least: int = 0
    most: int = 0


_CHOICE, _TEXT, _FLAG = ("is", "is_not"), ("contains", "lacks"), ("is",)
_NUMBER = ("at_least", "at_most")
_SET = ("has", "has_not")
FIELDS: dict[str, Field] = {
    one.name: one
    for one in (
        Field("channel", "choice", _CHOICE),
        Field("inbox", "choice", _CHOICE),
        Field("language", "choice", _CHOICE),
        Field("state", "choice", _CHOICE),
        Field("tag", "choice", _SET),
        Field("tag_added", "choice", _SET),
        Field("tag_removed", "choice", _SET),
        Field("subject", "text", _TEXT),
        Field("body", "text", _TEXT),
        Field("vip", "flag", _FLAG),
        Field("assigned", "flag", _FLAG),
        Field("open_hours", "flag", _FLAG),
        Field("priority", "number", ("is", *_NUMBER), 0, 3),
        Field("waiting", "number", _NUMBER, 0, 100_000),  # minutes
        Field("score", "number", ("is", *_NUMBER), 1, 5),
    )
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, at which row: a code, and the name that nobody knows or the limit."""

    path: Path
    code: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the conditions hold, and the paths of the rows that did not."""

    holds: bool
    failed: tuple[Path, ...] = ()


def problems(data: object) -> list[Problem]:
    """What is wrong with conditions that came from outside; an empty list: they can be used."""
    return list(_problems(data, ()))


def _problems(data: object, path: Path) -> Iterator[Problem]:
    if not isinstance(data, dict) or not isinstance(data.get("rows"), list):
        yield Problem(path, "shape")
        return
    if data.get("match") not in MATCHES:
        yield Problem(path, "match", _name(data.get("match")))
    if len(data["rows"]) > MOST_ROWS:
        yield Problem(path, "too_many", str(MOST_ROWS))
        return
    for number, row in enumerate(data["rows"]):
        here = (*path, number)
        if isinstance(row, dict) and "rows" in row:
            yield from [Problem(here, "too_deep")] if path else _problems(row, here)
        else:
            yield from _problems_of_row(row, here)


def _problems_of_row(row: object, path: Path) -> Iterator[Problem]:
    if not isinstance(row, dict):
        yield Problem(path, "shape")
        return
    name, op, value = row.get("field"), row.get("op"), row.get("value")
    field = FIELDS.get(name) if isinstance(name, str) else None
    if field is None:
        yield Problem(path, "field", _name(name))
    elif not isinstance(op, str) or op not in field.operators:
        yield Problem(path, "op", _name(op))
    elif not _suits(field, value):
        yield Problem(path, "value", field.name)


def _suits(field: Field, value: object) -> bool:
    if field.kind == "flag":
        return isinstance(value, bool)
    if field.kind == "number":
        return _whole(value) and field.least <= value <= field.most
    if field.name == "inbox":
        return _whole(value)
    return isinstance(value, str) and bool(value.strip()) and len(value) <= LONGEST_TEXT


def _whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _name(value: object) -> str:
    return str(value)[:60] if value is not None else ""


def evaluate(conditions: Mapping[str, Any], facts: Facts) -> Verdict:
    """Whether conditions without problems() hold of the facts; none at all always hold."""
    return _group(conditions, facts, ())


def _group(group: Mapping[str, Any], facts: Facts, path: Path) -> Verdict:
    found = [_row(row, facts, (*path, number)) for number, row in enumerate(group["rows"])]
    held = [one.holds for one in found]
    if all(held) if group["match"] == "all" else any(held) or not held:
        return Verdict(True)
    return Verdict(False, tuple(path for one in found for path in one.failed))


def _row(row: Mapping[str, Any], facts: Facts, path: Path) -> Verdict:
    if "rows" in row:
        return _group(row, facts, path)
    holds = OPERATORS[row["op"]](facts.get(row["field"]), row["value"])
    return Verdict(holds, () if holds else (path,))


def rows(conditions: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every row with its path, those of groups too."""
    for number, row in enumerate(conditions["rows"]):
        if "rows" in row:
            yield from (((number, *path), one) for path, one in rows(row))
        else:
            yield (number,), row
