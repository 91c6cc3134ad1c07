"""What one event costs does not grow with the number of agents who watch it."""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import redis
from django.conf import settings

from helpdesk.models import Agent, Inbox, Team, TeamMembership
from helpdesk.realtime import groups, payloads
from helpdesk.services import messages
from tests import factories
from tests.sockets import Tab

WATCHERS = 200
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often a message and a row were made into what sockets send (they are made, too)."""
    counted: Counter[str] = Counter()

    def counting(name: str) -> Callable[..., payloads.Payload]:
        real = getattr(payloads, name)

        def render(*args: object, **facts: object) -> payloads.Payload:
            counted[name] += 1
            made: payloads.Payload = real(*args, **facts)
            return made

        return render

    for name in ("message", "row"):
        monkeypatch.setattr(payloads, name, counting(name))
    return counted


def test_one_render_and_one_publish_for_two_hundred(
    open_agent: Callable[..., Tab],
    agent: Agent,
    team: Team,
    inbox: Inbox,
    rendered: Counter[str],
) -> None:
    talk = factories.conversation(inbox)
    people = [agent, *(factories.agent() for _ in range(WATCHERS - 1))]
    TeamMembership.objects.bulk_create(TeamMembership(team=team, agent=one) for one in people[1:])
    tabs = [open_agent(one) for one in people]
    channel = f"{settings.CHANNEL_PREFIX}__group__{groups.inbox(inbox.pk)}"
    valkey: Any = redis.Redis.from_url(os.environ["REDIS_URL"])
    with valkey.pubsub() as heard:
        heard.subscribe(channel)
        assert heard.get_message(timeout=5) is not None  # that it listens
        rendered.clear()
        messages.reply(talk.pk, by=agent, body="Once for all")
        frames = [tab.await_frame("conversation", seconds=30) for tab in tabs]
        told = iter(lambda: heard.get_message(timeout=1), None)
        published = [one for one in told if one["type"] == "message"]
    assert len(published) == 1
    assert rendered == {"message": 1, "row": 1}
    assert [len(one["messages"]) for one in frames] == [1] * WATCHERS
    assert all(one == two for one, two in itertools.pairwise(frames))
