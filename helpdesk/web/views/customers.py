"""The customers: a list to search, and the page of one with the whole timeline."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from helpdesk.adapters import adapters
from helpdesk.models import ACTIVE_STATES, Agent, Customer, FieldKind
from helpdesk.permissions import Action, can
from helpdesk.realtime import payloads
from helpdesk.selectors import customers as found
from helpdesk.selectors import timeline
from helpdesk.services import records
from helpdesk.web import words
from helpdesk.web.desk import rail
from helpdesk.web.evidence_words import said
from helpdesk.whole_numbers import whole_number


def _icon(kind: str) -> str:
    """That of the channel whose addresses are of this kind."""
    if kind == found.BROWSER:
        return "eye"
    return next((one.icon for one in adapters() if one.identity_kind == kind), "user")


def _filters(query: QueryDict) -> found.Filters:
    """What the address asks for; what cannot be meant narrows nothing."""
    return found.Filters(
        text=query.get("q", "").replace("\x00", "").strip()[:80],
        vip=query.get("only") == "vip",
        blocked=query.get("only") == "blocked",
        company=whole_number(query.get("company", "")),
    )


@never_cache
@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Forty customers, newest first, and the way to older ones."""
    agent = cast("Agent", request.user)
    filters = _filters(request.GET)
    before = whole_number(request.GET.get("before", ""))
    rows, older = found.page(agent, filters, before)
    kept = request.GET.copy()
    kept.pop("before", None)
    context = {
        "rows": [{"customer": one, **_face(one), "addresses": _addresses(one)} for one in rows],
        "filters": filters,
        "narrowed": filters != found.Filters(),
        "companies": found.companies(agent),
        "newest": kept.urlencode(),
        "older": _with(kept, before=older),
        "later": before is not None,
        **rail(agent, current="customers"),
    }
    return render(request, "helpdesk/customers/page.html", context)


def _face(customer: Customer) -> dict[str, Any]:
    name = str(customer)
    return {"name": name, "initials": payloads.initials(name), "hue": payloads.hue(name)}


def _addresses(customer: Customer) -> list[tuple[str, str]]:
    shown = [one for one in customer.identities.all() if one.kind != found.BROWSER]
    return [(_icon(one.kind), one.address) for one in shown[:2]]


def _with(query: QueryDict, **facts: object) -> str:
    """The query with these in it; "" if there is nothing to go to, None takes one out."""
    if None in facts.values() and len(facts) == 1:
        return ""
    paged = query.copy()
    for name, value in facts.items():
        paged.pop(name, None)
        if value:
            paged[name] = str(value)
    return paged.urlencode()


@never_cache
@require_safe
@login_required
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One customer: who they are, how we know it, and everything that ever was."""
    agent = cast("Agent", request.user)
    try:
        customer = found.find(agent, pk)
    except Customer.DoesNotExist:
        raise Http404 from None
    if customer.pk != pk:
        return redirect("customer", pk=customer.pk)
    records.looked_at(customer, by=agent)
    detail = found.detail(agent, customer)
    context = {
        "customer": customer,
        **_face(customer),
        "language_name": _language(customer.language),
        "identities": [
            {**one, "icon": _icon(one["kind"]), "evidence": said(one["evidence"])}
            for one in detail["identities"]
        ],
        "fields": [(one["label"], _shown(one)) for one in detail["fields"] if _shown(one)],
        "merges": detail["merges"],
        "may_edit": can(agent, Action.EDIT_CUSTOMERS),
        "may_block": can(agent, Action.BAN),
        "may_privacy": can(agent, Action.KEEP_PRIVACY),
        **_timeline(agent, customer, request.GET),
        "boot": {
            "agent": payloads.agent(agent),
            "customer": detail,
            "server_time": payloads.stamp(datetime.now(UTC)),
            "urls": {"api": "/api/v1/", "customer": "/customers/0/"},
        },
        "words": words.workspace(),
        **rail(agent, current="customers"),
    }
    return render(request, "helpdesk/customers/person.html", context)


def _language(code: str) -> str:
    """Its name in the reader's language; the code of one that we have no name for."""
    try:
        return str(get_language_info(code)["name_translated"]).capitalize()
    except KeyError:
        return code


def _shown(field: payloads.Payload) -> str:
    """A custom field's value in words; "" for none."""
    value = field["value"]
    if value is None or value is False:
        return ""
    return _("Yes") if field["kind"] == FieldKind.FLAG else str(value)


def _timeline(agent: Agent, customer: Customer, query: QueryDict) -> dict[str, Any]:
    kind, channel = query.get("kind", ""), query.get("channel", "").replace("\x00", "")[:20]
    try:
        entries, older = timeline.page(
            agent,
            customer.pk,
            kinds=(kind,) if kind else (),
            channel=channel,
            cursor=query.get("after", ""),
        )
    except timeline.UnknownPlaceError:
        raise Http404 from None
    kept = query.copy()
    for gone in ("after", "merged"):
        kept.pop(gone, None)
    return {
        "entries": entries,
        "open_states": [str(one) for one in ACTIVE_STATES],
        "kind": kind,
        "channel": channel,
        "kinds": timeline.kinds(),
        "channels": timeline.channels(agent, customer.pk),
        "older": _with(kept, after=older),
        "newest": kept.urlencode(),
        "later": "after" in query,
    }
