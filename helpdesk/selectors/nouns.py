"""How the desk is set up, as programs read it: inboxes, teams, agents, queues, promises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q

from helpdesk.models import Agent, Conversation, Inbox, Queue, SLAClock, Team
from helpdesk.permissions import inboxes, visible
from helpdesk.realtime import payloads
from helpdesk.selectors import ledger, work

Payload = dict[str, Any]


def of_inboxes(agent: Agent) -> list[Payload]:
    """The inboxes that the agent may see; no secret and no setting is in it."""
    rows = visible(agent, Inbox).prefetch_related("teams").order_by("name", "pk")
    return [
        {
            **{name: getattr(one, name) for name in ("name", "channel", "provider", "address")},
            "id": one.pk,
            "language": one.language,
            "enabled": one.enabled,
            "health": one.health,
            "teams": [team.pk for team in one.teams.all()],
            "queue": one.queue_id,
        }
        for one in rows
    ]


def of_teams(agent: Agent) -> list[Payload]:
    """The teams of these inboxes and the agent's own; with members and inboxes in sight."""
    seen = set(inboxes(agent).values_list("pk", flat=True))
    mine = Q(inboxes__in=seen) | Q(memberships__agent=agent, memberships__active=True)
    rows = Team.objects.filter(mine).distinct().prefetch_related("memberships__agent", "inboxes")
    return [
        {
            "id": one.pk,
            "name": one.name,
            "members": sorted(
                place.agent_id
                for place in one.memberships.all()
                if place.active and place.agent.is_active
            ),
            "inboxes": sorted({box.pk for box in one.inboxes.all()} & seen),
        }
        for one in rows
    ]


def of_agents(agent: Agent) -> list[Payload]:
    """Colleagues who share an inbox with the agent, and whether they are there."""
    people = work.colleagues(agent).order_by("first_name", "pk")
    return [person(one) for one in people]


def person(agent: Agent) -> Payload:
    """An agent with role and presence."""
    return {**payloads.agent(agent), "presence": agent.presence, "role": agent.role}


def of_queues(agent: Agent) -> list[Payload]:
    """The queues of the inboxes that the agent may see."""
    rows = Queue.objects.filter(inboxes__in=inboxes(agent)).distinct()
    return [
        {
            "id": one.pk,
            "name": one.name,
            "strategy": one.strategy,
            "primary": [team.pk for team in one.primary.all()],
            "secondary": [team.pk for team in one.secondary.all()],
        }
        for one in rows.prefetch_related("primary", "secondary").order_by("name")
    ]


def promises(conversation: Conversation) -> list[Payload]:
    """The clocks of a conversation, running and settled, the newest first."""
    rows = SLAClock.objects.filter(conversation=conversation).select_related("policy")
    return [
        {
            "metric": one.metric,
            "policy": one.policy.name if one.policy else "",
            "open": one.open,
            **{
                name: payloads.stamp(getattr(one, name))
                for name in ("started_at", "due_at", "fulfilled_at", "breached_at")
            },
        }
        for one in rows.order_by("-pk")[:100]
    ]


def kept(agent: Agent, days: int) -> Payload:
    """The promised minutes of so many days, by channel, and how they were kept."""
    now, desk = datetime.now(UTC), ledger.desk(agent)
    since = desk.midnight(desk.day(now) - timedelta(days=days - 1))
    return {
        "since": payloads.stamp(since),
        "until": payloads.stamp(now),
        "channels": [
            {
                "channel": channel,
                "promised": one.promised,
                "kept": one.kept,
                "nobody": one.nobody,
                "down": one.promised - one.kept - one.nobody,
            }
            for channel, one in sorted(ledger.minutes(desk.channels, since, now).items())
        ],
    }
