"""Units of work as they follow their conversation, and the room of those who hold them.

Everything here runs on a conversation that its caller has locked. Lock order: conversation, its
item, agents by id.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from helpdesk import nudge, writing
from helpdesk.after_commit import after_commit
from helpdesk.events import Kind, at_last, is_new, record, was
from helpdesk.models import (
    Agent,
    Answered,
    Call,
    Conversation,
    ConversationEvent,
    Direction,
    Message,
    Offer,
    Presence,
    State,
    WorkItem,
    WorkState,
)
from helpdesk.realtime import groups, publish
from helpdesk.routing import capacity, snapshot
from helpdesk.routing.reasons import Code, Reason
from helpdesk.services import customers

NEEDY = frozenset({State.NEW, State.OPEN})
PUT_ASIDE = frozenset({State.ON_HOLD, State.SNOOZED})
WRAP_UP = timedelta(seconds=60)
WRAP_UP_CALL = timedelta(seconds=90)
STICKY_FOR = timedelta(hours=72)
HANDLED, ABANDONED, DEFERRED, DEFLECTED = "handled", "abandoned", "deferred", "deflected"
MERGED = "merged"
_BEGINS = "_work_that_begins"


class CapacityError(ValueError):
    """The agent has no room; `reason` is the check that failed."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"no room: {reason.code}")
        self.reason = reason


def open_item(conversation: Conversation) -> WorkItem | None:
    """The conversation's unit of work, locked; None if it has none now."""
    writing.write(_begun(conversation))
    found = WorkItem.objects.select_for_update().filter(conversation=conversation)
    return found.exclude(state=WorkState.DONE).first()


def locked_agents(*ids: int | None) -> dict[int, Agent]:
    """The agents, locked in the order of their ids, so that their load stays as it is read."""
    found = Agent.objects.select_for_update(no_key=True, of=("self",)).select_related("capacity")
    return {one.pk: one for one in found.filter(pk__in=filter(None, ids)).order_by("pk")}


def lacking(agent: Agent, item: WorkItem, now: datetime, *, parking: bool = False) -> Reason | None:
    """Why a locked agent has no room for the item; None if he has.

    A live item needs room beside what can wait, too: the router parks that before it comes.
    parking: who gives it to him by hand does so afterwards (make_room_soon).
    """
    load, channel = snapshot.load(agent, now, without=item.pk), snapshot.channel(item.channel)
    reason = capacity.lacking(load, channel)
    left = load.agent.profile.units - load.unparked_units
    if reason is None and left < channel.weight and not (parking and channel.live):
        return Reason(Code.NO_UNITS, None, channel.weight, left)
    return reason


def agent_units(agent: Agent) -> int:
    """Units that the agent carries in all."""
    return snapshot.profile(agent).units


def follow(conversation: Conversation, event: ConversationEvent) -> None:
    """Keep the unit of work true to its conversation after an event (a reaction)."""
    told = event.kind in {Kind.MESSAGE_RECEIVED, Kind.CALL_CHANGED}
    if told and not _begins_to_wait(conversation):
        return
    begun = event.kind == Kind.CONVERSATION_STARTED
    item = None if begun else open_item(conversation)
    if item is None:
        if conversation.state in NEEDY and needs_somebody(conversation):
            begin(conversation)
    elif conversation.state not in NEEDY:
        if item.state != WorkState.WRAP_UP:
            end(conversation, item, _outcome(conversation, item, event))
    elif item.channel != conversation.answered_by.channel:
        finish(item, DEFLECTED)
        begin(conversation)
    else:
        _keep_up(conversation, item, event)


def _begins_to_wait(conversation: Conversation) -> bool:
    """False for a further message of one who waits already, and for the first message of a new
    conversation, whose unit began with it: nothing to look up.
    """
    if is_new(conversation) and conversation.state in NEEDY:
        return False
    names = ("waiting_since", "reply_inbox_id", "state")
    return any(was(conversation, name) != getattr(conversation, name) for name in names)


def needs_somebody(conversation: Conversation) -> bool:
    """Whether a conversation in one of the NEEDY states has to be answered or taken."""
    waits = conversation.waiting_since is not None or conversation.state == State.NEW
    return waits or conversation.assignee_id is None


