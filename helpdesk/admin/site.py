"""The admin site of the desk: who may enter is a matter of roles, never of `is_staff`."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from helpdesk.admin.scoped import Rights
from helpdesk.permissions import Action, can

GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (
        _("People"),
        ("helpdesk.Agent", "helpdesk.Team", "helpdesk.Skill", "helpdesk.CapacityProfile"),
    ),
    (_("Words"), ("helpdesk.Template", "helpdesk.Tag")),
    (
        _("Customers"),
        (
            "helpdesk.Customer",
            "helpdesk.Company",
            "helpdesk.CustomField",
            "helpdesk.Lead",
            "helpdesk.Order",
        ),
    ),
    (
        _("Who answers, and when"),
        (
            "helpdesk.Queue",
            "helpdesk.BusinessHours",
            "helpdesk.SLAPolicy",
            "helpdesk.Relief",
        ),
    ),
    (_("Channels"), ("helpdesk.Inbox", "invitations.Trigger", "chat.Ban")),
    (
        _("What the machine does"),
        (
            "helpdesk.InboundEvent",
            "helpdesk.Delivery",
            "helpdesk.Call",
            "helpdesk.SuppressedAddress",
            "helpdesk.Heartbeat",
        ),
    ),
)


def _group(name: Any, labels: tuple[str, ...], screens: dict[str, Any]) -> dict[str, Any]:
    """A group with those of its screens that this user may see; they leave `screens`."""
    models = [screens.pop(label) for label in labels if label in screens]
    return {
        "name": name,
        "app_label": labels[0].split(".")[1].lower(),
        "app_url": "",
        "has_module_perms": True,
        "models": models,
    }


class DeskAdminSite(AdminSite):
    """Shows only screens that carry our rights; what other apps register stays out."""

    site_header = _("Parley administration")
    site_title = _("Parley administration")
    index_title = _("Settings of the desk")
    site_url = None  # base_site.html has our own way back

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The desk's own sign-in, with its limits and second factors, leads here, too.

        Who is signed in already and may not enter is told so.
        """
        del extra_context
        if request.user.is_authenticated:
            raise PermissionDenied
        after = request.GET.get("next", "") or reverse("admin:index")
        return redirect_to_login(after)

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this user may enter at all."""
        return can(request.user, Action.USE_ADMIN)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The screens by what they are for, in the order of a working day."""
        found = super().get_app_list(request, app_label)
        if app_label is not None:
            return found
        every = [one for app in found for one in app["models"]]
        screens = {one["model"]._meta.label: one for one in every}  # noqa: SLF001  documented
        groups = [_group(name, words, screens) for name, words in GROUPS]
        rest = {"name": _("More"), "app_label": "more", "app_url": "", "has_module_perms": True}
        rest["models"] = list(screens.values())  # what a part brought that is in no group
        return [one for one in [*groups, rest] if one["models"]]

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take a screen of ours; ignore any other (django.contrib.auth's groups)."""
        if admin_class is not None and issubclass(admin_class, Rights):
            super().register(model_or_iterable, admin_class, **options)
