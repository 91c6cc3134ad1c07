"""What a supervisor eases for an agent for a while, laid over what he usually does (pure).

A call stays alone: its limit never rises, and nothing else about it changes. What an agent does
not take at all, he does not take now either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from helpdesk.routing.work import AgentState, Channel, Profile


@dataclass(frozen=True, slots=True)
class Ease:
    """more: items at once beyond the usual, by channel, "" for each. skills: at least at these
    levels. called_in: helps at once where he is in training and in the queues of second teams.
    """

    more: Mapping[str, int] = field(default_factory=dict)
    skills: Mapping[int, int] = field(default_factory=dict)
    called_in: bool = False


NOTHING = Ease()


def together(eases: Iterable[Ease]) -> Ease:
    """Several at once: of each the most counts, they do not add up."""
    more: dict[str, int] = {}
    skills: dict[int, int] = {}
    called_in = False
    for one in eases:
        for channel, count in one.more.items():
            more[channel] = max(count, more.get(channel, 0))
        for skill, level in one.skills.items():
            skills[skill] = max(level, skills.get(skill, 0))
        called_in |= one.called_in
    return Ease(more, skills, called_in)


def raised(profile: Profile, ease: Ease, channels: Iterable[Channel]) -> Profile:
    """How much the agent carries now: room for the items that he may have beyond the usual."""
    if not ease.more:
        return profile
    units, limits = profile.units, dict(profile.by_channel)
    for one in channels:
        more = max(ease.more.get(one.name, 0), ease.more.get("", 0))
        if more and _may_rise(profile, one):
            limits[one.name] = profile.most(one) + more
            units += more * one.weight
    return replace(profile, units=units, by_channel=limits)


def _may_rise(profile: Profile, channel: Channel) -> bool:
    return not channel.alone and channel.weight <= profile.units and profile.most(channel) > 0


def eased(agent: AgentState, ease: Ease, second: Mapping[int, frozenset[int]]) -> AgentState:
    """The agent with what is eased for him, but for his profile.

    second: by team, the first teams of the queues that it helps out in.
    """
    if ease is NOTHING:
        return agent
    skills = dict(agent.skills)
    for skill, level in ease.skills.items():
        skills[skill] = max(level, skills.get(skill, 0))
    if not ease.called_in:
        return replace(agent, skills=skills)
    helped = frozenset().union(*(second.get(team, frozenset()) for team in agent.teams))
    return replace(
        agent,
        skills=skills,
        channels=agent.channels | agent.flex,
        flex=frozenset(),
        teams=agent.teams | helped,
    )
