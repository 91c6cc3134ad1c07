"""POST /chat/<key>/hit/ for sites, and the agents' page /visitors/."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, cast

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from chat import sessions
from chat.visits import browser, snapshot, tracking
from chat.visits.hit import MAX_BODY, BadHitError, parse
from chat.visits.words import words
from helpdesk.models import Agent, Inbox
from helpdesk.permissions import Action, can
from helpdesk.realtime import payloads
from helpdesk.realtime.origins import allowed, normal, same_origin
from helpdesk.web.desk import rail

_TYPES = frozenset({"text/plain", "application/json"})


@csrf_exempt
@require_http_methods(["POST", "OPTIONS"])
def hit(request: HttpRequest, key: str) -> HttpResponse:
    """One hit of a page that carries the widget. No cookie is read or set.

    200 with the reply; 400 no hit, 403 another site, 404 no widget, 413 too large, 415 not
    JSON as text, 429 too fast.
    """
    try:
        inbox = sessions.widget(key)
    except sessions.UnknownWidgetError:
        return _answer(request, None, {"detail": "no such widget"}, 404)
    if not _from_its_site(request, inbox):
        return _answer(request, None, {"detail": "this site is not on the widget's list"}, 403)
    if request.method == "OPTIONS":
        return _preflight(request, inbox)
    body, status = _received(request, inbox)
    return _answer(request, inbox, body, status)


def _received(request: HttpRequest, inbox: Inbox) -> tuple[dict[str, Any], int]:
    if request.content_type not in _TYPES:
        return {"detail": "send text/plain"}, 415
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        return {"detail": "too large"}, 413
    try:
        return asdict(tracking.receive(inbox, parse(request.body), browser.of(request))), 200
    except BadHitError as error:
        return {"detail": str(error)}, 400
    except tracking.TooFastError:
        return {"detail": "too fast"}, 429


def _from_its_site(request: HttpRequest, inbox: Inbox) -> bool:
    """A browser names the page's origin with every POST; who does not is none."""
    origin = request.headers.get("Origin", "")
    scope = {
        "headers": [
            (b"origin", origin.encode("latin-1", "replace")),
            (b"host", request.get_host().encode()),
        ],
        "scheme": request.scheme,
    }
    listed = inbox.settings.get("origins", [])
    return bool(origin) and (same_origin(scope) or allowed(origin, listed))


def _answer(
    request: HttpRequest, inbox: Inbox | None, body: dict[str, Any], status: int = 200
) -> HttpResponse:
    """JSON that only the asking site may read; never with credentials, never kept."""
    response = HttpResponse(orjson.dumps(body), status=status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    return _opened(request, inbox, response)


def _opened(request: HttpRequest, inbox: Inbox | None, response: HttpResponse) -> HttpResponse:
    if inbox is not None:
        response["Access-Control-Allow-Origin"] = normal(request.headers["Origin"])
    response["Vary"] = "Origin"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _preflight(request: HttpRequest, inbox: Inbox) -> HttpResponse:
    """text/plain needs none; a site that sends application/json asks first."""
    response = HttpResponse(status=204)
    response["Access-Control-Allow-Methods"] = "POST"
    response["Access-Control-Allow-Headers"] = "Content-Type"
    response["Access-Control-Max-Age"] = "7200"
    return _opened(request, inbox, response)


@never_cache
@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """GET /visitors/: who is on the sites now, with the first data in the page."""
    agent = cast("Agent", request.user)
    boot = {
        "live": snapshot.of(agent),
        "server_time": payloads.stamp(datetime.now(UTC)),
        "may_invite": can(agent, Action.REPLY),
        "urls": {"api": "/api/v1/", "conversation": reverse("conversation", args=[0])},
    }
    context = {"boot": boot, "words": words(), **rail(agent, current="visitors")}
    return render(request, "chat/visits/page.html", context)
