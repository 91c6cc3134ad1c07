"""Whose role asks for a second factor gets to nothing but adding one, until there is one.

Sign-in notes it in the session (AUT-5), so that requests pay nothing for it; who gets another
role, and whom a new rule concerns, signs in anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from helpdesk.models import Agent
from helpdesk.services import second_factor
from helpdesk.web.sessions import UNPROTECTED

# To sign in and out and to add a second factor; and what is open to everybody.
_ENTRANCE = ("/account/", "/login/", "/logout/", "/language/", "/join/", "/set-up/")
_PUBLIC = ("/healthz", "/readyz", "/hooks/", "/widget.js", "/chat/", "/c/", "/f/", "/faces/")
OPEN = (*_ENTRANCE, *_PUBLIC, "/static/", "/mail/unsubscribe/")


class Enrolment(MiddlewareMixin):
    """Stands below the middleware that knows the session."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """None to go on."""
        del view, args, kwargs
        if request.path.startswith(OPEN) or not request.session.get(UNPROTECTED):
            return None
        agent = request.user
        if not isinstance(agent, Agent) or not second_factor.is_missing(agent):
            request.session[UNPROTECTED] = False
            return None
        told = _("Your role asks for a second factor: add an app or a key first.")
        if request.path.startswith("/api/"):
            return JsonResponse({"code": "second_factor", "detail": told}, status=403)
        messages.warning(request, told)
        return redirect("mfa_index")
