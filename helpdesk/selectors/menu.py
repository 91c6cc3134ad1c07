"""Reads behind the menu of views and the builder of filters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Func, QuerySet, TextField
from django.db.models.functions import Lower

from helpdesk.kept import made
from helpdesk.models import ACTIVE_STATES, Agent, Conversation, SavedView, Tag, Team
from helpdesk.permissions import Action, can, inboxes, may_change, visible
from helpdesk.realtime import payloads
from helpdesk.selectors.inbox import MOST_SAVED

MOST_CHOICES = 300
COLUMNS = (
    *("id", "name", "filters", "order", "shared", "team_id", "owner_id", "position"),
    *("owner__first_name", "owner__last_name", "owner__email"),
)
Choice = tuple[Any, str]


def tags() -> list[dict[str, Any]]:
    """The vocabulary as screens draw it: name and hue; without what was put away."""
    return drawn(offered().values("name", "colour"))


def offered() -> QuerySet[Tag]:
    """What agents may put on a conversation."""
    return Tag.objects.filter(archived=False)[:MOST_CHOICES]


def drawn(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Tags as screens draw them, of rows with name and colour."""
    return [{"name": one["name"], "hue": one["colour"]} for one in rows]


def vocabulary(agent: Agent) -> list[tuple[Tag, int]]:
    """Every tag, with how many active conversations of the agent's inboxes carry it; two queries.

    Only active ones are counted, by their partial index: resolved ones are millions.
    """
    active = visible(agent, Conversation).filter(state__in=ACTIVE_STATES).order_by()
    each = active.values(tag=Func(F("tags"), function="unnest", output_field=TextField()))
    counts = dict(each.annotate(many=Count("pk", distinct=True)).values_list("tag", "many"))
    found = Tag.objects.order_by("archived", Lower("name"))
    return [(one, counts.get(one.name, 0)) for one in found]


def views(agent: Agent) -> list[payloads.Payload]:
    """The saved views of the agent's menu: own ones first, each list in its order."""
    return listed(own(agent).values(*COLUMNS), agent)


def own(agent: Agent) -> QuerySet[SavedView]:
    """The saved views that are in the agent's menu."""
    return visible(agent, SavedView)


def listed(rows: Iterable[Mapping[str, Any]], agent: Agent) -> list[payloads.Payload]:
    """views() of rows with COLUMNS."""
    found = []
    for row in rows:
        owner = {name.removeprefix("owner__"): row[name] for name in COLUMNS if "__" in name}
        one = made(SavedView, {name: row[name] for name in COLUMNS if "__" not in name})
        one.owner = made(Agent, {"id": one.owner_id, **owner})
        found.append(one)
    found.sort(key=lambda one: (one.owner_id != agent.pk, one.position, one.pk))
    return [view(one, agent) for one in found[:MOST_SAVED]]


def view(one: SavedView, agent: Agent) -> payloads.Payload:
    """A saved view as its reader may use it."""
    return {
        "id": one.pk,
        "name": one.name,
        "filters": one.filters,
        "order": one.order,
        "shared": one.shared,
        "team": one.team_id,
        "own": one.owner_id == agent.pk,
        "owner": one.owner.display_name,
        "change": may_change(agent, one),
    }


def choices(agent: Agent) -> dict[str, list[Choice]]:
    """What a filter of this agent may choose from, by field; languages and names as they are."""
    own = list(inboxes(agent).order_by("name"))
    teams = _teams(agent)
    people = Agent.objects.filter(is_active=True)
    if not can(agent, Action.SHARE_WITH_ALL):
        people = people.filter(
            memberships__team__in=[team.pk for team in teams], memberships__active=True
        ).distinct()
    listed: list[Choice] = [(team.pk, team.name) for team in teams]
    return {
        "team": listed,
        "share": listed if can(agent, Action.SHARE_VIEWS) else [],
        "everyone": [("", "")] if can(agent, Action.SHARE_WITH_ALL) else [],
        "inbox": [(one.pk, one.name) for one in own],
        "channel": [(name, name) for name in sorted({one.channel for one in own})],
        "assignee": [
            (one.pk, one.display_name) for one in people.order_by("first_name", "pk")[:MOST_CHOICES]
        ],
        "tag": [(one["name"], one["name"]) for one in tags()],
        "language": [(code, name) for code, name in settings.LANGUAGES],
    }


def _teams(agent: Agent) -> list[Team]:
    if can(agent, Action.SHARE_WITH_ALL):
        return list(Team.objects.all())
    return list(Team.objects.filter(memberships__agent=agent, memberships__active=True))
