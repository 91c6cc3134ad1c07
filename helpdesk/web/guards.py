"""Who may open a screen."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache

from helpdesk.models import Agent
from helpdesk.permissions import Action, can
from helpdesk.web import step_up

P = ParamSpec("P")


def who_may(request: HttpRequest, action: Action) -> Agent:
    """The agent who asks, if allowed to. Raises PermissionDenied."""
    agent = cast("Agent", request.user)
    if not can(agent, action):
        raise PermissionDenied
    return agent


def for_editors(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only for those who may connect inboxes: others are told so, strangers sign in first."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        who_may(request, Action.EDIT_INBOXES)
        return view(request, *args, **kwargs)

    return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", guarded)


def for_keepers(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """As for_editors, where credentials are kept: only for who proved lately who they are."""
    return for_editors(step_up.required(view))
