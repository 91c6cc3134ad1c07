"""What a trigger may ask: each operator on each kind, nothing known means no, never slow."""

from __future__ import annotations

import fnmatch
import re
import time
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.invitations.conditions import (
    FIELDS,
    OPERATORS_OF,
    WITHOUT_VALUE,
    Conditions,
    InvalidConditionsError,
    explain,
    holds,
    matches,
    parse,
)
from chat.visits.facts import Facts

RICH = Facts(
    inbox_id=1,
    visit="v" * 20,
    visitor="u" * 20,
    url="https://shop.example/Help/Sizes?q=Łóżko&plan=pro",
    path="/Help/Sizes",
    title="Sizes",
    query={"q": "Łóżko"},
    page_seconds=45,
    scroll=60,
    idle_seconds=10,
    referrer="google.com",
    landing="https://shop.example/",
    utm={"source": "news", "medium": "mail", "campaign": "spring", "term": "linen"},
    language="pt-BR",
    country="PL",
    device="phone",
    site_seconds=300,
    pages=4,
    visits=2,
    returning=True,
    search="duvet",
    search_results=0,
    cart_items=2,
    cart_value=Decimal("89.90"),
    cart_currency="EUR",
    cart_age=700,
    step="address",
    errors=3,
    rage=1,
    known=True,
    vip=False,
    chatted_before=True,
    data={"plan": "Pro", "seats": 12, "trial": True, "list": None},
)
POOR = Facts(inbox_id=1, visit="v" * 20)


def one(field: str, op: str, value: str = "", key: str = "") -> Conditions:
    return parse({"all": [{"field": field, "op": op, "value": value, "key": key}]})


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        (("path", "is", "/help/sizes"), True),
        (("path", "is", "/help"), False),
        (("path", "is_not", "/help"), True),
        (("path", "contains", "SIZE"), True),
        (("path", "lacks", "cart"), True),
        (("path", "lacks", "help"), False),
        (("path", "starts", "/help"), True),
        (("path", "ends", "sizes"), True),
        (("path", "like", "/*/s*s"), True),
        (("path", "like", "*cart*"), False),
        (("country", "one_of", "DE, pl ,FR"), True),
        (("country", "one_of", "DE,FR"), False),
        (("query", "is", "łóżko", "q"), True),
        (("query", "is", "x", "z"), False),
        (("query", "is_not", "x", "z"), False),
        (("page_seconds", "at_least", "45"), True),
        (("page_seconds", "at_least", "46"), False),
        (("page_seconds", "at_most", "45"), True),
        (("pages", "is", "4"), True),
        (("cart_value", "at_least", "89,90"), True),
        (("cart_value", "at_least", "89.91"), False),
        (("cart_currency", "is", "eur"), True),
        (("search_results", "at_most", "0"), True),
        (("language", "is", "pt"), True),
        (("utm_source", "is", "news"), True),
        (("utm_term", "contains", "lin"), True),
        (("device", "is", "phone"), True),
        (("device", "is_not", "computer"), True),
        (("returning", "yes"), True),
        (("returning", "no"), False),
        (("vip", "no"), True),
        (("declined", "no"), True),
        (("data", "is", "pro", "plan"), True),
        (("data", "at_least", "12", "seats"), True),
        (("data", "at_least", "13", "seats"), False),
        (("data", "at_least", "1", "plan"), False),
        (("data", "at_least", "1", "trial"), False),
        (("data", "is", "true", "trial"), True),
        (("data", "is_not", "x", "list"), False),
        (("data", "is_not", "x", "absent"), False),
    ],
)
def test_operators(condition: tuple[str, ...], wanted: bool) -> None:
    assert holds(one(*condition), RICH) is wanted


NEGATIVE = ("is_not", "lacks", "no", "at_most")
ALWAYS_KNOWN = {
    "page_seconds", "scroll", "idle_seconds", "site_seconds", "pages", "errors", "rage", "known",
    "declined", "accepted",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(FIELDS) - ALWAYS_KNOWN))
def test_what_is_not_known_is_false(name: str) -> None:
    field = FIELDS[name]
    for op in OPERATORS_OF[field.kind]:
        value = field.choices[0] if field.choices else "5"
        condition = one(name, op, value, "k")
        assert explain(condition.every[0], POOR).found is None
        assert not holds(condition, POOR), op


