"""Signs of life of the background processes, to look at."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from helpdesk.admin.scoped import Scoped
from helpdesk.models import Heartbeat
from helpdesk.permissions import Action


@admin.register(Heartbeat)
class HeartbeatAdmin(Scoped[Heartbeat]):
    """Which process was heard of when."""

    see = Action.EDIT_INBOXES
    list_display = ("name", "beat_at", "seconds_ago")
    ordering = ("name",)
    fields = ("name", "beat_at", "seconds_ago", "detail")
    readonly_fields = fields

    @admin.display(description=_("seconds ago"))
    def seconds_ago(self, beat: Heartbeat) -> int:
        """How long it has been silent."""
        return round((datetime.now(UTC) - beat.beat_at).total_seconds())
