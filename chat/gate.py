"""The gate of a visitor's HTTP addresses: which sites, which visitors, how fast (AUT-11, AUT-18).

The panel is a page of ours, so its requests come from our own origin. A site that builds its
own panel may call from an origin of the widget's list; no cookie is read, and none is allowed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, Concatenate, ParamSpec

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from chat import guard, sessions
from chat.polling import answer, visitor_of
from helpdesk import client_ip
from helpdesk.realtime.origins import allowed, normal, same_origin

P = ParamSpec("P")
HEADERS = "Authorization, Content-Type, X-Sitting"

Posting = Callable[Concatenate[HttpRequest, sessions.Visitor, P], HttpResponse]
View = Callable[..., Any]


def sites(view: View) -> View:
    """Let only pages of the widget's sites read the answer; a preflight is answered here."""
    if iscoroutinefunction(view):

        @wraps(view)
        async def waiting(request: HttpRequest, key: str, **rest: Any) -> HttpResponseBase:
            site = await sync_to_async(_site)(request, key)
            if site is None or request.method == "OPTIONS":
                return _opened(HttpResponse(status=403 if site is None else 204), site)
            return _opened(await view(request, key, **rest), site)

        return waiting

    @wraps(view)
    def checked(request: HttpRequest, key: str, **rest: Any) -> HttpResponseBase:
        site = _site(request, key)
        if site is None or request.method == "OPTIONS":
            return _opened(HttpResponse(status=403 if site is None else 204), site)
        return _opened(view(request, key, **rest), site)

    return checked


def _site(request: HttpRequest, key: str) -> str | None:
    """The other site that asks, "" for our own pages and programs, None for one not listed."""
    origin = request.headers.get("Origin")
    if origin is None:
        return ""
    headers = [(b"origin", origin.encode("latin-1", "replace"))]
    headers.append((b"host", request.headers.get("Host", "").encode("latin-1", "replace")))
    if same_origin({"headers": headers, "scheme": request.scheme}):
        return ""
    try:
        listed = sessions.widget(key).settings.get("origins", [])
    except sessions.UnknownWidgetError:
        return None
    return normal(origin) if normal(origin) and allowed(origin, listed) else None


def _opened(response: HttpResponseBase, site: str | None) -> HttpResponseBase:
    patch_vary_headers(response, ["Origin"])
    if site:
        response["Access-Control-Allow-Origin"] = site
        if response.status_code == 204:
            response["Access-Control-Allow-Methods"] = "GET, POST"
            response["Access-Control-Allow-Headers"] = HEADERS
            response["Access-Control-Max-Age"] = "7200"
    return response


def posts(view: Posting[P]) -> View:
    """A POST of a visitor who is not banned; newcomers are counted. Refusals as JSON:
    403 with a reason that stays, 429 with the time to wait.
    """

    @csrf_exempt
    @sites
    @require_POST
    @wraps(view)
    def guarded(request: HttpRequest, key: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        visitor = visitor_of(request, key)
        try:
            guard.admit(visitor)
            if not visitor.session_id:
                address = client_ip.of_request(request)
                guard.take_of(guard.SESSIONS, visitor.inbox, address)
            return view(request, visitor, *args, **kwargs)
        except guard.RefusedError as error:
            return refused(error)

    return guarded


def refused(error: guard.RefusedError) -> HttpResponse:
    """A refusal as HTTP tells it."""
    response = answer({"type": "error", **error.answer()}, 429 if error.retry_ms else 403)
    if error.retry_ms:
        response["Retry-After"] = str(-(-error.retry_ms // 1000))
    return response
