"""Which of the agents with room gets the item (pure; domain rule: choosing the agent).

A key is compared as a tuple and the smallest wins; its last part is the agent's id, so equal
agents are told apart the same way every time. Within a pass keys only grow.
"""

from __future__ import annotations

from collections.abc import Callable

from helpdesk.routing.capacity import Load
from helpdesk.routing.work import Channel, Item, Need, Settings, Strategy

Key = tuple[float, ...]


def units_after(load: Load, channel: Channel) -> float:
    """The share of his units that would be taken up; live items only, if the item is live."""
    used = load.live_units if channel.live else load.unparked_units
    return (used + channel.weight) / load.agent.profile.units


def least_loaded(load: Load, need: Need, channel: Channel) -> Key:
    """Who has most room left, then who waits longest for work."""
    return (units_after(load, channel), load.assigned_at, load.id)


def longest_idle(load: Load, need: Need, channel: Channel) -> Key:
    """Who finished his last item first."""
    return (load.released_at, load.id)


def round_robin(load: Load, need: Need, channel: Channel) -> Key:
    """Who waits longest for work of this queue, however much he has."""
    return (load.assigned_in.get(need.queue, float("-inf")), load.id)


def best_skill(load: Load, need: Need, channel: Channel) -> Key:
    """Whose levels are highest above what is asked, then least loaded."""
    return (-margin(load, need), *least_loaded(load, need, channel))


def margin(load: Load, need: Need) -> int:
    """Levels above (or below) what is asked, over all skills and the language."""
    skills, languages = load.agent.skills, load.agent.languages
    found = sum(skills.get(one.skill, 0) - one.level for one in need.skills)
    if need.language:
        found += languages.get(need.language, 0) - need.language_level
    return found


STRATEGIES: dict[Strategy, Callable[[Load, Need, Channel], Key]] = {
    Strategy.LEAST_LOADED: least_loaded,
    Strategy.LONGEST_IDLE: longest_idle,
    Strategy.ROUND_ROBIN: round_robin,
    Strategy.BEST_SKILL: best_skill,
}


def needs_assist(load: Load, need: Need) -> bool:
    """Whether the agent speaks nothing of the customer's language."""
    return bool(need.language) and not load.agent.languages.get(need.language)


def key(load: Load, need: Need, channel: Channel, strategy: Strategy) -> Key:
    """The agent's place among those with room: who speaks the language first, then by strategy."""
    return (float(needs_assist(load, need)), *STRATEGIES[strategy](load, need, channel))


def quietest(load: Load) -> Key:
    """Who is closest to having his hands free: for reserving and protecting agents."""
    return (load.live_units, load.assigned_at, load.id)


def waits_for(item: Item, sticky: Load, now: float, settings: Settings) -> bool:
    """Whether an item that can wait is kept for the agent who knows the customer.

    Only for one who is there or soon back, and for a small part of the promise; a live item
    never waits: a stranger in ten seconds beats a friend in sixty.
    """
    overdue = item.due_at is not None and item.due_at <= now
    if overdue or settings.channels[item.need.channel].live:
        return False
    around = sticky.agent.online or sticky.agent.back_soon
    spent = now - item.enqueued_at if item.elapsed is None else item.elapsed
    return around and spent < settings.sticky_share * (item.target or settings.target)
