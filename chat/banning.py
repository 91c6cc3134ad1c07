"""POST api/v1/conversations/<id>/ban/: an agent keeps a visitor from writing for a while."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chat import guard
from chat.models import BanKind
from helpdesk.api.permissions import Acting
from helpdesk.models import Agent, Conversation
from helpdesk.permissions import Action, visible

MAX_HOURS = 30 * 24


class BanSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=BanKind.choices, default=BanKind.VISITOR)
    hours = serializers.IntegerField(min_value=1, max_value=MAX_HOURS, default=24)
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class ConversationBan(APIView):
    """Ban the visitor, the customer or the internet address of a conversation that one sees."""

    permission_classes = (Acting.to(Action.BAN),)

    def post(self, request: Request, pk: int) -> Response:
        agent = cast("Agent", request.user)
        conversation = visible(agent, Conversation).select_related("inbox").get(pk=pk)
        asked = BanSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        kind, hours = BanKind(asked.validated_data["kind"]), asked.validated_data["hours"]
        value = guard.value_of(conversation, kind)
        if not value:
            return Response({"detail": _("This is not known of the visitor.")}, status=409)
        until = datetime.now(UTC) + timedelta(hours=hours)
        reason = asked.validated_data["reason"]
        guard.ban(conversation.inbox, kind, value, until=until, reason=reason, by=agent)
        return Response({"until": until.isoformat(timespec="seconds")}, status=201)
