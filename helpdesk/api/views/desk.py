"""Uploads and search."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http.response import HttpResponseBase
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.base import APIView
from helpdesk.api.permissions import Acting
from helpdesk.api.views.conversations import actor
from helpdesk.files import file_response
from helpdesk.models import Attachment
from helpdesk.permissions import Action
from helpdesk.realtime import payloads
from helpdesk.selectors import search
from helpdesk.selectors.attachments import readable
from helpdesk.services import attachments


def searched(request: Request) -> str:
    """The text of `?q=`, as far as the database can compare it."""
    return request.query_params.get("q", "").replace("\x00", "").strip()[:80]


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


class Download(APIView):
    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Whatever the caller says he accepts: a refusal is JSON, a file is what it is."""
        return super().perform_content_negotiation(request, force=True)

    def get(self, request: Request, pk: uuid.UUID) -> HttpResponseBase:
        found = readable(actor(request), pk)
        if found is None:
            raise Attachment.DoesNotExist
        return file_response(found)


class Search(APIView):
    """Messages, notes and customers that `q` finds; `cursor` for the next page."""

    def get(self, request: Request) -> Response:
        cursor = request.query_params.get("cursor", "")
        return Response(search.find(actor(request), searched(request), cursor))
