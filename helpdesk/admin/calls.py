"""The log of calls, to look at."""

from __future__ import annotations

from django.contrib import admin

from helpdesk.admin.scoped import Scoped
from helpdesk.models import Call
from helpdesk.permissions import Action


@admin.register(Call)
class CallAdmin(Scoped[Call]):
    """What the telephone systems told, and what agents wrote down. Never what was said."""

    workspace_row = ("conversation", "message.conversation_id")
    see = Action.EDIT_INBOXES
    list_display = ("pk", "inbox", "way", "theirs", "state", "began_at", "seconds", "agent")
    list_filter = ("state", "way", "inbox")
    list_select_related = ("inbox", "agent")
    search_fields = ("=theirs", "=external_id")
    ordering = ("-pk",)
    show_full_result_count = False
    fields = (
        "inbox",
        "way",
        "theirs",
        "ours",
        "agent",
        "state",
        "began_at",
        "answered_at",
        "ended_at",
        "seconds",
        "hold_seconds",
        "disposition",
        "reason_code",
        "external_id",
    )
