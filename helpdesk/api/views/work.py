"""The router over REST: presence, offers, wrap-up, why this agent, and the queue."""

from __future__ import annotations

from typing import Any

from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.base import APIView
from helpdesk.api.permissions import Acting
from helpdesk.api.rendering import etag
from helpdesk.api.serializers import (
    AgentSteerSerializer,
    DeclineSerializer,
    PresenceSerializer,
    SteerSerializer,
)
from helpdesk.api.views.conversations import actor
from helpdesk.models import Agent, CapacityProfile, Presence, WorkItem, WorkState
from helpdesk.permissions import Action
from helpdesk.realtime import payloads
from helpdesk.selectors import thread
from helpdesk.selectors import work as found
from helpdesk.services import assignments, presence, steering, work


class OwnPresence(APIView):
    """The agent's own state and switches. 409 `live_contacts` for leaving without `hand_back`."""

    def get(self, request: Request) -> Response:
        return Response(_own(actor(request)))

    def post(self, request: Request) -> Response:
        form = PresenceSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        fields, agent = form.validated_data, actor(request)
        if "presence" in fields and fields["presence"] != agent.presence:
            chosen = Presence(fields["presence"])
            presence.set_presence(agent, chosen, hand_back=fields["hand_back"])
        if "channels_off" in fields:
            known = {one["name"] for one in found.channels_of(agent)}
            steering.switch_channels(agent, [one for one in fields["channels_off"] if one in known])
        return Response(_own(agent))


class OwnRest(APIView):
    """His browser saw no sign of him for a while, asked, and got none: nothing new for now."""

    def post(self, request: Request) -> Response:
        agent = actor(request)
        presence.rest(agent)
        agent.refresh_from_db(fields=["presence", "presence_since"])
        return Response(_own(agent))


def _own(agent: Agent) -> dict[str, Any]:
    return {
        **found.own_presence(agent),
        "channels": found.channels_of(agent),
        "live": found.live_count(agent),
    }


class Offers(APIView):
    """What the agent is asked now, for a screen that missed a push."""

    def get(self, request: Request) -> Response:
        return Response(found.asked(actor(request)))


class OfferAccept(APIView):
    """409 `offer_gone` when it was taken back, has expired or was never his."""

    permission_classes = (Acting.to(Action.REPLY),)

    def post(self, request: Request, item: int) -> Response:
        found.visible_items(actor(request)).only("pk").get(pk=item)
        return Response(payloads.row(work.accept(item, actor(request))))


class OfferDecline(APIView):
    permission_classes = (Acting.to(Action.REPLY),)

    def post(self, request: Request, item: int) -> Response:
        found.visible_items(actor(request)).only("pk").get(pk=item)
        form = DeclineSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        work.decline(item, actor(request), form.validated_data["reason"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class WrapUpFinish(APIView):
    """The agent has tidied up after a conversation. Harmless to repeat."""

    permission_classes = (Acting.to(Action.REPLY),)

    def post(self, request: Request, pk: int) -> Response:
        conversation = thread.find(actor(request), pk)
        item = WorkItem.objects.filter(conversation=conversation, state=WorkState.WRAP_UP).first()
        if item is not None:
            work.finish(item.pk, actor(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ConversationWhy(APIView):
    """Why its agent was chosen, or why nobody has it yet: sentences, and a word on each other."""

    def get(self, request: Request, pk: int) -> Response:
        return Response(found.why(thread.find(actor(request), pk)))


class QueueNow(APIView):
    """Who waits and who works. Ask every few seconds with the ETag: no change, no body."""

    def get(self, request: Request) -> Response:
        now = found.queue(actor(request))
        mark = etag(now)
        headers = {"ETag": mark, "Cache-Control": "private, no-cache"}
        if mark in request.headers.get("If-None-Match", ""):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
        return Response(now, headers=headers)


class QueueSteer(APIView):
    """A supervisor's act on a waiting item: its priority, one step wider, or its agent."""

    permission_classes = (Acting.to(Action.STEER),)

    def post(self, request: Request, item: int) -> Response:
        by = actor(request)
        one = found.visible_items(by).exclude(state=WorkState.DONE).get(pk=item)
        form = SteerSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        fields = form.validated_data
        if "priority" in fields:
            steering.set_priority(one.pk, fields["priority"], by=by)
        elif fields["relax"]:
            steering.relax(one.pk, by=by)
        else:
            to = Agent.objects.filter(pk=fields["agent"], is_active=True).first()
            if to is None:
                raise ValidationError({"agent": ["There is no such agent."]})
            assignments.assign(
                one.conversation_id, to, by=by, why=fields["reason"], force=fields["force"]
            )
        return Response(status=status.HTTP_204_NO_CONTENT)


class AgentSteer(APIView):
    """A supervisor's act on an agent: another profile, helps out, comes back."""

    permission_classes = (Acting.to(Action.STEER),)

    def post(self, request: Request, pk: int) -> Response:
        by = actor(request)
        agent = found.colleagues(by).get(pk=pk)
        form = AgentSteerSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        fields = form.validated_data
        profile = fields.get("profile")
        if fields["flex"] and all(one["name"] != fields["flex"] for one in found.channels_of(by)):
            raise ValidationError({"flex": ["There is no such channel."]})
        change = steering.Change(
            profile=CapacityProfile.objects.get(pk=profile) if profile else None,
            flex=fields["flex"],
            back=fields["back"],
        )
        steering.change_agent(agent.pk, change, by=by)
        return Response(status=status.HTTP_204_NO_CONTENT)
