"""A desk, and callers with tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from helpdesk.models import Agent, Conversation, Inbox, Scope
from helpdesk.services import tokens
from tests import factories
from tests.core.conftest import Desk, channel, desk, nudges, phone

__all__ = ["channel", "desk", "nudges", "phone"]
EVERYTHING = list(Scope.values)
Caller = Callable[..., "Program"]


class Program:
    """A program with a token: every method answers as Django's test client does."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.client = Client(headers={"Authorization": f"Bearer {text}"})

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/api/v1/{path}", headers=headers or None)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        act = getattr(self.client, method)
        with transaction.atomic():  # a refusal rolls back what it did, and not the whole test
            return act(f"/api/v1/{path}", body, content_type="application/json", headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("post", path, {} if body is None else body, **headers)


def program(agent: Agent, scopes: list[str] = EVERYTHING, **limits: Any) -> Program:
    """A program that acts as this agent; the token is made by an administrator."""
    by = factories.agent(role="admin")
    facts = {"name": "Robot", "days": 30, **limits}
    return Program(tokens.create(by=by, agent=agent, scopes=scopes, **facts)[1])


@pytest.fixture
def robot(desk: Desk) -> Program:
    """With every scope, as the desk's agent."""
    return program(desk.agent)


@pytest.fixture
def talk(desk: Desk) -> Conversation:
    return factories.conversation(desk.inbox, name="Tom Reed")


@pytest.fixture
def inbox(desk: Desk) -> Inbox:
    return desk.inbox
