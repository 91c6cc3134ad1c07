"""Every request has an id and a caller, for logs and for the audit."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from helpdesk import acting, client_ip, measuring

HEADER = "X-Request-Id"
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestFacts:
    """Middleware: tells helpdesk.acting who calls, and the caller how we name his request."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self._next = get_response
        self._waits = iscoroutinefunction(get_response)
        if self._waits:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self._waits:
            return self._later(request)
        found, began = of_request(request), time.monotonic()
        with acting.known(found):
            return _told(request, cast("HttpResponseBase", self._next(request)), found, began)

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        found, began = of_request(request), time.monotonic()
        with acting.known(found):
            return _told(request, await self._next(request), found, began)


def of_request(request: HttpRequest) -> acting.Facts:
    """An id of our own, or the one that our own proxy gave; and the caller's address."""
    given = request.headers.get(HEADER, "")
    own = bool(_ID.fullmatch(given)) and client_ip.through_proxy(request)
    caller = client_ip.of_request(request)
    return acting.Facts(given if own else uuid.uuid4().hex, str(caller) if caller else "")


def _told(
    request: HttpRequest, response: HttpResponseBase, found: acting.Facts, began: float
) -> HttpResponseBase:
    """The answer with its id, counted by the name of its route."""
    response[HEADER] = found.request
    match = request.resolver_match
    measuring.answered(
        match.url_name or "" if match else "", response.status_code, time.monotonic() - began
    )
    return response
