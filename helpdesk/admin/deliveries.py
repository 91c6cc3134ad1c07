"""Deliveries, to look at."""

from __future__ import annotations

from django.contrib import admin

from helpdesk.admin.scoped import Scoped
from helpdesk.models import Delivery
from helpdesk.permissions import Action


@admin.register(Delivery)
class DeliveryAdmin(Scoped[Delivery]):
    """The outbox: what is on its way and what went wrong. Never the texts."""

    workspace_row = ("conversation", "message.conversation_id")
    see = Action.EDIT_INBOXES
    list_display = ("pk", "inbox", "to", "state", "attempts", "next_at", "error", "updated_at")
    list_filter = ("state", "inbox")
    list_select_related = ("inbox",)
    search_fields = ("=to", "=provider_id")
    ordering = ("-pk",)
    show_full_result_count = False
    fields = (
        "inbox",
        "to",
        "state",
        "attempts",
        "next_at",
        "expires_at",
        "lease_until",
        "provider_id",
        "error_code",
        "error",
        "updated_at",
    )
