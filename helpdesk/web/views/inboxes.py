"""The basics of inboxes, for those who lead them; connections stay in the back office."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from helpdesk.adapters import adapter_for, adapters
from helpdesk.models import Agent, Inbox, Register
from helpdesk.permissions import Action, can, visible
from helpdesk.selectors import intake
from helpdesk.services import inboxes
from helpdesk.services.inboxes import Basics, InvalidInboxError
from helpdesk.web.desk import rail


def leader(request: HttpRequest) -> Agent:
    """The signed-in agent, who may tune inboxes; 403 for all others."""
    agent = cast("Agent", request.user)
    if not can(agent, Action.TUNE_INBOXES):
        raise PermissionDenied
    return agent


@never_cache
@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """GET /settings/inboxes/: the inboxes of the user's teams; all for an administrator."""
    agent = leader(request)
    found = list(visible(agent, Inbox).prefetch_related("teams").order_by("name", "pk"))
    ways, newest = intake.ways(found), intake.last_received(found)
    unknown = intake.unknown_kinds(found)
    rows = [
        {
            "inbox": one,
            "channel": _channel(one),
            "failing": [way for way in ways.get(one.pk, []) if way.failing_since],
            "received": newest.get(one.pk),
            "unknown": unknown.get(one.pk, []),
        }
        for one in found
    ]
    begin = dict.fromkeys(one.new_page for one in adapters() if hasattr(one, "new_page"))
    context = {
        "rows": rows,
        "may_connect": can(agent, Action.EDIT_INBOXES),
        "new_pages": [(reverse(name), label, icon) for name, label, icon in begin],
    }
    return render(
        request, "helpdesk/inboxes/page.html", {**context, **rail(agent, current="inboxes")}
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /settings/inboxes/<pk>/. Nothing typed is lost by an error."""
    agent = leader(request)
    inbox = visible(agent, Inbox).select_related("queue__hours").filter(pk=pk).first()
    if inbox is None:
        raise Http404
    shown, errors = inboxes.basics(inbox), {}
    if request.method == "POST":
        shown = _sent(request)
        try:
            saved = inboxes.change(pk, shown, by=agent)
        except InvalidInboxError as error:
            errors = error.errors
        else:
            messages.success(request, _("Saved: “%(name)s”.") % {"name": saved.name})
            return redirect("inboxes")
    context = {
        "inbox": inbox,
        "channel": _channel(inbox),
        "ways": [(one, intake.advice(one)) for one in intake.ways([inbox]).get(inbox.pk, [])],
        "unknown": intake.unknown_names(inbox),
        "shown": shown,
        "errors": errors,
        "languages": _languages(),
        "forms": [
            (code, name, shown.forms.get(code, ""))
            for code, name in [*_languages(), ("", _("Every other language"))]
        ],
        "registers": Register.choices,
        "teams": inbox.teams.all(),
        **_elsewhere(agent, inbox),
        **rail(agent, current="inboxes"),
    }
    return render(request, "helpdesk/inboxes/edit.html", context, status=400 if errors else 200)


def _sent(request: HttpRequest) -> Basics:
    sent = request.POST
    codes = ["", *dict(settings.LANGUAGES)]
    forms = {code: sent[f"form.{code}"] for code in codes if sent.get(f"form.{code}")}
    return Basics(sent.get("name", ""), sent.get("language", ""), forms)


def _languages() -> list[tuple[str, str]]:
    return [
        (code, translation.get_language_info(code)["name_translated"].capitalize())
        for code, _name in settings.LANGUAGES
    ]


def _channel(inbox: Inbox) -> str:
    try:
        return adapter_for(inbox).label
    except LookupError:
        return inbox.channel


def is_mail(inbox: Inbox) -> bool:
    """Whether the inbox is answered by mail: only there are automatic answers known."""
    try:
        return adapter_for(inbox).capabilities.threaded
    except LookupError:
        return False


def _page(inbox: Inbox, which: str) -> str:
    """A page that the inbox's channel brings, or ""."""
    try:
        name = getattr(adapter_for(inbox), which, "")
    except LookupError:
        name = ""
    return reverse(name, args=[inbox.pk]) if name else ""


def _elsewhere(agent: Agent, inbox: Inbox) -> dict[str, Any]:
    """Where the rest is set, for who may open it; "" for everybody else."""
    hours = inbox.queue.hours if inbox.queue else None
    found = {
        "connection_url": "",
        "look_url": "",
        "setup_url": "",
        "fetch_url": "",
        "hours_url": "",
        "queue_url": "",
        "hours": hours,
    }
    found["answer_url"] = reverse("inbox-answer", args=[inbox.pk]) if is_mail(inbox) else ""
    if can(agent, Action.EDIT_INBOXES):
        found["connection_url"] = reverse("admin:helpdesk_inbox_change", args=[inbox.pk])
        found["look_url"] = _page(inbox, "settings_page")
        found["setup_url"] = _page(inbox, "setup_page")
        found["fetch_url"] = _page(inbox, "fetch_page")
    if can(agent, Action.EDIT_QUEUES) and inbox.queue:
        found["queue_url"] = reverse("admin:helpdesk_queue_change", args=[inbox.queue.pk])
        if hours:
            found["hours_url"] = reverse("admin:helpdesk_businesshours_change", args=[hours.pk])
    return found
