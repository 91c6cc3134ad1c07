"""The long poll: nothing is missed, news come at once, an empty wait ends."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from chat import sessions
from helpdesk.models import Agent, Inbox
from helpdesk.realtime import groups, publish
from helpdesk.services import messages
from tests.stack import Stack


@dataclass
class Poller:
    """A visitor whose network lets no socket through."""

    address: str
    visitor: sessions.Visitor

    def ask(self, **query: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.visitor.token}"}
        answer = requests.get(self.address, query, headers=headers, timeout=30)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def wait(self, after: int) -> Future[dict[str, Any]]:
        """A poll that is on its way when this returns."""
        with_patience = ThreadPoolExecutor(1)
        asked = with_patience.submit(self.ask, after=after, wait=20)
        with_patience.shutdown(wait=False)
        time.sleep(1)
        return asked

    @property
    def conversation(self) -> int:
        assert self.visitor.conversation_id
        return self.visitor.conversation_id


@pytest.fixture
def poller(stack: Stack, inbox: Inbox) -> Poller:
    visitor = sessions.open_session(inbox, "")
    sessions.send(visitor, cid=uuid.uuid4(), body="Hello")
    return Poller(f"{stack.base}/chat/{inbox.key}/events/", visitor)


def test_news_end_the_wait(poller: Poller, agent: Agent) -> None:
    asked = poller.wait(after=1)
    started = time.monotonic()
    messages.reply(poller.conversation, by=agent, body="Hi Tom")
    news = asked.result(10)
    assert time.monotonic() - started < 5
    assert [one["body"] for one in news["messages"]] == ["Hi Tom"]


def test_typing_is_heard_without_a_socket(poller: Poller) -> None:
    asked = poller.wait(after=1)
    group = groups.visitor(poller.conversation)
    while not asked.done():  # how soon he listens is the server's affair
        publish.send(group, {"type": "typing", "on": True, "name": "Marta"})
        time.sleep(0.2)
    assert {one["type"] for one in asked.result(10)["frames"]} == {"typing"}


def test_an_empty_wait_ends_with_nothing_new(poller: Poller) -> None:
    started = time.monotonic()
    news = poller.ask(after=1, wait=1)
    assert time.monotonic() - started >= 1
    assert (news["messages"], news["frames"]) == ([], [])


@pytest.mark.parametrize("after", [0, 7])
def test_a_cursor_that_is_not_the_newest_never_waits(poller: Poller, after: int) -> None:
    started = time.monotonic()
    news = poller.ask(after=after, wait=20)
    assert time.monotonic() - started < 10
    assert [one["body"] for one in news["messages"]] == ["Hello"]


def test_a_stranger_never_waits(poller: Poller, inbox: Inbox) -> None:
    poller.visitor = sessions.open_session(inbox, "")
    started = time.monotonic()
    assert poller.ask(after=0, wait=20)["messages"] == []
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("wait", ["-1", "x", "9" * 40, ""])
def test_bad_numbers_are_zero(poller: Poller, wait: str) -> None:
    assert poller.ask(after=1, wait=wait)["last_seq"] == 1
