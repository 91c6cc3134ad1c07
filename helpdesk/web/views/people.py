"""People: who is here, with which role and teams; inviting, and switching accounts off."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from helpdesk.models import Agent, Invitation, Role, Team, TeamMembership
from helpdesk.permissions import Action
from helpdesk.selectors import staff, tokens
from helpdesk.services import joining, people, second_factor
from helpdesk.web import step_up
from helpdesk.web.desk import rail
from helpdesk.web.guards import who_may
from helpdesk.whole_numbers import whole_numbers


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """GET /settings/people/: everybody, and who is invited. POST: invite one more."""
    agent = who_may(request, Action.EDIT_AGENTS)
    typed: dict[str, Any] = {"role": Role.AGENT, "teams": []}
    refused: joining.RefusedError | None = None
    link = ""
    if request.method == "POST":
        if not step_up.recent(request):
            return cast("HttpResponse", step_up.ask(request))
        typed = {
            "email": request.POST.get("email", "")[:254],
            "role": request.POST.get("role", ""),
            "teams": whole_numbers(request.POST.getlist("teams")),
        }
        try:
            _made, link = joining.invite(by=agent, **typed)
        except joining.RefusedError as error:
            refused = error
    return render(
        request,
        "helpdesk/people/page.html",
        {
            "people": staff.everybody(),
            "invited": staff.invited(),
            "roles": Role.choices,
            "teams": Team.objects.order_by("name"),
            "typed": {} if link else typed,
            "refused": refused,
            "link": link,
            "asked": second_factor.asked(),
            **rail(agent, current="people"),
        },
        status=400 if refused else 200,
    )


@require_POST
@login_required
@step_up.required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /settings/people/invitations/<pk>/withdraw/: the link opens nothing any more."""
    agent = who_may(request, Action.EDIT_AGENTS)
    get_object_or_404(Invitation, pk=pk)
    joining.withdraw(pk, by=agent)
    messages.success(request, _("Withdrawn: the link opens nothing any more."))
    return redirect("people")


@require_POST
@login_required
@step_up.required
def rules(request: HttpRequest) -> HttpResponse:
    """POST /settings/people/rules/: which roles need a second factor."""
    agent = who_may(request, Action.EDIT_AGENTS)
    second_factor.ask(set(request.POST.getlist("roles")) & set(Role.values), by=agent)
    messages.success(request, _("Saved."))
    return redirect("people")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@step_up.required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /settings/people/<pk>/: role and teams of one."""
    agent = who_may(request, Action.EDIT_AGENTS)
    person = get_object_or_404(Agent, pk=pk)
    role, error = person.role, ""
    chosen = set(
        TeamMembership.objects.filter(agent=person, active=True).values_list("team_id", flat=True)
    )
    if request.method == "POST":
        role = request.POST.get("role", "")
        chosen = set(whole_numbers(request.POST.getlist("teams")))
        try:
            people.change(pk, role=role, teams=chosen, by=agent)
        except people.RefusedError as refused:
            error = str(refused)
        else:
            messages.success(request, _("Saved: “%(name)s”.") % {"name": person.display_name})
            return redirect("people" if person != agent or role == agent.role else "login")
    context = {
        "person": person,
        "own": person == agent,
        "role": role,
        "roles": Role.choices,
        "teams": [(one, one.pk in chosen) for one in Team.objects.order_by("name")],
        "browsers": person.sign_ins.count(),
        "protected": second_factor.is_there(person),
        "error": error,
        **rail(agent, current="people"),
    }
    return render(request, "helpdesk/people/edit.html", context, status=400 if error else 200)


@require_POST
@login_required
@step_up.required
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST /settings/people/<pk>/<off|on|factor>/: then the list again."""
    agent = who_may(request, Action.EDIT_AGENTS)
    person = get_object_or_404(Agent, pk=pk)
    try:
        if verb == "off":
            people.switch_off(pk, by=agent)
            told = _("Switched off: %(name)s is signed out everywhere.")
        elif verb == "on":
            people.switch_on(pk, by=agent)
            told = _("Switched on: %(name)s can sign in again.")
        elif verb == "factor":
            second_factor.reset(person, by=agent)
            told = _("%(name)s signs in with the password alone, and adds a new second factor.")
        else:
            raise Http404
    except people.RefusedError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, told % {"name": person.display_name})
        if verb == "off" and (many := tokens.known_to(person)):
            messages.warning(request, _still_known(many))
    return redirect("people")


def _still_known(many: int) -> str:
    return ngettext(
        "They made %(n)d API token that acts as somebody else and still works: they may know it.",
        "They made %(n)d API tokens that act as somebody else and still work: they may know them.",
        many,
    ) % {"n": many}
