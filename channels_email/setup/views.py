"""The pages of the set-up, for administrators."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels_email import signing, trial
from channels_email.models import FetchedMailbox
from channels_email.setup import reading, saving
from helpdesk.models import Agent, Inbox, Team
from helpdesk.permissions import visible
from helpdesk.web.desk import rail
from helpdesk.web.guards import for_editors


def _agent(request: HttpRequest) -> Agent:
    return cast("Agent", request.user)


def _mailbox(request: HttpRequest, pk: int) -> Inbox:
    return get_object_or_404(visible(request.user, Inbox), pk=pk, channel="email")


@for_editors
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """GET, POST /settings/mail/new/: address, name and who reads it."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        sent = reading.read("names", request.POST)
        made, errors = saving.add(sent, request.POST.getlist("teams"), by=_agent(request))
        if made is not None:
            return redirect("mail-setup", pk=made.pk)
    context = {
        "shown": request.POST,
        "errors": errors,
        "teams": [
            (one, str(one.pk) in request.POST.getlist("teams")) for one in Team.objects.all()
        ],
        **rail(_agent(request), current="inboxes"),
    }
    return render(request, "channels_email/new.html", context, status=400 if errors else 200)


@for_editors
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /settings/mail/<pk>/: each part is saved for itself."""
    inbox = _mailbox(request, pk)
    part, errors = request.POST.get("part", ""), {}
    if request.method == "POST":
        if part not in reading.PARTS:
            raise Http404
        errors = saving.change(pk, reading.read(part, request.POST), by=_agent(request))
        if not errors:
            messages.success(request, _("Saved: “%(name)s”.") % {"name": inbox.name})
            return redirect(f"{request.path}#{part}")
    context = {
        "inbox": inbox,
        "errors": errors,
        "part": part if errors else "",
        "shown": _shown(inbox, request, part if errors else ""),
        "has": {"password": bool(inbox.secrets.get("password"))},
        "fetched": FetchedMailbox.objects.filter(inbox=inbox).first(),
        "securities": [("tls", "TLS"), ("starttls", "STARTTLS"), ("none", _("None"))],
        "records": _records(inbox),
        "signs": signing.record(inbox, waiting=False),
        "waits": signing.record(inbox, waiting=True),
        "listener": f"{settings.SMTP_HOST}:{settings.SMTP_PORT}",
        **rail(_agent(request), current="inboxes"),
    }
    return render(request, "channels_email/page.html", context, status=400 if errors else 200)


def _shown(inbox: Inbox, request: HttpRequest, part: str) -> dict[str, Any]:
    """The fields as they are kept; of the part that was refused, as they were typed."""
    own = inbox.settings
    shown: dict[str, Any] = {
        **own,
        "name": inbox.name,
        "address": inbox.address,
        "aliases": "\n".join(own.get("aliases") or ()),
        "groups": "\n".join(own.get("groups") or ()),
        "own_relay": bool(own.get("host")),
        "quote_history": own.get("quote_history", True),
        "plus_addressing": own.get("plus_addressing", True),
    }
    if part:
        boxes = ("own_relay", "quote_history", "plus_addressing", "subject_mark", "company_joins")
        shown |= request.POST.dict()
        shown |= {name: request.POST.get(name) == "1" for name in (*boxes, "trust_reply_to")}
    return shown


def _records(inbox: Inbox) -> list[tuple[str, str, str]]:
    """What the DNS should say so that others believe our mail: what it is, name, value."""
    domain = inbox.address.rpartition("@")[2]
    relay = str(inbox.settings.get("host") or "")
    rows = []
    for waiting, title in ((True, _("DKIM, the new key")), (False, _("DKIM, the key in use"))):
        if record := signing.record(inbox, waiting=waiting):
            rows.append((title, record.name, record.value))
    sender = f"a:{relay} " if relay and not relay.replace(".", "").isdigit() else ""
    rows.append(("SPF", domain, f"v=spf1 mx {sender}~all"))
    rows.append(("DMARC", f"_dmarc.{domain}", f"v=DMARC1; p=none; rua=mailto:{inbox.address}"))
    return rows


@for_editors
@require_POST
def keys(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST /settings/mail/<pk>/keys/<new|use|stop>/."""
    inbox = _mailbox(request, pk)
    if verb not in {"new", "use", "stop"}:
        raise Http404
    saving.turn_key(inbox.pk, verb, by=_agent(request))
    return redirect(reverse("mail-setup", args=[inbox.pk]) + "#records")


@for_editors
@require_POST
def test(request: HttpRequest, pk: int) -> JsonResponse:
    """POST /settings/mail/<pk>/test/: send the mail of the live test."""
    try:
        token = trial.start(_mailbox(request, pk))
    except trial.TrialError as error:
        return JsonResponse({"state": "failed", "words": error.words, "advice": error.advice})
    return JsonResponse({"state": "waiting", "token": token})


@for_editors
@require_safe
def test_state(request: HttpRequest, pk: int) -> JsonResponse:
    """GET /settings/mail/<pk>/test/state/?token=…: whether it has come back."""
    return JsonResponse(trial.state(_mailbox(request, pk), request.GET.get("token", "")))
