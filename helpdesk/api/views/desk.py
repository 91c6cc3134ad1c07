"""Templates, uploads, search."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from helpdesk.api.permissions import Acting
from helpdesk.api.serializers import ProposalSerializer
from helpdesk.api.views.conversations import actor, number
from helpdesk.models import Template
from helpdesk.permissions import Action, visible
from helpdesk.realtime import payloads
from helpdesk.selectors import search, thread
from helpdesk.selectors import templates as reads
from helpdesk.services import attachments, templates


def searched(request: Request) -> str:
    """The text of `?q=`, as far as the database can compare it."""
    return request.query_params.get("q", "").replace("\x00", "").strip()[:80]


class TemplateList(APIView):
    """Templates that match `q`, filled in for `conversation` if given; POST proposes one."""

    permission_classes = (Acting.to(Action.USE_TEMPLATES),)

    def get(self, request: Request) -> Response:
        pk = number(request, "conversation")
        conversation = thread.find(actor(request), pk) if pk else None
        return Response(reads.offered(actor(request), searched(request), conversation))

    def post(self, request: Request) -> Response:
        form = ProposalSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            made = templates.propose(by=actor(request), **form.validated_data)
        except templates.ProposalError as error:
            raise ValidationError({"text": [str(error)]}) from None
        return Response({"id": made.pk}, status=status.HTTP_201_CREATED)


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
