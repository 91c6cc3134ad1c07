"""Leads over REST: the list, the capture from a conversation, the follow-up, the file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.http import HttpResponseBase, StreamingHttpResponse
from rest_framework import status
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk import audit
from helpdesk.api.base import APIView
from helpdesk.api.permissions import Acting
from helpdesk.api.serializers import LeadChangeSerializer, LeadSerializer
from helpdesk.api.views.conversations import actor, number
from helpdesk.api.views.desk import searched
from helpdesk.models import Act, Lead, LeadStatus
from helpdesk.permissions import Action, can, visible
from helpdesk.selectors import beside, thread
from helpdesk.selectors import leads as found
from helpdesk.services import leads
from helpdesk.streams import streamed


def filters(request: Request) -> found.Filters:
    """The filters of the query string; 400 for a status or a number that is none."""
    wanted = request.query_params.get("status", "")
    if wanted and wanted not in LeadStatus.values:
        raise ValidationError({"status": ["There is no such status."]})
    nobody = request.query_params.get("owner") == "none"
    return found.Filters(
        status=wanted,
        inbox=number(request, "inbox"),
        owner=-1 if nobody else number(request, "owner"),
        text=searched(request),
    )


class LeadList(APIView):
    permission_classes = (Acting.to(Action.EDIT_LEADS),)

    def get(self, request: Request) -> Response:
        rows, following = found.page(actor(request), filters(request), number(request, "cursor"))
        following_text = None if following is None else str(following)
        return Response({"results": [found.payload(one) for one in rows], "next": following_text})

    def post(self, request: Request) -> Response:
        form = LeadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        fields = dict(form.validated_data)
        conversation = thread.find(actor(request), fields.pop("conversation"))
        consent = fields.pop("consent")
        lead, created = leads.capture(
            conversation.pk, leads.Contact(**fields), consent=consent, by=actor(request)
        )
        code = status.HTTP_201_CREATED if created else status.HTTP_200_OK
        return _shown(request, lead.pk, code)


class LeadDetail(APIView):
    permission_classes = (Acting.to(Action.EDIT_LEADS),)

    def get(self, request: Request, pk: int) -> Response:
        return _shown(request, pk)

    def patch(self, request: Request, pk: int) -> Response:
        lead = visible(request.user, Lead).get(pk=pk)
        form = LeadChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        fields = dict(form.validated_data)
        if "owner" in fields:
            fields["owner"] = fields["owner"] or 0
        leads.change(lead, leads.Change(**fields), by=actor(request))
        return _shown(request, pk)


def _shown(request: Request, pk: int, code: int = status.HTTP_200_OK) -> Response:
    lead = visible(request.user, Lead).select_related("inbox", "owner").get(pk=pk)
    return Response(found.payload(lead), status=code)


class LeadFile(APIView):
    """The leads of a list as CSV: personal data leaves the desk, so not every agent may."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Whatever the caller says he accepts: a refusal is JSON, the file is CSV."""
        return super().perform_content_negotiation(request, force=True)

    def get(self, request: Request) -> HttpResponseBase:
        if not can(request.user, Action.EXPORT_LEADS):
            raise PermissionDenied
        with transaction.atomic():
            audit.record(Act.EXPORTED, by=actor(request), changes={"what": ("", "leads")})
        parts = found.csv_parts(actor(request), filters(request))
        response = StreamingHttpResponse(
            streamed(request._request, parts),  # noqa: SLF001  DRF's way to Django's request
            content_type="text/csv; charset=utf-8",
        )
        name = f"leads-{datetime.now(UTC):%Y-%m-%d}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "private, no-store"
        response["X-Content-Type-Options"] = "nosniff"
        return response


class ConversationBeside(APIView):
    """What the context column shows below the customer."""

    def get(self, request: Request, pk: int) -> Response:
        return Response(beside.of(actor(request), thread.find(actor(request), pk)))
