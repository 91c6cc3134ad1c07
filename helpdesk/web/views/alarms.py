"""Settings → Alarms: what rings, whom it reaches, and whether it arrived."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from helpdesk import alarms
from helpdesk.models import Notice, Probe, Ringing
from helpdesk.permissions import Action
from helpdesk.services import alarming
from helpdesk.services.alarming import InvalidWayError, Ways
from helpdesk.web import step_up
from helpdesk.web.desk import rail
from helpdesk.web.guards import who_may
from helpdesk.whole_numbers import whole_numbers

NEWEST = 20


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@step_up.required
def page(request: HttpRequest) -> HttpResponse:
    """GET /settings/alarms/: the alarms and whom they reach. POST: reach others."""
    agent = who_may(request, Action.EDIT_ALARMS)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            alarming.choose(_sent(request.POST), by=agent)
        except InvalidWayError as refused:
            errors = refused.errors
        else:
            messages.success(request, _("Saved."))
            return redirect("alarms")
    way = alarming.way()
    context = {
        "way": way,
        "has_url": bool(way.secrets.get("url")),
        "mails": request.POST.get("mails", "\n".join(way.mails)),
        "hours": request.POST.get("hours", way.hours),
        "errors": errors,
        "ringing": [
            {
                "row": one,
                "words": alarms.WORDS.get(one.name, one.name),
                "runbook": alarms.place_in_runbook(one.name),
            }
            for one in Ringing.objects.filter(over_at=None)[:NEWEST]
        ],
        "over": [
            (one, alarms.WORDS.get(one.name, one.name))
            for one in Ringing.objects.filter(over_at__isnull=False)[:NEWEST]
        ],
        "probes": Probe.objects.select_related("inbox").order_by("inbox__name"),
        "probed": alarming.probed(),
        "told": Notice.objects.filter(alarm=True).order_by("-pk")[:NEWEST],
        **rail(agent, current="alarms"),
    }
    return render(request, "helpdesk/settings/alarms.html", context, status=400 if errors else 200)


def _sent(form: QueryDict) -> Ways:
    """An empty address of a chat keeps the one there is; a tick forgets it."""
    hours = form.get("hours", "")
    url = form.get("url", "").strip() or ("" if "forget" in form else None)
    return Ways(
        mails=form.get("mails", "").replace(",", " ").split(),
        url=url,
        probed=whole_numbers(form.getlist("probed")),
        hours=int(hours) if hours.isascii() and hours.isdecimal() and len(hours) < 5 else 0,
    )


@require_POST
@login_required
@step_up.required
def attempt(request: HttpRequest) -> HttpResponse:
    """POST /settings/alarms/try/: a trial to everybody who is set."""
    if alarming.try_out(by=who_may(request, Action.EDIT_ALARMS)):
        messages.success(request, _("Sent. Below you see whether it arrived."))
    else:
        messages.error(request, _("Nobody is set yet."))
    return redirect("alarms")
