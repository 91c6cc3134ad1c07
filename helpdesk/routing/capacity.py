"""How much an agent can do at once (pure; domain rule: capacity).

Live items never give way. What can wait is interruptible: it is parked when live items need
its room, and comes back when room returns. A parked item takes up no units.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf

from helpdesk.routing.reasons import Code, Reason
from helpdesk.routing.work import AgentState, Channel, Leg, LegState


class Load:
    """The working copy of one agent: what he holds, kept up to date while a pass decides."""

    __slots__ = (
        "agent", "assigned_at", "assigned_in", "counts", "held", "id", "legs", "live_units",
        "on_call", "parked", "released_at", "unparked_units",
    )  # fmt: skip

    def __init__(self, agent: AgentState, channels: Mapping[str, Channel]) -> None:
        self.agent = agent
        self.id = agent.id
        self.legs: dict[int, Leg] = {}
        self.counts: dict[str, int] = {}
        self.live_units = self.unparked_units = self.parked = self.on_call = 0
        self.held: Code | None = None
        self.assigned_at = -inf if agent.last_assigned_at is None else agent.last_assigned_at
        self.released_at = -inf if agent.last_release_at is None else agent.last_release_at
        self.assigned_in: dict[int, float] = dict(agent.assigned_in)
        for leg in agent.legs:
            self.add(leg, channels[leg.channel])

    def add(self, leg: Leg, channel: Channel) -> None:
        """Hold one more item."""
        self.legs[leg.item] = leg
        self._count(leg, channel, 1)

    def remove(self, leg: Leg, channel: Channel) -> None:
        """Let go of an item."""
        del self.legs[leg.item]
        self._count(leg, channel, -1)

    def _count(self, leg: Leg, channel: Channel, by: int) -> None:
        self.counts[leg.channel] = self.counts.get(leg.channel, 0) + by
        if leg.parked_at is not None:
            self.parked += by
            return
        self.unparked_units += by * leg.weight
        if channel.live:
            self.live_units += by * leg.weight
        if channel.alone:
            self.on_call += by


def can_hold(agent: AgentState, channel: Channel) -> bool:
    """Whether the agent, with nothing else to do, could take an item of the channel at all."""
    return channel.weight <= agent.profile.units and agent.profile.most(channel) > 0


def lacking(load: Load, channel: Channel) -> Reason | None:
    """Why the agent has no room for one more item of the channel; None if he has."""
    if load.on_call:
        return Reason(Code.ON_CALL)
    if channel.live:
        if load.held is not None:
            return Reason(load.held)
        if channel.alone and load.live_units:
            return Reason(Code.BUSY_LIVE, None, 0, load.live_units)
        return _short_of(load, channel, load.live_units)
    if load.parked:
        return Reason(Code.HAS_PARKED, None, 0, load.parked)
    return _short_of(load, channel, load.unparked_units)


def _short_of(load: Load, channel: Channel, used: int) -> Reason | None:
    profile = load.agent.profile
    if used + channel.weight > profile.units:
        return Reason(Code.NO_UNITS, None, channel.weight, profile.units - used)
    count, most = load.counts.get(channel.name, 0), profile.most(channel)
    if count >= most:
        return Reason(Code.CHANNEL_FULL, channel.name, most, count)
    return None


def fits_without_live(load: Load, channel: Channel) -> bool:
    """Whether an item of the channel would fit once the agent's live items have ended."""
    profile = load.agent.profile
    left = load.unparked_units - load.live_units
    few = load.counts.get(channel.name, 0) < profile.most(channel)
    return few and left + channel.weight <= profile.units


def overflow(load: Load, channels: Mapping[str, Channel]) -> Iterator[Leg]:
    """What has to give way until the unparked items fit again; the caller parks each in turn.

    Offers that nobody has accepted yet go first, then what is due last, ties by highest id.
    """
    loose = sorted(
        (leg for leg in load.legs.values() if _loose(leg, channels)),
        key=lambda leg: (leg.state is LegState.OFFERED, *_urgency(leg)),
        reverse=True,
    )
    for leg in loose:
        if load.unparked_units <= load.agent.profile.units:
            return
        yield leg


def _loose(leg: Leg, channels: Mapping[str, Channel]) -> bool:
    return leg.parked_at is None and not channels[leg.channel].live


def _urgency(leg: Leg) -> tuple[float, int]:
    return (inf if leg.due_at is None else leg.due_at, leg.item)


def returning(load: Load) -> Iterator[Leg]:
    """Parked items for which room is back, earliest due first; the caller unparks each in turn."""
    parked = [leg for leg in load.legs.values() if leg.parked_at is not None]
    for leg in sorted(parked, key=_urgency):
        if load.unparked_units + leg.weight > load.agent.profile.units:
            return
        yield leg


def parked_too_long(leg: Leg, now: float, most: float, share: float) -> bool:
    """Whether a parked item has to go to somebody else.

    most: seconds; share: the rest of its promise, as part of the whole, that it may lie through.
    """
    if leg.parked_at is None:
        return False
    if now - leg.parked_at > most:
        return True
    return (
        leg.due_at is not None and leg.target is not None and leg.due_at - now < share * leg.target
    )
