"""What happens to a unit of work: offered, accepted, declined, missed, parked, handed back.

Every verb is one short transaction: conversation, then item, then agent are locked, and what was
decided on a snapshot is checked again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import F

from helpdesk.after_commit import after_commit
from helpdesk.events import Kind, locked, record
from helpdesk.models import Agent, Answered, Conversation, Offer, Presence, WorkItem, WorkState
from helpdesk.realtime import groups, payloads, publish
from helpdesk.routing import snapshot
from helpdesk.routing.work import Pace
from helpdesk.services import announce, assignments, legs
from helpdesk.services.legs import CapacityError

__all__ = ["CapacityError", "OfferGoneError", "Outcome"]

MISSES, MISSES_OF_CALLS = 2, 1
Data = dict[str, Any]


class OfferGoneError(Exception):
    """The offer was taken back, has expired, or is somebody else's; the API answers 409."""

    code = "offer_gone"


class Outcome(StrEnum):
    """DONE: carried out. GONE: the item has moved on. REFUSED: the agent cannot take it now."""

    DONE = "done"
    GONE = "gone"
    REFUSED = "refused"


@contextmanager
def item_locked(item_id: int) -> Iterator[tuple[Conversation, WorkItem]]:
    """The item and its conversation, both locked. Raises WorkItem.DoesNotExist."""
    found = WorkItem.objects.values_list("conversation_id", flat=True).get(pk=item_id)
    with locked(found) as conversation:
        items = WorkItem.objects.select_for_update(of=("self",)).select_related("agent")
        yield conversation, items.get(pk=item_id)


def _ready(agent_id: int, item: WorkItem, now: datetime) -> Agent | None:
    """The agent, locked, if he is still there and still has room for the item."""
    agent = legs.locked_agents(agent_id).get(agent_id)
    if agent is None or not snapshot.is_there(agent, now) or item.channel in agent.channels_off:
        return None
    return None if legs.lacking(agent, item, now) else agent


def offer(item_id: int, agent_id: int, *, seconds: float, decision: Data) -> Outcome:
    """Ask the agent to take a queued item within so many seconds."""
    with item_locked(item_id) as (conversation, item):
        now = datetime.now(UTC)
        if item.state != WorkState.QUEUED:
            return Outcome.GONE
        agent = _ready(agent_id, item, now)
        if agent is None:
            return Outcome.REFUSED
        item.state, item.agent, item.decision = WorkState.OFFERED, agent, decision
        item.expires_at = now + timedelta(seconds=seconds)
        item.save()
        Offer.objects.create(item=item, agent=agent, made_at=now, decision=decision)
        facts = {"agent": agent.pk, "name": agent.display_name, "seconds": seconds}
        record(conversation, Kind.OFFERED, payload={**facts, "item": item.pk})
        frame = {
            "type": "offer",
            "item": item.pk,
            "conversation": conversation.pk,
            "expires_at": payloads.stamp(item.expires_at),
            "seconds": seconds,
            "why": decision.get("why", ""),
        }
        after_commit(_push_offer, agent.pk, frame, conversation)
    return Outcome.DONE


def _push_offer(agent_id: int, frame: Data, conversation: Conversation) -> None:
    publish.send(groups.agent(agent_id), {**frame, "row": payloads.row(conversation)})


def assign(item_id: int, agent_id: int, *, decision: Data) -> Outcome:
    """Give a queued item to an agent who is not asked first."""
    with item_locked(item_id) as (conversation, item):
        now = datetime.now(UTC)
        if item.state != WorkState.QUEUED:
            return Outcome.GONE
        agent = _ready(agent_id, item, now)
        if agent is None:
            return Outcome.REFUSED
        Offer.objects.create(
            item=item,
            agent=agent,
            made_at=now,
            answered=Answered.ASSIGNED,
            answered_at=now,
            decision=decision,
        )
        legs.take(item, agent.pk, decision=decision)
        assignments.give(conversation, agent, by=None, why="router")
        Agent.objects.filter(pk=agent.pk).update(last_assigned_at=now)
    return Outcome.DONE


@contextmanager
def _offered(item_id: int, agent: Agent) -> Iterator[tuple[Conversation, WorkItem]]:
    """An item that is offered to this agent now. Raises OfferGoneError."""
    try:
        with item_locked(item_id) as (conversation, item):
            if item.state != WorkState.OFFERED or item.agent_id != agent.pk:
                raise OfferGoneError
            yield conversation, item
    except WorkItem.DoesNotExist:
        raise OfferGoneError from None


def accept(item_id: int, agent: Agent) -> Conversation:
    """The agent takes what he is offered. Raises OfferGoneError, also a moment after its time."""
    with _offered(item_id, agent) as (conversation, item):
        if item.expires_at is None or item.expires_at <= datetime.now(UTC):
            raise OfferGoneError
        legs.close_offer(item, Answered.ACCEPTED)
        item.state = WorkState.QUEUED  # the offer has ended: nothing is left to take back
        legs.take(item, agent.pk, decision=item.decision)
        Agent.objects.filter(pk=agent.pk).update(misses=0, last_assigned_at=datetime.now(UTC))
        assignments.give(conversation, agent, by=agent, why="accepted")
    return conversation


