"""Every settings screen that this user may open, on one page with one line each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from helpdesk.models import Agent
from helpdesk.permissions import Action, can
from helpdesk.web.desk import address, rail


@dataclass(frozen=True, slots=True)
class Screen:
    """A way in. office: it is in the back office, which looks different."""

    name: str
    hint: str
    url: str
    icon: str
    office: bool = False


@never_cache
@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """GET /settings/: nothing is listed that would refuse its reader."""
    agent = cast("Agent", request.user)
    context = {"groups": groups(request, agent), **rail(agent, current="settings")}
    return render(request, "helpdesk/settings/page.html", context)


_WORKFORCE = ("Agent", "Team", "Skill", "CapacityProfile", "Queue")


def groups(request: HttpRequest, agent: Agent) -> list[tuple[str, list[Screen]]]:
    """Title and screens of each group that has any; what no group names comes last."""
    office = _office(request)

    def back(*names: str) -> list[Screen]:
        return [office.pop(name) for name in names if name in office]

    found = [
        (_("Yours"), _own(agent)),
        (_("Ways customers reach us"), [*_ways(agent), *back("Trigger", "Inbox")]),
        (_("Words"), [*_tags(agent), *back("Template")]),
        (_("By itself"), _automatic(agent)),
        (
            _("Who does what"),
            [*_people(agent), *back(*_WORKFORCE)],
        ),
        (_("Hours and promises"), back("BusinessHours", "SLAPolicy", "Relief")),
        (_("Customers"), back("Customer", "Company", "CustomField", "Lead", "Order", "Ban")),
        (_("Other programs"), _programs(agent)),
        (_("Privacy and proof"), _proof(agent)),
        (
            _("Is everything running?"),
            [*_unread(agent), *_alarms(agent), *back("Delivery", "Heartbeat")],
        ),
    ]
    for name in ("Tag", "InboundEvent"):  # the workspace's own screens do it all
        office.pop(name, None)
    return [one for one in [*found, (_("More"), list(office.values()))] if one[1]]


def _own(agent: Agent) -> list[Screen]:
    mine = [
        Screen(
            _("You"),
            _("Photo, names, how you work and how you are called."),
            reverse("you"),
            "user",
        )
    ]
    hint = _("Password, second factor, and where you are signed in.")
    mine.append(Screen(_("Sign-in and security"), hint, reverse("sign-ins"), "shield"))
    if can(agent, Action.USE_TEMPLATES):
        hint = _("How personal your answers are; propose good words.")
        mine.append(Screen(_("My templates"), hint, reverse("my-templates"), "template"))
    return mine


def _ways(agent: Agent) -> list[Screen]:
    found = []
    if can(agent, Action.TUNE_INBOXES):
        hint = _("Name, language and form of address, inbox by inbox.")
        found.append(Screen(_("Inboxes"), hint, reverse("inboxes"), "inbox"))
    widgets = address("widgets")
    if widgets and can(agent, Action.EDIT_INBOXES):
        hint = _("Look, words, questions and hours of the chat on the site, with a preview.")
        found.append(Screen(_("Widgets"), hint, widgets, "spark"))
    return found


def _tags(agent: Agent) -> list[Screen]:
    if not can(agent, Action.EDIT_TAGS):
        return []
    hint = _("The vocabulary: new names, tints, one out of two.")
    return [Screen(_("Tags"), hint, reverse("tags"), "tag")]


def _unread(agent: Agent) -> list[Screen]:
    if not can(agent, Action.SEE_QUARANTINE):
        return []
    hint = _("Messages that could not be read; look and try again.")
    return [Screen(_("Could not be read"), hint, reverse("unread"), "inbox")]


def _alarms(agent: Agent) -> list[Screen]:
    if not can(agent, Action.EDIT_ALARMS):
        return []
    hint = _("What is wrong now, and whom the desk calls about it.")
    return [Screen(_("Alarms"), hint, reverse("alarms"), "alert")]


def _people(agent: Agent) -> list[Screen]:
    if not can(agent, Action.EDIT_AGENTS):
        return []
    hint = _("Invite colleagues, give roles and teams, switch accounts off.")
    return [Screen(_("People"), hint, reverse("people"), "users")]


def _proof(agent: Agent) -> list[Screen]:
    found = []
    if can(agent, Action.SEE_AUDIT):
        hint = _("Who signed in, changed, exported or erased what, and when.")
        found.append(Screen(_("Audit"), hint, reverse("audit"), "shield"))
    if can(agent, Action.KEEP_PRIVACY):
        hint = _("How long things are kept, legal holds, erased people.")
        found.append(Screen(_("Privacy"), hint, reverse("privacy"), "ban"))
    if can(agent, Action.MOVE_DATA):
        hint = _("Customers from a spreadsheet, looked at first, taken back if need be.")
        found.append(Screen(_("Import"), hint, reverse("import"), "down2"))
    return found


def _automatic(agent: Agent) -> list[Screen]:
    found = []
    if can(agent, Action.EDIT_RULES):
        hint = _("When something happens, do the usual; tried on what happened before.")
        found.append(Screen(_("Rules"), hint, reverse("rules"), "bolt"))
    if can(agent, Action.REPLY):
        hint = _("Several steps at one press, for all or only for you.")
        found.append(Screen(_("Macros"), hint, reverse("macros"), "bolt"))
    return found


def _programs(agent: Agent) -> list[Screen]:
    found = []
    if can(agent, Action.USE_API):
        hint = _("Keys by which programs read and write here.")
        found.append(Screen(_("API tokens"), hint, reverse("tokens"), "lock"))
    if can(agent, Action.EDIT_API):
        hint = _("Addresses that are told whatever happens, with a log.")
        found.append(Screen(_("Webhooks"), hint, reverse("webhooks"), "link"))
    return found


def _office(request: HttpRequest) -> dict[str, Screen]:
    """Screens of the back office by model; its own rights decide which there are."""
    hints, found = _hints(), {}
    for app in admin.site.get_app_list(request):
        for one in app["models"]:
            if one["admin_url"]:
                hint, icon = hints.get(one["object_name"], ("", "settings"))
                name = str(one["name"]).capitalize()
                if one["object_name"] == "Inbox":  # beside the workspace's own "Inboxes"
                    name = _("Connections")
                found[one["object_name"]] = Screen(name, hint, one["admin_url"], icon, office=True)
    return found


def _hints() -> dict[str, tuple[str, str]]:
    return {
        "Trigger": (_("Whom the site asks first, when, and whether it helped."), "hand"),
        "Inbox": (_("Connections, secrets and teams of every inbox."), "link"),
        "Template": (_("Words for everybody, by language, tone and channel."), "template"),
        "Agent": (_("Accounts, roles, skills and languages."), "users"),
        "Team": (_("Who answers which inboxes together."), "users"),
        "Skill": (_("What somebody can be good at."), "star"),
        "CapacityProfile": (_("How much one person carries at once."), "chart"),
        "Queue": (_("Who is asked first, who helps out, in which hours."), "clock"),
        "BusinessHours": (_("When somebody is there, with public holidays."), "calendar"),
        "SLAPolicy": (_("How soon we answer, and what happens before it is late."), "clock"),
        "Relief": (_("What was eased in a rush, by whom and until when."), "bolt"),
        "Customer": (_("Everybody who ever wrote."), "users"),
        "Company": (_("Firms, and who belongs to them."), "building"),
        "CustomField": (_("What else is kept about customers."), "pin"),
        "Lead": (_("Addresses left with consent."), "star"),
        "Order": (_("Orders that followed a conversation."), "cart"),
        "Ban": (_("Visitors who may not write."), "ban"),
        "Delivery": (_("Every message on its way out, and what became of it."), "send"),
        "Heartbeat": (_("What runs in the background, and when it last said so."), "wall"),
    }
