"""Templates, uploads, search."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Case, Q, Value, When
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from helpdesk.api.permissions import Acting
from helpdesk.api.views.conversations import actor, number
from helpdesk.models import Conversation, Template
from helpdesk.permissions import Action, visible
from helpdesk.realtime import payloads
from helpdesk.selectors import search, thread
from helpdesk.services import attachments, templates


def searched(request: Request) -> str:
    """The text of `?q=`, as far as the database can compare it."""
    return request.query_params.get("q", "").replace("\x00", "").strip()[:80]


def _own_first(conversation: Conversation | None) -> Case:
    """Orders templates of the conversation's language first, then those without one."""
    language = ""
    if conversation:
        language = conversation.language or conversation.customer.language
        language = language or conversation.inbox.language
    own = When(language=language, then=Value(0))
    return Case(own, When(language="", then=Value(1)), default=Value(2))


class TemplateList(APIView):
    """Templates that match `q`, filled in for `conversation` if given."""

    def get(self, request: Request) -> Response:
        found = visible(request.user, Template)
        query = searched(request)
        if query:
            found = found.filter(Q(shortcut__istartswith=query) | Q(name__icontains=query))
        pk = number(request, "conversation")
        conversation = thread.find(actor(request), pk) if pk else None
        return Response(
            [
                {
                    "id": one.pk,
                    "name": one.name,
                    "shortcut": one.shortcut,
                    "language": one.language,
                    "text": (
                        templates.render(one.text, conversation, actor(request))
                        if conversation
                        else one.text
                    ),
                }
                for one in found.order_by(_own_first(conversation), "-uses", "name")[:30]
            ]
        )


class TemplateUsed(APIView):
    def post(self, request: Request, pk: int) -> Response:
        templates.used(visible(request.user, Template).get(pk=pk).pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Upload(APIView):
    parser_classes = (MultiPartParser,)
    permission_classes = (Acting.to(Action.REPLY),)

    def post(self, request: Request) -> Response:
        file = request.FILES.get("file")
        if not isinstance(file, UploadedFile):
            raise ValidationError({"file": ["Choose a file."]})
        if (file.size or 0) == 0:
            raise ValidationError({"file": ["The file is empty."]})
        stored = attachments.upload(file.name or "file", file.read(), by=actor(request))
        return Response(payloads.attachment(stored), status=status.HTTP_201_CREATED)


class Search(APIView):
    """Messages, notes and customers that `q` finds; `cursor` for the next page."""

    def get(self, request: Request) -> Response:
        cursor = request.query_params.get("cursor", "")
        return Response(search.find(actor(request), searched(request), cursor))
