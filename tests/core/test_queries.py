"""Budgets of the hot paths: statements, counted on the real database."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpdesk import inbound
from helpdesk.models import (
    Agent,
    CapacityProfile,
    Draft,
    Inbox,
    Relief,
    SavedView,
    Tag,
    WorkItem,
)
from helpdesk.services import messages
from tests import factories
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db(transaction=True)

FRAMES = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def statements(work: Callable[[], Any]) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        work()
    return [one["sql"] for one in seen.captured_queries if not one["sql"].startswith(FRAMES)]


def test_a_chat_message_costs_two_statements(desk: Desk) -> None:
    made = factories.conversation(desk.inbox, "visitor-1")
    text = factories.inbound_message(
        "visitor-1", "Next", client_id=uuid.uuid4(), conversation_id=made.pk
    )
    seen = statements(lambda: inbound.receive(desk.inbox, text))
    assert len(seen) <= 2, "\n".join(seen)


def test_an_answer_costs_a_fixed_number(desk: Desk) -> None:
    made = factories.conversation(desk.inbox)
    messages.reply(made.pk, by=desk.agent, body="First")
    seen = statements(
        lambda: messages.reply(made.pk, by=desk.agent, body="Next", client_id=uuid.uuid4())
    )
    assert len(seen) <= 6, "\n".join(seen)


def test_a_page_of_the_inbox_costs_the_same_for_any_length(desk: Desk, client: Client) -> None:
    client.force_login(desk.agent)

    def page() -> int:
        return len(statements(lambda: client.get("/api/v1/conversations/?view=all")))

    factories.conversation(desk.inbox)
    one = page()
    for number in range(20):
        made = factories.conversation(desk.inbox)
        if number % 2:
            messages.reply(made.pk, by=desk.agent, body="Hi")
    assert page() == one
    assert one <= 4


def test_a_thread_costs_the_same_for_any_length(desk: Desk, client: Client) -> None:
    client.force_login(desk.agent)
    made = factories.conversation(desk.inbox, "visitor-1")
    messages.reply(made.pk, by=desk.agent, body="Hi")

    def thread() -> int:
        return len(statements(lambda: client.get(f"/api/v1/conversations/{made.pk}/")))

    one = thread()
    for number in range(20):
        inbound.receive(desk.inbox, factories.inbound_message("visitor-1", f"{number}"))
        messages.reply(made.pk, by=desk.supervisor, body="Hi")
        messages.note(made.pk, by=desk.agent, body="Hm")
        factories.agent(teams=[desk.mine])
    assert thread() == one
    assert one <= 9


def test_the_page_of_the_inbox_costs_the_same_for_any_length(desk: Desk, client: Client) -> None:
    client.force_login(desk.agent)

    def page(path: str = "/inbox/all/") -> int:
        return len(statements(lambda: client.get(path)))

    made = factories.conversation(desk.inbox, "visitor-1")
    messages.reply(made.pk, by=desk.agent, body="Hi")
    alone, beside = page(), page(f"/inbox/c/{made.pk}/")
    for number in range(20):
        factories.conversation(desk.inbox)
        inbound.receive(desk.inbox, factories.inbound_message("visitor-1", f"{number}"))
        SavedView.objects.create(owner=desk.agent, name=f"View {number}")
        Tag.objects.create(name=f"tag{number}")
    assert (page(), page(f"/inbox/c/{made.pk}/")) == (alone, beside)
    assert alone <= 5
    assert beside <= 10


def test_an_agent_with_all_that_there_is_opens_the_inbox_with_twelve(
    desk: Desk, client: Client
) -> None:
    """Limits of his own, something eased, an offer, drafts, views, troubles; beside a thread."""
    who = desk.supervisor
    client.force_login(who)
    made = factories.conversation(desk.inbox, "visitor-1")
    offered = factories.conversation(desk.inbox, "visitor-2")
    Agent.objects.filter(pk=who.pk).update(
        capacity=CapacityProfile.objects.create(name="Full", units=16)
    )
    now = datetime.now(UTC)
    until = now + timedelta(hours=1)
    eased = Relief.objects.create(
        kind="limits", channel="chat", more=1, made_at=now, until=until, by=who
    )
    eased.agents.add(who)
    WorkItem.objects.update_or_create(
        conversation=offered,
        defaults={"state": "offered", "agent": who, "expires_at": until, "channel": "chat"},
    )
    Draft.objects.create(
        agent=who,
        conversation=made,
        text="Not yet",
        version=1,
        mode="reply",
        updated_at=datetime.now(UTC),
    )
    SavedView.objects.create(owner=who, name="Mine")
    Inbox.objects.filter(pk=desk.inbox.pk).update(health="broken")
    seen = statements(lambda: client.get(f"/inbox/c/{made.pk}/"))
    assert len(seen) <= 12, "\n".join(seen)
    shown = client.get(f"/inbox/c/{made.pk}/").content.decode()
    [told] = re.findall(r'<script id="boot" type="application/json">(.*?)</script>', shown)
    boot = json.loads(told)
    assert boot["drafts"] == [made.pk]
    assert boot["agent"]["most"] == 4
    assert [one["row"]["id"] for one in boot["work"]["offers"]] == [offered.pk]
    assert [one["name"] for one in boot["saved"]] == ["Mine"]
    assert [one["text"] for one in boot["open"]["drafts"]] == ["Not yet"]
