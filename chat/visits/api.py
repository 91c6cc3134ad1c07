"""GET api/v1/visitors/, …/<visit>/ and POST …/<visit>/invite/: scoped by the agent's inboxes."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Any, cast

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chat.visits import live, snapshot
from chat.visits.models import Visit
from helpdesk.api.permissions import Acting
from helpdesk.api.rendering import OrjsonRenderer
from helpdesk.models import Agent
from helpdesk.permissions import Action, inboxes
from helpdesk.realtime import payloads

MAX_TRAIL = 100


def _visit(request: Request, pk: int) -> Visit:
    """A visit of an inbox that this agent may see. Raises Visit.DoesNotExist (404)."""
    agent = cast("Agent", request.user)
    return Visit.objects.select_related("inbox").get(pk=pk, inbox__in=inboxes(agent))


class VisitorList(APIView):
    """Who is on the sites now. Ask every few seconds with the ETag: no change, no body."""

    def get(self, request: Request) -> Response:
        found = snapshot.of(cast("Agent", request.user))
        mark = f'"{sha256(OrjsonRenderer().render(found)).hexdigest()[:32]}"'
        headers = {"ETag": mark, "Cache-Control": "private, no-cache"}
        if mark in request.headers.get("If-None-Match", ""):
            return Response(status=304, headers=headers)
        return Response(found, headers=headers)


class VisitorTrail(APIView):
    """The pages of one visit, newest first, with what its visitor looked for."""

    def get(self, request: Request, pk: int) -> Response:
        visit = _visit(request, pk)
        views = list(visit.views.order_by("-at", "-pk")[:MAX_TRAIL])
        return Response(
            {
                "id": visit.pk,
                "since": payloads.stamp(visit.started_at),
                "searches": visit.searches,
                "pages": [
                    {
                        "id": one.pk,
                        "at": payloads.stamp(one.at),
                        "url": one.url,
                        "title": one.title,
                        "seconds": one.seconds,
                    }
                    for one in views
                ],
            }
        )


class InviteSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=300)


class VisitorInvite(APIView):
    """Ask this visitor whether he wants help: shown on his page within five seconds."""

    permission_classes = (Acting.to(Action.REPLY),)

    def post(self, request: Request, pk: int) -> Response:
        visit = _visit(request, pk)
        asked = InviteSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        row = snapshot.row_of(visit)
        refusal = _refusal(row)
        if refusal:
            return Response({"detail": refusal}, status=409)
        agent = cast("Agent", request.user)
        invitation = {
            "id": f"agent-{secrets.token_hex(8)}",
            "name": "",
            "text": asked.validated_data["text"],
            "button": "",
            "agent": payloads.visitor_agent(agent),
            "action": "bubble",
        }
        if not live.invite(visit.inbox_id, visit.key, invitation):
            return Response({"detail": _("This visitor has left the site.")}, status=409)
        return Response({"ok": True}, status=202)


def _refusal(row: snapshot.Row | None) -> str:
    """Why nobody may ask this visitor now, or ""."""
    if row is None:
        return _("This visitor has left the site.")
    return {
        "chatting": _("This visitor is in a chat already."),
        "invited": _("This visitor was invited a moment ago."),
        "declined": _("This visitor declined an invitation today."),
    }.get(row["status"], "")
