"""Conversations as a list, and those that we begin."""

from __future__ import annotations

from django.http import Http404
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.permissions import Acting
from helpdesk.api.serializers.starting import StartSerializer
from helpdesk.api.views.conversations import ConversationList, actor
from helpdesk.models import Inbox
from helpdesk.permissions import Action, visible
from helpdesk.realtime import payloads
from helpdesk.selectors import thread
from helpdesk.services import starting
from helpdesk.services.starting import NotStartedError, Opening


class Conversations(ConversationList):
    """POST: write first, to an address. 200: what this `client_id` began is there already."""

    permission_classes = (Acting.to(Action.REPLY),)

    def post(self, request: Request) -> Response:
        form = StartSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = dict(form.validated_data)
        inbox = visible(actor(request), Inbox).filter(pk=asked.pop("inbox")).first()
        if inbox is None:
            raise Http404
        client_id = asked.pop("client_id")
        try:
            talk, made = starting.start(
                Opening(**asked), inbox, by=actor(request), client_id=client_id
            )
        except NotStartedError as refused:
            raise ValidationError({name: [why] for name, why in refused.errors.items()}) from None
        shown = payloads.row(thread.find(actor(request), talk.pk))
        return Response(shown, status=status.HTTP_201_CREATED if made else status.HTTP_200_OK)