def _keep_up(conversation: Conversation, item: WorkItem, event: ConversationEvent) -> None:
    owner = conversation.assignee_id
    if event.kind == Kind.UNASSIGNED:
        if item.state in {WorkState.ACTIVE, WorkState.WRAP_UP}:
            queue_again(conversation, item, why="unassigned", tell=None)
    elif event.kind == Kind.ASSIGNED and owner is not None:
        if item.agent_id != owner or item.state != WorkState.ACTIVE:
            take(item, owner)
    elif item.state == WorkState.WRAP_UP:
        item.state, item.expires_at, item.outcome = WorkState.ACTIVE, None, ""
        item.save()
    elif event.kind == Kind.MESSAGE_RECEIVED and item.state == WorkState.ACTIVE:
        _wake(conversation, item)


def _wake(conversation: Conversation, item: WorkItem) -> None:
    """A live customer speaks again after a long silence: his agent may be full by now."""
    channel, now = snapshot.channel(item.channel), datetime.now(UTC)
    quiet = snapshot.is_quiet(
        channel, was(conversation, "waiting_since"), was(conversation, "last_message_at"), now
    )
    if not channel.live or not quiet:
        return
    agent = locked_agents(item.agent_id).get(item.agent_id or 0)
    if agent is None or lacking(agent, item, now) is not None:
        item.sticky = agent
        queue_again(conversation, item, why="full")


def begin(conversation: Conversation) -> WorkItem:
    """Somebody has to answer now: with the owner at once where he may keep it, else queued."""
    now = datetime.now(UTC)
    owner = conversation.assignee
    item = WorkItem(
        conversation=conversation,
        queue_id=conversation.inbox.queue_id,
        channel=conversation.answered_by.channel,
        enqueued_at=conversation.waiting_since or now,
        sticky_id=owner.pk if owner else _knows(conversation, now),
    )
    live = snapshot.channel(item.channel).live
    if owner is not None and _keeps(owner, item, live=live, now=now):
        item.save(force_insert=True)
        return item
    if is_new(conversation):
        conversation.__dict__[_BEGINS] = item
        at_last(conversation, "work", partial(_begun, conversation))
    else:
        item.save(force_insert=True)
    route_soon(conversation.pk)
    if owner is not None and live:
        conversation.assignee = None
        record(conversation, Kind.UNASSIGNED, payload={"agent": owner.pk, "why": "away"})
    return item


def beginning(conversation: Conversation) -> WorkItem | None:
    """The unit of a conversation that this transaction makes, while its row is not written."""
    found: WorkItem | None = conversation.__dict__.get(_BEGINS)
    return found


def _begun(conversation: Conversation) -> list[WorkItem]:
    """The unit that is still to be written, by who asks for it."""
    item: WorkItem | None = conversation.__dict__.pop(_BEGINS, None)
    return [] if item is None else [item]


def hold(conversation: Conversation, agent: Agent) -> None:
    """The agent is at it already, whether he had room or not: what can wait is parked."""
    now = datetime.now(UTC)
    begun = beginning(conversation)
    if begun is not None:
        begun.state, begun.agent, begun.accepted_at = WorkState.ACTIVE, agent, now
    elif open_item(conversation) is not None:
        return
    else:
        WorkItem.objects.create(
            conversation=conversation,
            queue_id=conversation.inbox.queue_id,
            channel=conversation.answered_by.channel,
            enqueued_at=now,
            state=WorkState.ACTIVE,
            agent=agent,
            accepted_at=now,
        )
    make_room_soon(agent.pk)


def _keeps(owner: Agent, item: WorkItem, *, live: bool, now: datetime) -> bool:
    """Give the new item to the conversation's owner if he is there for it.

    What can wait stays with him unless he is away for long; without room it is parked at once.
    """
    agent = locked_agents(owner.pk).get(owner.pk)
    if agent is None or not agent.is_active:
        return False
    there = snapshot.is_there(agent, now)
    full = lacking(agent, item, now) is not None
    if (live and (full or not there)) or agent.presence == Presence.OFFLINE:
        return False
    item.state, item.agent, item.accepted_at = WorkState.ACTIVE, agent, now
    item.parked_at = now if full else None
    return True


def _knows(conversation: Conversation, now: datetime) -> int | None:
    """Who handled this customer last, if that was not long ago."""
    if customers.is_new(conversation.customer):
        return None
    handled = WorkItem.objects.filter(
        conversation__customer=conversation.customer_id,
        state=WorkState.DONE,
        outcome=HANDLED,
        agent__isnull=False,
        ended_at__gte=now - STICKY_FOR,
    )
    return handled.order_by("-ended_at", "-pk").values_list("agent", flat=True).first()


