"""Filters of saved views: what they find, and that nothing odd gets through."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.models import Conversation, Customer
from helpdesk.selectors import filters
from helpdesk.selectors.filters import FIELDS, Asking, FilterError
from tests import factories
from tests.core.conftest import Desk

NOW = datetime.now(UTC)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "many": st.lists(st.one_of(st.integers(), st.text(), st.sampled_from(["new", "spam"]))),
    "one": st.one_of(st.integers(), st.sampled_from(["me", "nobody", "anybody"])),
    "flag": st.booleans(),
    "minutes": st.integers(),
    "days": st.integers(),
    "text": st.text(),
}
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=4,
)
names = st.sampled_from(sorted(FIELDS))


@st.composite
def likely(draw: Any) -> dict[str, Any]:
    """A row as a builder could nearly have made it."""
    name = draw(names)
    field = FIELDS[name]
    value = draw(st.one_of(VALUES[field.kind], anything))
    return {"field": name, "op": draw(st.sampled_from(field.ops)), "value": value}


odd_rows = st.fixed_dictionaries(
    {"field": st.one_of(names, anything), "op": anything, "value": anything}
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(anything, st.lists(st.one_of(likely(), odd_rows, anything), max_size=3)))
def test_whatever_comes_is_a_filter_or_a_clear_error(rows: Any) -> None:
    with contextlib.suppress(FilterError):
        filters.compiled(rows, Asking(1, NOW))
        assert filters.cleaned(filters.cleaned(rows)) == filters.cleaned(rows)


def test_there_are_not_too_many_rows() -> None:
    fine = {"field": "vip", "op": "is", "value": True}
    filters.compiled([fine] * filters.MOST_ROWS, Asking(1, NOW))
    with pytest.raises(FilterError):
        filters.compiled([fine] * (filters.MOST_ROWS + 1), Asking(1, NOW))


@pytest.mark.django_db
@settings(max_examples=60, deadline=None)
@given(st.lists(likely(), min_size=1, max_size=4))
def test_whatever_compiles_the_database_understands(rows: list[dict[str, Any]]) -> None:
    try:
        found = filters.compiled(rows, Asking(1, NOW))
    except FilterError:
        return
    list(Conversation.objects.filter(found).values_list("pk", flat=True)[:1])


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"field": "customer__identities__address", "op": "is", "value": "x"}, "customer__"),
        ({"field": "state", "op": "regex", "value": ["new"]}, "state"),
        ({"field": "state", "op": "any", "value": ["gone"]}, "state"),
        ({"field": "inbox", "op": "any", "value": [True]}, "inbox"),
        ({"field": "inbox", "op": "any", "value": []}, "inbox"),
        ({"field": "created", "op": "within", "value": 0}, "created"),
        ({"field": "subject", "op": "contains", "value": "a\x00b"}, "subject"),
        ({"field": "subject", "op": "contains", "value": " "}, "subject"),
        ({"field": "assignee", "op": "is", "value": {"pk": 1}}, "assignee"),
    ],
)
def test_an_error_names_its_field_and_its_row(row: dict[str, Any], field: str) -> None:
    fine = {"field": "vip", "op": "is", "value": True}
    with pytest.raises(FilterError) as caught:
        filters.compiled([fine, row], Asking(1, NOW))
    assert caught.value.field.startswith(field)
    assert caught.value.row == 1


@pytest.fixture
def found(desk: Desk) -> Callable[..., set[int]]:
    def find(*rows: tuple[str, str, Any]) -> set[int]:
        asked = [{"field": name, "op": op, "value": value} for name, op, value in rows]
        q = filters.compiled(asked, Asking(desk.agent.pk, NOW))
        return set(Conversation.objects.filter(q).values_list("pk", flat=True))

    return find


def test_every_field_finds_the_one_and_not_the_other(
    desk: Desk, found: Callable[..., set[int]]
) -> None:
    one, other = factories.conversation(desk.inbox), factories.conversation(desk.elsewhere)
    Conversation.objects.filter(pk=one.pk).update(
        assignee=desk.agent,
        state="open",
        language="pl",
        priority=3,
        subject="100% linen",
        last_preview="Where is it?",
        tags=["Delivery", "Returns"],
        unread=2,
        waiting_since=NOW - timedelta(minutes=30),
        last_message_at=NOW - timedelta(days=3),
        created_at=NOW - timedelta(days=9),
    )
    Conversation.objects.filter(pk=other.pk).update(
        unread=0, tags=["Delivery"], priority=1, waiting_since=None, language="fi"
    )
    Customer.objects.filter(pk=one.customer_id).update(vip=True)
    for row in (
        ("state", "any", ["open"]),
        ("assignee", "is", "me"),
        ("assignee", "is", desk.agent.pk),
        ("assignee", "is", "anybody"),
        ("assignee", "is_not", "nobody"),
        ("team", "any", [desk.mine.pk]),
        ("team", "none", [desk.others.pk]),
        ("inbox", "any", [desk.inbox.pk]),
        ("inbox", "none", [desk.elsewhere.pk]),
        ("tag", "any", ["Returns", "Nothing"]),
        ("tag", "all", ["Returns", "Delivery"]),
        ("language", "any", ["pl"]),
        ("language", "none", ["fi"]),
        ("vip", "is", True),
        ("priority", "any", [3]),
        ("waiting", "longer", 20),
        ("last_message", "longer", 2),
        ("created", "longer", 8),
        ("unread", "is", True),
        ("subject", "contains", "0% LIN"),
        ("preview", "contains", "where"),
    ):
        assert found(row) == {one.pk}, row
    for row in (
        ("tag", "none", ["Returns"]),
        ("vip", "is", False),
        ("unread", "is", False),
        ("last_message", "within", 1),
        ("created", "within", 1),
        ("assignee", "is_not", "me"),
        ("subject", "without", "linen"),
        ("preview", "without", "where"),
    ):
        assert found(row) == {other.pk}, row
    assert found(("channel", "any", ["chat"])) == {one.pk, other.pk}
    assert found(("channel", "none", ["chat"]), ("vip", "is", True)) == set()
    assert found(("subject", "contains", "1_0%")) == set(), "no wildcard gets through"


def test_without_a_word_on_the_state_only_what_is_active(
    desk: Desk, found: Callable[..., set[int]]
) -> None:
    made = factories.conversation(desk.inbox)
    assert found(("channel", "any", ["chat"])) == {made.pk}
    Conversation.objects.update(state="resolved")
    assert found(("channel", "any", ["chat"])) == set()
    assert found(("state", "any", ["resolved"])) == {made.pk}
