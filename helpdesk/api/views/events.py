"""The stream of events for programs: a page at once, or a wait for something to happen."""

from __future__ import annotations

import threading
import time
from typing import Any

from django.db import connection
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.base import APIView, token_of
from helpdesk.api.views.conversations import actor, number
from helpdesk.models import Agent, ApiToken
from helpdesk.permissions import limit
from helpdesk.selectors import stream, tokens
from helpdesk.turns import aside

LONGEST = 25
_EVERY = 0.5
_KNOWN_FOR = 2.0  # seconds; what is withdrawn ends within five
# Each waits in a thread of the web server: who finds no place hears at once that there is nothing.
_waiting = threading.BoundedSemaphore(16)


class Events(APIView):
    def get(self, request: Request) -> Response:
        kinds = _kinds(request)
        after, wait = number(request, "after"), number(request, "wait") or 0
        if wait > LONGEST:
            raise ValidationError({"wait": [f"At most {LONGEST} seconds, please."]})
        if after is None:
            after = stream.mark().event
        found, following = stream.read(actor(request), after, kinds)
        if not found and wait and _waiting.acquire(blocking=False):
            try:
                found, following = _awaited(request, following, kinds, wait)
            finally:
                _waiting.release()
        return Response({"events": found, "next": str(following)})


def _awaited(
    request: Request, after: int, kinds: frozenset[str], wait: int
) -> tuple[list[dict[str, Any]], int]:
    """Who loses the right while he waits hears no more (SEC-24)."""
    until = time.monotonic() + wait
    agent, known = actor(request), time.monotonic()
    while True:
        if not connection.in_atomic_block:
            connection.close()  # back to the pool: others need it more than who waits
        with aside():
            time.sleep(_EVERY)
        if time.monotonic() - known >= _KNOWN_FOR:
            fresh, known = _anew(request), time.monotonic()
            if fresh is None:
                return [], after
            agent = fresh
        found, after = stream.read(agent, after, kinds)
        if found or time.monotonic() >= until:
            return found, after


def _anew(request: Request) -> Agent | None:
    """Who asks, as they are by now; None if they may no more."""
    before, token = actor(request), token_of(request)
    if token is None:
        still = Agent.objects.filter(pk=before.pk, is_active=True)
        return still.filter(signed_out_at=before.signed_out_at).first()
    kept = ApiToken.objects.select_related("agent").filter(pk=token.pk).first()
    if kept is None or not tokens.alive(kept):
        return None
    limit(kept.agent, kept)
    return kept.agent


def _kinds(request: Request) -> frozenset[str]:
    asked = frozenset(filter(None, request.query_params.get("types", "").split(",")))
    unknown = sorted(asked - stream.KINDS)
    if unknown:
        raise ValidationError({"types": [f"There is no type {unknown[0][:40]}."]})
    return asked or stream.KINDS
