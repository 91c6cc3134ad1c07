"""Conditions of rules: each operator by a table, the whole by what must hold for any input."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.ruling.conditions import FIELDS, OPERATORS, Problem, evaluate, problems, rows

FACTS = {
    "channel": "letters",
    "inbox": 3,
    "language": None,
    "state": "open",
    "subject": "Zwrot: LNIANA pościel",
    "body": "Ich möchte  10 % Rabatt.\nDanke!",
    "vip": False,
    "assigned": True,
    "open_hours": True,
    "priority": 1,
    "waiting": None,
    "score": 2,
}


def row(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def every(*some: Any) -> dict[str, Any]:
    return {"match": "all", "rows": list(some)}


def either(*some: Any) -> dict[str, Any]:
    return {"match": "any", "rows": list(some)}


@pytest.mark.parametrize(
    ("field", "op", "value", "holds"),
    [
        ("channel", "is", "letters", True),
        ("channel", "is", "texts", False),
        ("channel", "is_not", "texts", True),
        ("inbox", "is", 3, True),
        ("language", "is", "pl", False),
        ("language", "is_not", "pl", True),
        ("subject", "contains", "zwrot", True),
        ("subject", "contains", "posciel", True),
        ("subject", "contains", "POŚCIEL", True),
        ("subject", "contains", "zwrot:", True),
        ("subject", "contains", "zwrot!", False),
        ("subject", "lacks", "towel", True),
        ("body", "contains", "mochte 10 %", True),
        ("body", "contains", "%", True),
        ("body", "contains", "?", False),
        ("body", "lacks", "rabatt", False),
        ("body", "contains", "rabatt. danke", True),
        ("vip", "is", False, True),
        ("vip", "is", True, False),
        ("assigned", "is", True, True),
        ("priority", "is", 1, True),
        ("priority", "at_least", 1, True),
        ("priority", "at_least", 2, False),
        ("priority", "at_most", 1, True),
        ("waiting", "at_least", 0, False),
        ("waiting", "at_most", 9, False),
        ("score", "at_most", 2, True),
        ("score", "at_least", 3, False),
    ],
)
def test_a_row(field: str, op: str, value: Any, holds: bool) -> None:
    conditions = every(row(field, op, value))
    assert problems(conditions) == []
    assert evaluate(conditions, FACTS).holds is holds


def test_none_at_all_always_hold() -> None:
    assert evaluate(every(), FACTS).holds
    assert evaluate(either(), FACTS).holds


def test_which_rows_failed_is_told() -> None:
    yes, no = row("vip", "is", False), row("vip", "is", True)
    assert evaluate(every(yes, no, no), FACTS).failed == ((1,), (2,))
    assert evaluate(every(yes, either(no, no)), FACTS).failed == ((1, 0), (1, 1))
    assert evaluate(every(yes, either(no, yes)), FACTS).failed == ()
    assert evaluate(either(no, every(yes, no)), FACTS).failed == ((0,), (1, 1))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (None, Problem((), "shape")),
        ({"match": "some", "rows": []}, Problem((), "match", "some")),
        (every(row("colour", "is", "red")), Problem((0,), "field", "colour")),
        (every(row("vip", "contains", "x")), Problem((0,), "op", "contains")),
        (every(row("vip", "is", "yes")), Problem((0,), "value", "vip")),
        (every(row("score", "is", 6)), Problem((0,), "value", "score")),
        (every(row("score", "is", True)), Problem((0,), "value", "score")),
        (every(row("body", "contains", "  ")), Problem((0,), "value", "body")),
        (every(either(either())), Problem((0, 0), "too_deep")),
        (every(row("vip", "is", True), 7), Problem((1,), "shape")),
        (every(either(row("vip", "is", 1))), Problem((0, 0), "value", "vip")),
        ({"match": "all", "rows": [{}] * 21}, Problem((), "too_many", "20")),
    ],
)
def test_a_fault_is_told_by_its_place_and_name(data: Any, found: Problem) -> None:
    assert problems(data) == [found]


def values(field: str) -> st.SearchStrategy[Any]:
    one = FIELDS[field]
    if one.kind == "flag":
        return st.booleans()
    if one.kind == "number":
        return st.integers(one.least, one.most)
    text = st.text(min_size=1, max_size=20).filter(lambda text: bool(text.strip()))
    return st.integers(1, 5) if field == "inbox" else text


def valid_row(field: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(row, st.just(field), st.sampled_from(FIELDS[field].operators), values(field))


ROW = st.sampled_from(sorted(FIELDS)).flatmap(valid_row)
GROUP = st.builds(
    lambda match, rows: {"match": match, "rows": rows},
    st.sampled_from(["all", "any"]),
    st.lists(ROW, max_size=4),
)
CONDITIONS = st.builds(
    lambda match, rows: {"match": match, "rows": rows},
    st.sampled_from(["all", "any"]),
    st.lists(ROW | GROUP, max_size=5),
)
KNOWN = st.fixed_dictionaries({}, optional={name: values(name) | st.none() for name in FIELDS})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["match", "rows", "field", "op", "value"]), inner)
    ),
    max_leaves=12,
)


@given(JSON, KNOWN)
def test_what_has_no_problems_can_be_evaluated(data: Any, facts: dict[str, Any]) -> None:
    if not problems(data):
        evaluate(data, facts)


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault
@given(CONDITIONS, KNOWN)
def test_the_verdict_is_that_of_the_rows(data: dict[str, Any], facts: dict[str, Any]) -> None:
    def naive(one: dict[str, Any]) -> bool:
        if "rows" not in one:
            return OPERATORS[one["op"]](facts.get(one["field"]), one["value"])
        held = [naive(inner) for inner in one["rows"]]
        if not held:
            return True
        return all(held) if one["match"] == "all" else any(held)

    assert problems(data) == []
    verdict = evaluate(data, facts)
    assert verdict.holds is naive(data)
    by_path = dict(rows(data))
    assert not verdict.holds or not verdict.failed
    assert all(not naive(dict(by_path[path])) for path in verdict.failed)
    assert verdict.holds or verdict.failed


@given(st.text(max_size=40), st.text(min_size=1, max_size=10))
def test_a_text_holds_or_lacks(body: str, wanted: str) -> None:
    facts = {"body": body}
    has = evaluate(every(row("body", "contains", wanted)), facts).holds
    assert has is not evaluate(every(row("body", "lacks", wanted)), facts).holds
