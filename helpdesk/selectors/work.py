"""Reads behind the router's screens: what an agent is asked, what he carries, and who waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from helpdesk import events
from helpdesk.adapters import ChannelAdapter, adapters
from helpdesk.models import (
    Agent,
    CapacityProfile,
    Conversation,
    ConversationEvent,
    Priority,
    Skill,
    WorkItem,
    WorkState,
)
from helpdesk.permissions import Action, can, inbox_ids, inboxes
from helpdesk.realtime import payloads
from helpdesk.routing import explaining, snapshot
from helpdesk.routing.capacity import Load
from helpdesk.routing.easing import Ease
from helpdesk.routing.queue import Decision, Kind, route
from helpdesk.routing.snapshot import Desk
from helpdesk.routing.work import AgentState, Item, World
from helpdesk.selectors import queues

SHOWN = 200
_LINE = (WorkState.QUEUED, WorkState.OFFERED)
Payload = dict[str, Any]


def asked(agent: Agent) -> Payload:
    """The agent's open offers and wrap-ups, as his screens show them; one query."""
    now = datetime.now(UTC)
    open_ones = _joined(open_items(agent)).order_by("pk")
    current = [one for one in open_ones if one.expires_at is not None and one.expires_at > now]
    return {
        "offers": [
            {
                **_timed(one),
                "row": payloads.row(one.conversation),
                "why": one.decision.get("why", ""),
            }
            for one in current
            if one.state == WorkState.OFFERED
        ],
        "wrap_up": [_timed(one) for one in current if one.state == WorkState.WRAP_UP],
    }


def open_items(agent: Agent) -> QuerySet[WorkItem]:
    """What the agent is offered or wraps up, even if its time is over."""
    return WorkItem.objects.filter(agent=agent, state__in=(WorkState.OFFERED, WorkState.WRAP_UP))


def nothing() -> Payload:
    """What asked() says where there are no open items."""
    return {"offers": [], "wrap_up": []}


def _timed(item: WorkItem) -> Payload:
    return {
        "item": item.pk,
        "conversation": item.conversation_id,
        "expires_at": payloads.stamp(item.expires_at),
    }


def _joined(items: QuerySet[WorkItem]) -> QuerySet[WorkItem]:
    return items.select_related(
        "agent", "queue", "conversation__customer", "conversation__inbox", "conversation__assignee"
    )


def channels_of(agent: Agent) -> list[Payload]:
    """The channels of the inboxes that the agent may see: name, label and icon of each."""
    return channels(set(inboxes(agent).filter(enabled=True).values_list("channel", flat=True)))


def channels(names: set[str]) -> list[Payload]:
    """Name, label and icon of each of these channels that has an adapter."""
    known = {one.channel: one for one in reversed(adapters())}
    return [
        {"name": name, "label": _common_name(known[name]), "icon": known[name].icon}
        for name in sorted(names & set(known))
    ]


def _common_name(adapter: ChannelAdapter) -> str:
    """What all providers of a channel go by: the name of the app that brings them."""
    config = apps.get_containing_app_config(type(adapter).__module__)
    return str(config.verbose_name if config else adapter.label)


