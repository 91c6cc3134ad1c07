"""Budgets of the hot paths: statements, counted on the real database."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpdesk import inbound
from helpdesk.services import messages
from tests import factories
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db(transaction=True)

FRAMES = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def statements(work: Callable[[], Any]) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        work()
    return [one["sql"] for one in seen.captured_queries if not one["sql"].startswith(FRAMES)]


def test_a_chat_message_costs_four_statements(desk: Desk) -> None:
    made = factories.conversation(desk.inbox, "visitor-1")
    text = factories.inbound_message(
        "visitor-1", "Next", client_id=uuid.uuid4(), conversation_id=made.pk
    )
    seen = statements(lambda: inbound.receive(desk.inbox, text))
    assert len(seen) <= 4, "\n".join(seen)


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
    assert one <= 18
