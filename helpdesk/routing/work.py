"""What the router knows: waiting items, agents with what they hold, and the rules (pure data).

Instants are float seconds since the epoch, durations float seconds. No channel is named here:
each is a `Channel` row made from the pace at which people talk on it (domain rule: capacity).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

UNITS = 12


class Pace(StrEnum):
    """How soon people expect an answer; it decides weight, limits, steps and time to accept."""

    CALL = "call"
    LIVE = "live"
    TEXTS = "texts"
    LETTERS = "letters"


LIVE_PACES = frozenset({Pace.CALL, Pace.LIVE})


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to talk, as the router sees it.

    weight: units that one item takes up; most: items of it that one agent has at once.
    accept_within: seconds to accept an offer, or None where items are assigned unasked.
    """

    name: str
    pace: Pace
    weight: int
    most: int
    accept_within: float | None

    def __post_init__(self) -> None:
        """A weight of nothing or a negative limit is a mistake: ValueError."""
        if self.weight < 1 or self.most < 0:
            raise ValueError(f"channel {self.name!r}: weight at least 1, most at least 0")

    @property
    def live(self) -> bool:
        """Somebody waits at the other end: served before, and instead of, what can wait."""
        return self.pace in LIVE_PACES

    @property
    def alone(self) -> bool:
        """While it lasts the agent gets nothing else, and it starts beside nothing live."""
        return self.pace is Pace.CALL


_PACES: Mapping[Pace, tuple[int, int, float | None]] = {
    Pace.CALL: (12, 1, 20.0),
    Pace.LIVE: (4, 3, 10.0),
    Pace.TEXTS: (2, 5, 60.0),
    Pace.LETTERS: (1, 8, None),
}


def channel(name: str, pace: Pace) -> Channel:
    """A channel with the defaults of its pace."""
    weight, most, accept_within = _PACES[pace]
    return Channel(name, pace, weight, most, accept_within)


@dataclass(frozen=True, slots=True)
class Profile:
    """How much an agent carries: units in all, and own limits by channel or by pace."""

    units: int = UNITS
    by_channel: Mapping[str, int] = field(default_factory=dict)
    by_pace: Mapping[Pace, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Negative capacity is a mistake: ValueError."""
        if min((self.units, *self.by_channel.values(), *self.by_pace.values())) < 0:
            raise ValueError("capacity cannot be negative")

    def most(self, of: Channel) -> int:
        """Items of the channel at once."""
        return self.by_channel.get(of.name, self.by_pace.get(of.pace, of.most))


FULL = Profile()
TRAINEE = Profile(units=4, by_pace={Pace.LIVE: 1})


class Priority(IntEnum):
    LOW = 0
    NORMAL = 1
    HIGH = 2
    URGENT = 3


@dataclass(frozen=True, slots=True)
class SkillNeed:
    """A skill at a level of 1 to 5; a hard one (licence, compliance) is never given up."""

    skill: int
    level: int = 1
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """What an item asks of an agent. Equal needs share one search, so build each only once.

    primary, secondary: teams of the queue; with no primary team anybody is at home in it.
    assist: a translator may step in when nobody speaks the language (the customer is told).
    """

    channel: str
    queue: int = 0
    primary: frozenset[int] = frozenset()
    secondary: frozenset[int] = frozenset()
    skills: tuple[SkillNeed, ...] = ()
    language: str = ""
    language_level: int = 3
    assist: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One unit of work that waits.

    enqueued_at: never changes while it waits, however often it is declined.
    due_at: when its next promise ends; target: seconds of that promise, in open hours.
    elapsed: seconds of the promise used up in open hours, where that differs from the wall.
    extra_steps: steps of relaxation that an escalation has granted.
    sticky: the agent who knows this customer. declined: agent -> when he said no or nothing.
    banned: agents who never get it.
    """

    id: int
    need: Need
    enqueued_at: float
    priority: Priority = Priority.NORMAL
    vip: bool = False
    requeued: bool = False
    boost: float = 0.0
    due_at: float | None = None
    target: float | None = None
    elapsed: float | None = None
    extra_steps: int = 0
    sticky: int | None = None
    declined: Mapping[int, float] = field(default_factory=dict)
    banned: frozenset[int] = frozenset()


class LegState(StrEnum):
    OFFERED = "offered"
    ACTIVE = "active"
    WRAP_UP = "wrap_up"


@dataclass(frozen=True, slots=True)
class Leg:
    """An item that an agent holds, or is being offered; an inactive one is not among them."""

    item: int
    channel: str
    weight: int
    state: LegState = LegState.ACTIVE
    due_at: float | None = None
    target: float | None = None
    parked_at: float | None = None


@dataclass(frozen=True, slots=True)
class AgentState:
    """An agent now.

    channels: what he works on, flex: what he is in training for; both without what he has
    switched off. reserve: a supervisor on duty or a generalist, who helps at the last step.
    back_soon: away for so short that a customer of his may wait for him.
    auto_accept: takes what he is offered without being asked.
    """

    id: int
    channels: frozenset[str]
    online: bool = True
    profile: Profile = FULL
    flex: frozenset[str] = frozenset()
    skills: Mapping[int, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)
    teams: frozenset[int] = frozenset()
    reserve: bool = False
    back_soon: bool = False
    auto_accept: bool = False
    last_assigned_at: float | None = None
    last_release_at: float | None = None
    assigned_in: Mapping[int, float] = field(default_factory=dict)
    legs: tuple[Leg, ...] = ()


class Strategy(StrEnum):
    LEAST_LOADED = "least_loaded"
    LONGEST_IDLE = "longest_idle"
    ROUND_ROBIN = "round_robin"
    BEST_SKILL = "best_skill"


_BOOSTS: Mapping[Priority, float] = {
    Priority.LOW: -30.0,
    Priority.HIGH: 60.0,
    Priority.URGENT: 120.0,
}
_STEPS: Mapping[Pace, tuple[float, ...]] = {
    Pace.CALL: (8.0, 15.0, 22.0, 45.0),
    Pace.LIVE: (8.0, 15.0, 22.0, 45.0),
    Pace.TEXTS: (60.0, 120.0, 180.0, 240.0),
    Pace.LETTERS: (0.25, 0.50, 0.75, 0.90),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """The rules, with their defaults.

    steps: by pace, when relaxation steps 1 to 4 begin: seconds of waiting, or for letters the
    share of the promise. target: seconds of promise where an item has none.
    protected_share: part of the online agents that overdue work may keep free; 0 in emergencies.
    """

    channels: Mapping[str, Channel]
    strategies: Mapping[int, Strategy] = field(default_factory=dict)
    spike: bool = False
    protected_share: float = 0.10
    steps: Mapping[Pace, tuple[float, ...]] = field(default_factory=lambda: _STEPS)
    boosts: Mapping[Priority, float] = field(default_factory=lambda: _BOOSTS)
    vip_boost: float = 60.0
    requeue_boost: float = 30.0
    least_boost: float = -30.0
    most_boost: float = 240.0
    decline_rest: float = 60.0
    parked_most: float = 900.0
    parked_share: float = 0.25
    sticky_share: float = 0.10
    target: float = 14_400.0

    def strategy(self, need: Need) -> Strategy:
        """The queue's own way to choose, else that of the channel."""
        usual = Strategy.LEAST_LOADED
        if self.channels[need.channel].alone:
            usual = Strategy.LONGEST_IDLE
        return self.strategies.get(need.queue, usual)


@dataclass(frozen=True, slots=True)
class World:
    """A snapshot that one pass decides on."""

    waiting: tuple[Item, ...]
    agents: tuple[AgentState, ...]
    settings: Settings
