"""The page of the leads: a list to work through, narrowed by its address, changed in place."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from helpdesk.models import Agent, Inbox, Lead, LeadStatus
from helpdesk.permissions import Action, agents_for, can, visible
from helpdesk.selectors import leads as found
from helpdesk.services import leads
from helpdesk.services.assignments import NotEligibleError
from helpdesk.services.conversations import IllegalTransitionError
from helpdesk.services.leads import TRANSITIONS, Change, InvalidLeadError
from helpdesk.web.desk import rail
from helpdesk.whole_numbers import whole_number

NOBODY = -1


def _filters(query: QueryDict) -> found.Filters:
    """What the address asks for; what cannot be meant narrows nothing."""
    status, owner = query.get("status", ""), query.get("owner", "")
    return found.Filters(
        status=status if status in LeadStatus.values else "",
        inbox=whole_number(query.get("inbox", "")),
        owner=NOBODY if owner == "none" else whole_number(owner),
        text=query.get("q", "").replace("\x00", "").strip()[:80],
    )


@never_cache
@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Forty leads, newest first, and the way to older ones."""
    agent = cast("Agent", request.user)
    filters = _filters(request.GET)
    before = whole_number(request.GET.get("before", ""))
    rows, older = found.page(agent, filters, before)
    kept = request.GET.copy()
    kept.pop("before", None)
    seen = visible(agent, Lead)
    context = {
        "rows": _rows(rows),
        "filters": filters,
        "narrowed": filters != found.Filters(),
        "statuses": LeadStatus.choices,
        "inboxes": visible(agent, Inbox).order_by("name"),
        "owners": Agent.objects.filter(leads__in=seen).distinct().order_by("first_name", "pk"),
        "query": request.GET.urlencode(),
        "newest": kept.urlencode(),
        "older": _with(kept, older),
        "later": before is not None,
        "may_export": can(agent, Action.EXPORT_LEADS),
        "may_edit": can(agent, Action.EDIT_LEADS),
        **rail(agent, current="leads"),
    }
    return render(request, "helpdesk/leads/page.html", context)


def _with(query: QueryDict, before: int | None) -> str:
    if before is None:
        return ""
    paged = query.copy()
    paged["before"] = str(before)
    return paged.urlencode()


def _rows(rows: list[Lead]) -> list[dict[str, Any]]:
    """Each lead with the steps and the owners it may get; one query for each inbox."""
    owners = {one.inbox_id: one.inbox for one in rows}
    agents = {pk: list(agents_for(inbox).order_by("first_name")) for pk, inbox in owners.items()}
    return [
        {
            "lead": one,
            "steps": [
                (value, label)
                for value, label in LeadStatus.choices
                if value == one.status or value in TRANSITIONS[one.status]
            ],
            "owners": agents[one.inbox_id],
        }
        for one in rows
    ]


@require_POST
@login_required
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a row's form and show the same list again; what went wrong is said above it."""
    agent = cast("Agent", request.user)
    if not can(agent, Action.EDIT_LEADS):
        raise PermissionDenied
    lead = visible(agent, Lead).filter(pk=pk).first()
    if lead is None:
        raise Http404
    try:
        leads.change(lead, _wanted(request.POST), by=agent)
    except (InvalidLeadError, NotEligibleError) as error:
        messages.error(request, str(error))
    except IllegalTransitionError:
        messages.error(request, _("Somebody else changed this lead meanwhile. Look again."))
    return redirect(f"{reverse('leads')}?{request.GET.urlencode()}#lead-{pk}")


def _wanted(form: QueryDict) -> Change:
    """The fields that were sent. Raises InvalidLeadError."""
    status, value, owner = form.get("status"), form.get("value", "").strip(), form.get("owner")
    if status is not None and status not in LeadStatus.values:
        raise InvalidLeadError("status", _("There is no such status."))
    return Change(
        status=status,
        owner=None if owner is None else whole_number(owner) or 0,
        value=_amount(value) if value else None,
        currency=form.get("currency") if value else None,
    )


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise InvalidLeadError("value", _("This is not an amount.")) from None
