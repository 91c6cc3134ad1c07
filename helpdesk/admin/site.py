"""The admin site of the desk: who may enter is a matter of roles, never of `is_staff`."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from helpdesk.admin.scoped import Rights
from helpdesk.permissions import Action, can


class DeskAdminSite(AdminSite):
    """Shows only screens that carry our rights; what other apps register stays out."""

    site_header = _("Parley administration")
    site_title = _("Parley administration")
    index_title = _("Settings of the desk")
    site_url = None  # base_site.html has our own way back
    login_form = AuthenticationForm

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this user may enter at all."""
        return can(request.user, Action.USE_ADMIN)

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take a screen of ours; ignore any other (django.contrib.auth's groups)."""
        if admin_class is not None and issubclass(admin_class, Rights):
            super().register(model_or_iterable, admin_class, **options)
