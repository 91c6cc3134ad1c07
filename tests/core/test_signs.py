"""Who is online and gives no sign of life gets nothing new, and loses nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from helpdesk.models import Agent, Presence, WorkItem
from helpdesk.routing import engine
from helpdesk.services import presence, work
from tests import factories
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db(transaction=True)


def rest(agent: Agent) -> dict[str, Any]:
    browser = Client()
    browser.force_login(agent)
    answer = browser.post("/api/v1/presence/rest/")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_his_chats_stay_and_his_offers_go_to_others(desk: Desk) -> None:
    presence.set_presence(desk.agent, Presence.ONLINE)
    talk = factories.conversation(desk.inbox, "talks")
    engine.run()
    work.accept(WorkItem.objects.get().pk, desk.agent)
    waits = factories.conversation(desk.inbox, "waits")
    engine.run()
    assert WorkItem.objects.get(conversation=waits).state == "offered"
    assert rest(desk.agent)["presence"] == "not_responding"
    assert WorkItem.objects.get(conversation=talk).agent == desk.agent
    queued = WorkItem.objects.get(conversation=waits)
    assert (queued.state, queued.agent, queued.declined) == ("queued", None, {})
    assert Agent.objects.get(pk=desk.agent.pk).misses == 0
    engine.run()
    assert WorkItem.objects.get(conversation=waits).state == "queued"
    presence.set_presence(Agent.objects.get(pk=desk.agent.pk), Presence.ONLINE)
    engine.run()
    assert WorkItem.objects.get(conversation=waits).agent == desk.agent


@pytest.mark.parametrize("chosen", [Presence.BREAK, Presence.BUSY, Presence.OFFLINE])
def test_who_is_not_online_stays_as_he_is(desk: Desk, chosen: Presence) -> None:
    presence.set_presence(desk.agent, chosen)
    assert rest(desk.agent)["presence"] == chosen
