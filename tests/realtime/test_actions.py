"""Every action of the agents' socket (SEC-8): on a foreign conversation nobody notices it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.models import Agent, Conversation, TeamMembership
from helpdesk.services import presence
from helpdesk.web.consumers import AgentConsumer
from tests import factories
from tests.sockets import Frame, Tab, say

pytestmark = pytest.mark.django_db(transaction=True)

ACTIONS: dict[str, dict[str, Any]] = {
    "typing": {"on": True},
    "viewing": {},
    "writing": {"on": True},
    "ping": {},
}


def test_every_action_has_a_row() -> None:
    assert set(ACTIONS) == set(AgentConsumer.handlers), "a new action needs its row in ACTIONS"


@pytest.mark.parametrize("who", ["stranger", "ex-member"])
def test_no_action_reaches_a_foreign_conversation(
    open_agent: Callable[..., Tab],
    open_visitor: Callable[..., tuple[Tab, Frame]],
    agent: Agent,
    who: str,
) -> None:
    tab, _welcome = open_visitor()
    say(tab, "Hello")
    pk = Conversation.objects.get().pk
    owner = open_agent(factories.agent(teams=list(agent.teams.all())))
    owner.send(type="viewing", conversation=pk)
    owner.waiting()
    if who == "stranger":
        intruder = open_agent(factories.agent(teams=[factories.team()]))
    else:
        intruder = open_agent()
        TeamMembership.objects.filter(agent=agent).update(active=False)
        presence.rights_changed(agent.pk)
        intruder.waiting()  # it has looked at its rights by then
    tab.waiting()
    owner.waiting()
    for name, facts in ACTIONS.items():
        for target in (pk, str(pk), [pk], {"id": pk}):
            if name != "ping":
                intruder.send(type=name, conversation=target, **facts)
    assert [one for one in intruder.waiting() if one.get("conversation") == pk] == []
    assert [one for one in owner.waiting() if one["type"] in ("typing", "viewing")] == []
    assert [one for one in tab.waiting() if one["type"] == "typing"] == []
