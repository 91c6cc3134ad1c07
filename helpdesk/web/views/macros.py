"""The pages of the macros: one's own, and everybody's for who may change them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpdesk.models import Agent, Macro
from helpdesk.permissions import Action, can, visible
from helpdesk.services import acts, macros
from helpdesk.services.macros import InvalidMacroError
from helpdesk.web import rule_words
from helpdesk.web.desk import rail
from helpdesk.web.guards import who_may
from helpdesk.web.views.rules import read_json


def _find(agent: Agent, pk: int) -> Macro:
    macro = visible(agent, Macro).filter(pk=pk).first()
    if macro is None:
        raise Http404
    if not macros.may_edit(macro, agent):
        raise PermissionDenied
    return macro


@never_cache
@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """GET /settings/macros/."""
    agent = who_may(request, Action.REPLY)
    kept = list(visible(agent, Macro).order_by("owner", "position", "pk"))
    told = acts.sentences(*(one.actions for one in kept))
    rows: list[dict[str, Any]] = [
        {
            "macro": one,
            "acts": done,
            "used": rule_words.times(one.uses),
            "may_edit": macros.may_edit(one, agent),
        }
        for one, done in zip(kept, told, strict=True)
    ]
    context = {
        "own": [row for row in rows if row["macro"].owner_id is not None],
        "shared": [row for row in rows if row["macro"].owner_id is None],
        "may_share": can(agent, Action.EDIT_RULES),
        **rail(agent, current="macros"),
    }
    return render(request, "helpdesk/macros/page.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """GET, POST /settings/macros/<pk>/. A new one is the user's own unless `shared`."""
    agent = who_may(request, Action.REPLY)
    may_share = can(agent, Action.EDIT_RULES)
    shared = may_share and "shared" in (request.POST if request.method == "POST" else request.GET)
    macro = Macro(owner=None if shared else agent) if pk is None else _find(agent, pk)
    name, actions, errors = macro.name, macro.actions, {}
    if request.method == "POST":
        name, actions = request.POST.get("name", ""), read_json(request.POST.get("actions", ""))
        try:
            saved = macros.save(macro, name=name, actions=actions, by=agent)
        except InvalidMacroError as error:
            errors = error.errors
        else:
            messages.success(request, _("Saved: “%(name)s”.") % {"name": saved.name})
            return redirect("macros")
    context = {
        "macro": macro if pk else None,
        "name": name,
        "shared": macro.owner_id is None,
        "may_share": may_share,
        "errors": errors,
        "boot": {
            "schema": rule_words.schema(agent, for_rule=False),
            "actions": actions,
            "errors": errors,
            "urls": {"api": "/api/v1/"},
        },
        "words": rule_words.editor(),
        **rail(agent, current="macros"),
    }
    return render(request, "helpdesk/macros/edit.html", context, status=400 if errors else 200)


@require_POST
@login_required
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST /settings/macros/<pk>/<up|down|delete>/: then the list again."""
    agent = who_may(request, Action.REPLY)
    macro = _find(agent, pk)
    run = _VERBS.get(verb)
    if run is None:
        raise Http404
    run(macro, agent)
    return redirect("macros")


_VERBS: dict[str, Callable[[Macro, Agent], None]] = {
    "up": lambda macro, by: macros.move(macro, up=True, by=by),
    "down": lambda macro, by: macros.move(macro, up=False, by=by),
    "delete": lambda macro, by: macros.delete(macro, by=by),
}
