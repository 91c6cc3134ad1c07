"""Offers, presence, why and the queue over REST: what screens get, and what they may change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from helpdesk.models import (
    Agent,
    CapacityProfile,
    ConversationEvent,
    Inbox,
    Presence,
    State,
    WorkItem,
    WorkState,
)
from helpdesk.services import conversations, messages, work
from tests import factories
from tests.core.conftest import Desk

API = "/api/v1/"
JSON = "application/json"


@pytest.fixture(autouse=True)
def there(desk: Desk) -> None:
    """Both of the team are online and seen."""
    for one in (desk.agent, desk.supervisor):
        one.presence, one.last_seen_at = Presence.ONLINE, datetime.now(UTC)
        one.save()


def client(agent: Agent) -> Client:
    made = Client()
    made.force_login(agent)
    return made


def post(agent: Agent, path: str, /, **body: Any) -> Any:
    return client(agent).post(f"{API}{path}", body, content_type=JSON)


def get(agent: Agent, path: str) -> Any:
    answer = client(agent).get(f"{API}{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def waiting(inbox: Inbox, key: str = "someone") -> WorkItem:
    return WorkItem.objects.get(conversation=factories.conversation(inbox, key))


def offered(inbox: Inbox, to: Agent, key: str = "someone", seconds: float = 10) -> WorkItem:
    item = waiting(inbox, key)
    done = work.offer(item.pk, to.pk, seconds=seconds, decision={"why": "best_placed"})
    assert done is work.Outcome.DONE
    item.refresh_from_db()
    return item


def test_an_open_offer_survives_a_reload(desk: Desk) -> None:
    item = offered(desk.inbox, desk.agent)
    (one,) = get(desk.agent, "offers/")["offers"]
    assert one["item"] == item.pk
    assert one["row"]["id"] == one["conversation"] == item.conversation_id
    assert one["why"] == "best_placed"
    assert datetime.fromisoformat(one["expires_at"]) > datetime.now(UTC)
    assert get(desk.supervisor, "offers/")["offers"] == []


def test_accepting_gives_the_conversation(desk: Desk) -> None:
    item = offered(desk.inbox, desk.agent)
    answer = post(desk.agent, f"offers/{item.pk}/accept/")
    assert answer.status_code == 200
    assert answer.json()["assignee"]["id"] == desk.agent.pk
    again = post(desk.supervisor, f"offers/{item.pk}/accept/")
    assert (again.status_code, again.json()["code"]) == (409, "offer_gone")


def test_declining_keeps_the_place(desk: Desk) -> None:
    item = offered(desk.inbox, desk.agent)
    assert post(desk.agent, f"offers/{item.pk}/decline/").status_code == 204
    after = WorkItem.objects.get(pk=item.pk)
    assert (after.state, after.enqueued_at) == (WorkState.QUEUED, item.enqueued_at)
    assert get(desk.agent, "offers/")["offers"] == []


def test_an_offer_that_ran_out_is_gone(desk: Desk) -> None:
    item = offered(desk.inbox, desk.agent)
    WorkItem.objects.filter(pk=item.pk).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert get(desk.agent, "offers/")["offers"] == []
    assert post(desk.agent, f"offers/{item.pk}/accept/").status_code == 409


def test_leaving_with_live_chats_asks_first(desk: Desk) -> None:
    item = offered(desk.inbox, desk.agent)
    work.accept(item.pk, desk.agent)
    refused = post(desk.agent, "presence/", presence="break")
    assert refused.status_code == 409
    assert (refused.json()["code"], refused.json()["live"]) == ("live_contacts", 1)
    assert get(desk.agent, "presence/")["live"] == 1
    done = post(desk.agent, "presence/", presence="break", hand_back=True)
    assert (done.status_code, done.json()["presence"]) == (200, "break")
    assert WorkItem.objects.get(pk=item.pk).state == WorkState.QUEUED


def test_a_channel_can_be_switched_off(desk: Desk) -> None:
    answer = post(desk.agent, "presence/", channels_off=["chat", "unknown"])
    assert answer.json()["channels_off"] == ["chat"]
    assert [one["name"] for one in answer.json()["channels"]] == ["chat"]
    assert Agent.objects.get(pk=desk.agent.pk).channels_off == ["chat"]


@pytest.mark.parametrize("chosen", ["not_responding", "wrap_up", "asleep"])
def test_some_states_are_not_chosen(desk: Desk, chosen: str) -> None:
    assert post(desk.agent, "presence/", presence=chosen).status_code == 400


def test_wrap_up_ends_with_a_word(desk: Desk) -> None:
    item = offered(desk.inbox, desk.agent)
    work.accept(item.pk, desk.agent)
    messages.reply(item.conversation_id, by=desk.agent, body="Good day")
    conversations.change_state(item.conversation_id, State.RESOLVED, by=desk.agent, reason="solved")
    (one,) = get(desk.agent, "offers/")["wrap_up"]
    assert one["conversation"] == item.conversation_id
    path = f"conversations/{item.conversation_id}/finish/"
    assert post(desk.agent, path).status_code == 204
    assert get(desk.agent, "offers/")["wrap_up"] == []
    assert post(desk.agent, path).status_code == 204


@pytest.mark.django_db(transaction=True)
def test_above_the_limit_only_with_force_and_a_reason(desk: Desk) -> None:
    profile = CapacityProfile.objects.create(name="One chat", units=4)
    Agent.objects.filter(pk=desk.agent.pk).update(capacity=profile)
    held = offered(desk.inbox, desk.agent, "first")
    work.accept(held.pk, desk.agent)
    item = waiting(desk.inbox, "second")
    path = f"conversations/{item.conversation_id}/assign/"
    refused = post(desk.supervisor, path, agent=desk.agent.pk)
    assert (refused.status_code, refused.json()["can_force"]) == (409, True)
    assert refused.json()["detail"]
    forced = post(desk.supervisor, path, agent=desk.agent.pk, force=True, reason="knows him")
    assert forced.status_code == 200
    assert forced.json()["assignee"]["id"] == desk.agent.pk


def test_why_nobody_has_it_yet(desk: Desk) -> None:
    Agent.objects.update(presence=Presence.BREAK)
    item = waiting(desk.inbox)
    why = get(desk.agent, f"conversations/{item.conversation_id}/why/")
    assert why["state"] == "queued"
    assert why["sentences"]
    assert {one["agent"]["name"] for one in why["agents"]} >= {desk.agent.display_name}
    assert all(one["sentence"] for one in why["agents"])


def test_who_gave_it_where_no_decision_is_kept(desk: Desk) -> None:
    item = offered(desk.inbox, desk.agent)
    work.accept(item.pk, desk.agent)
    path = f"conversations/{item.conversation_id}/why/"
    WorkItem.objects.filter(pk=item.pk).update(decision={})

    def told() -> str:
        (sentence,) = get(desk.agent, path)["sentences"]
        return str(sentence).removeprefix(f"Given to {desk.agent.display_name} ")

    given = ConversationEvent.objects.filter(conversation=item.conversation_id, kind="assigned")
    given.update(actor=None)
    assert told() == "automatically; the reasons are not kept."
    given.update(payload={"rule": 7})
    assert told() == "by a rule."
    given.update(actor=desk.supervisor)
    assert told() == "by a person."


def test_the_queue_tells_who_waits_and_who_works(desk: Desk) -> None:
    item = waiting(desk.inbox)
    waiting(desk.elsewhere, "not ours")
    now = get(desk.agent, "queue/")
    assert [one["id"] for one in now["items"]] == [item.pk]
    assert (now["items"][0]["place"], now["items"][0]["live"]) == (1, True)
    names = {one["name"] for one in now["agents"]}
    assert desk.agent.display_name in names
    assert desk.stranger.display_name not in names
    assert now["steering"] is None
    assert get(desk.supervisor, "queue/")["steering"]["priorities"]


def test_an_unchanged_queue_costs_no_bytes(desk: Desk) -> None:
    waiting(desk.inbox)
    one = client(desk.agent)
    mark = one.get(f"{API}queue/")["ETag"]
    assert one.get(f"{API}queue/", headers={"If-None-Match": mark}).status_code == 304


def kinds(item: WorkItem) -> list[str]:
    found = ConversationEvent.objects.filter(conversation=item.conversation_id).order_by("seq")
    return list(found.values_list("kind", flat=True))


def test_a_supervisor_steers_the_line(desk: Desk) -> None:
    item = waiting(desk.inbox)
    path = f"queue/{item.pk}/"
    assert post(desk.supervisor, path, priority=3).status_code == 204
    assert post(desk.supervisor, path, relax=True).status_code == 204
    item.refresh_from_db()
    assert (item.conversation.priority, item.extra_steps) == (3, 1)
    assert {"priority_changed", "step_taken"} <= set(kinds(item))
    assert post(desk.supervisor, path, agent=desk.agent.pk).status_code == 204
    item.refresh_from_db()
    assert (item.state, item.agent_id) == (WorkState.ACTIVE, desk.agent.pk)
    assert post(desk.supervisor, path).status_code == 400
    assert post(desk.supervisor, path, relax=True, priority=1).status_code == 400


def test_who_may_not_steer(desk: Desk) -> None:
    item = waiting(desk.inbox)
    there = waiting(desk.elsewhere, "not ours")
    for path in (f"queue/{item.pk}/", f"queue/agents/{desk.agent.pk}/"):
        assert post(desk.agent, path, relax=True).status_code == 403
        assert Client().post(f"{API}{path}").status_code == 403
    assert post(desk.supervisor, f"queue/{there.pk}/", relax=True).status_code == 404
    assert post(desk.supervisor, f"queue/agents/{desk.stranger.pk}/").status_code == 404
    assert post(desk.admin, f"queue/agents/{desk.stranger.pk}/").status_code == 204


def test_a_supervisor_helps_out_and_it_is_kept(desk: Desk) -> None:
    profile = CapacityProfile.objects.create(name="Sixteen", units=16)
    Agent.objects.filter(pk=desk.agent.pk).update(presence=Presence.BACK_OFFICE)
    path = f"queue/agents/{desk.agent.pk}/"
    body = {"profile": profile.pk, "flex": "chat", "back": True}
    assert post(desk.supervisor, path, **body).status_code == 204
    agent = Agent.objects.get(pk=desk.agent.pk)
    assert (agent.capacity, agent.flex, agent.presence) == (profile, ["chat"], "online")
    (entry,) = LogEntry.objects.all()
    assert entry.user_id == desk.supervisor.pk
    assert "Sixteen" in entry.change_message
    assert post(desk.supervisor, path, flex="smoke").status_code == 400
    assert post(desk.supervisor, path, profile=10**6).status_code == 404


def test_the_page_of_the_queue(desk: Desk) -> None:
    waiting(desk.inbox)
    assert client(desk.agent).get("/queue/").status_code == 200
    assert Client().get("/queue/").status_code == 302
