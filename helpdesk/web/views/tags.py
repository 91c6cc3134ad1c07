"""The vocabulary of tags: one list, and a page for each tag."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from helpdesk.models import Agent, Tag, Tint
from helpdesk.permissions import Action, visible
from helpdesk.selectors import menu
from helpdesk.services import vocabulary
from helpdesk.services.vocabulary import InvalidTagError
from helpdesk.web.desk import rail
from helpdesk.web.guards import who_may
from helpdesk.whole_numbers import whole_number


def _find(agent: Agent, pk: int) -> Tag:
    tag = visible(agent, Tag).filter(pk=pk).first()
    if tag is None:
        raise Http404
    return tag


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """GET /settings/tags/: the vocabulary with its counts. POST: a new word."""
    agent = who_may(request, Action.EDIT_TAGS)
    name, error = request.POST.get("name", ""), ""
    if request.method == "POST":
        try:
            made = vocabulary.add(name, by=agent)
        except InvalidTagError as refused:
            error = str(refused)
        else:
            messages.success(request, _("Saved: “%(name)s”.") % {"name": made.name})
            return redirect("tags")
    listed = menu.vocabulary(agent)
    context = {
        "rows": [one for one in listed if not one[0].archived],
        "away": [one for one in listed if one[0].archived],
        "name": name,
        "error": error,
        **rail(agent, current="tags"),
    }
    return render(request, "helpdesk/tags/page.html", context, status=400 if error else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /settings/tags/<pk>/: name and tint; beside them, becoming another and going."""
    agent = who_may(request, Action.EDIT_TAGS)
    tag = _find(agent, pk)
    name, colour, error = tag.name, tag.colour, ""
    if request.method == "POST":
        name, chosen = request.POST.get("name", ""), request.POST.get("colour", "")
        colour = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 6 else -1
        try:
            saved = vocabulary.change(pk, name=name, colour=colour, by=agent)
        except InvalidTagError as refused:
            error = str(refused)
        else:
            messages.success(request, _("Saved: “%(name)s”.") % {"name": saved.name})
            return redirect("tags")
    context = {
        "tag": tag,
        "name": name,
        "colour": colour,
        "error": error,
        "tints": Tint.choices,
        "others": visible(agent, Tag).filter(archived=False).exclude(pk=pk).order_by("name"),
        **rail(agent, current="tags"),
    }
    return render(request, "helpdesk/tags/edit.html", context, status=400 if error else 200)


@require_POST
@login_required
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST /settings/tags/<pk>/<merge|away|back|delete>/: then the list again."""
    agent = who_may(request, Action.EDIT_TAGS)
    tag = _find(agent, pk)
    if verb == "merge":
        into = _find(agent, whole_number(request.POST.get("into", "")) or 0)
        try:
            vocabulary.merge(pk, into.pk, by=agent)
        except InvalidTagError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Merged into “%(name)s”.") % {"name": into.name})
    elif verb in ("away", "back"):
        vocabulary.put_away(pk, away=verb == "away", by=agent)
    elif verb == "delete":
        vocabulary.delete(pk, by=agent)
        messages.success(request, _("Deleted: “%(name)s”.") % {"name": tag.name})
    else:
        raise Http404
    return redirect("tags")
