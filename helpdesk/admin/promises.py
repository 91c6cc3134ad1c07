"""Promises: for whom, what by when, who is warned, and what is done by itself."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.admin.promise_form import EXTRA_NAMES, METRIC_NAMES, STEPS, WARNINGS, PromiseForm
from helpdesk.admin.scoped import Scoped
from helpdesk.admin.words import apply_promises
from helpdesk.models import SLAPolicy
from helpdesk.permissions import Action
from helpdesk.services import promises
from helpdesk.sla import lines, policies, stored
from helpdesk.sla.policies import PRIORITIES


def _fieldsets() -> Any:
    targets = [
        (
            name,
            {
                "fields": (
                    *(
                        (
                            f"{metric}_{priority}",
                            *(f"{metric}_{priority}_{extra}" for extra in EXTRA_NAMES),
                        )
                        for priority in PRIORITIES
                    ),
                    f"{metric}_business",
                )
            },
        )
        for metric, name in METRIC_NAMES.items()
    ]
    steps = [
        (f"step_{row}_after", f"step_{row}_action", f"step_{row}_metric", f"step_{row}_since")
        for row in range(STEPS)
    ]
    warnings = [(f"warning_{row}_percent", f"warning_{row}_level") for row in range(WARNINGS)]
    return (
        (None, {"fields": ("name", "position", "enabled", "objective")}),
        (
            gettext_lazy("For whom"),
            {
                "fields": ("kinds", "channels", "queues", "priorities", "languages", "vip"),
                "description": gettext_lazy(
                    "All that is chosen must hold; where nothing is chosen, everything does. "
                    "The first promise in the list that fits is the one."
                ),
            },
        ),
        *targets,
        (
            gettext_lazy("Warnings"),
            {
                "fields": warnings,
                "description": gettext_lazy(
                    "Who hears of it when this part of the time is used up. That a promise is "
                    "broken is always written down."
                ),
            },
        ),
        (
            gettext_lazy("Steps taken by themselves"),
            {
                "fields": (*steps, "on_hold_stops"),
                "description": gettext_lazy(
                    "Each happens once for each wait, unless somebody has answered before."
                ),
            },
        ),
    )


@admin.register(SLAPolicy)
class PromiseAdmin(Scoped[SLAPolicy]):
    """The list of promises in their order; a change also counts for what runs already."""

    workspace = "ledger"
    edit = add = delete = Action.EDIT_PROMISES
    form = PromiseForm
    list_display = ("name", "position", "enabled", "first_reply", "kept", "to_watch")
    list_filter = ("enabled",)
    ordering = ("position", "pk")
    fieldsets = _fieldsets()
    change_list_template = "admin/promises/change_list.html"

    def rows(self, request: HttpRequest) -> QuerySet[SLAPolicy]:
        """They belong to the whole desk."""
        return SLAPolicy.objects.all()

    def get_urls(self) -> list[URLPattern]:
        """The way from the product's own promises to written ones."""
        own = path(
            "defaults/",
            self.admin_site.admin_view(self.write_defaults),
            name="helpdesk_slapolicy_defaults",
        )
        return [own, *super().get_urls()]

    def write_defaults(self, request: HttpRequest) -> HttpResponse:
        """Write the product's own promises into the list, where they can be changed."""
        if request.method != "POST" or not self.has_add_permission(request):
            raise PermissionDenied
        if not SLAPolicy.objects.exists():
            SLAPolicy.objects.bulk_create(stored.default_rows())
            apply_promises(promises.concerned())
        return redirect(reverse("admin:helpdesk_slapolicy_changelist"))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """While the list is empty, it says what holds."""
        extra = {"unwritten": not SLAPolicy.objects.exists(), **(extra_context or {})}
        answer = super().changelist_view(request, extra)
        shown = getattr(answer, "context_data", None) or {}
        if "cl" in shown:
            hidden = _hidden()  # once for the list, not once for each of its rows
            for one in shown["cl"].result_list:
                one.hidden = one.pk in hidden
        return answer

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """What runs gets its new target; what is legal and odd is said."""
        super().save_model(request, obj, form, change)
        apply_promises(promises.concerned())
        if obj.enabled and obj.pk in _hidden():
            messages.warning(request, _hidden_text())

    def delete_model(self, request: HttpRequest, obj: SLAPolicy) -> None:
        """What ran by it is promised what the next one says."""
        super().delete_model(request, obj)
        apply_promises(promises.concerned())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[SLAPolicy]) -> None:
        """As delete_model, for several."""
        super().delete_queryset(request, queryset)
        apply_promises(promises.concerned())

    @admin.display(description=gettext_lazy("first reply"))
    def first_reply(self, row: SLAPolicy) -> str:
        """The usual target."""
        found = stored.policy_of(row).targets.get("frt", {}).get("normal")
        return lines.duration(found.seconds) if found else "–"

    @admin.display(description=gettext_lazy("to be kept"), ordering="objective")
    def kept(self, row: SLAPolicy) -> str:
        """What share of the first replies is to come in time."""
        return f"{row.objective} %"

    @admin.display(description=gettext_lazy("to watch"))
    def to_watch(self, row: SLAPolicy) -> str:
        """What is odd about it."""
        return _hidden_text() if row.enabled and getattr(row, "hidden", False) else ""


def _hidden() -> set[int]:
    """Promises behind one that takes everybody."""
    known = stored.in_force()
    lost = policies.never_reached([policy for _row, policy in known])
    return {row.pk for row, policy in known if row and any(policy is one for one in lost)}


def _hidden_text() -> str:
    return _("Never used: a promise before it fits everybody.")
