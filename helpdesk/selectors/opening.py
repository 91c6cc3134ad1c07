"""What the inbox opens with beside its rows: small facts of the agent, in one trip."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from helpdesk import kept
from helpdesk.models import Agent, CapacityProfile
from helpdesk.permissions import inboxes
from helpdesk.realtime import payloads
from helpdesk.routing import reliefs
from helpdesk.routing.easing import NOTHING
from helpdesk.selectors import drafts, intake, menu, work


@dataclass(frozen=True, slots=True)
class Opening:
    """inboxes: the ids that the agent may see; channels: their adapters, as work.channels_of().

    The others are what their selectors say, each in its own words.
    """

    inboxes: list[int]
    channels: list[payloads.Payload]
    presence: payloads.Payload
    asked: payloads.Payload
    views: list[payloads.Payload]
    tags: list[dict[str, Any]]
    drafts: list[int]
    troubles: intake.Troubles


def of(agent: Agent) -> Opening:
    """All of it for an active agent; one query, and one each where something is eased or offered.

    The agent's capacity profile is joined to him on the way.
    """
    now = datetime.now(UTC)
    found = _kept(agent.role).ask(agent=agent.pk, now=now)
    for one in found["capacity"]:
        agent.capacity = kept.made(CapacityProfile, one)
    eased = None if found["eased"] else NOTHING
    return Opening(
        inboxes=sorted(one["pk"] for one in found["inboxes"]),
        channels=work.channels({one["channel"] for one in found["inboxes"] if one["enabled"]}),
        presence=work.own_presence(agent, eased),
        asked=work.asked(agent) if found["work"] else work.nothing(),
        views=menu.listed(found["views"], agent),
        tags=menu.drawn(found["tags"]),
        drafts=drafts.numbers(found["drafts"]),
        troubles=intake.told(found.get("troubles", [])),
    )


@cache
def _kept(role: str) -> kept.Together:
    """The query for those of a role: roles see different things, never only different rows."""
    agent = Agent(pk=kept.STAND_INS["agent"], role=role, is_active=True)
    now = kept.STAND_INS["now"]
    asked = {
        "inboxes": inboxes(agent).values("pk", "channel", "enabled"),
        "capacity": CapacityProfile.objects.filter(agents=agent).values(),
        "eased": reliefs.holding(now, agent.pk).values("pk")[:1],
        "work": work.open_items(agent).values("pk")[:1],
        "views": menu.own(agent).values(*menu.COLUMNS),
        "tags": menu.offered().values("name", "colour"),
        "drafts": drafts.written(agent).values("conversation_id"),
    }
    troubled = intake.asked(agent)
    return kept.Together(asked if troubled is None else {**asked, "troubles": troubled})
