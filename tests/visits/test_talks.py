"""A visit that becomes a chat: linked by the visitor's own secret, followed at a bearable pace."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from chat import sessions
from chat.visits import live, talks
from chat.visits.models import Visit, Visitor
from helpdesk.models import Conversation, Inbox, State
from helpdesk.quick_redis import client as valkey
from helpdesk.realtime import publish
from tests import factories
from tests.visits.conftest import ORIGIN, Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def pushed(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Frames of contexts that agents got."""
    frames: list[dict[str, Any]] = []

    def send(group: str, frame: dict[str, Any]) -> None:
        if frame["type"] == "context":
            frames.append({"group": group, **frame})

    monkeypatch.setattr(publish, "send", send)
    return frames


def write(inbox: Inbox, page: dict[str, Any], body: str = "Hello") -> Conversation:
    visitor = sessions.open_session(inbox, "", language="en")
    message = sessions.send(visitor, cid=uuid.uuid4(), body=body, page=page)
    return Conversation.objects.get(pk=message.conversation_id)


def later(conversation: Conversation) -> None:
    """The seconds for which the agent's panel is spared have passed."""
    valkey().delete(f"visits:once:context:{conversation.pk}")


def test_agent_sees_page_and_cart_of_whom_he_talks_to(
    page: Page, pushed: list[dict[str, Any]]
) -> None:
    page.hit()
    page.hit("cart", data={"items": [{"name": "Duvet", "price": 64}], "value": 64})
    talk = write(page.inbox, {"url": page.url, "title": "Duvets", "visit": page.visit})
    assert talk.context["page"] == {"url": page.url, "title": "Duvets"}
    assert talk.context["cart"]["value"] == "64.00"
    assert (talk.context["device"], talk.context["pages"]) == ("computer", 1)
    assert Visit.objects.get().conversation == talk
    assert pushed[-1]["group"] == f"inbox.{page.inbox.pk}"
    assert pushed[-1]["conversation"] == talk.pk


def test_changes_reach_the_agent_but_not_more_often_than_each_five_seconds(
    page: Page, pushed: list[dict[str, Any]]
) -> None:
    page.hit()
    talk = write(page.inbox, {"url": page.url, "visit": page.visit})
    del pushed[:]
    for number in range(3):
        page.url = f"{ORIGIN}/page/{number}"
        page.hit()
    assert [one["context"]["page"]["url"] for one in pushed] == [f"{ORIGIN}/page/0"]
    page.hit("beat")
    assert len(pushed) == 1
    later(talk)
    page.hit("beat")
    later(talk)
    page.hit("beat")
    assert [one["context"]["page"]["url"] for one in pushed[1:]] == [f"{ORIGIN}/page/2"]
    talk.refresh_from_db()
    assert talk.context["pages"] == 4


def test_ended_chat_is_followed_no_longer(page: Page, pushed: list[dict[str, Any]]) -> None:
    page.hit()
    talk = write(page.inbox, {"url": page.url, "visit": page.visit})
    Conversation.objects.update(state=State.RESOLVED)
    del pushed[:]
    later(talk)
    page.url = ORIGIN + "/next"
    page.hit()
    assert not pushed
    assert Visit.objects.get().conversation == talk


def test_returning_visitor_is_known_by_the_customer_he_was(consented: Page) -> None:
    consented.hit("consent", data={"granted": True})
    consented.hit()
    talk = write(consented.inbox, {"url": consented.url, "visit": consented.visit})
    assert Visitor.objects.get().customer == talk.customer
    again = Page(consented.inbox, visitor=consented.visitor)
    again.hit()
    state = live.read(consented.inbox.pk, again.visit)
    assert state["customer"]["id"] == talk.customer_id
    assert state["chatted"] is True


def test_visit_of_another_widget_or_a_made_up_key_is_not_linked(page: Page) -> None:
    page.hit()
    other = factories.inbox(settings={"tracking": "session"})
    talk = write(other, {"url": ORIGIN + "/x?token=1", "title": "X", "visit": page.visit})
    assert Visit.objects.get().conversation is None
    assert talk.context == {"page": {"url": ORIGIN + "/x?token=", "title": "X"}}
    assert not talks.begin(page.inbox, "", talk.pk)
    assert not talks.begin(page.inbox, "made-up-key-of-a-visit", talk.pk)


def test_untracked_visitor_shows_only_what_his_own_panel_says(inbox: Inbox) -> None:
    inbox.settings = {"tracking": "off"}
    inbox.save()
    cart = {"items": 1, "value": "12.5", "currency": "EUR", "deep": json.loads("[" * 9 + "]" * 9)}
    talk = write(inbox, {"url": ORIGIN + "/a", "title": "A", "visit": "x" * 20, "cart": cart})
    assert set(talk.context) == {"page", "cart"}
    assert talk.context["cart"]["value"] == "12.50"
    assert not Visit.objects.exists()


def test_fault_in_here_never_costs_a_text(
    page: Page, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    page.hit()

    def broken(*_args: Any) -> bool:
        raise ZeroDivisionError

    monkeypatch.setattr(talks, "begin", broken)
    talk = write(page.inbox, {"url": page.url, "visit": page.visit}, "Precious")
    assert talk.last_preview == "Precious"
    assert "goes without its visit" in caplog.text
