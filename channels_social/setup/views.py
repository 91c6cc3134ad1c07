"""The pages of the set-up, for administrators."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from channels_social import watching
from channels_social.setup import fields, saving
from helpdesk.adapters import SendError, adapter_for, hook_url
from helpdesk.models import Agent, ApprovedText, ChannelHealth, Circuit, InboundEvent, Inbox, Team
from helpdesk.permissions import visible
from helpdesk.web.desk import rail
from helpdesk.web.guards import for_keepers


def _agent(request: HttpRequest) -> Agent:
    return cast("Agent", request.user)


def _inbox(request: HttpRequest, pk: int) -> tuple[Inbox, fields.Network]:
    inbox = get_object_or_404(visible(request.user, Inbox), pk=pk, channel="social")
    return inbox, _network(inbox.provider)


def _network(provider: str) -> fields.Network:
    try:
        return fields.NETWORKS[provider]
    except KeyError:
        raise Http404 from None


@for_keepers
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, provider: str) -> HttpResponse:
    """GET, POST /settings/social/new/<provider>/."""
    network = _network(provider)
    errors: dict[str, str] = {}
    chosen = request.POST.getlist("teams")
    if request.method == "POST":
        sent = fields.read(network, request.POST, known={})
        made, errors = saving.add(provider, sent, chosen, by=_agent(request))
        if made is not None:
            return redirect("social-setup", pk=made.pk)
    context = {
        "network": network,
        "networks": [(key, one.label, key == provider) for key, one in fields.NETWORKS.items()],
        "name": request.POST.get("name", ""),
        "rows": _rows(network, request.POST.dict(), {}, errors),
        "errors": errors,
        "teams": [(one, str(one.pk) in chosen) for one in Team.objects.all()],
        **rail(_agent(request), current="inboxes"),
    }
    return render(request, "channels_social/new.html", context, status=400 if errors else 200)


@for_keepers
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /settings/social/<pk>/."""
    inbox, network = _inbox(request, pk)
    errors: dict[str, str] = {}
    if request.method == "POST":
        sent = fields.read(network, request.POST, known=inbox.secrets)
        errors = saving.change(pk, sent, by=_agent(request))
        if not errors:
            messages.success(request, _("Saved: “%(name)s”.") % {"name": sent.name})
            return redirect("social-setup", pk=pk)
    shown = {**inbox.settings, "name": inbox.name, "address": inbox.address}
    if errors:
        shown |= request.POST.dict()
    received = InboundEvent.objects.filter(inbox=inbox).order_by("-received_at")
    context = {
        "inbox": inbox,
        "network": network,
        "name": shown["name"],
        "rows": _rows(network, shown, inbox.secrets, errors),
        "errors": errors,
        "hook_url": hook_url(inbox),
        "verify_token": inbox.secrets.get("verify_token", "") if network.verify else "",
        "way": ChannelHealth.objects.filter(inbox=inbox, way=watching.WAY).first(),
        "circuit": Circuit.objects.filter(inbox=inbox, open_since__isnull=False).first(),
        "received": received.values_list("received_at", flat=True).first(),
        "texts": ApprovedText.objects.filter(inbox=inbox),
        "has_texts": hasattr(adapter_for(inbox), "approved"),
        **rail(_agent(request), current="inboxes"),
    }
    return render(request, "channels_social/page.html", context, status=400 if errors else 200)


def _rows(
    network: fields.Network, shown: dict[str, Any], kept: dict[str, Any], errors: dict[str, str]
) -> list[dict[str, Any]]:
    """The fields as the page draws them; of a secret only whether there is one."""
    return [
        {
            "field": one,
            "secret": one.where == fields.SECRET,
            "kept": one.where == fields.SECRET and bool(kept.get(one.name)),
            "value": "" if one.where == fields.SECRET else shown.get(one.name, ""),
            "error": errors.get(one.name, ""),
        }
        for one in network.fields
    ]


@for_keepers
@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST /settings/social/<pk>/<connect|check|texts>/: what happened is told on the page."""
    inbox, network = _inbox(request, pk)
    try:
        if verb == "connect" and network.connects:
            cast("Any", adapter_for(inbox)).connect(inbox, hook_url(inbox))
        elif verb not in {"check", "texts"}:
            raise Http404
        if verb == "texts":
            count = watching.read_approved(inbox)
            messages.success(request, _("Templates read: %(n)d.") % {"n": count})
        elif fault := watching.check(inbox):
            messages.error(request, explained(fault))
        else:
            messages.success(request, _("The provider knows our address and calls us."))
    except SendError as error:
        messages.error(request, error.text)
    return redirect("social-setup", pk=pk)


def explained(fault: str) -> str:
    """What a check found, in words; a provider's own words stay as they are."""
    texts = {
        "not_subscribed": _("Our app is not subscribed to the account: press “Connect”."),
        "webhook_off": _("The provider does not call us: the webhook is off."),
        "webhook_fails": _("The provider tried to call us and failed."),
    }
    return texts.get(fault, fault)
