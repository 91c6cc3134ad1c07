"""Phone calls that an agent writes down."""

from __future__ import annotations

from uuid import UUID

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.base import APIView
from helpdesk.api.permissions import Acting
from helpdesk.api.serializers.strict import Strict
from helpdesk.api.views.conversations import actor
from helpdesk.models import CallState, CallWay, Message
from helpdesk.permissions import Action, visible
from helpdesk.realtime import payloads
from helpdesk.selectors import thread
from helpdesk.services import calls


class CallSerializer(Strict):
    """seconds: how long they talked. at: when it began, in ISO 8601."""

    way = serializers.ChoiceField(CallWay.choices)
    state = serializers.ChoiceField(CallState.choices, default=CallState.COMPLETED)
    seconds = serializers.IntegerField(min_value=0, max_value=calls.MAX_SECONDS, default=0)
    disposition = serializers.CharField(allow_blank=True, max_length=120, default="")
    notes = serializers.CharField(allow_blank=True, max_length=calls.MAX_NOTES, default="")
    at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class OutcomeSerializer(Strict):
    disposition = serializers.CharField(allow_blank=True, max_length=120)
    notes = serializers.CharField(allow_blank=True, max_length=calls.MAX_NOTES)


class CallDetail(APIView):
    """How a call ended, in our words: by its entry in the thread."""

    permission_classes = (Acting.to(Action.REPLY),)

    def patch(self, request: Request, pk: UUID) -> Response:
        message = visible(request.user, Message).get(pk=pk, call__isnull=False)
        form = OutcomeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        edited = calls.edit(message.pk, by=actor(request), **form.validated_data)
        return Response(thread.message(actor(request), edited.pk))


class ConversationCalls(APIView):
    permission_classes = (Acting.to(Action.REPLY),)

    def post(self, request: Request, pk: int) -> Response:
        thread.find(actor(request), pk)
        form = CallSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        message = calls.log(pk, by=actor(request), **form.validated_data)
        return Response(payloads.message(message, []), status=status.HTTP_201_CREATED)
