"""The page on which an agent writes first."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from helpdesk.adapters import adapter_for
from helpdesk.models import Agent, Customer, CustomerIdentity, Inbox
from helpdesk.permissions import Action, can, visible
from helpdesk.services import starting
from helpdesk.services.identities import TYPED
from helpdesk.services.starting import NotStartedError, Opening
from helpdesk.web.desk import rail
from helpdesk.whole_numbers import whole_number


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """GET, POST /new/ (?customer=<pk>): nothing typed is lost by an error.

    The form carries an id of its own: sent twice, it begins one conversation.
    """
    agent = cast("Agent", request.user)
    if not can(agent, Action.REPLY):
        raise PermissionDenied
    ways, errors = _ways(agent), {}
    sent = request.POST
    if request.method == "POST":
        try:
            inbox = next((one for one in ways if str(one.pk) == sent.get("inbox")), None)
            if inbox is None:
                raise NotStartedError({"inbox": _("Choose one of the list.")})
            talk, _made = starting.start(
                _opening(sent), inbox, by=agent, client_id=_id(sent.get("id", ""))
            )
        except NotStartedError as refused:
            errors = refused.errors
        else:
            return redirect("conversation", talk.pk)
    known = _known(agent, request.GET.get("customer", ""), ways)
    context: dict[str, Any] = {
        "ways": ways,
        "known": known,
        "to": sent.get("to", known[0].address if known else ""),
        "sent": sent,
        "errors": errors,
        "id": sent.get("id") or uuid.uuid4(),
        **rail(agent, current="inbox"),
    }
    status = 400 if errors else 200
    return render(request, "helpdesk/inbox/new.html", context, status=status)


def _ways(agent: Agent) -> list[Inbox]:
    """Inboxes of the agent by which somebody can be written to first."""
    found = []
    for one in visible(agent, Inbox).filter(enabled=True).order_by("name", "pk"):
        try:
            adapter = adapter_for(one)
        except LookupError:
            continue
        if adapter.identity_kind in TYPED and starting.may_begin(adapter.capabilities):
            found.append(one)
    return found


def _known(agent: Agent, customer: str, ways: list[Inbox]) -> list[CustomerIdentity]:
    """The addresses of a customer who was named, of the kinds that the ways reach."""
    kinds = {adapter_for(one).identity_kind for one in ways}
    person = visible(agent, Customer).filter(pk=whole_number(customer) or 0).first()
    rows = CustomerIdentity.objects.filter(customer=person, kind__in=kinds)
    return list(rows.select_related("customer").order_by("pk")) if person else []


def _opening(sent: QueryDict) -> Opening:
    return Opening(
        to=sent.get("to", ""),
        body=sent.get("body", ""),
        subject=sent.get("subject", ""),
        name=sent.get("name", ""),
    )


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
