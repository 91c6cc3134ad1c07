"""Privacy: how long things are kept, who was erased; and one person's data, holds and consents."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import F
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpdesk.models import (
    Agent,
    Confirmation,
    Consent,
    Customer,
    DataCopy,
    Erasure,
    FourEyes,
    Kept,
    LegalHold,
    Purpose,
)
from helpdesk.permissions import Action
from helpdesk.selectors import customers as found
from helpdesk.services import consents, erasing, exporting, four_eyes, holding, retention
from helpdesk.web import privacy_words, step_up
from helpdesk.web.desk import rail
from helpdesk.web.guards import who_may
from helpdesk.whole_numbers import whole_number

NEWEST = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@step_up.required
def page(request: HttpRequest) -> HttpResponse:
    """GET /settings/privacy/: retention with what is due, erasures, holds. POST: other days."""
    agent = who_may(request, Action.KEEP_PRIVACY)
    error = ""
    if request.method == "POST":
        try:
            wanted = {kind: _days(request.POST.get(kind, "")) for kind in Kept.values}
            retention.choose(wanted, by=agent)
        except retention.InvalidRetentionError as refused:
            error = refused.kind
        else:
            messages.success(request, _("Saved."))
            return redirect("privacy")
    days, due = retention.days(), retention.due()
    context = {
        "rows": [
            {
                "kind": kind,
                "label": label,
                "days": request.POST.get(kind, days[kind]) if error else days[kind],
                "due": due.get(kind, 0),
                "error": kind == error,
            }
            for kind, label in Kept.choices
        ],
        "error": error,
        "erasures": Erasure.objects.select_related("by").order_by("-at")[:NEWEST],
        "asked": four_eyes.waiting(),
        "holds": LegalHold.objects.filter(lifted_at=None).select_related("customer", "by"),
        **rail(agent, current="privacy"),
    }
    return render(request, "helpdesk/privacy/page.html", context, status=400 if error else 200)


def _days(text: str) -> int:
    return _number(text) if len(text) < 6 else -1


def _number(text: str) -> int:
    """Of a row; -1 for what is none."""
    found = whole_number(text)
    return -1 if found is None else found


def _person(request: HttpRequest, pk: int) -> tuple[Agent, Customer]:
    agent = who_may(request, Action.KEEP_PRIVACY)
    try:
        return agent, found.find(agent, pk)
    except Customer.DoesNotExist:
        raise Http404 from None


@never_cache
@require_safe
@login_required
@step_up.required
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /customers/<pk>/privacy/: what we keep of one person, and what may be done about it."""
    agent, customer = _person(request, pk)
    if customer.pk != pk:
        return redirect("customer-privacy", pk=customer.pk)
    planned = erasing.plan(customer.pk)
    context = {
        "customer": customer,
        "plan": planned,
        "counts": privacy_words.rows(planned.counts),
        "asked": four_eyes.waiting().filter(customer=customer),
        "copies": DataCopy.objects.filter(customer=customer).order_by("-asked_at")[:NEWEST],
        "purposes": Purpose.choices,
        "addresses": customer.identities.exclude(kind="visitor").values_list("address", flat=True),
        "today": datetime.now(UTC).date(),
        "consents": Consent.objects.filter(customer=customer).order_by("-given_at"),
        "link": request.session.pop("copy_link", ""),
        **rail(agent, current="customers"),
    }
    return render(request, "helpdesk/privacy/person.html", context)


