"""What is odd about queues, though it is legal: nobody in them, skills that nobody has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from helpdesk.models import Skill
from helpdesk.routing.snapshot import Desk


class Oddity(NamedTuple):
    """One thing to watch; inbox, skill (ids) and level where it is about one.

    code: no_inbox, no_agent, cannot_see, never, nobody_has or too_hard.
    """

    code: str
    inbox: int = 0
    skill: int = 0
    level: int = 0


class Warned(NamedTuple):
    """A sentence on a queue, or on an inbox that has none (queue 0); inboxes: whom it concerns."""

    queue: int
    name: str
    text: str
    inboxes: frozenset[int]


def warnings(desk: Desk) -> list[Warned]:
    """Everything that is odd, in the active language; at most one query."""
    found = [
        (pk, facts["name"], odd, frozenset(one["id"] for one in _inboxes(desk, pk)))
        for pk, facts in desk.queues.items()
        for odd in _of_queue(desk, pk, facts)
    ]
    found += [
        (0, one["name"], Oddity("no_agent", one["id"]), frozenset((one["id"],)))
        for one in desk.inboxes
        if one["enabled"] and not one["queue_id"] and not _members(desk, desk.teams[one["id"]])
    ]
    skills = {odd.skill for _queue, _name, odd, _inboxes in found if odd.skill}
    named = dict(Skill.objects.filter(pk__in=skills).values_list("pk", "name")) if skills else {}
    boxes = {one["id"]: one["name"] for one in desk.inboxes}
    return [Warned(pk, name, _said(odd, boxes, named), inboxes) for pk, name, odd, inboxes in found]


def _inboxes(desk: Desk, queue: int) -> list[dict[str, Any]]:
    return [one for one in desk.inboxes if one["queue_id"] == queue]


def _members(desk: Desk, teams: Iterable[int]) -> set[int]:
    """Active agents of any of the teams."""
    asked = set(teams)
    return {one.pk for one in desk.agents if desk.team_of[one.pk] & asked}


def _of_queue(desk: Desk, pk: int, facts: dict[str, Any]) -> Iterator[Oddity]:
    inboxes = _inboxes(desk, pk)
    if not inboxes:
        yield Oddity("no_inbox")
    at_home = {team for one in inboxes for team in desk.teams[one["id"]]}
    agents = _members(desk, (facts["primary"] or at_home) | facts["secondary"])
    if not agents:
        yield Oddity("no_agent")
        return
    for one in inboxes:
        if one["enabled"] and not agents & desk.seers[one["id"]]:
            yield Oddity("cannot_see", one["id"])
    for need in facts["skills"]:
        best = max(desk.skills.get(agent, {}).get(need.skill, 0) for agent in agents)
        if best < need.level:
            code = "never" if need.hard else "too_hard" if best else "nobody_has"
            yield Oddity(code, 0, need.skill, need.level)


def _said(odd: Oddity, inboxes: dict[int, str], skills: dict[int, str]) -> str:
    texts = {
        "no_inbox": _("No inbox sends its work here."),
        "no_agent": _("Nobody works in its teams: its customers wait for ever."),
        "cannot_see": _("Nobody in its teams may see the inbox “%(inbox)s”."),
        "never": _(
            "Nobody in its teams has the skill “%(skill)s” at level %(level)d, and it is never "
            "done without: its customers wait for ever."
        ),
        "nobody_has": _("Nobody in its teams has the skill “%(skill)s”."),
        "too_hard": _("Nobody in its teams has the skill “%(skill)s” at level %(level)d."),
    }
    return texts[odd.code] % {
        "inbox": inboxes.get(odd.inbox, ""),
        "skill": skills.get(odd.skill, ""),
        "level": odd.level,
    }
