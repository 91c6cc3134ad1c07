"""Who may serve an item, and from when (pure; domain rule: eligibility and relaxation).

Each requirement says from which step on an agent meets it; he matches from the latest of these.
So a longer wait can only widen the circle, and every "no" knows when it would become a "yes".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from helpdesk.routing.capacity import can_hold
from helpdesk.routing.reasons import Code, Reason, Rejection
from helpdesk.routing.work import AgentState, Channel, Item, Need, Pace, Settings

LAST = 4
NEVER = LAST + 1
LEVELS_LESS_ONE, SOFT_DROPPED, TRAINEES_HELP = 1, 2, 3


class Requirement(Protocol):
    """One thing asked of an agent. Requirements are values: equal ones are checked once."""

    def step(self, agent: AgentState) -> int:
        """The first step at which the agent meets it, or NEVER."""

    def reason(self, agent: AgentState) -> Reason:
        """The check in figures; step and met are filled in by the caller."""


@dataclass(frozen=True, slots=True)
class Online:
    def step(self, agent: AgentState) -> int:
        return 0 if agent.online else NEVER

    def reason(self, agent: AgentState) -> Reason:
        return Reason(Code.OFFLINE)


@dataclass(frozen=True, slots=True)
class Works:
    """Works on the channel, or helps out while in training for it, and can carry an item of it."""

    channel: Channel

    def step(self, agent: AgentState) -> int:
        if not can_hold(agent, self.channel):
            return NEVER
        if self.channel.name in agent.channels:
            return 0
        return TRAINEES_HELP if self.channel.name in agent.flex else NEVER

    def reason(self, agent: AgentState) -> Reason:
        if self.channel.name not in agent.channels | agent.flex:
            return Reason(Code.CHANNEL, self.channel.name)
        if can_hold(agent, self.channel):
            return Reason(Code.CHANNEL, self.channel.name)
        need, have = self.channel.weight, agent.profile.units
        return Reason(Code.TOO_HEAVY, self.channel.name, need=need, have=have)


@dataclass(frozen=True, slots=True)
class Skilled:
    """Has the skill; one level less will do later, and later still a soft one is given up."""

    skill: int
    level: int
    hard: bool

    def step(self, agent: AgentState) -> int:
        have = agent.skills.get(self.skill, 0)
        if have >= self.level:
            return 0
        if self.hard:
            return NEVER
        return LEVELS_LESS_ONE if have and have >= self.level - 1 else SOFT_DROPPED

    def reason(self, agent: AgentState) -> Reason:
        code = Code.HARD_SKILL if self.hard else Code.SKILL
        return Reason(code, self.skill, need=self.level, have=agent.skills.get(self.skill, 0))


@dataclass(frozen=True, slots=True)
class Speaks:
    """Speaks the language: well, then passably, then a little, then with a translator's help."""

    language: str
    level: int
    assist: bool

    def step(self, agent: AgentState) -> int:
        have = agent.languages.get(self.language, 0)
        if have >= self.level:
            return 0
        if have >= 2:
            return SOFT_DROPPED
        if have >= 1:
            return TRAINEES_HELP
        return LAST if self.assist else NEVER

    def reason(self, agent: AgentState) -> Reason:
        have = agent.languages.get(self.language, 0)
        return Reason(Code.LANGUAGE, self.language, need=self.level, have=have)


@dataclass(frozen=True, slots=True)
class InTeam:
    primary: frozenset[int]
    secondary: frozenset[int]

    def step(self, agent: AgentState) -> int:
        if not self.primary or self.primary & agent.teams:
            return 0
        return LEVELS_LESS_ONE if self.secondary & agent.teams else SOFT_DROPPED

    def reason(self, agent: AgentState) -> Reason:
        return Reason(Code.TEAM)


@dataclass(frozen=True, slots=True)
class OnTheFloor:
    """Not one of those who only help when all else has failed."""

    def step(self, agent: AgentState) -> int:
        return LAST if agent.reserve else 0

    def reason(self, agent: AgentState) -> Reason:
        return Reason(Code.RESERVE)