@require_POST
@login_required
@step_up.required
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST /customers/<pk>/privacy/<copy|erase|hold|lift|agree|withdraw>/: then the page again."""
    agent, customer = _person(request, pk)
    if verb == "copy":
        _copy, token = exporting.ask(customer.pk, by=agent, notes=request.POST.get("notes") == "1")
        there = reverse("data-copy", args=[token])
        request.session["copy_link"] = f"{settings.PUBLIC_BASE_URL}{there}"
    elif verb == "erase":
        return _erase(request, customer, agent)
    elif verb == "hold":
        try:
            holding.hold(customer, reason=request.POST.get("reason", ""), by=agent)
        except holding.NoReasonError:
            messages.error(request, _("Say why."))
    elif verb == "lift":
        if four_eyes.needed(agent):
            return _asked(request, FourEyes.LIFT, customer, agent)
        holding.lift(customer, by=agent)
    elif verb == "agree":
        _agree(request, customer, agent)
    elif verb == "withdraw":
        asked = request.POST.get("consent", "")
        row = Consent.objects.filter(customer=customer, pk=_number(asked)).first()
        if row is None:
            raise Http404
        consents.withdraw(row, by=agent)
    else:
        raise Http404
    return redirect("customer-privacy", pk=customer.pk)


def _agree(request: HttpRequest, customer: Customer, agent: Agent) -> None:
    """A consent that somebody was told of: on the phone, on paper, in another system."""
    said = request.POST
    try:
        day = date.fromisoformat(said["on"]) if said.get("on") else None
        where, proof = said.get("where", ""), said.get("proof", "")
        purpose = said.get("purpose", "")
        consents.note(customer, purpose, by=agent, where=where, proof=proof, on=day)
    except consents.InvalidConsentError as error:
        messages.error(request, error.words)
    except ValueError:
        messages.error(request, _("That is no day."))
    else:
        messages.success(request, _("Noted: they agree."))


def _erase(request: HttpRequest, customer: Customer, agent: Agent) -> HttpResponse:
    """Only who typed the customer's number meant it."""
    if request.POST.get("sure", "").strip() != str(customer.pk):
        messages.error(request, _("Type the number of the customer to erase them."))
        return redirect("customer-privacy", pk=customer.pk)
    if four_eyes.needed(agent) and not erasing.held(erasing.whose(customer.pk)):
        return _asked(request, FourEyes.ERASE, customer, agent)
    try:
        erasing.erase(customer.pk, by=agent, reason=request.POST.get("reason", ""))
    except erasing.HeldError as refused:
        messages.error(request, str(refused))
        return redirect("customer-privacy", pk=customer.pk)
    messages.success(request, _("Erased. Nothing that tells who it was is left."))
    return redirect("customer", pk=customer.pk)


def _asked(request: HttpRequest, kind: FourEyes, customer: Customer, agent: Agent) -> HttpResponse:
    four_eyes.ask(kind, by=agent, customer=customer, reason=request.POST.get("reason", ""))
    messages.success(request, _("Asked. It is done as soon as another administrator agrees."))
    return redirect("customer-privacy", pk=customer.pk)


@require_POST
@login_required
@step_up.required
def decide(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST /settings/privacy/asked/<pk>/<agree|refuse>/: then the page again."""
    agent = who_may(request, Action.KEEP_PRIVACY)
    if verb not in ("agree", "refuse"):
        raise Http404
    try:
        four_eyes.decide(pk, agree=verb == "agree", by=agent)
    except Confirmation.DoesNotExist:
        raise Http404 from None
    except four_eyes.OwnRequestError:
        messages.error(request, _("Another administrator has to agree."))
    except four_eyes.OverError:
        messages.error(request, _("It has been decided already, or its time is over."))
    except erasing.HeldError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Done.") if verb == "agree" else _("Refused."))
    return redirect("privacy")


@never_cache
@require_safe
def fetch(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET /data/<token>/: a person's own copy, for whoever has the link, until it ends."""
    copy = exporting.of_token(token)
    if copy is None or not copy.file:
        raise Http404
    with transaction.atomic():
        DataCopy.objects.filter(pk=copy.pk).update(fetched=F("fetched") + 1)
    answer = FileResponse(
        copy.file.open("rb"),
        as_attachment=True,
        filename="data.zip",
        content_type="application/zip",
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