def test_untracked_visitors_are_not_new() -> None:
    untracked = replace(RICH, visitor="", visits=0, returning=False, chatted_before=False)
    for name in ("returning", "chatted_before"):
        assert not holds(one(name, "no"), untracked)
        assert not holds(one(name, "yes"), untracked)
    assert not holds(one("vip", "no"), replace(RICH, known=False))


def test_all_and_any() -> None:
    yes = {"field": "pages", "op": "at_least", "value": "1"}
    no = {"field": "pages", "op": "at_least", "value": "9"}
    cases: list[tuple[dict[str, Any], bool]] = [
        ({}, True),
        ({"all": [], "any": []}, True),
        ({"all": [yes, no]}, False),
        ({"any": [yes, no]}, True),
        ({"any": [no, no]}, False),
        ({"all": [yes], "any": [no]}, False),
        ({"all": [no], "any": [yes]}, False),
    ]
    for raw, wanted in cases:
        assert holds(parse(raw), RICH) is wanted


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "all",
        {"none": []},
        {"all": {"field": "path"}},
        {"all": ["x"]},
        {"all": [{}]},
        {"all": [{"field": "__class__", "op": "is", "value": "x"}]},
        {"all": [{"field": "path", "op": "regex", "value": "(a+)+$"}]},
        {"all": [{"field": "path", "op": "at_least", "value": "1"}]},
        {"all": [{"field": "path", "op": "is", "value": " "}]},
        {"all": [{"field": "path", "op": "is", "value": "x" * 301}]},
        {"all": [{"field": "query", "op": "is", "value": "x"}]},
        {"all": [{"field": "pages", "op": "is", "value": "many"}]},
        {"all": [{"field": "pages", "op": "is", "value": "NaN"}]},
        {"all": [{"field": "pages", "op": "is", "value": "1e99"}]},
        {"all": [{"field": "device", "op": "is", "value": "fridge"}]},
        {"any": [{"field": "pages", "op": "is", "value": "1"}] * 21},
    ],
)
def test_nonsense_is_refused(raw: Any) -> None:
    with pytest.raises(InvalidConditionsError) as caught:
        parse(raw)
    assert caught.value.problems


def _conditions() -> st.SearchStrategy[dict[str, str]]:
    def row(name: str) -> st.SearchStrategy[dict[str, str]]:
        field = FIELDS[name]
        texts = st.text(min_size=1, max_size=20).filter(str.strip)
        numbers = st.integers(-10_000, 10_000).map(str)
        value = st.sampled_from(field.choices) if field.choices else numbers | texts
        if field.kind == "number":
            value = numbers
        return st.builds(
            lambda op, value, number: {
                "field": name,
                "op": op,
                "key": "k",
                "value": number if op in ("at_least", "at_most") else value,
            },
            st.sampled_from(OPERATORS_OF[field.kind]),
            value,
            numbers,
        )

    return st.sampled_from(sorted(FIELDS)).flatmap(row)


@given(st.lists(_conditions(), max_size=8), st.lists(_conditions(), max_size=8))
def test_every_condition_survives_storage(every: list[Any], some: list[Any]) -> None:
    found = parse({"all": every, "any": some})
    assert parse(found.as_json()) == found
    assert holds(found, RICH) in (True, False)
    answers = [explain(one, POOR) for one in (*found.every, *found.some)]
    assert not any(one.holds and one.found is None for one in answers)
    assert all("value" not in one for one in found.as_json()["all"] if one["op"] in WITHOUT_VALUE)


@given(st.text("ab*", max_size=12), st.text("ab", max_size=12))
def test_patterns_mean_what_shells_mean(pattern: str, text: str) -> None:
    wanted = re.fullmatch(fnmatch.translate(pattern), text) is not None
    assert matches(text, pattern) is wanted


def test_no_pattern_is_slow() -> None:
    begun = time.perf_counter()
    for pattern in ("a*" * 150, "*a" * 149 + "b", "*" * 300, "a" * 150 + "*" + "b" * 149):
        facts = replace(RICH, url="a" * 1_000_000)
        holds(one("url", "like", pattern), facts)
    assert time.perf_counter() - begun < 0.1
