"""Presence: who is there to answer, and what becomes of his work when he is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from helpdesk import nudge
from helpdesk.after_commit import after_commit
from helpdesk.models import Agent, Presence, WorkItem, WorkState
from helpdesk.realtime import groups, publish
from helpdesk.routing import snapshot
from helpdesk.routing.work import Pace
from helpdesk.services import announce, work

STAYS = frozenset({Presence.ONLINE, Presence.BUSY, Presence.WRAP_UP})
LOST_AFTER = timedelta(seconds=120)
DUE_SOON = timedelta(hours=1)


class LiveContactsError(Exception):
    """He still talks to `count` customers: he ends, transfers or hands them back first."""

    code = "live_contacts"

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} live contacts")
        self.count = count


def set_presence(agent: Agent, presence: Presence, *, hand_back: bool = False) -> None:
    """An agent's own choice, announced to all agents.

    Who goes away hands his live contacts back to the queue, or raises LiveContactsError. What he
    is being offered goes to somebody else, no fault of his.
    """
    leaves = presence not in STAYS
    live = _live(agent) if leaves else []
    if live and not hand_back:
        raise LiveContactsError(len(live))
    with transaction.atomic():
        agent.last_seen_at, agent.misses = datetime.now(UTC), 0
        agent.save(update_fields=["last_seen_at", "misses"])
        announce.presence(agent, presence)
        if presence == Presence.ONLINE:
            after_commit(nudge.route_all)
    if presence != Presence.ONLINE:
        _withdraw_offers(agent)
    for item in live:
        work.requeue(item, why="handed back", by=agent, expected=agent.pk)


def rest(agent: Agent) -> None:
    """Who is online and gives no sign gets nothing new until he says that he is back.

    What he holds stays his; what he is being offered goes to somebody else, no fault of his.
    """
    with transaction.atomic():
        found = Agent.objects.select_for_update(no_key=True).get(pk=agent.pk)
        if found.presence != Presence.ONLINE:
            return
        announce.presence(found, Presence.NOT_RESPONDING)
    _withdraw_offers(agent)


def _live(agent: Agent) -> list[int]:
    """Items of customers who wait at the other end, with this agent now."""
    return list(_held(agent).filter(channel__in=_channels(live=True)).values_list("pk", flat=True))


def _held(agent: Agent) -> QuerySet[WorkItem]:
    return WorkItem.objects.filter(agent=agent, state=WorkState.ACTIVE).order_by("pk")


def _channels(*, live: bool) -> list[str]:
    found = snapshot.channels().values()
    return [one.name for one in found if (one.live if live else one.pace is Pace.TEXTS)]


def _withdraw_offers(agent: Agent) -> None:
    offered = WorkItem.objects.filter(agent=agent, state=WorkState.OFFERED).order_by("pk")
    for pk in list(offered.values_list("pk", flat=True)):
        work.withdraw(pk, expected=agent.pk)


def end_lost(limit: int = 100) -> int:
    """Agents whose browser has gone: they are offline, and their live work goes to others.

    What can wait stays theirs, but for texts that are due within the hour. Returns how many.
    """
    now = datetime.now(UTC)
    lost = Agent.objects.exclude(presence=Presence.OFFLINE).filter(
        last_seen_at__lte=now - LOST_AFTER
    )
    ended = 0
    for agent in list(lost.order_by("pk")[:limit]):
        with transaction.atomic():
            still = lost.select_for_update(no_key=True).filter(pk=agent.pk).first()
            if still is None:
                continue
            announce.presence(still, Presence.OFFLINE)
        _hand_on(agent, now)
        ended += 1
    return ended


def _hand_on(agent: Agent, now: datetime) -> None:
    _withdraw_offers(agent)
    soon = Q(channel__in=_channels(live=False), due_at__lt=now + DUE_SOON)
    urgent = Q(channel__in=_channels(live=True)) | soon
    for pk in list(_held(agent).filter(urgent).values_list("pk", flat=True)):
        work.requeue(pk, why="lost", expected=agent.pk)


def seen(agent_id: int) -> None:
    """The agent's browser is connected."""
    Agent.objects.filter(pk=agent_id).update(last_seen_at=datetime.now(UTC))


def rights_changed(agent_id: int) -> None:
    """Memberships or the account changed: open sockets check their groups at once."""
    publish.send(groups.agent(agent_id), {"type": "rights"})
