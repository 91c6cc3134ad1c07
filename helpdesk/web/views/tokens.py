"""Settings → API tokens: made, shown once, listed, revoked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from helpdesk.models import Agent, Inbox, Scope
from helpdesk.permissions import Action, can, visible
from helpdesk.selectors import tokens as found
from helpdesk.services import tokens
from helpdesk.web import step_up
from helpdesk.web.desk import rail
from helpdesk.web.guards import who_may
from helpdesk.whole_numbers import whole_number

USUAL_DAYS = 90
PERIODS = (30, 90, 180, 365)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@step_up.required
def page(request: HttpRequest) -> HttpResponse:
    """GET /settings/tokens/: the list and the form. POST: a new one, shown on this answer alone."""
    agent = who_may(request, Action.USE_API)
    sent, errors, secret = request.POST, {}, ""
    if request.method == "POST":
        try:
            _made, secret = tokens.create(by=agent, **_asked(sent, agent))
        except tokens.InvalidTokenError as refused:
            errors = refused.errors
        else:
            sent = QueryDict()
    people = Agent.objects.filter(is_active=True).order_by("first_name", "pk")
    context = {
        "rows": [(one, _state(one)) for one in found.listed(agent)],
        "secret": secret,
        "errors": errors,
        "sent": sent,
        "scopes": [
            (value, label, value in sent.getlist("scopes")) for value, label in Scope.choices
        ],
        "inboxes": [
            (one, str(one.pk) in sent.getlist("inboxes"))
            for one in visible(agent, Inbox).order_by("name")
        ],
        "people": people if can(agent, Action.EDIT_API) else [],
        "periods": [(one, str(one) == sent.get("days", str(USUAL_DAYS))) for one in PERIODS],
        **rail(agent, current="tokens"),
    }
    status = 400 if errors else 200
    return render(request, "helpdesk/settings/tokens.html", context, status=status)


def _asked(sent: QueryDict, agent: Agent) -> dict[str, Any]:
    """The form as tokens.create() takes it."""
    whom = whole_number(sent.get("agent", ""))
    other = Agent.objects.filter(pk=whom).first() if whom else None
    some = sent.get("where") == "some"
    return {
        "agent": other or agent,
        "name": sent.get("name", ""),
        "scopes": sent.getlist("scopes"),
        "inbox_ids": [whole_number(one) or 0 for one in sent.getlist("inboxes")] if some else None,
        "days": whole_number(sent.get("days", "")) or 0,
        "networks": sent.get("networks", "").replace(",", "\n").split("\n"),
    }


def _state(token: Any) -> str:
    if token.revoked_at is not None:
        return "revoked"
    if not token.agent.is_active:
        return "agent"
    return "" if found.alive(token) else "over"


@require_POST
@login_required
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /settings/tokens/<pk>/revoke/: then the list again."""
    agent = who_may(request, Action.USE_API)
    token = found.listed(agent).filter(pk=pk).first()
    if token is None:
        raise Http404
    tokens.revoke(token, by=agent)
    messages.success(request, _("Revoked: “%(name)s”.") % {"name": token.name})
    return redirect("tokens")
