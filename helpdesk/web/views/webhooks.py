"""Settings → Webhooks: the list, one endpoint, its log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpdesk import nudge
from helpdesk.models import Agent, Inbox, WebhookDelivery, WebhookEndpoint, WebhookState
from helpdesk.permissions import Action, visible
from helpdesk.selectors import stream
from helpdesk.services import telling, webhooks
from helpdesk.services.webhooks import Draft, InvalidWebhookError
from helpdesk.web import step_up
from helpdesk.web.desk import rail
from helpdesk.web.guards import who_may
from helpdesk.whole_numbers import whole_number, whole_numbers

USUAL = ("message_received", "message_sent", "assigned", "state_changed")
PAGE = 50


@never_cache
@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """GET /settings/webhooks/: the endpoints and how they are doing."""
    agent = who_may(request, Action.EDIT_API)
    context = {"rows": WebhookEndpoint.objects.all(), **rail(agent, current="webhooks")}
    return render(request, "helpdesk/settings/webhooks.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@step_up.required
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """GET, POST /settings/webhooks/<pk>/: the form. A new secret is shown once, on this answer."""
    agent = who_may(request, Action.EDIT_API)
    endpoint = None if pk is None else get_object_or_404(WebhookEndpoint, pk=pk)
    draft, errors, secret = _shown(endpoint), {}, ""
    if request.method == "POST" and "rotate" in request.POST and endpoint is not None:
        secret = webhooks.rotate(endpoint, by=agent)
    elif request.method == "POST":
        draft = _sent(request.POST)
        try:
            saved = webhooks.save(endpoint, draft, by=agent)
        except InvalidWebhookError as refused:
            errors = refused.errors
        else:
            if endpoint is not None:
                messages.success(request, _("Saved: “%(name)s”.") % {"name": saved.name})
                return redirect("webhooks")
            endpoint, secret = saved, saved.secrets["now"]
    context = {
        "endpoint": endpoint,
        "draft": draft,
        "errors": errors,
        "secret": secret,
        "kinds": [(one, one in draft.kinds) for one in sorted(stream.KINDS)],
        "inboxes": [
            (one, one.pk in (draft.inboxes or ())) for one in visible(agent, Inbox).order_by("name")
        ],
        **rail(agent, current="webhooks"),
    }
    status = 400 if errors else 200
    return render(request, "helpdesk/settings/webhook.html", context, status=status)


def _shown(endpoint: WebhookEndpoint | None) -> Draft:
    if endpoint is None:
        return Draft(name="", url="", kinds=USUAL)
    some = None if endpoint.everywhere else [one.pk for one in endpoint.inboxes.all()]
    return Draft(
        name=endpoint.name,
        url=endpoint.url,
        kinds=endpoint.kinds,
        notes=endpoint.notes,
        inboxes=some,
    )


def _sent(form: QueryDict) -> Draft:
    some = whole_numbers(form.getlist("inboxes"))
    return Draft(
        name=form.get("name", ""),
        url=form.get("url", ""),
        kinds=form.getlist("kinds"),
        notes="notes" in form,
        inboxes=some if form.get("where") == "some" else None,
    )


@never_cache
@require_safe
@login_required
def log(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /settings/webhooks/<pk>/log/: what was told, the newest first, and what became of it."""
    agent = who_may(request, Action.EDIT_API)
    endpoint = get_object_or_404(WebhookEndpoint, pk=pk)
    state, before = request.GET.get("state", ""), whole_number(request.GET.get("before", ""))
    rows = WebhookDelivery.objects.filter(endpoint=endpoint).order_by("-pk")
    if state in WebhookState.values:
        rows = rows.filter(state=state)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    shown = list(rows[: PAGE + 1])
    context = {
        "endpoint": endpoint,
        "rows": shown[:PAGE],
        "older": shown[PAGE - 1].pk if len(shown) > PAGE else None,
        "state": state,
        "states": WebhookState.choices,
        **rail(agent, current="webhooks"),
    }
    return render(request, "helpdesk/settings/webhook_log.html", context)


@require_POST
@login_required
@step_up.required
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST /settings/webhooks/<pk>/<on|off|delete|try|replay>/: then the list, or the log."""
    agent = who_may(request, Action.EDIT_API)
    endpoint = get_object_or_404(WebhookEndpoint, pk=pk)
    if verb in ("try", "replay"):
        if verb == "try":
            webhooks.attempt(endpoint, by=agent)
        else:
            wanted = whole_number(request.POST.get("delivery", ""))
            rows = WebhookDelivery.objects.filter(endpoint=endpoint)
            webhooks.replay(get_object_or_404(rows, pk=wanted), by=agent)
        nudge.once(telling.TASK, endpoint.pk)
        return redirect("webhook-log", pk)
    run = _VERBS.get(verb)
    if run is None:
        raise Http404
    run(endpoint, agent)
    return redirect("webhooks")


_VERBS: dict[str, Callable[[WebhookEndpoint, Agent], Any]] = {
    "on": lambda one, by: webhooks.switch(one, on=True, by=by),
    "off": lambda one, by: webhooks.switch(one, on=False, by=by),
    "delete": lambda one, by: webhooks.delete(one, by=by),
}
