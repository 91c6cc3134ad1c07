"""What could not be read, and the way of one payload from its arrival into a thread."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from helpdesk import quarantine
from helpdesk.models import Agent, InboundEvent, InboundState
from helpdesk.permissions import Action
from helpdesk.selectors import intake
from helpdesk.web.desk import rail
from helpdesk.web.guards import who_may
from helpdesk.whole_numbers import whole_number


@never_cache
@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """GET /settings/unread/: what could not be read, newest first."""
    agent = who_may(request, Action.SEE_QUARANTINE)
    before = request.GET.get("before", "")
    found, older = intake.quarantined(agent, before=whole_number(before) or 0)
    rows = [{"event": e, "trouble": intake.trouble(e), "reason": intake.reason(e)} for e in found]
    context = {"rows": rows, "older": older, **rail(agent, current="unread")}
    return render(request, "helpdesk/quarantine/page.html", context)


@never_cache
@require_safe
@login_required
def trace(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /settings/unread/<pk>/: one payload, what happened to it, and its raw text."""
    agent = who_may(request, Action.SEE_QUARANTINE)
    found = intake.event(agent, pk)
    if found is None:
        raise Http404
    return _traced(request, agent, [found])


@never_cache
@require_safe
@login_required
def of_message(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET /messages/<id>/trace/: the same for every payload that became this message."""
    agent = who_may(request, Action.SEE_QUARANTINE)
    found = intake.events_of(agent, pk)
    if not found:
        raise Http404
    return _traced(request, agent, found)


def _traced(request: HttpRequest, agent: Agent, found: list[InboundEvent]) -> HttpResponse:
    first = found[0]
    body = intake.payload(agent, first.pk) or b""
    context = {
        "event": first,
        "ways": [(one, intake.steps(one)) for one in found],
        "held": first.state == InboundState.QUARANTINED,
        "raw": body[: intake.MAX_SHOWN].decode("utf-8", "replace").replace("\x00", "\ufffd"),
        "cut": len(body) > intake.MAX_SHOWN,
        **rail(agent, current="unread"),
    }
    return render(request, "helpdesk/quarantine/trace.html", context)


@never_cache
@require_safe
@login_required
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /settings/unread/<pk>/file/: the raw bytes, to be saved and never to be shown."""
    body = intake.payload(who_may(request, Action.SEE_QUARANTINE), pk)
    if body is None:
        raise Http404
    response = HttpResponse(body, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="message-{pk}.eml"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_POST
@login_required
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST /settings/unread/<pk>/<replay|discard>/: then the list again."""
    agent = who_may(request, Action.SEE_QUARANTINE)
    if intake.event(agent, pk) is None or verb not in ("replay", "discard"):
        raise Http404
    if verb == "replay":
        done, said = quarantine.replay(pk, by=agent), _("It is read again.")
    else:
        try:
            why = request.POST.get("reason", "")
            done, said = quarantine.discard(pk, reason=why, by=agent), _("Discarded.")
        except quarantine.NoReasonError:
            messages.error(request, _("Say why it is thrown away."))
            return redirect("unread-trace", pk)
    if done:
        messages.success(request, said)
    else:
        messages.error(request, _("It is no longer here: a colleague was faster."))
    return redirect("unread")


@require_POST
@login_required
def replay_all(request: HttpRequest) -> HttpResponse:
    """POST /settings/unread/replay/: all, or those of parsers older than `before_version`."""
    agent = who_may(request, Action.SEE_QUARANTINE)
    version = request.POST.get("before_version", "")
    many = quarantine.replay_all(by=agent, before_version=whole_number(version) or None)
    words = ngettext("%(many)d is read again.", "%(many)d are read again.", many)
    messages.success(request, words % {"many": many})
    return redirect("unread")