def take(item: WorkItem, agent_id: int, *, decision: dict[str, Any] | None = None) -> None:
    """The agent has it now. What becomes of an open offer is its caller's business or nobody's."""
    close_offer(item, Answered.WITHDRAWN)
    item.state, item.agent_id, item.accepted_at = WorkState.ACTIVE, agent_id, datetime.now(UTC)
    item.expires_at = item.parked_at = None
    item.decision = decision if decision is not None else {}
    item.save()


def queue_again(
    conversation: Conversation,
    item: WorkItem,
    *,
    why: str,
    tell: Kind | None = Kind.REQUEUED,
    rests: bool = False,
    by: Agent | None = None,
) -> None:
    """Back to the line at the place that its first day gives it; its owner loses it.

    rests: its agent is not asked again for a while. tell: the event; None if it is written already.
    """
    agent, asked = item.agent, item.state == WorkState.OFFERED
    if agent is not None and rests:
        item.declined = {**item.declined, str(agent.pk): datetime.now(UTC).timestamp()}
    item.state, item.agent, item.requeued = WorkState.QUEUED, None, True
    item.expires_at = item.parked_at = None
    item.save()
    if not asked:
        conversation.assignee = None
    if tell is not None:
        facts = {"agent": agent.pk, "name": agent.display_name} if agent else {}
        record(conversation, tell, by=by, payload={**facts, "why": why})
    route_soon(conversation.pk)


def end(conversation: Conversation, item: WorkItem, outcome: str) -> None:
    """It needs nobody any more; after an answered live contact its agent has a while to tidy up."""
    close_offer(item, Answered.WITHDRAWN)
    channel = snapshot.channel(item.channel)
    did = _talked(conversation) if channel.alone else _answered(conversation, item)
    if item.state == WorkState.ACTIVE and channel.live and did:
        item.state, item.outcome = WorkState.WRAP_UP, outcome
        item.expires_at = datetime.now(UTC) + (WRAP_UP_CALL if channel.alone else WRAP_UP)
        item.save()
    else:
        finish(item, outcome)


def finish(item: WorkItem, outcome: str) -> None:
    """It is over, and its agent has room again."""
    close_offer(item, Answered.WITHDRAWN)
    now = datetime.now(UTC)
    held = item.agent_id if item.state in {WorkState.ACTIVE, WorkState.WRAP_UP} else None
    if item.state == WorkState.OFFERED:
        item.agent = None
    item.state, item.outcome, item.ended_at = WorkState.DONE, outcome, now
    item.expires_at = item.parked_at = None
    item.save()
    if held is not None:
        Agent.objects.filter(pk=held).update(last_released_at=now)
        route_soon(item.conversation_id)


def close_offer(item: WorkItem, how: Answered) -> None:
    """End the open offer of the item, if there is one, and tell the agent's screens."""
    if item.state != WorkState.OFFERED:
        return
    Offer.objects.filter(item=item, answered=Answered.OPEN).update(
        answered=how, answered_at=datetime.now(UTC)
    )
    frame = {"type": "offer_ended", "item": item.pk, "how": str(how)}
    group = groups.agent(item.agent_id or 0)
    after_commit(publish.send, group, frame)


def _talked(conversation: Conversation) -> bool:
    """Whether somebody of ours has talked with the customer."""
    calls = Call.objects.filter(message__conversation=conversation, agent__isnull=False)
    return calls.filter(answered_at__isnull=False).exists()


def _answered(conversation: Conversation, item: WorkItem) -> bool:
    """Whether a person of ours has written since the item came to its agent."""
    said = Message.objects.filter(
        conversation=conversation, direction=Direction.OUT, author__isnull=False
    )
    return said.filter(public_seq__isnull=False, created_at__gte=item.enqueued_at).exists()


def _outcome(conversation: Conversation, item: WorkItem, event: ConversationEvent) -> str:
    if conversation.state in PUT_ASIDE:
        return DEFERRED
    by_us = event.actor_id is not None or _answered(conversation, item)
    return HANDLED if by_us else ABANDONED


def route_soon(conversation_id: int) -> None:
    """A pass of the router, once this transaction is committed."""
    after_commit(nudge.route, conversation_id)


def make_room_soon(agent_id: int) -> None:
    """After a pick by hand: once committed, what can wait beyond his capacity is parked."""
    after_commit(nudge.wake, "helpdesk.make_room", agent_id)