def decline(item_id: int, agent: Agent, reason: str = "") -> None:
    """The agent says no: back to the line, and he is not asked again for a while."""
    with _offered(item_id, agent) as (conversation, item):
        legs.close_offer(item, Answered.DECLINED)
        legs.queue_again(
            conversation, item, why=reason[:120], tell=Kind.OFFER_DECLINED, rests=True, by=agent
        )


def withdraw(item_id: int, *, expected: int | None = None) -> Outcome:
    """Take an open offer back (`expected`: if that agent has it), no fault of the agent's."""
    with item_locked(item_id) as (conversation, item):
        mine = expected is None or item.agent_id == expected
        if item.state != WorkState.OFFERED or not mine:
            return Outcome.GONE
        legs.close_offer(item, Answered.WITHDRAWN)
        legs.queue_again(conversation, item, why="withdrawn")
    return Outcome.DONE


def expire(limit: int = 500) -> int:
    """End the offers that nobody has answered in time; how many."""
    now = datetime.now(UTC)
    due = WorkItem.objects.filter(state=WorkState.OFFERED, expires_at__lte=now)
    return sum(_missed(pk) for pk in list(due.values_list("pk", flat=True)[:limit]))


def _missed(item_id: int) -> bool:
    with item_locked(item_id) as (conversation, item):
        late = item.expires_at is not None and item.expires_at <= datetime.now(UTC)
        if item.state != WorkState.OFFERED or not late:
            return False
        agent, most = item.agent, MISSES
        if snapshot.channel(item.channel).pace is Pace.CALL:
            most = MISSES_OF_CALLS
        legs.close_offer(item, Answered.MISSED)
        legs.queue_again(conversation, item, why="missed", tell=Kind.OFFER_MISSED, rests=True)
        if agent is not None:
            Agent.objects.filter(pk=agent.pk).update(misses=F("misses") + 1)
            agent.refresh_from_db(fields=["misses", "presence"])
            if agent.misses >= most and agent.presence == Presence.ONLINE:
                announce.presence(agent, Presence.NOT_RESPONDING)
    return True


def finish(item_id: int, agent: Agent) -> None:
    """The agent has tidied up. Harmless to repeat; raises OfferGoneError for another's item."""
    with item_locked(item_id) as (_conversation, item):
        if item.state == WorkState.DONE:
            return
        if item.state != WorkState.WRAP_UP or item.agent_id != agent.pk:
            raise OfferGoneError
        legs.finish(item, item.outcome)


def end_wrap_ups(limit: int = 500) -> int:
    """Free the agents whose time for tidying up is over; how many."""
    due = WorkItem.objects.filter(state=WorkState.WRAP_UP, expires_at__lte=datetime.now(UTC))
    ended = 0
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        with item_locked(pk) as (_conversation, item):
            late = item.expires_at is not None and item.expires_at <= datetime.now(UTC)
            if item.state == WorkState.WRAP_UP and late:
                legs.finish(item, item.outcome)
                ended += 1
    return ended


def requeue(
    item_id: int, *, why: str, by: Agent | None = None, expected: int | None = None
) -> Outcome:
    """Back to the line from the agent who has it (`expected`, if only from him)."""
    with item_locked(item_id) as (conversation, item):
        mine = expected is None or item.agent_id == expected
        if item.state != WorkState.ACTIVE or not mine:
            return Outcome.GONE
        legs.queue_again(conversation, item, why=why, rests=True, by=by)
    return Outcome.DONE


def park(item_id: int, agent_id: int) -> Outcome:
    """Set aside what can wait, so that its agent has room for somebody who cannot."""
    return _set_parked(item_id, agent_id, parked=True)


def unpark(item_id: int, agent_id: int) -> Outcome:
    """Bring back what was set aside, if there still is room."""
    return _set_parked(item_id, agent_id, parked=False)


def _set_parked(item_id: int, agent_id: int, *, parked: bool) -> Outcome:
    with item_locked(item_id) as (_conversation, item):
        now = datetime.now(UTC)
        mine = item.state == WorkState.ACTIVE and item.agent_id == agent_id
        if not mine or (item.parked_at is not None) == parked:
            return Outcome.GONE
        agent = legs.locked_agents(agent_id)[agent_id]
        load = snapshot.load(agent, now, without=item.pk)
        weight = snapshot.channel(item.channel).weight
        if not parked and load.unparked_units + weight > legs.agent_units(agent):
            return Outcome.REFUSED
        item.parked_at = now if parked else None
        item.save(update_fields=["parked_at"])
    return Outcome.DONE


def relax(conversation_id: int, steps: int = 1) -> None:
    """Ask more people than the wait alone would: an escalation. An open offer stays."""
    waiting = WorkItem.objects.filter(
        conversation=conversation_id, state__in=(WorkState.QUEUED, WorkState.OFFERED)
    )
    if waiting.update(extra_steps=F("extra_steps") + steps):
        legs.route_soon(conversation_id)
