"""Customers from a spreadsheet: choose a file, say what its columns are, look, bring, take back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from helpdesk.exchange import people
from helpdesk.exchange.people import Sheet, SheetError
from helpdesk.models import ImportRun
from helpdesk.permissions import Action
from helpdesk.web import privacy_words, step_up
from helpdesk.web.desk import rail
from helpdesk.web.guards import who_may

SHOWN = 8
RUNS = 20


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@step_up.required
def page(request: HttpRequest) -> HttpResponse:
    """GET /settings/import/: a file, and the runs so far. POST: look at it, or bring it in."""
    agent = who_may(request, Action.MOVE_DATA)
    error, context = "", {}
    if request.method == "POST":
        try:
            text, name = _text(request)
            sheet = people.read(text)
            mapping = _mapping(request, sheet)
            if request.POST.get("step") == "bring" and mapping:
                return _bring(request, sheet, mapping, name)
            context = _looked_at(sheet, mapping, text, name)
        except SheetError as refused:
            error = str(refused)
    context |= {
        "error": error,
        "runs": [
            {"run": one, "counts": privacy_words.outcome(one.report["counts"])}
            for one in ImportRun.objects.select_related("by").order_by("-at")[:RUNS]
        ],
        **rail(agent, current="import"),
    }
    return render(request, "helpdesk/imports/page.html", context, status=400 if error else 200)


def _text(request: HttpRequest) -> tuple[str, str]:
    """The file that was sent, or the text of the one that was looked at. Raises SheetError."""
    file = request.FILES.get("file")
    if file is None:
        if not request.POST.get("text"):
            raise SheetError(_("Choose a file."))
        return request.POST["text"], request.POST.get("name", "")
    if (file.size or 0) > people.MOST_BYTES:
        raise SheetError(_("The file is too large."))
    try:
        return file.read().decode("utf-8-sig"), file.name or ""
    except UnicodeDecodeError:
        raise SheetError(_("The file is not UTF-8 text.")) from None


def _mapping(request: HttpRequest, sheet: Sheet) -> dict[int, str]:
    """What was chosen for each column; at first what is guessed. Each field once."""
    if "step" not in request.POST or request.POST["step"] == "file":
        return people.guess(sheet)
    known = dict(people.targets())
    found: dict[int, str] = {}
    for place in range(len(sheet.columns)):
        name = request.POST.get(f"c{place}", "")
        if name in known and name not in found.values():
            found[place] = name
    return found


def _looked_at(sheet: Sheet, mapping: dict[int, str], text: str, name: str) -> dict[str, Any]:
    usable = {"email", "phone"} & set(mapping.values())
    return {
        "columns": [
            {
                "place": place,
                "name": column,
                "chosen": mapping.get(place, ""),
                "sample": [row[place] for row in sheet.rows[:3] if place < len(row)],
            }
            for place, column in enumerate(sheet.columns)
        ],
        "targets": people.targets(),
        "outcome": people.look(sheet, mapping) if usable else None,
        "text": text,
        "name": name,
        "many": len(sheet.rows),
    }


def _bring(request: HttpRequest, sheet: Sheet, mapping: dict[int, str], name: str) -> HttpResponse:
    run = people.bring(sheet, mapping, by=who_may(request, Action.MOVE_DATA), name=name)
    counts = run.report["counts"]
    text = ngettext("%(n)d new customer.", "%(n)d new customers.", counts["new"])
    messages.success(request, text % {"n": counts["new"]})
    return redirect("import")


@require_POST
@login_required
@step_up.required
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /settings/import/<pk>/undo/: who came goes, unless something happened with them."""
    agent = who_may(request, Action.MOVE_DATA)
    try:
        gone, stayed = people.undo(pk, by=agent)
    except ImportRun.DoesNotExist:
        raise Http404 from None
    text = ngettext("%(n)d customer is gone.", "%(n)d customers are gone.", gone) % {"n": gone}
    if stayed:
        more = ngettext(
            "%(n)d stays: something has happened with them since.",
            "%(n)d stay: something has happened with them since.",
            stayed,
        )
        text = f"{text} {more % {'n': stayed}}"
    messages.success(request, text)
    return redirect("import")
