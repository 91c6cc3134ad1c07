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
from channels_email.providers import PROVIDERS, named
from channels_email.setup import reading, saving
from helpdesk.models import Agent, Inbox, Team
from helpdesk.permissions import visible
from helpdesk.web.desk import rail
from helpdesk.web.guards import for_keepers

_MORE_BOXES = ("trust_reply_to", "opened_is_read")


def _agent(request: HttpRequest) -> Agent:
    return cast("Agent", request.user)


def _mailbox(request: HttpRequest, pk: int) -> Inbox:
    return get_object_or_404(visible(request.user, Inbox), pk=pk, channel="email")


@for_keepers
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


@for_keepers
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
        "has": {name: bool(value) for name, value in inbox.secrets.items()},
        "esps": PROVIDERS.values(),
        "esp": named(inbox.provider),
        "hook": _hook(inbox),
        "fetched": FetchedMailbox.objects.filter(inbox=inbox).first(),
        "securities": [("tls", "TLS"), ("starttls", "STARTTLS"), ("none", _("None"))],
        "records": _records(inbox),
        "signs": signing.record(inbox, waiting=False),
        "waits": signing.record(inbox, waiting=True),
        "listener": f"{settings.SMTP_HOST}:{settings.SMTP_PORT}",
        **rail(_agent(request), current="inboxes"),
    }
    return render(request, "channels_email/page.html", context, status=400 if errors else 200)


def _hook(inbox: Inbox, secret: str = "") -> str:
    """The address that the provider has to call; with its password only where that is told."""
    provider = named(inbox.provider)
    if provider is None:
        return ""
    base = settings.PUBLIC_BASE_URL
    if secret:
        scheme, _slashes, rest = base.partition("://")
        base = f"{scheme}://parley:{secret}@{rest}"
    return f"{base}/hooks/{provider.slug}/{inbox.key}{provider.hook_query}"


def _shown(inbox: Inbox, request: HttpRequest, part: str) -> dict[str, Any]:
    """The fields as they are kept; of the part that was refused, as they were typed."""
    own = inbox.settings
    shown: dict[str, Any] = {
        **own,
        "name": inbox.name,
        "address": inbox.address,
        "aliases": "\n".join(own.get("aliases") or ()),
        "groups": "\n".join(own.get("groups") or ()),
        "way": inbox.provider or ("smtp" if own.get("host") else ""),
        "quote_history": own.get("quote_history", True),
        "plus_addressing": own.get("plus_addressing", True),
    }
    if part:
        boxes = ("quote_history", "plus_addressing", "subject_mark", "company_joins")
        typed = {name: text for name, text in request.POST.items() if name not in reading.SECRETS}
        shown |= typed
        shown |= {name: request.POST.get(name) == "1" for name in (*boxes, *_MORE_BOXES)}
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


@for_keepers
@require_POST
def keys(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST /settings/mail/<pk>/keys/<new|use|stop>/."""
    inbox = _mailbox(request, pk)
    if verb not in {"new", "use", "stop"}:
        raise Http404
    saving.turn_key(inbox.pk, verb, by=_agent(request))
    return redirect(reverse("mail-setup", args=[inbox.pk]) + "#records")


@for_keepers
@require_POST
def hook(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /settings/mail/<pk>/hook/: a new password for the provider's address, shown once."""
    inbox = _mailbox(request, pk)
    if named(inbox.provider) is None:
        raise Http404
    secret = saving.turn_hook_secret(inbox.pk, by=_agent(request))
    context = {
        "inbox": inbox,
        "hook": _hook(inbox, secret),
        **rail(_agent(request), current="inboxes"),
    }
    return render(request, "channels_email/hook.html", context)


@for_keepers
@require_POST
def test(request: HttpRequest, pk: int) -> JsonResponse:
    """POST /settings/mail/<pk>/test/: send the mail of the live test."""
    try:
        token = trial.start(_mailbox(request, pk))
    except trial.TrialError as error:
        return JsonResponse({"state": "failed", "words": error.words, "advice": error.advice})
    return JsonResponse({"state": "waiting", "token": token})


@for_keepers
@require_safe
def test_state(request: HttpRequest, pk: int) -> JsonResponse:
    """GET /settings/mail/<pk>/test/state/?token=…: whether it has come back."""
    return JsonResponse(trial.state(_mailbox(request, pk), request.GET.get("token", "")))
