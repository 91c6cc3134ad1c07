"""A desk on paper: arrivals, answers, silence, ends and agents who come and go drive route().

Everything is drawn from one seed, so a plan plays the same way every time.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from helpdesk.routing import queue
from helpdesk.routing.queue import Decision, Kind
from helpdesk.routing.work import (
    AgentState,
    Channel,
    Item,
    Leg,
    LegState,
    Pace,
    Settings,
    World,
    channel,
)

VOICE, CHAT, SMS, MAIL = "voice", "chat", "sms", "mail"
CHANNELS: dict[str, Channel] = {
    VOICE: channel(VOICE, Pace.CALL),
    CHAT: channel(CHAT, Pace.LIVE),
    SMS: channel(SMS, Pace.TEXTS),
    MAIL: channel(MAIL, Pace.LETTERS),
}

Check = Callable[["Desk", World, list[Decision]], None]


@dataclass(frozen=True)
class Arrival:
    """An item, the seconds that serving it takes, and how long its customer waits."""

    item: Item
    service: float
    patience: float | None = None


@dataclass(frozen=True)
class Plan:
    """reply: seconds until an offer is answered; declines, silences: shares of the offers.

    leaves: (when, agent, for how long). Each pass is also made every `sweep` seconds.
    """

    seed: int
    agents: tuple[AgentState, ...]
    arrivals: tuple[Arrival, ...]
    settings: Settings = field(default_factory=lambda: Settings(channels=CHANNELS))
    reply: tuple[float, float] = (1.0, 5.0)
    declines: float = 0.0
    silences: float = 0.0
    leaves: tuple[tuple[float, int, float], ...] = ()
    wrap_up: float = 0.0
    sweep: float = 5.0
    until: float = 3600.0


@dataclass
class Record:
    """What became of an item."""

    arrival: Arrival
    offers: list[tuple[float, int]] = field(default_factory=list)
    accepted_at: float | None = None
    ended_at: float | None = None
    left_at: float | None = None

    @property
    def waited(self) -> float | None:
        if self.accepted_at is None:
            return None
        return self.accepted_at - self.arrival.item.enqueued_at


class Desk:
    """Plays a plan; every pass is shown to the checks before and after it is carried out."""

    def __init__(self, plan: Plan, checks: tuple[Check, ...] = ()) -> None:
        self.plan, self.checks = plan, checks
        self.draw = random.Random(plan.seed)
        self.now = 0.0
        self.agents = {agent.id: agent for agent in plan.agents}
        self.items: dict[int, Item] = {}
        self.waiting: dict[int, Item] = {}
        self.records: dict[int, Record] = {}
        self.rounds: dict[int, int] = {}
        self.passes = 0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        for arrival in plan.arrivals:
            self._at(arrival.item.enqueued_at, self._arrive(arrival))
        for when, agent, away in plan.leaves:
            self._at(when, self._leave(agent))
            self._at(when + away, self._return(agent))

    def play(self) -> Desk:
        next_sweep = 0.0
        while self._events and self._events[0][0] <= self.plan.until:
            when = self._events[0][0]
            if self.waiting and next_sweep < when:
                self.now = max(self.now, next_sweep)
            else:
                self.now = when
                heapq.heappop(self._events)[2]()
            next_sweep = self.now + self.plan.sweep
            self._pass()
        return self

    def _at(self, when: float, what: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._events, (when, self._count, what))

    def _pass(self) -> None:
        world = World(tuple(self.waiting.values()), tuple(self.agents.values()), self.plan.settings)
        decisions = queue.route(world, self.now)
        self.passes += 1
        for one in decisions:
            self._carry_out(one)
        for check in self.checks:
            check(self, world, decisions)

    def _carry_out(self, one: Decision) -> None:
        if one.agent is None or one.kind in {Kind.RESERVE, Kind.HOLD}:
            return
        if one.kind in {Kind.OFFER, Kind.ASSIGN}:
            self._give(one.item, one.agent, asked=one.kind is Kind.OFFER)
        elif one.kind in {Kind.REQUEUE, Kind.WITHDRAW}:
            self._take(one.agent, one.item)
            self._queue_again(self.items[one.item])
        else:
            leg = self._take(one.agent, one.item)
            parked_at = self.now if one.kind is Kind.PARK else None
            self._hold(one.agent, replace(leg, parked_at=parked_at))
            if one.kind is Kind.UNPARK:
                self._serve(one.item, one.agent)

    def _give(self, number: int, agent: int, *, asked: bool) -> None:
        item = self.waiting.pop(number)
        of = CHANNELS[item.need.channel]
        state = LegState.OFFERED if asked else LegState.ACTIVE
        self._hold(agent, Leg(number, of.name, of.weight, state, item.due_at, item.target))
        before = self.agents[agent]
        self.agents[agent] = replace(
            before,
            last_assigned_at=self.now,
            assigned_in={**before.assigned_in, item.need.queue: self.now},
        )
        self.records[number].offers.append((self.now, agent))
        if not asked:
            self._accept(number, agent)
            return
        luck = self.draw.random()
        if luck < self.plan.silences:
            self._later(number, of.accept_within or 0.0, lambda: self._refuse(number, agent))
        elif luck < self.plan.silences + self.plan.declines:
            self._later(number, 2.0, lambda: self._refuse(number, agent))
        else:
            reply = self.draw.uniform(*self.plan.reply)
            self._later(number, reply, lambda: self._accept(number, agent))

    def _later(self, number: int, seconds: float, what: Callable[[], None]) -> None:
        """Unless the item has moved on by then."""
        turn = self.rounds[number] = self.rounds.get(number, 0) + 1

        def if_still() -> None:
            if self.rounds[number] == turn:
                what()

        self._at(self.now + seconds, if_still)

    def _accept(self, number: int, agent: int) -> None:
        record = self.records[number]
        record.accepted_at = self.now if record.accepted_at is None else record.accepted_at
        leg = self._take(agent, number)
        self._hold(agent, replace(leg, state=LegState.ACTIVE))
        self._serve(number, agent)

    def _serve(self, number: int, agent: int) -> None:
        self._later(
            number, self.records[number].arrival.service, lambda: self._wrap_up(number, agent)
        )

    def _wrap_up(self, number: int, agent: int) -> None:
        self.records[number].ended_at = self.now
        leg = self._take(agent, number)
        if self.plan.wrap_up and CHANNELS[leg.channel].live:
            self._hold(agent, replace(leg, state=LegState.WRAP_UP))
            self._later(number, self.plan.wrap_up, lambda: self._release(number, agent))
        else:
            self.agents[agent] = replace(self.agents[agent], last_release_at=self.now)

    def _release(self, number: int, agent: int) -> None:
        self._take(agent, number)
        self.agents[agent] = replace(self.agents[agent], last_release_at=self.now)

    def _refuse(self, number: int, agent: int) -> None:
        self._take(agent, number)
        item = self.items[number]
        declined = {**item.declined, agent: self.now}
        self._queue_again(replace(item, declined=declined))

    def _queue_again(self, item: Item) -> None:
        self.rounds[item.id] = self.rounds.get(item.id, 0) + 1
        item = replace(item, requeued=True)
        self.items[item.id] = self.waiting[item.id] = item

    def _hold(self, agent: int, leg: Leg) -> None:
        before = self.agents[agent]
        self.agents[agent] = replace(before, legs=(*before.legs, leg))

    def _take(self, agent: int, number: int) -> Leg:
        before = self.agents[agent]
        (leg,) = [leg for leg in before.legs if leg.item == number]
        rest = tuple(leg for leg in before.legs if leg.item != number)
        self.agents[agent] = replace(before, legs=rest)
        return leg

    def _arrive(self, arrival: Arrival) -> Callable[[], None]:
        def arrive() -> None:
            item = arrival.item
            self.items[item.id] = self.waiting[item.id] = item
            self.records[item.id] = Record(arrival)
            if arrival.patience is not None:
                self._at(self.now + arrival.patience, lambda: self._give_up(item.id))

        return arrive

    def _give_up(self, number: int) -> None:
        record = self.records[number]
        if record.accepted_at is not None:
            return
        record.left_at = self.now
        self.rounds[number] = self.rounds.get(number, 0) + 1
        if self.waiting.pop(number, None) is None:
            (agent,) = [
                agent.id
                for agent in self.agents.values()
                if any(leg.item == number for leg in agent.legs)
            ]
            self._take(agent, number)

    def _leave(self, agent: int) -> Callable[[], None]:
        def leave() -> None:
            legs = self.agents[agent].legs
            self.agents[agent] = replace(self.agents[agent], online=False, legs=())
            for leg in legs:
                if leg.state is LegState.WRAP_UP:
                    self.rounds[leg.item] += 1
                else:
                    self._queue_again(self.items[leg.item])

        return leave

    def _return(self, agent: int) -> Callable[[], None]:
        def back() -> None:
            self.agents[agent] = replace(self.agents[agent], online=True)

        return back
