"""Texts that the provider of a conversation has approved."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.base import APIView
from helpdesk.api.permissions import Acting
from helpdesk.api.views.conversations import actor
from helpdesk.models import ApprovedText
from helpdesk.permissions import Action
from helpdesk.selectors import thread


class ConversationApproved(APIView):
    """GET: what may be sent once the window has closed, by name and language."""

    permission_classes = (Acting.to(Action.REPLY),)

    def get(self, request: Request, pk: int) -> Response:
        conversation = thread.find(actor(request), pk)
        found = ApprovedText.objects.filter(inbox=conversation.answered_by, approved=True)
        fields = ("id", "name", "language", "category", "body", "gaps")
        return Response({"results": list(found.values(*fields)[:500])})
