"""One act on many conversations: each answers for itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from helpdesk.models import Conversation, ConversationEvent, Tag
from tests import factories
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db(transaction=True)
Asked = Callable[..., dict[int, str | None]]


@pytest.fixture
def act(desk: Desk, client: Client) -> Asked:
    """What happened to each: None where it was done, else why not."""

    def post(action: str, some: list[int], **facts: Any) -> dict[int, str | None]:
        client.force_login(desk.agent)
        body = {"ids": some, "action": action, "facts": facts}
        answer = client.post("/api/v1/conversations/bulk/", body, content_type="application/json")
        assert answer.status_code == 200, answer.content
        told = answer.json()
        done = {one["id"] for one in told["results"] if one["done"]}
        assert {row["id"] for row in told["rows"]} == done
        return {one["id"]: None if one["done"] else one["why"] for one in told["results"]}

    return post


def test_each_is_done_or_refused_with_a_reason(desk: Desk, act: Asked) -> None:
    fine, closed = (factories.conversation(desk.inbox).pk for _ in range(2))
    foreign = factories.conversation(desk.elsewhere).pk
    Conversation.objects.filter(pk=closed).update(state="closed")
    told = act("state", [fine, closed, foreign, 999_999, fine], state="resolved", reason="solved")
    assert list(told) == [fine, closed, foreign, 999_999]
    assert told[fine] is None
    assert told[closed]
    assert told[foreign] == told[999_999] == "Not found.", "what is hidden looks like what is not"
    states = dict(Conversation.objects.values_list("pk", "state"))
    assert states == {fine: "resolved", closed: "closed", foreign: "new"}


def test_every_act(desk: Desk, act: Asked) -> None:
    some = [factories.conversation(desk.inbox).pk for _ in range(3)]
    Tag.objects.create(name="Returns")
    rows = Conversation.objects.filter(pk__in=some)
    assert set(act("assign", some, agent=desk.agent.pk).values()) == {None}
    assert set(rows.values_list("assignee", flat=True)) == {desk.agent.pk}
    assert set(act("tag", some, add=["returns"]).values()) == {None}
    assert rows.filter(tags=["Returns"]).count() == 3
    assert set(act("read", some).values()) == {None}
    assert set(rows.values_list("unread", flat=True)) == {0}
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert set(act("state", some, state="snoozed", reason="later", due_at=soon).values()) == {None}
    assert set(act("state", some, state="spam").values()) == {None}
    assert rows.filter(state="spam").count() == 3
    assert ConversationEvent.objects.filter(kind="tagged", actor=desk.agent).count() == 3


def test_what_is_wrong_for_all_is_refused_before_anything_is_done(
    desk: Desk, client: Client
) -> None:
    made = factories.conversation(desk.inbox)
    client.force_login(desk.agent)
    for body in (
        {"ids": [], "action": "read"},
        {"ids": [made.pk] * 101, "action": "read"},
        {"ids": [made.pk], "action": "delete"},
        {"ids": [made.pk], "action": "state", "facts": {"state": "gone"}},
        {"ids": [made.pk], "action": "state", "facts": {"state": "open", "extra": 1}},
        {"ids": [made.pk], "action": "assign", "facts": {"agent": 999_999}},
        {"ids": ["x"], "action": "read"},
    ):
        answer = client.post("/api/v1/conversations/bulk/", body, content_type="application/json")
        assert answer.status_code == 400, body
    made.refresh_from_db()
    assert made.state == "new"