def own_presence(agent: Agent, eased: Ease | None = None) -> Payload:
    """What the agent's presence menu shows: state, channels, and how many live chats he takes.

    eased: what supervisors have eased for him, for who knows.
    """
    rules, profile = snapshot.channels(), snapshot.profile(agent, eased)
    live = [one for one in rules.values() if one.live and one.weight <= profile.units]
    most = max((min(profile.most(one), profile.units // one.weight) for one in live), default=0)
    return {
        "presence": agent.presence,
        "since": payloads.stamp(agent.presence_since),
        "channels_off": agent.channels_off,
        "most": most,
    }


def live_count(agent: Agent) -> int:
    """Live contacts that the agent is in the middle of."""
    live = [one.name for one in snapshot.channels().values() if one.live]
    return WorkItem.objects.filter(agent=agent, state=WorkState.ACTIVE, channel__in=live).count()


def visible_items(agent: Agent) -> QuerySet[WorkItem]:
    """Units of work of the inboxes that the agent may see."""
    return WorkItem.objects.filter(conversation__inbox_id__in=inbox_ids(agent))


def colleagues(agent: Agent) -> QuerySet[Agent]:
    """Active agents who share an inbox with this one, himself included; all of them for an
    administrator.
    """
    people = Agent.objects.filter(is_active=True)
    if can(agent, Action.EDIT_AGENTS):
        return people
    return people.filter(
        memberships__active=True, memberships__team__inboxes__in=inbox_ids(agent)
    ).distinct()


def queue(agent: Agent) -> Payload:
    """Who waits and who works, as the router sees it now.

    The same bytes while nothing changes: it holds moments, never ages.
    """
    now = datetime.now(UTC)
    desk = snapshot.desk()
    world = snapshot.world(now, desk)
    decisions = {one.item: one for one in route(world, now.timestamp())}
    skills = dict(Skill.objects.order_by("name").values_list("pk", "name"))
    items = {one.id: one for one in world.waiting}
    found = _joined(visible_items(agent)).filter(state__in=_LINE).order_by("enqueued_at", "pk")
    rows = [_row(one, items.get(one.pk), decisions.get(one.pk), skills) for one in found[:SHOWN]]
    rows.sort(key=lambda row: (not row["live"], row["state"] == "queued", row["place"]))
    steers = can(agent, Action.STEER)
    return {
        "items": rows,
        "agents": _agents(agent, world, skills),
        "steering": {**_steering(skills), "talks": _talks(agent)} if steers else None,
        "warnings": _warnings(agent, desk) if steers else [],
    }


def _warnings(agent: Agent, desk: Desk) -> list[Payload]:
    """What keeps customers waiting by itself, in the inboxes that he may see."""
    mine = set(inbox_ids(agent))
    return [
        {"queue": one.queue, "name": one.name, "text": one.text}
        for one in queues.warnings(desk)
        if one.inboxes & mine
    ]


def _steering(skills: dict[int, str]) -> Payload:
    profiles = CapacityProfile.objects.order_by("units", "name").values("id", "name")
    return {
        "profiles": list(profiles),
        "skills": [{"id": pk, "name": name} for pk, name in skills.items()],
        "priorities": [{"id": value, "name": str(name)} for value, name in Priority.choices],
    }


def _talks(agent: Agent) -> dict[int, list[Payload]]:
    """By agent, what each is in the middle of: where a supervisor may look on; one query."""
    held = visible_items(agent).filter(state=WorkState.ACTIVE, agent__isnull=False)
    found: dict[int, list[Payload]] = {}
    for one in held.select_related("conversation__customer").order_by("pk")[:SHOWN]:
        talk = {"id": one.conversation_id, "name": str(one.conversation.customer)}
        found.setdefault(one.agent_id or 0, []).append(talk)
    return found


def _row(
    item: WorkItem, waiting: Item | None, decided: Decision | None, skills: dict[int, str]
) -> Payload:
    conversation = item.conversation
    need = waiting.need if waiting else None
    return {
        "id": item.pk,
        "row": payloads.row(conversation),
        "live": snapshot.channel(item.channel).live,
        "state": item.state,
        "place": decided.place if decided else 0,
        "priority": conversation.priority,
        "requeued": item.requeued,
        "since": payloads.stamp(item.enqueued_at),
        "due_at": payloads.stamp(item.due_at),
        "step": decided.step if decided else 0,
        "language": need.language if need else conversation.language,
        "skills": [skills[one.skill] for one in need.skills if one.skill in skills] if need else [],
        "queue": item.queue.name if item.queue else "",
        "agent": payloads.agent(item.agent) if item.agent else None,
        "expires_at": payloads.stamp(item.expires_at),
        "eligible": decided.eligible if decided else 0,
        "with_room": decided.with_room if decided else 0,
        "because": _because(item, decided),
    }


def _because(item: WorkItem, decided: Decision | None) -> str:
    """Why nobody has it yet, in one word: offered, nobody, held, reserved, full or soon."""
    if item.state == WorkState.OFFERED:
        return "offered"
    if decided is None or decided.kind in {Kind.OFFER, Kind.ASSIGN}:
        return "soon"
    if decided.kind is Kind.HOLD:
        return "held"
    if decided.kind is Kind.RESERVE:
        return "reserved"
    return "full" if decided.eligible else "nobody"


def _agents(agent: Agent, world: World, skills: dict[int, str]) -> list[Payload]:
    states = {one.id: one for one in world.agents}
    people = colleagues(agent).select_related("capacity").order_by("first_name", "pk")
    shown = [_agent(one, states[one.pk], world, skills) for one in people if one.pk in states]
    return sorted(shown, key=lambda one: not one["online"])


def _agent(person: Agent, state: AgentState, world: World, skills: dict[int, str]) -> Payload:
    load = Load(state, world.settings.channels)
    return {
        **payloads.agent(person),
        "presence": person.presence,
        "since": payloads.stamp(person.presence_since),
        "online": state.online,
        "units": load.unparked_units,
        "most": state.profile.units,
        "holding": dict(sorted(load.counts.items())),
        "channels": sorted(state.channels),
        "channels_off": sorted(person.channels_off),
        "flex": sorted(state.flex),
        "profile": person.capacity_id,
        "skills": [skills[pk] for pk in sorted(state.skills) if pk in skills],
        "languages": sorted(state.languages),
        "reserve": state.reserve,
    }


def why(conversation: Conversation) -> Payload:
    """Why the conversation's agent was chosen; while it waits, why nobody has it yet.

    {"state", "sentences", "agents": [{"agent", "sentence"}]}, in the active language.
    """
    item = WorkItem.objects.filter(conversation=conversation).order_by("-pk").first()
    if item is None:
        return {"state": "", "sentences": [], "agents": []}
    waits = item.state == WorkState.QUEUED
    data = explaining.now(conversation) if waits else explaining.why(item)
    if not data:
        return {"state": item.state, "sentences": _undecided(conversation), "agents": []}
    told = explaining.told(data)
    named = Agent.objects.in_bulk([one["agent"] for one in told["rejected"]])
    return {
        "state": item.state,
        "sentences": [told["text"], *_circumstances(data, waits=waits)],
        "agents": [
            {"agent": payloads.agent(named[one["agent"]]), "sentence": one["text"]}
            for one in told["rejected"]
            if one["agent"] in named
        ],
    }


def _undecided(conversation: Conversation) -> list[str]:
    """Who gave it to its agent, where no decision of the router is kept."""
    if conversation.assignee is None:
        return []
    given = ConversationEvent.objects.filter(conversation=conversation, kind=events.Kind.ASSIGNED)
    last = given.order_by("-seq").first()
    if last is None or last.actor_id:
        said = _("Given to %(name)s by a person.")
    elif "rule" in last.payload:
        said = _("Given to %(name)s by a rule.")
    else:
        said = _("Given to %(name)s automatically; the reasons are not kept.")
    return [said % {"name": conversation.assignee.display_name}]


def _circumstances(data: Mapping[str, Any], *, waits: bool) -> list[str]:
    """How long it waited, at which step, and where in the line."""
    facts = {"seconds": round(data.get("waited", 0)), "step": data.get("step", 0)}
    told = []
    if waits and data.get("place"):
        told.append(_("Place %(place)d in its line.") % {"place": data["place"]})
    if not waits:
        told.append(_("It had waited %(seconds)d s.") % facts)
    if facts["step"]:
        told.append(_("Asked more widely: step %(step)d of 4.") % facts)
    return told
