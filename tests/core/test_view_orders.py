"""The orders of a saved view: right, paged without a hole, each from an index; and mentions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from helpdesk.models import Conversation, Inbox, SavedView, ViewOrder
from helpdesk.selectors import inbox, orders
from helpdesk.services import mentions, messages, papers, views, weaving
from tests import factories
from tests.core.conftest import Desk

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALL = [{"field": "unread", "op": "is", "value": True}]


@pytest.fixture
def five(desk: Desk) -> list[Conversation]:
    """Five of whom two wait for nothing; each column puts them in another order."""
    made = [factories.conversation(desk.inbox, f"visitor{n}") for n in range(5)]
    facts: list[tuple[int, int | None, int | None, int]] = [
        (5, 30, None, 1),
        (4, None, 10, 5),
        (3, 50, 20, 2),
        (2, None, None, 4),
        (1, 10, 30, 3),
    ]
    for one, (newest, waits, due, began) in zip(made, facts, strict=True):
        Conversation.objects.filter(pk=one.pk).update(
            last_message_at=NOW - timedelta(minutes=newest),
            waiting_since=None if waits is None else NOW - timedelta(minutes=waits),
            promised_at=None if due is None else NOW + timedelta(minutes=due),
            created_at=NOW - timedelta(minutes=began),
        )
    return made


@pytest.mark.parametrize(
    ("order", "wanted"),
    [
        (ViewOrder.NEWEST, [4, 3, 2, 1, 0]),
        (ViewOrder.WAITING, [2, 0, 4, 1, 3]),
        (ViewOrder.DUE, [1, 2, 4, 0, 3]),
        (ViewOrder.CREATED, [0, 2, 4, 3, 1]),
    ],
)
def test_each_order_and_its_pages(
    desk: Desk,
    five: list[Conversation],
    monkeypatch: pytest.MonkeyPatch,
    order: ViewOrder,
    wanted: list[int],
) -> None:
    monkeypatch.setattr(inbox, "PAGE", 2)
    view = views.save(None, by=desk.agent, name="Mine", rows=ALL, order=order)
    got: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page, cursor = inbox.rows(desk.agent, f"v{view.pk}", cursor)
        got += [row["id"] for row in page]
    assert got == [five[n].pk for n in wanted]


@pytest.mark.parametrize(
    ("order", "index"),
    [
        (ViewOrder.WAITING, "conv_by_wait"),
        (ViewOrder.DUE, "conv_by_promise"),
        (ViewOrder.CREATED, "conv_started"),
    ],
)
def test_a_page_is_read_from_its_index(desk: Desk, order: ViewOrder, index: str) -> None:
    """A desk of ten inboxes; the agent sees three of them."""
    places = [desk.inbox, *(factories.inbox(teams=[desk.mine]) for _ in range(2))]
    places += [factories.inbox() for _ in range(7)]
    person = factories.customer()
    facts = ("waiting_since", "promised_at", "last_message_at")
    Conversation.objects.bulk_create(
        Conversation(
            inbox=places[n % 10],
            customer=person,
            state="closed" if n % 4 == 0 else "open",
            **{name: NOW - timedelta(minutes=(n * 7919) % 6000) for name in facts},
        )
        for n in range(6000)
    )
    by = orders.BY[order]
    edge = NOW - timedelta(minutes=3000) if by.soonest else datetime.now(UTC)
    page = by.after(by.sorted(inbox.view(desk.agent, "all")), edge, 1)[:41]
    sql, values = page.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE helpdesk_conversation")
        cursor.execute(f"EXPLAIN {sql}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert f"using {index}" in plan, plan
    assert "Index Cond" in plan, plan
    # Equal moments are put in order as they come; nothing is sorted as a whole.
    assert "Sort" not in plan.replace("Incremental Sort", "").replace("Sort Key", ""), plan


def test_the_order_is_kept_and_told(desk: Desk, client: Client) -> None:
    client.force_login(desk.agent)
    body: dict[str, Any] = {"name": "Waiting", "filters": ALL, "order": "waiting"}
    made = client.post("/api/v1/views/", body, content_type="application/json").json()
    assert made["order"] == "waiting"
    assert SavedView.objects.get().order == ViewOrder.WAITING
    wrong = client.post(
        "/api/v1/views/", {**body, "order": "luck"}, content_type="application/json"
    )
    assert wrong.status_code == 400


def test_mentions_are_a_view_until_they_are_read(desk: Desk) -> None:
    here, other = (factories.conversation(desk.inbox, who) for who in ("tom", "ann"))
    factories.conversation(desk.inbox, "eve")
    for one in (here, other):
        paper = papers.Paper(mentions=[desk.agent.pk])
        messages.note(one.pk, by=desk.supervisor, body="Look", paper=paper)
    assert {row["id"] for row in inbox.rows(desk.agent, "mentions")[0]} == {here.pk, other.pk}
    assert inbox.counts(desk.agent)["mentions"] == 2
    assert inbox.counts(desk.supervisor)["mentions"] == 0
    mentions.read(here.pk, by=desk.agent)
    assert [row["id"] for row in inbox.rows(desk.agent, "mentions")[0]] == [other.pk]


def test_who_was_named_before_a_merge_is_sent_to_the_target(desk: Desk, phone: Inbox) -> None:
    source, target = (factories.conversation(phone, f"+4811{n}", kind="phone") for n in range(2))
    paper = papers.Paper(mentions=[desk.agent.pk])
    messages.note(source.pk, by=desk.supervisor, body="Look", paper=paper)
    weaving.merge(source.pk, target.pk, by=desk.supervisor)
    assert [row["id"] for row in inbox.rows(desk.agent, "mentions")[0]] == [target.pk]
    assert mentions.read(target.pk, by=desk.agent) == 1
    assert inbox.counts(desk.agent)["mentions"] == 0
