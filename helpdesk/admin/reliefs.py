"""What supervisors have eased: who, for whom, why and until when. It is never edited here."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from helpdesk.admin.scoped import Scoped
from helpdesk.models import Relief
from helpdesk.permissions import Action


@admin.register(Relief)
class ReliefAdmin(Scoped[Relief]):
    """The record of the controls on the page of the queue."""

    workspace = "queue"
    see = Action.STEER
    list_display = ("kind", "people", "reason", "by", "made_at", "until", "ended_at", "ended_by")
    list_filter = ("kind",)
    list_select_related = ("by", "ended_by")
    ordering = ("-made_at", "-pk")
    fields = (
        "kind", "people", "channel", "more", "skill", "level", "emergency", "reason", "by",
        "made_at", "until", "ended_at", "ended_by",
    )  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Relief]:
        """With the agents concerned."""
        return super().get_queryset(request).prefetch_related("agents")

    @admin.display(description=_("agents"))
    def people(self, relief: Relief) -> str:
        """Whom it is for."""
        return ", ".join(sorted(one.display_name for one in relief.agents.all()))
