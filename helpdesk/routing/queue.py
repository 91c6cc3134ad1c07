"""One pass of the router: who gets what now, and why (pure; domain rules: order, router pass).

The same world at the same time gives the same decisions, in whatever order it was listed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from enum import StrEnum
from math import ceil, inf
from typing import NamedTuple

from helpdesk.routing import capacity, choosing, matching
from helpdesk.routing.candidates import NOBODY, Candidates, Room
from helpdesk.routing.capacity import Load
from helpdesk.routing.choosing import Key
from helpdesk.routing.reasons import Code, Reason, Rejection
from helpdesk.routing.work import Item, Leg, LegState, Need, Settings, World

_Order = Callable[[Item, Settings], tuple[float, ...]]


class Kind(StrEnum):
    """Each waiting item gets one of the first five; the rest move what agents hold.

    OFFER: he is asked; ASSIGN: he has it. RESERVE: nobody has room, and the agent gets nothing
    live until he can take it. HOLD: kept a little for the agent who knows the customer.
    WAIT: no more can be done; with nobody eligible somebody has to be told.
    PARK, UNPARK: the agent's item steps aside, comes back. REQUEUE: it lay too long and is
    queued again, keeping its due time. WITHDRAW: an open offer is taken back, no fault of his.
    """

    OFFER = "offer"
    ASSIGN = "assign"
    RESERVE = "reserve"
    HOLD = "hold"
    WAIT = "wait"
    PARK = "park"
    UNPARK = "unpark"
    REQUEUE = "requeue"
    WITHDRAW = "withdraw"


class Decision(NamedTuple):
    """What to do with an item, and all that is needed to say why.

    place: position in its line, from 1. order: by what it was lined up. waited: seconds.
    eligible, with_room: how many agents match at the step, and could take it now.
    key: the chosen agent's, smallest wins. assisted: he needs a translator's help.
    rejected: who did not get it, at most 50. protected: agents kept free for overdue work.
    cause: the item that made a held one step aside.
    """

    kind: Kind
    item: int
    agent: int | None = None
    place: int = 0
    order: tuple[float, ...] = ()
    step: int = 0
    waited: float = 0.0
    eligible: int = 0
    with_room: int = 0
    key: Key = ()
    sticky: bool = False
    assisted: bool = False
    rejected: tuple[Rejection, ...] = ()
    protected: int = 0
    cause: int | None = None


def boost(item: Item, settings: Settings) -> float:
    """Seconds by which the item moves forward in the line."""
    total = item.boost + settings.boosts.get(item.priority, 0.0)
    total += settings.vip_boost * item.vip + settings.requeue_boost * item.requeued
    return min(max(total, settings.least_boost), settings.most_boost)


def virtual_time(item: Item, settings: Settings) -> float:
    """When it would have come had it no boost: first come, first served, within bounds."""
    return item.enqueued_at - boost(item, settings)


def live_order(item: Item, settings: Settings) -> tuple[float, ...]:
    """The line of those who wait at the other end."""
    return (virtual_time(item, settings), item.id)


def later_order(item: Item, settings: Settings) -> tuple[float, ...]:
    """The line of what can wait: by what is due first."""
    due = inf if item.due_at is None else item.due_at
    return (due, virtual_time(item, settings), item.id)


def route(world: World, now: float) -> list[Decision]:
    """Decide on every waiting item, and on what has to step aside or may come back.

    Decisions are in the order in which they have to be carried out.
    """
    one = _Pass(world, now)
    one.settle()
    one.protect()
    one.serve_live()
    one.serve_later()
    return one.decisions


class _Pass:
    """The working copy of the world while one pass decides; `route` says in which order."""

    def __init__(self, world: World, now: float) -> None:
        self.settings, self.now = world.settings, now
        self.channels = world.settings.channels
        agents = sorted(world.agents, key=lambda agent: agent.id)
        self.loads = [Load(agent, self.channels) for agent in agents]
        self.by_id = {load.id: load for load in self.loads}
        self.circles = matching.Circles(agents, self.channels)
        waiting = world.waiting
        self.live = [item for item in waiting if self.channels[item.need.channel].live]
        self.later = [item for item in waiting if not self.channels[item.need.channel].live]
        self.decisions: list[Decision] = []
        self.places: dict[int, tuple[int, tuple[float, ...]]] = {}
        self.protected = 0
        self.changes: list[Load] = []
        self.found: dict[tuple[Need, int], Candidates] = {}
        self.rooms: dict[str, Room] = {}
        self._line_up(self.live, live_order)
        self._line_up(self.later, later_order)

    def _line_up(self, items: list[Item], order: _Order) -> None:
        lined = sorted((order(item, self.settings), item) for item in items)
        items[:] = [item for _key, item in lined]
        self.places |= {item.id: (place, key) for place, (key, item) in enumerate(lined, 1)}

    def settle(self) -> None:
        """Bring parked items back where there is room; what lies too long goes to the queue."""
        settings = self.settings
        for load in self.loads:
            if not load.parked:
                continue
            for leg in capacity.returning(load):
                self._replace(load, leg, None)
                self.decisions.append(Decision(Kind.UNPARK, leg.item, load.id))
            for leg in sorted(load.legs.values(), key=lambda leg: leg.item):
                if capacity.parked_too_long(
                    leg, self.now, settings.parked_most, settings.parked_share
                ):
                    load.remove(leg, self.channels[leg.channel])
                    self.decisions.append(Decision(Kind.REQUEUE, leg.item, load.id))

    def _replace(self, load: Load, leg: Leg, parked_at: float | None) -> None:
        channel = self.channels[leg.channel]
        load.remove(leg, channel)
        again = Leg(leg.item, leg.channel, leg.weight, leg.state, leg.due_at, leg.target, parked_at)
        load.add(again, channel)

    def protect(self) -> None:
        """Keep some agents free of new live work while overdue work waits that they could do."""
        overdue = [item for item in self.later if (item.due_at or inf) <= self.now]
        able = self._able(overdue)
        if not able:
            return
        online = sum(load.agent.online for load in self.loads)
        number = ceil(self.settings.protected_share * online)
        for load in sorted(able, key=choosing.quietest)[:number]:
            load.held = Code.PROTECTED
            self.protected += 1

    def _able(self, items: Iterable[Item]) -> list[Load]:
        """Agents who match one of the items now, and could take it but for their live work."""
        wanted = {(item.need, matching.relaxed_to(item, self.now, self.settings)) for item in items}
        found: dict[int, Load] = {}
        for need, step in wanted:
            channel = self.channels[need.channel]
            found |= {
                load.id: load
                for load, since in zip(self.loads, self.circles.of(need), strict=True)
                if since <= step and capacity.fits_without_live(load, channel)
            }
        return list(found.values())

    def serve_live(self) -> None:
        """Those who wait at the other end, in line."""
        for item in self.live:
            self._serve(item)

    def serve_later(self) -> None:
        """What can wait, by what is due first; it takes no room from live work."""
        for item in self.later:
            self._serve(item)

    def _candidates(self, need: Need, step: int) -> Candidates:
        circle = self.found.get((need, step))
        if circle is None:
            circle = self.found[need, step] = Candidates(
                need,
                step,
                settings=self.settings,
                loads=self.loads,
                circles=self.circles,
                room=self._room(need.channel),
            )
        circle.room.refresh()
        return circle

    def _room(self, name: str) -> Room:
        if name not in self.rooms:
            self.rooms[name] = Room(self.channels[name], self.loads, self.changes)
        return self.rooms[name]

    def _serve(self, item: Item) -> None:
        """Give the item away; if nobody can have it, say what it waits for."""
        step = matching.relaxed_to(item, self.now, self.settings)
        circle = self._candidates(item.need, step)
        own = self._ruled_out(item, circle) if item.declined or item.banned else ()
        skip = {one.agent for one in own} if own else NOBODY
        friend = self._friend(item, step, skip)
        channel = self.channels[item.need.channel]
        base = self._described(item, step, circle, own, friend)
        if friend is not None and friend.agent.online and not capacity.lacking(friend, channel):
            self._give(item, friend, base._replace(key=(0.0,), sticky=True))
        elif friend is not None and choosing.waits_for(item, friend, self.now, self.settings):
            self.decisions.append(base._replace(kind=Kind.HOLD, agent=friend.id))
        elif (first := circle.first(skip)) is not None:
            self._give(item, first[1], base._replace(key=(1.0, *first[0])))
        elif channel.live and (kept := circle.to_reserve(skip)) is not None:
            kept.held = Code.RESERVED
            self.changes.append(kept)
            self.decisions.append(base._replace(kind=Kind.RESERVE, agent=kept.id))
        else:
            self.decisions.append(base)

    def _ruled_out(self, item: Item, circle: Candidates) -> list[Rejection]:
        """Agents whom only this item has to avoid; one who alone can do it is asked again."""
        banned = {agent for agent in item.banned if agent in self.by_id}
        resting = matching.resting(item, self.now, self.settings) & self.by_id.keys() - banned
        able = circle.matched - banned
        if len(able) == 1:
            resting -= able
        found = [Rejection(agent, Reason(Code.BANNED)) for agent in sorted(banned)]
        return found + [
            Rejection(agent, Reason(Code.DECLINED, have=self.now - item.declined[agent]))
            for agent in sorted(resting)
        ]

    def _friend(self, item: Item, step: int, skip: Collection[int]) -> Load | None:
        """The agent who knows the customer, if he may serve him at all."""
        load = None if item.sticky is None else self.by_id.get(item.sticky)
        if load is None or load.id in skip:
            return None
        asked = matching.personal(item.need, self.channels)
        return load if matching.first_step(load.agent, asked) <= step else None

    def _described(
        self,
        item: Item,
        step: int,
        circle: Candidates,
        own: Collection[Rejection],
        friend: Load | None,
    ) -> Decision:
        """All that is known before it is decided."""
        place, order = self.places[item.id]
        skip = {one.agent for one in own} if own else NOBODY
        outsider = friend is not None and friend.agent.online and friend.id not in circle.matched
        return Decision(
            Kind.WAIT,
            item.id,
            place=place,
            order=order,
            step=step,
            waited=matching.waited(item, self.now),
            eligible=len(circle.matched - item.banned if item.banned else circle.matched)
            + outsider,
            with_room=circle.with_room(skip),
            rejected=circle.rejections(own),
            protected=self.protected,
        )

    def _give(self, item: Item, load: Load, decision: Decision) -> None:
        """Put the item on the agent; what has to step aside for it does so first."""
        channel = self.channels[item.need.channel]
        asked = channel.accept_within is not None and not load.agent.auto_accept
        state = LegState.OFFERED if asked else LegState.ACTIVE
        leg = Leg(item.id, channel.name, channel.weight, state, item.due_at, item.target)
        load.add(leg, channel)
        load.assigned_at = load.assigned_in[item.need.queue] = self.now
        self.changes.append(load)
        if channel.live:
            self._make_room(load, item)
        others = decision.rejected
        if decision.sticky:
            others = tuple(one for one in others if one.agent != load.id)
        self.decisions.append(
            decision._replace(
                kind=Kind.OFFER if asked else Kind.ASSIGN,
                agent=load.id,
                assisted=choosing.needs_assist(load, item.need),
                rejected=others,
            )
        )

    def _make_room(self, load: Load, item: Item) -> None:
        for leg in capacity.overflow(load, self.channels):
            if leg.state is LegState.OFFERED:
                load.remove(leg, self.channels[leg.channel])
                kind = Kind.WITHDRAW
            else:
                self._replace(load, leg, self.now)
                kind = Kind.PARK
            self.decisions.append(Decision(kind, leg.item, load.id, cause=item.id))
