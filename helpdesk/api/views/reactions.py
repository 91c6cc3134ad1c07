"""Agents' reactions to customers' messages."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.base import APIView
from helpdesk.api.permissions import Acting
from helpdesk.api.serializers.reactions import ReactionSerializer
from helpdesk.api.views.conversations import actor
from helpdesk.models import Message
from helpdesk.permissions import Action, visible
from helpdesk.selectors import thread
from helpdesk.services import reacting


class MessageReaction(APIView):
    """PUT messages/<pk>/reaction/: {"emoji"}; "" takes it off."""

    permission_classes = (Acting.to(Action.REPLY),)

    def put(self, request: Request, pk: str) -> Response:
        message = visible(request.user, Message).get(pk=pk)
        wanted = ReactionSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        reacting.react(message, wanted.validated_data["emoji"], by=actor(request))
        return Response(thread.message(actor(request), pk))
