"""What a supervisor changes while people wait: the line, and who works on it. All of it is kept:
in the conversation's history, or in the log of the admin.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.admin.models import CHANGE
from django.db import transaction

from helpdesk import audit, nudge
from helpdesk.after_commit import after_commit
from helpdesk.events import Kind, record
from helpdesk.models import Agent, CapacityProfile, Presence
from helpdesk.services import announce, legs, work


def set_priority(item_id: int, priority: int, *, by: Agent) -> None:
    """How urgent it is, from now on. Raises WorkItem.DoesNotExist."""
    with transaction.atomic(savepoint=False), work.item_locked(item_id) as (conversation, _item):
        before = conversation.priority
        if before == priority:
            return
        conversation.priority = priority
        payload = {"from": before, "to": priority, "why": "by hand"}
        record(conversation, Kind.PRIORITY_CHANGED, by=by, payload=payload)
        legs.route_soon(conversation.pk)


def relax(item_id: int, *, by: Agent) -> None:
    """Ask more people, one step more. Raises WorkItem.DoesNotExist."""
    with transaction.atomic(savepoint=False), work.item_locked(item_id) as (conversation, _item):
        work.relax(conversation.pk)
        record(conversation, Kind.STEP_TAKEN, by=by, payload={"action": "relax_step"})


def switch_channels(agent: Agent, off: list[str]) -> None:
    """The agent's own switches: channels that he takes no new work of for now."""
    with transaction.atomic():
        Agent.objects.filter(pk=agent.pk).update(channels_off=sorted(set(off)))
        agent.channels_off = sorted(set(off))
        after_commit(nudge.route_all)


@dataclass(frozen=True, slots=True)
class Change:
    """What to change about an agent; None leaves it as it is.

    flex: a channel that he helps with from now on. back: call him in from other work.
    """

    profile: CapacityProfile | None = None
    flex: str = ""
    back: bool = False


def change_agent(agent_id: int, change: Change, *, by: Agent) -> Agent:
    """Another capacity profile, another channel, or call him in. Raises Agent.DoesNotExist."""
    with transaction.atomic():
        agent = Agent.objects.select_for_update().get(pk=agent_id, is_active=True)
        told = []
        if change.profile is not None:
            agent.capacity = change.profile
            told.append(f"capacity: {change.profile}")
        if change.flex and change.flex not in agent.flex:
            agent.flex = [*agent.flex, change.flex]
            told.append(f"helps with: {change.flex}")
        agent.save(update_fields=["capacity", "flex"])
        if change.back and agent.presence != Presence.ONLINE:
            told.append(f"presence: {agent.presence} → online")
            agent.misses = 0
            agent.save(update_fields=["misses"])
            announce.presence(agent, Presence.ONLINE)
        if told:
            audit.log(by, [agent], CHANGE, "; ".join(told))
        after_commit(nudge.route_all)
    return agent
