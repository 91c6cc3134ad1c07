"""Capacity profiles: how much an agent carries at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.admin.scoped import ModelForm, Scoped
from helpdesk.admin.words import channel_choices
from helpdesk.models import CapacityProfile
from helpdesk.permissions import Action

MOST_UNITS = 100


class CapacityForm(ModelForm[CapacityProfile]):
    """Units in all, and a limit for each channel of the installation."""

    units = forms.IntegerField(
        label=gettext_lazy("Units"),
        min_value=1,
        max_value=MOST_UNITS,
        initial=12,
        help_text=gettext_lazy("A call takes 12 of them, a live chat 4, a text 2, a letter 1."),
    )

    class Meta:
        model = CapacityProfile
        fields = ("name", "units")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for channel, limit in _limits(self.instance).items():
            self.initial.setdefault(f"limit_{channel}", limit)

    def clean(self) -> dict[str, Any]:
        """Limits that are given; a channel without one has the usual one."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.instance.limits = {
            name.removeprefix("limit_"): value
            for name, value in cleaned.items()
            if name.startswith("limit_") and value is not None
        }
        return cleaned


def _limits(profile: CapacityProfile) -> dict[str, int]:
    known = profile.limits if isinstance(profile.limits, dict) else {}
    return {channel: limit for channel, limit in known.items() if isinstance(limit, int)}


@admin.register(CapacityProfile)
class CapacityAdmin(Scoped[CapacityProfile]):
    """A profile is chosen with the agent; who has none carries the usual."""

    edit = add = delete = Action.EDIT_QUEUES
    form = CapacityForm
    list_display = ("name", "units", "by_channel", "holders")
    search_fields = ("name",)
    ordering = ("name",)

    def rows(self, request: HttpRequest) -> QuerySet[CapacityProfile]:
        """They belong to the whole desk."""
        return CapacityProfile.objects.annotate(many=Count("agents"))

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The form with a box for each channel that there is now."""
        boxes = {
            f"limit_{channel}": forms.IntegerField(
                label=_("At once: %(channel)s") % {"channel": label},
                required=False,
                min_value=0,
                max_value=MOST_UNITS,
            )
            for channel, label in channel_choices()
        }
        kwargs["form"] = type("CapacityFormOfChannels", (CapacityForm,), boxes)
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The channels stand by themselves."""
        limits = [f"limit_{channel}" for channel, _label in channel_choices()]
        text = _("An empty box means the usual limit; 0 means none of these at all.")
        return (
            (None, {"fields": ("name", "units")}),
            (_("Limits by channel"), {"fields": limits, "description": text}),
        )

    @admin.display(description=gettext_lazy("limits by channel"))
    def by_channel(self, profile: CapacityProfile) -> str:
        """Where they differ from the usual."""
        names = dict(channel_choices())
        found = _limits(profile).items()
        return ", ".join(f"{names.get(one, one)}: {limit}" for one, limit in found) or "–"

    @admin.display(description=gettext_lazy("agents"), ordering="many")
    def holders(self, profile: Any) -> int:
        """How many agents have it."""
        return int(profile.many)
