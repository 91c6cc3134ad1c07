"""What every address of the API does around its own work: limits, strictness, repeats, versions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework import views
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api import allowance, problems, product, repeats
from helpdesk.models import Agent, ApiToken

Handler = Callable[..., Response]


class APIView(views.APIView):
    """A view of helpdesk.api; what programs may do with it stands in helpdesk.api.product."""

    def version(self, agent: Agent, pk: int) -> str:
        """The ETag of the row that the address names, locked, for If-Match; "" without one."""
        return ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As DRF's, with our own steps around the handler."""
        self.args, self.kwargs = args, kwargs
        self.request = given = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        try:
            self.initial(given, *args, **kwargs)
            name = (given.method or "").lower()
            known = name in self.http_method_names
            handler = getattr(self, name, None) if known else None
            answer = self._answered(given, handler or self.http_method_not_allowed)
        except Exception as error:  # noqa: BLE001  DRF's handler raises what it does not know
            answer = self.handle_exception(error)
        self.response = self.finalize_response(given, answer, *args, **kwargs)
        return self.response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who calls, how often, and only by names that are known."""
        self.perform_authentication(request)
        token = token_of(request)
        if token is not None:
            try:
                self.headers |= allowance.spend(token)
            except allowance.SpentError as error:
                self.headers |= error.headers
                raise
        super().initial(request, *args, **kwargs)
        if token is None:
            return  # what people type into our own pages is never their mistake
        match = request._request.resolver_match  # noqa: SLF001  DRF's name for Django's request
        offered = product.operation(match.route if match else "", request.method)
        if offered is not None:
            _only_known(request, offered)

    def _answered(self, request: Request, handler: Handler) -> Response:
        """The handler's answer, or that to the same request when it came before."""
        with ExitStack() as stack:
            if "If-Match" in request.headers and isinstance(request.user, Agent):
                stack.enter_context(transaction.atomic())
                self._unchanged(request, request.user)
            key = request.headers.get("Idempotency-Key")
            if key is not None and request.method == "POST" and request.user is not None:
                return repeats.once(
                    request, key, lambda: handler(request, *self.args, **self.kwargs)
                )
            return handler(request, *self.args, **self.kwargs)

    def _unchanged(self, request: Request, agent: Agent) -> None:
        wanted = [one.strip() for one in request.headers["If-Match"].split(",")]
        now = self.version(agent, self.kwargs.get("pk", 0))
        if now and "*" not in wanted and now not in wanted:
            raise problems.ChangedError

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Problems in the form of RFC 9457 for programs; 304 for what they have already."""
        if isinstance(response, Response) and token_of(request) is not None:
            mark = response.headers.get("ETag", "")
            if mark and mark in request.headers.get("If-None-Match", ""):
                response.status_code, response.data = 304, None
        in_person = "Authorization" not in request.headers and bool(getattr(request, "_user", None))
        if isinstance(response, Response) and not in_person:
            problems.told(response, request)
            response["Cache-Control"] = "no-store"
        return super().finalize_response(request, response, *args, **kwargs)


def token_of(request: Request) -> ApiToken | None:
    """The token by which a request came, None for a signed-in browser or a stranger."""
    found = getattr(request, "_auth", None)
    return found if isinstance(found, ApiToken) else None


def _only_known(request: Request, offered: product.Operation) -> None:
    """400 for a parameter that the operation does not know, twice the same, or a NUL in it."""
    faults: dict[str, list[str]] = {}
    names = {one.name for one in offered.query}
    for name, values in request.query_params.lists():
        if name not in names:
            faults[name] = ["This parameter is not known."]
        elif len(values) > 1:
            faults[name] = ["Only once, please."]
        elif "\x00" in values[0]:
            faults[name] = ["There is a character in it that no text has."]
    if faults:
        raise ValidationError(faults)
