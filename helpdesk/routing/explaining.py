"""Decisions as plain data that can be kept, and in words that a screen can show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from math import inf
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk.models import Agent, Conversation, Skill, WorkItem, WorkState
from helpdesk.routing import queue, snapshot
from helpdesk.routing.matching import NEVER
from helpdesk.routing.queue import Decision, Kind
from helpdesk.routing.reasons import Code, Rejection

Data = dict[str, Any]
SHOWN_ORDER = 3


def _number(value: float) -> float | None:
    """JSON knows no infinity."""
    return None if value in {inf, -inf} else value


def as_data(decision: Decision) -> Data:
    """A decision as JSON: codes and figures, no words, so that every reader reads his language.

    why: the short code for the agent's screen.
    """
    return {
        "kind": str(decision.kind),
        "agent": decision.agent,
        "why": _why(decision),
        "place": decision.place,
        "order": [_number(part) for part in decision.order],
        "step": decision.step,
        "waited": round(decision.waited, 1),
        "eligible": decision.eligible,
        "with_room": decision.with_room,
        "key": [_number(part) for part in decision.key],
        "sticky": decision.sticky,
        "assisted": decision.assisted,
        "protected": decision.protected,
        "rejected": [_rejection(one) for one in decision.rejected],
    }


def _why(decision: Decision) -> str:
    if decision.kind not in {Kind.OFFER, Kind.ASSIGN}:
        return str(decision.kind)
    if decision.sticky:
        return "knows_customer"
    if decision.eligible == 1:
        return "only_one"
    return "assisted" if decision.assisted else "best_placed"


def _rejection(one: Rejection) -> Data:
    reason = one.reason
    return {
        "agent": one.agent,
        "code": str(reason.code),
        "subject": reason.subject,
        "need": reason.need,
        "have": reason.have,
        "step": reason.step,
    }


def why(item: WorkItem) -> Data:
    """Why the agent who has the item, or is asked, was chosen; {} if the router did not choose."""
    return dict(item.decision)


def now(conversation: Conversation) -> Data | None:
    """What becomes of a waiting conversation as things stand; None if it does not wait."""
    item = WorkItem.objects.filter(conversation=conversation, state=WorkState.QUEUED).first()
    if item is None:
        return None
    moment = datetime.now(UTC)
    world = snapshot.world(moment)
    if all(one.id != item.pk for one in world.waiting):
        return None
    decisions = queue.route(replace(world), moment.timestamp())
    found = next(one for one in decisions if one.item == item.pk and one.place)
    return as_data(found)


def told(data: Mapping[str, Any]) -> Data:
    """The data of a decision with words added: `text` for it and for each who did not get it."""
    ids = [one["agent"] for one in data.get("rejected", ())]
    agents = Agent.objects.in_bulk(filter(None, [*ids, data.get("agent")]))
    skills = {one["subject"] for one in data.get("rejected", ()) if "skill" in one["code"]}
    names = dict(Skill.objects.filter(pk__in=skills).values_list("pk", "name")) if skills else {}
    chosen = agents.get(data.get("agent") or 0)
    return {
        **data,
        "text": summary(data, chosen.display_name if chosen else ""),
        "rejected": [
            {
                **one,
                "name": agents[one["agent"]].display_name,
                "text": sentence({**one, "subject": names.get(one["subject"], one["subject"])}),
            }
            for one in data.get("rejected", ())
            if one["agent"] in agents
        ],
    }


def summary(data: Mapping[str, Any], name: str) -> str:
    """One sentence on a decision; `name` is the agent's."""
    eligible, room = int(data.get("eligible", 0)), int(data.get("with_room", 0))
    texts = {
        "knows_customer": _("%(name)s knows this customer."),
        "only_one": _("%(name)s is the only one who can take it."),
        "assisted": _("%(name)s can answer with a translator's help."),
        "best_placed": _("%(name)s has the best place of %(room)d with room."),
        "reserve": _("Nobody has room: %(name)s is kept free for it."),
        "hold": _("It waits a little for %(name)s, who knows this customer."),
    }
    code = str(data.get("why", ""))
    if code in texts:
        return texts[code] % {"name": name, "room": room}
    if not eligible:
        return _("Nobody who could take it is online.")
    text = ngettext(
        "%(count)d agent could take it, but has no room.",
        "%(count)d agents could take it, but have no room.",
        eligible,
    )
    return text % {"count": eligible}


def sentence(reason: Mapping[str, Any]) -> str:
    """Why an agent does not get it, in words. reason: one of `rejected`, its subject named."""
    text = _texts()[Code(reason["code"])] % {
        "subject": reason.get("subject"),
        "need": _whole(reason.get("need")),
        "have": _whole(reason.get("have")),
    }
    step = reason.get("step")
    if step is not None and 0 < step < NEVER:
        return _("%(text)s Will do from step %(step)d.") % {"text": text, "step": step}
    return text


def _whole(value: float | None) -> int:
    return 0 if value is None else round(value)


def _texts() -> dict[Code, str]:
    return {
        Code.OFFLINE: _("Is not online."),
        Code.CHANNEL: _("Does not work on this channel."),
        Code.TOO_HEAVY: _("It weighs %(need)d units, and the agent carries %(have)d in all."),
        Code.HARD_SKILL: _("%(subject)s at level %(need)d is a must; has %(have)d."),
        Code.SKILL: _("%(subject)s at level %(need)d is asked for; has %(have)d."),
        Code.LANGUAGE: _(
            "The language “%(subject)s” at level %(need)d is asked for; has %(have)d."
        ),
        Code.TEAM: _("Is in none of the teams that are asked now."),
        Code.RESERVE: _("Helps only when all else has failed."),
        Code.BANNED: _("May not see this inbox."),
        Code.DECLINED: _("Said no, or nothing, %(have)d s ago."),
        Code.RESERVED: _("Is kept free for one who came before."),
        Code.PROTECTED: _("Is kept free for overdue work."),
        Code.ON_CALL: _("Is on a call."),
        Code.BUSY_LIVE: _("Has live contacts, and a call needs both hands."),
        Code.HAS_PARKED: _("Has work that was set aside."),
        Code.NO_UNITS: _("It takes %(need)d units, and %(have)d are free."),
        Code.CHANNEL_FULL: _("Has %(have)d of at most %(need)d on this channel."),
    }
