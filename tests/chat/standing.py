"""What the tests of the visitor's side share: a desk, and the panel as it calls the server."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from chat import service, sessions, waiting
from chat.kept import Kept
from helpdesk import nudge
from helpdesk.models import (
    Agent,
    Conversation,
    Inbox,
    Presence,
    Team,
)
from helpdesk.services import assignments, presence
from tests import factories

QUESTIONS = [
    {"id": "order", "kind": "text", "label": {"en": "Order", "pl": "Zamówienie"}, "when": "before"},
    {"id": "topic", "kind": "choice", "label": "Topic", "when": "waiting",
     "choices": [{"en": "Sizes", "pl": "Rozmiary"}, "Returns"]},
    {"id": "mail", "kind": "email", "label": "E-mail", "when": "waiting"},
    {"id": "who", "kind": "name", "label": "Name", "when": "waiting"},
]  # fmt: skip


KEPT: tuple[Kept[Any], ...] = (
    *(waiting.queues, waiting.served),
    *(service._mail, service._queue_hours, sessions._present),
)


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nudge, "wake", lambda *_, **_facts: True)


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    for kept in KEPT:
        kept.forget_all()
        monkeypatch.setattr(kept, "seconds", -1.0)


@pytest.fixture
def team() -> Team:
    return factories.team()


@pytest.fixture
def inbox(team: Team) -> Inbox:
    return factories.inbox(teams=[team], name="Shop", settings={"questions": QUESTIONS})


@pytest.fixture
def mail(team: Team) -> Inbox:
    return factories.inbox(channel="email", address="help@parley.example", teams=[team])


@pytest.fixture
def agent(team: Team) -> Agent:
    made = factories.agent(teams=[team], first_name="Marta")
    presence.set_presence(made, Presence.ONLINE)
    return made


class Panel:
    """A visitor's panel without a socket."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox
        self.client = Client()
        self.token = ""

    def _post(self, where: str, body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.client.post(
            f"/chat/{self.inbox.key}/{where}/",
            body,
            content_type="application/json",
            headers=headers,
        )

    def say(self, body: str = "Hello", **fields: Any) -> Any:
        answer = self._post("messages", {"cid": str(uuid.uuid4()), "body": body, **fields})
        assert answer.status_code == 201
        self.token = answer.json()["token"]
        return answer.json()

    def do(self, kind: str, **fields: Any) -> Any:
        answer = self._post("do", {"type": kind, **fields})
        assert answer.status_code == 200
        return answer.json()

    def form(self, **fields: Any) -> Any:
        return self._post("form", {"email": "tom@example.com", "text": "Hello", "consent": True,
                                   "took": 9000, **fields})  # fmt: skip

    @property
    def standing(self) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        found = self.client.get(f"/chat/{self.inbox.key}/events/", headers=headers)
        standing: dict[str, Any] = found.json()["service"]
        return standing

    @property
    def conversation(self) -> Conversation:
        visitor = sessions.open_session(self.inbox, self.token)
        return Conversation.objects.get(pk=visitor.conversation_id or 0)


@pytest.fixture
def panel(inbox: Inbox) -> Panel:
    return Panel(inbox)


def refusal(answer: Any, kind: str) -> str:
    assert (answer["type"], answer["for"]) == ("error", kind)
    code: str = answer["code"]
    return code


def full(inbox: Inbox, agent: Agent) -> list[Conversation]:
    """Chats that fill all places of an agent."""
    made = [factories.conversation(inbox) for _ in range(3)]
    for one in made:
        assignments.assign(one.pk, agent, by=agent)
    return made
