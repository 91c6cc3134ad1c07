"""The pages of the rules: the list in order, the editor, and the log."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpdesk.models import Agent, Inbox, Outcome, Rule
from helpdesk.permissions import Action, inbox_ids, visible
from helpdesk.selectors import rule_log
from helpdesk.services import acts, rules
from helpdesk.services.rules import Draft, InvalidRuleError
from helpdesk.web import rule_words
from helpdesk.web.desk import rail
from helpdesk.web.guards import who_may
from helpdesk.whole_numbers import whole_number, whole_numbers

NEW = {"match": "all", "rows": []}
MOST_JSON = 100_000


def _find(agent: Agent, pk: int) -> Rule:
    rule = visible(agent, Rule).filter(pk=pk).first()
    if rule is None:
        raise Http404
    return rule


@never_cache
@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """GET /settings/rules/: the rules in the order in which they are looked at."""
    agent = who_may(request, Action.EDIT_RULES)
    day = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    kept = list(rule_log.listed(agent, day))
    told = acts.sentences(*(one.actions for one in kept))
    known, seen = rule_words.choices(agent), inbox_ids(agent)
    rows = [
        {
            "rule": one,
            "last": getattr(one, "last", None),
            "today": getattr(one, "today", None) or 0,
            "sentence": rule_words.sentence(draft_of(one), known, done),
            "may_edit": rules.may_edit(one, agent, seen),
        }
        for one, done in zip(kept, told, strict=True)
    ]
    return render(
        request, "helpdesk/rules/page.html", {"rows": rows, **rail(agent, current="rules")}
    )


def draft_of(rule: Rule) -> Draft:
    """The rule as its editor holds it."""
    return Draft(
        name=rule.name,
        kind=rule.kind,
        conditions=rule.conditions,
        actions=rule.actions,
        enabled=rule.enabled,
        stop_after=rule.stop_after,
        inboxes=[] if rule.everywhere else [one.pk for one in rule.inboxes.all()],
    )


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """GET, POST /settings/rules/<pk>/: the editor. Nothing typed is lost by an error."""
    agent = who_may(request, Action.EDIT_RULES)
    rule = Rule(kind="message_received", conditions=NEW, everywhere=True)
    if pk is not None:
        rule = _find(agent, pk)
    may_edit = pk is None or rules.may_edit(rule, agent)
    draft, errors = draft_of(rule) if pk else Draft("", rule.kind, enabled=True), {}
    if request.method == "POST":
        if not may_edit:
            raise PermissionDenied
        draft = _sent(request.POST)
        try:
            saved = rules.save(rule, draft, by=agent)
        except InvalidRuleError as error:
            errors = error.errors
        else:
            messages.success(request, _("Saved: “%(name)s”.") % {"name": saved.name})
            return redirect("rules")
    context = {
        "rule": rule if pk else None,
        "draft": draft,
        "errors": errors,
        "may_edit": may_edit,
        "kinds": rule_words.kinds().items(),
        "inboxes": visible(agent, Inbox).order_by("name"),
        "boot": _boot(agent, draft, errors),
        "words": rule_words.editor(),
        **rail(agent, current="rules"),
    }
    return render(request, "helpdesk/rules/edit.html", context, status=400 if errors else 200)


def _boot(agent: Agent, draft: Draft, errors: dict[str, str]) -> dict[str, Any]:
    return {
        "schema": rule_words.schema(agent, for_rule=True),
        "conditions": draft.conditions,
        "actions": draft.actions,
        "errors": errors,
        "urls": {"api": "/api/v1/", "conversation": "/inbox/c/0/"},
    }


def _sent(form: QueryDict) -> Draft:
    """The form as a draft; what is not readable comes out as what cannot be saved."""
    return Draft(
        name=form.get("name", ""),
        kind=form.get("kind", ""),
        conditions=read_json(form.get("conditions", "")),
        actions=read_json(form.get("actions", "")),
        enabled="enabled" in form,
        stop_after="stop_after" in form,
        inboxes=whole_numbers(form.getlist("inboxes")),
    )


def read_json(text: str) -> Any:
    """What the editor's script wrote into a hidden field; None if it cannot be read."""
    try:
        return json.loads(text) if len(text) <= MOST_JSON else None
    except (ValueError, RecursionError):
        return None


@require_POST
@login_required
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST /settings/rules/<pk>/<up|down|on|off|delete>/: then the list again."""
    agent = who_may(request, Action.EDIT_RULES)
    rule = _find(agent, pk)
    run = _VERBS.get(verb)
    if run is None:
        raise Http404
    if not rules.may_edit(rule, agent):
        raise PermissionDenied
    run(rule, agent)
    return redirect("rules")


_VERBS: dict[str, Callable[[Rule, Agent], None]] = {
    "up": lambda rule, by: rules.move(rule, up=True, by=by),
    "down": lambda rule, by: rules.move(rule, up=False, by=by),
    "on": lambda rule, by: rules.switch(rule, on=True, by=by),
    "off": lambda rule, by: rules.switch(rule, on=False, by=by),
    "delete": lambda rule, by: rules.delete(rule, by=by),
}


@never_cache
@require_safe
@login_required
def log(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /settings/rules/<pk>/log/: what the rule did, newest first."""
    agent = who_may(request, Action.EDIT_RULES)
    rule = _find(agent, pk)
    outcome, before = request.GET.get("outcome", ""), whole_number(request.GET.get("before", ""))
    narrowed = outcome if outcome in Outcome.values else ""
    firings, older = rule_log.page(agent, rule, outcome=narrowed, before=before)
    kinds = rule_words.kinds()
    context = {
        "rule": rule,
        "rows": [
            {
                "firing": one,
                "kind": kinds.get(one.event.kind, one.event.kind),
                "text": rule_words.firing(one.detail),
            }
            for one in firings
        ],
        "older": older,
        "outcome": narrowed,
        "outcomes": [one for one in Outcome.choices if one[0] != Outcome.NO_MATCH],
        **rail(agent, current="rules"),
    }
    return render(request, "helpdesk/rules/log.html", context)
