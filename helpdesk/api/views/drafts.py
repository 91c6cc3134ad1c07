"""Words that have not left: drafts, replies for later, and how an agent likes to write."""

from __future__ import annotations

from typing import Any

from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.base import APIView
from helpdesk.api.permissions import Acting
from helpdesk.api.serializers import DraftSerializer, ScheduleSerializer, WaySerializer
from helpdesk.api.views.conversations import actor
from helpdesk.models import ScheduledReply
from helpdesk.permissions import Action, visible
from helpdesk.realtime import payloads
from helpdesk.selectors import drafts as reading
from helpdesk.selectors import thread, weave
from helpdesk.selectors import ways as ways_of
from helpdesk.services import drafts, preferences, scheduling, ways
from helpdesk.services.addressing import Addressed


class DraftKept(APIView):
    """My draft of a conversation; 409 with the newer one if another tab has written since."""

    permission_classes = (Acting.to(Action.REPLY),)

    def put(self, request: Request, pk: int) -> Response:
        thread.find(actor(request), pk)
        form = DraftSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        fields: dict[str, Any] = dict(form.validated_data)
        fields["files"] = [str(one) for one in fields["files"]]
        return Response({"version": drafts.keep(pk, by=actor(request), **fields)})


class ScheduledReplies(APIView):
    """Replies of a conversation that are to leave later."""

    permission_classes = (Acting.to(Action.REPLY),)

    def get(self, request: Request, pk: int) -> Response:
        conversation = thread.find(actor(request), pk)
        merged = weave.strand_ids(conversation)
        return Response({"scheduled": reading.scheduled(conversation, merged)})

    def post(self, request: Request, pk: int) -> Response:
        thread.find(actor(request), pk)
        form = ScheduleSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        fields: dict[str, Any] = dict(form.validated_data)
        if fields.pop("internal"):
            raise ValidationError({"internal": ["A note is written at once."]})
        del fields["client_id"]
        letter = fields.pop("letter")
        fields["addressed"] = Addressed(**letter) if letter else None
        fields["meta"] = {name: fields.pop(name) for name in ("card", "quick")}
        fields["attachments"] = [str(one) for one in fields["attachments"]]
        row = scheduling.schedule(pk, by=actor(request), **fields)
        return Response(payloads.scheduled(row), status=status.HTTP_201_CREATED)


class ScheduledCancel(APIView):
    permission_classes = (Acting.to(Action.REPLY),)
    verb = staticmethod(scheduling.cancel)

    def post(self, request: Request, pk: int) -> Response:
        known = visible(request.user, ScheduledReply).get(pk=pk)
        return Response(payloads.scheduled(self.verb(known.pk, by=actor(request))))


class ScheduledSend(ScheduledCancel):
    verb = staticmethod(scheduling.send_now)


class Ways(APIView):
    """By which ways the customer can be answered, each with its reason; POST chooses one."""

    permission_classes = (Acting.to(Action.REPLY),)

    def get(self, request: Request, pk: int) -> Response:
        return Response(
            {"ways": [ways_of.shown(way) for way in ways_of.of(thread.find(actor(request), pk))]}
        )

    def post(self, request: Request, pk: int) -> Response:
        thread.find(actor(request), pk)
        form = WaySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        ways.choose(pk, by=actor(request), **form.validated_data)
        return Response(thread.detail(actor(request), pk))


class Preferences(APIView):
    """How I like my own screens; PATCH changes what it names."""

    def get(self, request: Request) -> Response:
        return Response(preferences.of(actor(request)))

    def patch(self, request: Request) -> Response:
        if not isinstance(request.data, dict):
            raise ValidationError("An object, please.")
        return Response(preferences.choose(request.data, by=actor(request)))
