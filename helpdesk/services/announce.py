"""Telling every agent who is there."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction

from helpdesk.after_commit import after_commit
from helpdesk.models import Agent, Presence
from helpdesk.realtime import groups, payloads, publish


def presence(agent: Agent, presence: Presence) -> None:
    """Write an agent's presence and tell all agents."""
    frame = {"type": "presence", "agent": payloads.agent(agent), "presence": str(presence)}
    with transaction.atomic():
        if agent.presence != presence:
            agent.presence, agent.presence_since = presence, datetime.now(UTC)
        agent.save(update_fields=["presence", "presence_since"])
        after_commit(publish.send, groups.team(), frame)