def requirements(need: Need, channels: Mapping[str, Channel]) -> tuple[Requirement, ...]:
    """All that is asked of an agent, what never relaxes first."""
    asked: list[Requirement] = [Online(), Works(channels[need.channel])]
    hard_first = sorted(need.skills, key=lambda one: not one.hard)
    asked += [Skilled(one.skill, one.level, one.hard) for one in hard_first]
    if need.language:
        asked.append(Speaks(need.language, need.language_level, need.assist))
    return (*asked, InTeam(need.primary, need.secondary), OnTheFloor())


def personal(need: Need, channels: Mapping[str, Channel]) -> tuple[Requirement, ...]:
    """What is still asked of an agent who knows the customer: no soft skill, team or rank.

    Nor that he is there now: he may be worth a short wait.
    """
    dropped = (Online, InTeam, OnTheFloor)
    return tuple(
        one
        for one in requirements(need, channels)
        if not isinstance(one, dropped) and not (isinstance(one, Skilled) and not one.hard)
    )


def first_step(agent: AgentState, asked: Sequence[Requirement]) -> int:
    """The first step at which the agent meets all of it, or NEVER."""
    return max(one.step(agent) for one in asked)


class Column:
    """One requirement over many agents: from which step each meets it, and why not before."""

    def __init__(self, asked: Requirement, agents: Sequence[AgentState]) -> None:
        self._asked, self._agents = asked, agents
        self.steps = [asked.step(agent) for agent in agents]
        self._rejections: dict[int, Rejection] = {}

    def rejection(self, place: int) -> Rejection:
        """Why the agent at this place of the list does not meet it."""
        found = self._rejections.get(place)
        if found is None:
            agent = self._agents[place]
            reason = self._asked.reason(agent)._replace(step=self.steps[place])
            found = self._rejections[place] = Rejection(agent.id, reason)
        return found


class Circles:
    """First steps of many agents; each requirement is checked once per agent."""

    def __init__(self, agents: Sequence[AgentState], channels: Mapping[str, Channel]) -> None:
        self._agents = agents
        self._channels = channels
        self._by_requirement: dict[Requirement, Column] = {}
        self._by_need: dict[Need, tuple[list[Column], list[int]]] = {}

    def of(self, need: Need) -> list[int]:
        """The first step of every agent, in the order in which they were given."""
        return self._look_up(need)[1]

    def _look_up(self, need: Need) -> tuple[list[Column], list[int]]:
        found = self._by_need.get(need)
        if found is None:
            columns = [self._column(one) for one in requirements(need, self._channels)]
            steps = list(map(max, *(column.steps for column in columns)))
            found = self._by_need[need] = (columns, steps)
        return found

    def _column(self, asked: Requirement) -> Column:
        column = self._by_requirement.get(asked)
        if column is None:
            column = self._by_requirement[asked] = Column(asked, self._agents)
        return column

    def rejections(self, need: Need, step: int) -> Iterator[Rejection]:
        """Those who do not match at the step, each with the first check that he fails."""
        columns, steps = self._look_up(need)
        for place, since in enumerate(steps):
            if since > step:
                failed = next(column for column in columns if column.steps[place] > step)
                yield failed.rejection(place)


def explain(item: Item, agent: AgentState, step: int, settings: Settings) -> list[Reason]:
    """Every check of the agent for the item at the step, met or not; all met: he matches."""
    found = [
        one.reason(agent)._replace(step=since, met=since <= step)
        for one in requirements(item.need, settings.channels)
        for since in (one.step(agent),)
    ]
    return [*found, Reason(Code.BANNED, step=NEVER, met=agent.id not in item.banned)]


def waited(item: Item, now: float) -> float:
    """Seconds that the customer has waited; a boost never counts."""
    return max(0.0, now - item.enqueued_at)


def relaxed_to(item: Item, now: float, settings: Settings) -> int:
    """The step of relaxation that the item has reached; in a spike in half the time."""
    pace = settings.channels[item.need.channel].pace
    passed = waited(item, now)
    if pace is Pace.LETTERS:
        spent = passed if item.elapsed is None else item.elapsed
        passed = spent / (item.target or settings.target)
    if settings.spike:
        passed *= 2
    reached = sum(begins <= passed for begins in settings.steps[pace])
    return min(LAST, reached + item.extra_steps)


def resting(item: Item, now: float, settings: Settings) -> set[int]:
    """Agents who said no, or nothing, so shortly ago that they are not asked again."""
    return {agent for agent, at in item.declined.items() if now - at < settings.decline_rest}
