"""How many customers of a live inbox can be served at once, and how many could start now."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from helpdesk.models import HELD, Inbox, WorkItem
from helpdesk.routing import matching, snapshot
from helpdesk.routing.capacity import Load
from helpdesk.routing.work import AgentState, Channel


@dataclass(frozen=True, slots=True)
class Slots:
    """online: agents who would be asked sooner or later; slots: what the inbox may count on of
    theirs; free: how many contacts they could take now.
    """

    online: int
    slots: float
    free: int


def slots(inbox: Inbox) -> Slots:
    """The inbox's part of what the agents online can serve."""
    return slots_of([inbox])[inbox.pk]


def slots_of(inboxes: Iterable[Inbox]) -> dict[int, Slots]:
    """The part of each inbox, by its id; as many queries for many inboxes as for one.

    One who works in several inboxes counts for each by its part of what he does now.
    """
    now, wanted = datetime.now(UTC), list(inboxes)
    desk, rules = snapshot.desk(), snapshot.channels()
    states = list(snapshot.agents(desk, snapshot.held(rules, now), {}, now))
    held = WorkItem.objects.filter(
        state__in=HELD, agent__isnull=False, conversation__inbox__in=[one.pk for one in wanted]
    )
    here = Counter(held.values_list("conversation__inbox", "agent"))
    found = {}
    for inbox in wanted:
        channel = snapshot.channel(inbox.channel)
        facts = {"id": inbox.pk, "channel": inbox.channel, "queue_id": inbox.queue_id}
        able = [Load(one, rules) for one in _able(states, desk, rules, facts)]
        total = sum(
            _most(load, channel) * _share(desk, load, here[inbox.pk, load.id], inbox)
            for load in able
        )
        found[inbox.pk] = Slots(len(able), total, sum(_free(load, channel) for load in able))
    return found


def staffed() -> frozenset[int]:
    """The enabled inboxes with somebody online who would be asked sooner or later; ten queries."""
    now = datetime.now(UTC)
    desk, rules = snapshot.desk(), snapshot.channels()
    online = [one for one in snapshot.agents(desk, defaultdict(list), {}, now) if one.online]
    return frozenset(
        inbox["id"]
        for inbox in desk.inboxes
        if inbox["enabled"] and any(_able(online, desk, rules, inbox))
    )


def _able(
    agents: Iterable[AgentState],
    desk: snapshot.Desk,
    rules: dict[str, Channel],
    inbox: snapshot.Facts,
) -> Iterator[AgentState]:
    """Those who would be asked sooner or later for what comes in there."""
    name = inbox["channel"]
    need = snapshot.need(desk, name, inbox["queue_id"] or 0, inbox["id"], "")
    asked = matching.requirements(need, {name: rules.get(name) or snapshot.channel(name)})
    for agent in agents:
        sees = agent.id in desk.seers[inbox["id"]]
        if sees and matching.first_step(agent, asked) <= matching.LAST:
            yield agent


def _share(desk: snapshot.Desk, load: Load, here: int, inbox: Inbox) -> float:
    queues = sum(
        load.id in desk.seers[one["id"]]
        for one in desk.inboxes
        if one["enabled"] and one["channel"] == inbox.channel
    )
    everywhere = max(load.counts.get(inbox.channel, 0), here)
    return (here + 1) / (everywhere + max(1, queues))


def _most(load: Load, channel: Channel) -> int:
    profile = load.agent.profile
    return min(profile.most(channel), profile.units // channel.weight)


def _free(load: Load, channel: Channel) -> int:
    if load.on_call:
        return 0
    profile = load.agent.profile
    units = (profile.units - load.live_units) // channel.weight
    return max(0, min(units, profile.most(channel) - load.counts.get(channel.name, 0)))
