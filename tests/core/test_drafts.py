"""Drafts: kept on the server, the newest known to all tabs of one agent, seen by nobody else."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.test import Client

from helpdesk.models import Agent, Conversation, Draft
from helpdesk.realtime import groups, publish
from helpdesk.selectors import drafts as reading
from helpdesk.selectors import thread
from helpdesk.services import assignments, drafts
from tests import factories
from tests.core.conftest import Desk
from tests.core.parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def conversation(desk: Desk) -> Conversation:
    return factories.conversation(desk.inbox)


@pytest.fixture
def pushed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    frames: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(publish, "send", lambda group, frame: frames.append((group, frame)))
    return frames


def keep(conversation: Conversation, by: Agent, text: str, base: int = 0, **more: Any) -> int:
    return drafts.keep(conversation.pk, by=by, mode="reply", text=text, base=base, **more)


def texts(agent: Agent, conversation: Conversation) -> list[str]:
    return [one["text"] for one in thread.detail(agent, conversation.pk)["drafts"]]


def test_each_change_is_a_newer_version(desk: Desk, conversation: Conversation) -> None:
    first = keep(conversation, desk.agent, "Dear")
    second = keep(conversation, desk.agent, "Dear Tom", base=first)
    assert second > first
    assert texts(desk.agent, conversation) == ["Dear Tom"]
    assert reading.begun(desk.agent) == [conversation.pk]


def test_who_writes_on_an_older_version_is_shown_the_newer_one(
    desk: Desk, conversation: Conversation
) -> None:
    first = keep(conversation, desk.agent, "Dear")
    newer = keep(conversation, desk.agent, "Dear Tom", base=first)
    with pytest.raises(drafts.NewerDraftError) as caught:
        keep(conversation, desk.agent, "Hello", base=first)
    assert (caught.value.draft.text, caught.value.draft.version) == ("Dear Tom", newer)
    assert texts(desk.agent, conversation) == ["Dear Tom"]
    keep(conversation, desk.agent, "Hello", base=newer)
    assert texts(desk.agent, conversation) == ["Hello"]


def test_the_same_words_sent_twice_are_no_quarrel(desk: Desk, conversation: Conversation) -> None:
    """A save whose answer was lost is made again."""
    keep(conversation, desk.agent, "Dear Tom")
    assert keep(conversation, desk.agent, "Dear Tom")


def test_an_empty_one_is_forgotten_and_the_version_grows_all_the_same(
    desk: Desk, conversation: Conversation
) -> None:
    first = keep(conversation, desk.agent, "Dear")
    gone = keep(conversation, desk.agent, "  ", base=first)
    assert not Draft.objects.exists()
    assert gone > first
    assert keep(conversation, desk.agent, "Again") > gone - 1


def test_it_is_pushed_to_its_agent_alone(
    desk: Desk, conversation: Conversation, pushed: list[tuple[str, dict[str, Any]]]
) -> None:
    keep(conversation, desk.agent, "Dear Tom")
    assert [group for group, _frame in pushed] == [groups.agent(desk.agent.pk)]
    assert pushed[0][1]["text"] == "Dear Tom"


def test_nobody_else_sees_it(desk: Desk, conversation: Conversation) -> None:
    keep(conversation, desk.agent, "Secret thoughts")
    for other in (desk.supervisor, desk.admin):
        client = Client()
        client.force_login(other)
        for place in ("", "events/", "messages/", "beside/", "scheduled/"):
            answer = client.get(f"/api/v1/conversations/{conversation.pk}/{place}")
            assert b"Secret thoughts" not in answer.content
        assert b"Secret thoughts" not in client.get("/inbox/").content
        assert reading.begun(other) == []


def test_it_outlives_a_reassignment(desk: Desk, conversation: Conversation) -> None:
    keep(conversation, desk.agent, "Dear Tom")
    assignments.assign(conversation.pk, desk.supervisor, by=desk.agent)
    assert texts(desk.agent, conversation) == ["Dear Tom"]


def test_modes_do_not_disturb_each_other(desk: Desk, conversation: Conversation) -> None:
    keep(conversation, desk.agent, "Dear Tom")
    drafts.keep(conversation.pk, by=desk.agent, mode="ask", text="May I?", base=0, to=[3])
    found = reading.mine(desk.agent, conversation)
    assert [(one["mode"], one["text"], one["to"]) for one in found] == [
        ("ask", "May I?", [3]),
        ("reply", "Dear Tom", []),
    ]


def test_two_tabs_that_begin_at_once_leave_one_row(desk: Desk, conversation: Conversation) -> None:
    def save(text: str) -> str:
        try:
            keep(conversation, desk.agent, text)
        except drafts.NewerDraftError as error:
            return error.draft.text
        return ""

    at_once([partial(save, f"Tab {number}") for number in range(6)])
    assert Draft.objects.count() == 1


def test_the_api_answers_with_the_newer_one(desk: Desk, conversation: Conversation) -> None:
    client = Client()
    client.force_login(desk.agent)
    url = f"/api/v1/conversations/{conversation.pk}/draft/"

    def put(text: str, base: int) -> Any:
        body = {"mode": "reply", "text": text, "base": base}
        return client.put(url, body, content_type="application/json")

    version = put("Dear", 0).json()["version"]
    answer = put("Hello", 0)
    assert answer.status_code == 409
    assert answer.json()["draft"]["text"] == "Dear"
    assert put("Hello", version).status_code == 200
    assert put("x", -1).status_code == 400


def test_preferences_are_a_closed_list(desk: Desk) -> None:
    client = Client()
    client.force_login(desk.agent)

    def patch(body: Any) -> Any:
        return client.patch("/api/v1/preferences/", body, content_type="application/json")

    assert client.get("/api/v1/preferences/").json() == {"undo_seconds": 5, "enter": "channel"}
    assert patch({"undo_seconds": 20}).json() == {"undo_seconds": 20, "enter": "channel"}
    refused: list[dict[str, Any]] = [
        {"undo_seconds": 7},
        {"undo_seconds": False},
        {"is_staff": True},
        {"enter": []},
    ]
    for wrong in refused:
        assert patch(wrong).status_code == 400
    assert client.get("/api/v1/preferences/").json()["undo_seconds"] == 20
