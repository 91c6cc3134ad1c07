"""Django's ASGI handler with one trip to a thread for each request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asgiref.sync import AsyncToSync, sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from helpdesk import turns

STRAIGHT = frozenset({"/healthz", "/readyz"})  # answered at once, however busy the process is


class OneTripHandler(ASGIHandler):
    """Middleware and view of a request run in one go, in the request's own thread, in turn.

    Django's handler goes to that thread and back for each half of each middleware, some twenty
    times a request; on a busy server every trip waits for its moment. What is asynchronous only
    (static files, outermost) is awaited as it is.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        """Build the chain for a thread, whatever the caller asks for."""
        super().load_middleware(is_async=False)
        chain: Any = self._middleware_chain  # type: ignore[has-type]
        # Django wraps a chain that ends in asynchronous middleware for synchronous callers.
        whole = chain.awaitable if isinstance(chain, AsyncToSync) else _in_turn(chain)
        self._middleware_chain = whole

    def adapt_method_mode(
        self,
        is_async: bool,
        method: Any,
        method_is_async: bool | None = None,
        debug: bool = False,
        name: str | None = None,
    ) -> Any:
        """As Django's, but for a synchronous chain below asynchronous middleware."""
        if is_async and method_is_async is False:
            return _in_turn(method)
        return super().adapt_method_mode(is_async, method, method_is_async, debug, name)


def _in_turn(chain: Callable[[HttpRequest], HttpResponseBase]) -> Any:
    def whole(request: HttpRequest) -> HttpResponseBase:
        if request.path in STRAIGHT:
            return chain(request)
        with turns.turn():
            return chain(request)

    return sync_to_async(whole)
