"""The audit log for administrators: narrowed, paged, and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from helpdesk import audit
from helpdesk.models import Act, Agent, AuditEntry, FourEyes
from helpdesk.permissions import Action
from helpdesk.selectors import audit as found
from helpdesk.selectors.leads import harmless
from helpdesk.services import four_eyes
from helpdesk.streams import streamed
from helpdesk.web import audit_words as words
from helpdesk.web import step_up
from helpdesk.web.desk import rail
from helpdesk.web.guards import who_may
from helpdesk.whole_numbers import whole_number

NOBODY = -1


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _filters(query: QueryDict) -> found.Filters:
    """What the address asks for; what cannot be meant narrows nothing."""
    who, act, about = (query.get(name, "") for name in ("who", "act", "about"))
    return found.Filters(
        actor=NOBODY if who == "nobody" else whole_number(who),
        act=act if act in Act.values else "",
        about=about if about in dict(words.kinds()) else "",
        about_id=query.get("id", "").replace("\x00", "").strip()[:64],
        since=_day(query.get("since", "")),
        until=_day(query.get("until", "")),
    )


@never_cache
@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """GET /settings/audit/: fifty entries, newest first."""
    agent = who_may(request, Action.SEE_AUDIT)
    filters, before = _filters(request.GET), whole_number(request.GET.get("before", ""))
    rows, older = found.page(agent, filters, before)
    kept = request.GET.copy()
    kept.pop("before", None)
    newest = kept.urlencode()
    if older:
        kept["before"] = str(older)
    context = {
        "rows": [
            {
                "entry": one,
                "act": words.act(one),
                "about": words.about(one),
                "changes": words.changes(one),
            }
            for one in rows
        ],
        "filters": filters,
        "narrowed": filters != found.Filters(),
        "acts": Act.choices,
        "kinds": words.kinds(),
        "people": found.actors(),
        "newest": newest,
        "older": kept.urlencode() if older else "",
        "later": before is not None,
        **rail(agent, current="audit"),
    }
    return render(request, "helpdesk/audit/page.html", context)


@never_cache
@require_POST
@login_required
@step_up.required
def file(request: HttpRequest) -> HttpResponseBase:
    """POST /settings/audit/file/: the narrowed log as CSV. That it was taken is in the log, too."""
    agent, filters = who_may(request, Action.SEE_AUDIT), _filters(request.GET)
    if four_eyes.needed(agent) and not four_eyes.use(FourEyes.AUDIT, by=agent):
        four_eyes.ask(FourEyes.AUDIT, by=agent)
        said = _("Asked. Once another administrator agrees, take the file within a day.")
        messages.success(request, said)
        return redirect("privacy")
    with transaction.atomic():
        audit.record(Act.EXPORTED, by=agent, changes={"what": ("", "audit")})
    response = StreamingHttpResponse(
        streamed(request, _parts(agent, filters, _head())), content_type="text/csv; charset=utf-8"
    )
    name = f"audit-{datetime.now(UTC):%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _head() -> list[str]:
    return [
        *(_("When"), _("Who"), _("Role"), _("Address"), _("What"), _("About"), _("Changes")),
        *(_("Reason"), _("Seal")),
    ]


def _parts(agent: Agent, filters: found.Filters, head: list[str]) -> Iterator[bytes]:
    yield ("\ufeff" + _line(head)).encode()
    for one in found.every(agent, filters):
        yield _line(_cells(one)).encode()


def _cells(one: AuditEntry) -> list[str]:
    seal: Any = getattr(one, "seal", None)
    changed = "; ".join(f"{name}: {text}" if text else name for name, text in words.changes(one))
    return [
        one.at.astimezone(UTC).isoformat(timespec="seconds"),
        one.actor.email if one.actor else "",
        one.role,
        one.ip or "",
        one.act,
        f"{one.about} {one.about_id}".strip(),
        changed,
        one.reason,
        seal.hash if seal else "",
    ]


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(harmless(one) for one in cells)
    return text.getvalue()
