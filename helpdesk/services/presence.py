"""Presence: who is there to answer."""

from __future__ import annotations

from datetime import UTC, datetime

from helpdesk.models import Agent, Presence
from helpdesk.realtime import groups, payloads, publish


def set_presence(agent: Agent, presence: Presence) -> None:
    """An agent's own choice, announced to all agents."""
    agent.presence = presence
    agent.last_seen_at = datetime.now(UTC)
    agent.save(update_fields=["presence", "last_seen_at"])
    publish.send(
        groups.team(),
        {"type": "presence", "agent": payloads.agent(agent), "presence": str(presence)},
    )


def seen(agent_id: int) -> None:
    """The agent's browser is connected."""
    Agent.objects.filter(pk=agent_id).update(last_seen_at=datetime.now(UTC))


def rights_changed(agent_id: int) -> None:
    """Memberships or the account changed: open sockets check their groups at once."""
    publish.send(groups.agent(agent_id), {"type": "rights"})
