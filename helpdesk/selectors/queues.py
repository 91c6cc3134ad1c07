"""What is odd about a queue, though it is legal: nobody in it, skills that nobody has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from helpdesk.models import Agent, AgentSkill, Queue, TeamMembership


@dataclass(frozen=True, slots=True)
class Oddity:
    """code: no_inbox, no_agent, nobody_has or too_hard; skill and level where it is about one."""

    code: str
    skill: str = ""
    level: int = 0


def with_teams(queues: QuerySet[Queue]) -> QuerySet[Queue]:
    """Queues with all that oddities() reads."""
    return queues.prefetch_related("primary", "secondary", "needs__skill", "inboxes__teams")


def oddities(queues: Iterable[Queue]) -> dict[int, list[Oddity]]:
    """By queue, those of with_teams(); two queries for all of them."""
    members: dict[int, set[int]] = {}
    rows = TeamMembership.objects.filter(active=True, agent__is_active=True)
    for team, agent in rows.values_list("team", "agent"):
        members.setdefault(team, set()).add(agent)
    levels = {
        (agent, skill): level
        for agent, skill, level in AgentSkill.objects.filter(
            agent__in=Agent.objects.filter(is_active=True)
        ).values_list("agent", "skill", "level")
    }
    return {queue.pk: list(_of(queue, members, levels)) for queue in queues}


def _of(
    queue: Queue, members: dict[int, set[int]], levels: dict[tuple[int, int], int]
) -> Iterable[Oddity]:
    inboxes = list(queue.inboxes.all())
    if not inboxes:
        yield Oddity("no_inbox")
    first = list(queue.primary.all()) or [team for one in inboxes for team in one.teams.all()]
    teams = [*first, *queue.secondary.all()]
    agents = set().union(*(members.get(team.pk, set()) for team in teams))
    if not agents and (teams or inboxes):
        yield Oddity("no_agent")
        return
    for need in queue.needs.all():
        known = [
            levels[agent, need.skill_id] for agent in agents if (agent, need.skill_id) in levels
        ]
        if agents and not known:
            yield Oddity("nobody_has", need.skill.name, need.level)
        elif agents and max(known) < need.level:
            yield Oddity("too_hard", need.skill.name, need.level)
