"""The pages of the set-up, for administrators."""

from __future__ import annotations

import uuid
from typing import Any, cast

import orjson
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from channels_sms.adapter import e164
from channels_sms.setup import saving
from channels_sms.setup.fields import GATEWAYS, Gateway, gateway
from helpdesk import channel_health
from helpdesk.adapters import Outgoing, SendError, adapter_for, hook_url
from helpdesk.models import Agent, ChannelHealth, Inbox, Team
from helpdesk.permissions import visible
from helpdesk.web.desk import rail
from helpdesk.web.guards import for_keepers

TEST = "test"
_PROVIDERS = [one.provider for one in GATEWAYS]


def _agent(request: HttpRequest) -> Agent:
    return cast("Agent", request.user)


def _number(request: HttpRequest, pk: int) -> tuple[Inbox, Gateway]:
    found = get_object_or_404(visible(request.user, Inbox), pk=pk, provider__in=_PROVIDERS)
    return found, gateway(found.provider)


@for_keepers
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """GET, POST /settings/phone/new/: which gateway, which number, and who reads it."""
    errors: dict[str, str] = {}
    chosen = request.POST.getlist("teams")
    if request.method == "POST":
        try:
            kind = gateway(request.POST.get("provider", ""))
        except LookupError:
            errors["provider"] = _("Choose one of the list.")
        else:
            made, errors = saving.add(kind, request.POST.dict(), chosen, by=_agent(request))
            if made is not None:
                return redirect("phone-setup", pk=made.pk)
    context = {
        "shown": request.POST,
        "errors": errors,
        "gateways": GATEWAYS,
        "teams": [(one, str(one.pk) in chosen) for one in Team.objects.all()],
        **rail(_agent(request), current="inboxes"),
    }
    return render(request, "channels_sms/new.html", context, status=400 if errors else 200)


@for_keepers
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /settings/phone/<pk>/: the connection. Secrets are never sent back."""
    inbox, kind = _number(request, pk)
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = saving.change(inbox.pk, kind, request.POST.dict(), by=_agent(request))
        if not errors:
            messages.success(request, _("Saved: “%(name)s”.") % {"name": inbox.name})
            return redirect("phone-setup", pk=inbox.pk)
    hook = hook_url(inbox)
    context = {
        "inbox": inbox,
        "gateway": kind,
        "hook": f"{hook}#rc=3&rp=ct,rt,5xx" if kind.retries else hook,
        "plain_hook": hook if kind.retries else "",
        "is_public": settings.PUBLIC_BASE_URL.startswith("https://"),
        "fields": [_shown(inbox, one, request if errors else None, errors) for one in kind.fields],
        "address": request.POST.get("address", "") if errors else inbox.address,
        "errors": errors,
        "ways": ChannelHealth.objects.filter(inbox=inbox).order_by("way"),
        **rail(_agent(request), current="inboxes"),
    }
    return render(request, "channels_sms/page.html", context, status=400 if errors else 200)


def _shown(
    inbox: Inbox, field: Any, typed: HttpRequest | None, errors: dict[str, str]
) -> dict[str, Any]:
    """A field as the page draws it: as it was typed where it was refused, else as it is kept."""
    whole, _dot, part = field.name.partition(".")
    value: Any = inbox.settings.get(whole, "")
    if part:
        value = (value or {}).get(part, "")
    if field.kind == "json":
        value = orjson.dumps(value or {}, option=orjson.OPT_INDENT_2).decode()
    if typed is not None:
        value = typed.POST.get(field.name, "")
    stored = field.kind == "secret" and bool(inbox.secrets.get(field.name))
    shown = "" if field.kind == "secret" else value
    return {
        "field": field,
        "value": shown,
        "on": shown in (True, "1"),
        "stored": stored,
        "error": errors.get(field.name, ""),
    }


@for_keepers
@require_POST
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /settings/phone/<pk>/test/: one text to a number of one's own, now."""
    inbox, kind = _number(request, pk)
    to = e164(request.POST.get("to", ""))
    if not kind.sends or not (to.startswith("+") and to[1:].isdigit()):
        messages.error(request, _("Write a number with its country code."))
        return redirect("phone-setup", pk=pk)
    words = _("Parley can send texts from %(name)s.") % {"name": inbox.name}
    outgoing = Outgoing(0, uuid.uuid4(), 0, to, "", words)
    try:
        adapter_for(inbox).send(inbox, outgoing)
    except SendError as error:
        channel_health.failed(inbox.pk, TEST, error.text)
        said = _("It was not sent: %(why)s") % {"why": error.text}
        messages.error(request, f"{said} ({error.code})" if error.code else said)
    else:
        channel_health.worked(inbox.pk, TEST)
        messages.success(request, _("The gateway took it. It should be on the phone in a moment."))
    return redirect("phone-setup", pk=pk)
