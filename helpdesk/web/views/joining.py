"""Joining by an invitation, and the very first account of an installation."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from helpdesk.models import Agent
from helpdesk.services import joining
from helpdesk.services.joining import RefusedError

FIELDS = ("code", "email", "first_name", "last_name")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """GET, POST /join/<token>/: a used, old or made-up link only says that it is not open."""
    invitation = joining.found(token)
    if invitation is None:
        return render(request, "helpdesk/account/closed.html", status=404)
    if request.method != "POST":
        return _form(request, {"email": invitation.email})
    try:
        made = joining.accept(
            token,
            first_name=request.POST.get("first_name", ""),
            last_name=request.POST.get("last_name", ""),
            password=request.POST.get("password", ""),
        )
    except RefusedError as refused:
        return _form(request, {**_typed(request), "email": invitation.email}, refused)
    return _in(request, made)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """GET, POST /set-up/: the first administrator, for who knows the code of the server's log.

    There is no such page ever after (SEC-27).
    """
    if not joining.is_new():
        raise Http404
    if request.method != "POST":
        return _form(request, {}, first=True)
    try:
        made = joining.first_administrator(
            request.POST.get("email", ""),
            code=request.POST.get("code", "")[:100],
            first_name=request.POST.get("first_name", ""),
            last_name=request.POST.get("last_name", ""),
            password=request.POST.get("password", ""),
        )
    except RefusedError as refused:
        return _form(request, _typed(request), refused, first=True)
    return _in(request, made)


def _in(request: HttpRequest, agent: Agent) -> HttpResponse:
    get_adapter(request).login(request, agent)
    return redirect("home")


def _typed(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "")[:254] for name in FIELDS}


def _form(
    request: HttpRequest,
    typed: dict[str, str],
    refused: RefusedError | None = None,
    *,
    first: bool = False,
) -> HttpResponse:
    context: dict[str, Any] = {"typed": typed, "first": first}
    if refused is not None:
        context["error"], context["wrong"] = str(refused), refused.field
    status = 200 if refused is None else 400
    return render(request, "helpdesk/account/join.html", context, status=status)
