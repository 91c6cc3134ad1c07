"""Sensitive acts need somebody who proved who they are in the last ten minutes (AUT-5).

For pages: `@step_up.required` under login_required. For REST: `step_up.RecentlyProved` among the
permission classes; it answers 403 with code "step_up". For both, `recent(request)` says it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from allauth.socialaccount.adapter import get_adapter as providers_of
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.permissions import BasePermission

P = ParamSpec("P")
SECONDS = 600
PROVED = "proved_at"  # in the session: when its agent last proved who they are


def proved(request: HttpRequest) -> None:
    """The agent of this session has just given a password, a code or a key."""
    request.session[PROVED] = time.time()


def recent(request: HttpRequest) -> bool:
    """Whether this session's agent proved who they are in the last SECONDS."""
    at = request.session.get(PROVED)
    return request.user.is_authenticated and isinstance(at, float) and time.time() - at < SECONDS


def address(request: HttpRequest, after: str) -> str:
    """Where the agent proves it; they come back to `after`, a path of ours.

    Who has neither a password nor a second factor here proves it to the provider, once more.
    """
    ways = get_adapter(request).get_reauthentication_methods(request.user)
    if ways:
        return f"{ways[0]['url']}?{urlencode({'next': after})}"
    providers = providers_of(request).list_providers(request)
    if providers:
        return str(providers[0].get_login_url(request, next=after))
    return reverse("sign-ins")  # nothing is left to prove it with


def required(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Ask who it is first, then open the page.

    What a form sent is not kept meanwhile: it may hold a secret, and sessions are no safe.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if recent(request):
            return view(request, *args, **kwargs)
        return ask(request)

    return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", guarded)


def ask(request: HttpRequest) -> HttpResponseBase:
    """Send the browser to prove who sits there, and back to this page."""
    if request.method not in ("GET", "HEAD"):
        told = _("Nothing was saved: it is ten minutes since you last proved who you are.")
        messages.warning(request, told)
        return redirect(address(request, _page_of(request)))
    return redirect(address(request, request.get_full_path()))


def _page_of(request: HttpRequest) -> str:
    """Where the form stood: an act has no page of its own."""
    parts = urlsplit(request.headers.get("Referer", ""))
    same = parts.netloc == request.get_host() and parts.path.startswith("/")
    return parts.path if same and not parts.path.startswith("//") else reverse("settings")


class RecentlyProved(BasePermission):
    """For sensitive acts over REST by a session; tokens have their scopes instead."""

    message = gettext_lazy("Prove who you are first, then try again.")
    code = "step_up"

    def has_permission(self, request: Any, view: Any) -> bool:
        """Whether the caller proved who they are lately; a token's owner did when making it."""
        del view
        return request.auth is not None or recent(request._request)  # noqa: SLF001  DRF has no other
