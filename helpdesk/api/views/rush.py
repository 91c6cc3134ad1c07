"""The rush over REST: whether there is one, and what supervisors ease meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.base import APIView
from helpdesk.api.permissions import Acting
from helpdesk.api.serializers import ReliefSerializer
from helpdesk.api.views.conversations import actor
from helpdesk.models import MOST_MORE, Agent, Presence, Relief, ReliefKind, Skill
from helpdesk.permissions import Action, can, visible
from helpdesk.realtime import payloads
from helpdesk.routing import snapshot
from helpdesk.selectors import reliefs as found
from helpdesk.selectors import work
from helpdesk.services import relief
from helpdesk.web import rush_words
from helpdesk.web.work_words import named

# They are here, and may choose to help: domain rule "call-in".
CALLED_IN = frozenset({Presence.TRAINING, Presence.COACHING, Presence.BACK_OFFICE})
Payload = dict[str, Any]


class RushNow(APIView):
    """For the bar on every screen: the rush, and what is eased for this agent."""

    def get(self, request: Request) -> Response:
        agent = actor(request)
        rush = found.rush_now()
        eased = (one for one in found.shown(agent) if one.by_id != agent.pk)
        mine = [one for one in eased if agent in one.agents.all()]
        return Response(
            {
                "since": payloads.stamp(rush.since) if rush else None,
                "signs": rush_words.signs(rush) if rush else [],
                "calm_since": payloads.stamp(rush.calm_since) if rush else None,
                "call_in": rush is not None and agent.presence in CALLED_IN,
                "mine": _told(mine, agent),
            }
        )


class Reliefs(APIView):
    """GET: what holds now, and for who may steer what can be chosen. POST: ease something."""

    permission_classes = (Acting.to(Action.STEER),)

    def get(self, request: Request) -> Response:
        agent = actor(request)
        choices = _choices(agent) if can(agent, Action.STEER) else None
        return Response({"open": _told(list(found.shown(agent)), agent), "choices": choices})

    def post(self, request: Request) -> Response:
        by = actor(request)
        form = ReliefSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        fields = form.validated_data
        people = work.colleagues(by)
        if fields["agent"] is not None:
            people = people.filter(pk=fields["agent"])
        if fields["channel"] and fields["channel"] not in _names(by):
            raise _refusal("channel", "channel")
        try:
            made = relief.grant(_wish(fields), people, by=by)
        except relief.InvalidReliefError as error:
            raise _refusal(error.field, error.code) from error
        told = _told(list(found.shown(by).filter(pk=made.pk)), by)
        return Response(told[0] if told else {"id": made.pk}, status=status.HTTP_201_CREATED)


class ReliefEnd(APIView):
    """Take it back before its time. Harmless to repeat."""

    permission_classes = (Acting.to(Action.STEER),)

    def post(self, request: Request, pk: int) -> Response:
        by = actor(request)
        relief.take_back(visible(by, Relief).only("pk").get(pk=pk).pk, by=by)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _wish(fields: Payload) -> relief.Wish:
    minutes, skill = fields["minutes"], fields["skill"]
    return relief.Wish(
        ReliefKind(fields["kind"]),
        fields["reason"],
        lasts=None if minutes is None else timedelta(minutes=minutes),
        channel=fields["channel"],
        more=fields["more"],
        skill=Skill.objects.filter(pk=skill).first() if skill else None,
        level=fields["level"],
        emergency=fields["emergency"],
    )


def _refusal(field: str, code: str) -> ValidationError:
    return ValidationError({field: [rush_words.refusals()[code]]})


def _names(agent: Agent) -> set[str]:
    return {one["name"] for one in work.channels_of(agent)}


def _choices(agent: Agent) -> Payload:
    """Whom, on which channels and with what; a call has no limit to raise."""
    rules = snapshot.channels()
    people = work.colleagues(agent).order_by("first_name", "pk")
    return {
        "agents": [{"id": one.pk, "name": one.display_name} for one in people],
        "channels": [
            {"id": one["name"], "name": one["label"]}
            for one in named(work.channels_of(agent))
            if not rules[one["name"]].alone
        ],
        "skills": [
            {"id": pk, "name": name}
            for pk, name in Skill.objects.order_by("name").values_list("pk", "name")
        ],
        "most": MOST_MORE,
    }


def _told(some: list[Relief], agent: Agent) -> list[Payload]:
    channels = work.channels_of(agent) if some else []
    return [
        {
            "id": one.pk,
            "kind": one.kind,
            "text": rush_words.relief(one, channels),
            "agents": sorted(who.display_name for who in one.agents.all()),
            "reason": one.reason,
            "by": one.by.display_name if one.by else "",
            "since": payloads.stamp(one.made_at),
            "until": payloads.stamp(one.until),
        }
        for one in some
    ]
