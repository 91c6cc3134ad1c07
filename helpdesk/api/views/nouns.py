"""Nouns that only programs read over REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.base import APIView, token_of
from helpdesk.api.views.conversations import actor, number
from helpdesk.models import Agent, Scope
from helpdesk.permissions import Action, can, inbox_ids
from helpdesk.realtime import payloads
from helpdesk.selectors import nouns, thread

MOST_DAYS = 92


class Me(APIView):
    """Whom one acts as, with what is left of the rights."""

    def get(self, request: Request) -> Response:
        agent, token = actor(request), token_of(request)
        return Response(
            {
                "agent": nouns.person(agent),
                "scopes": token.scopes if token else list(Scope.values),
                "inboxes": inbox_ids(agent),
                "expires_at": payloads.stamp(token.expires_at) if token else None,
            }
        )


class _List(APIView):
    listed: Callable[[Agent], list[dict[str, Any]]]

    def get(self, request: Request) -> Response:
        return Response({"results": type(self).listed(actor(request))})


class Inboxes(_List):
    listed = staticmethod(nouns.of_inboxes)


class Teams(_List):
    listed = staticmethod(nouns.of_teams)


class Agents(_List):
    listed = staticmethod(nouns.of_agents)


class Queues(_List):
    listed = staticmethod(nouns.of_queues)


class OneMessage(APIView):
    def get(self, request: Request, pk: str) -> Response:
        return Response(thread.message(actor(request), pk))


class Promises(APIView):
    def get(self, request: Request, pk: int) -> Response:
        return Response({"results": nouns.promises(thread.find(actor(request), pk))})


class PromisesReport(APIView):
    def get(self, request: Request) -> Response:
        if not can(request.user, Action.SEE_LEDGER):
            raise PermissionDenied
        days = number(request, "days")
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise ValidationError({"days": [f"1 to {MOST_DAYS}, please."]})
        return Response(nouns.kept(actor(request), days or 7))
