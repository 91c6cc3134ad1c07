"""Presence: who is there to answer."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from django.db import transaction

from helpdesk.models import Agent, Presence
from helpdesk.realtime import groups, payloads, publish


def set_presence(agent: Agent, presence: Presence) -> None:
    """An agent's own choice, announced to all agents."""
    frame = {"type": "presence", "agent": payloads.agent(agent), "presence": str(presence)}
    with transaction.atomic():
        agent.presence = presence
        agent.last_seen_at = datetime.now(UTC)
        agent.save(update_fields=["presence", "last_seen_at"])
        transaction.on_commit(partial(publish.send, groups.team(), frame), robust=True)


def seen(agent_id: int) -> None:
    """The agent's browser is connected."""
    Agent.objects.filter(pk=agent_id).update(last_seen_at=datetime.now(UTC))


def rights_changed(agent_id: int) -> None:
    """Memberships or the account changed: open sockets check their groups at once."""
    publish.send(groups.agent(agent_id), {"type": "rights"})
