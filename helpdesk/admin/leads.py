"""Leads and orders, to look at. Work on leads is done on their own page, where it is recorded."""

from __future__ import annotations

from django.contrib import admin

from helpdesk.admin.scoped import Scoped
from helpdesk.models import Lead, Order
from helpdesk.permissions import Action


@admin.register(Lead)
class LeadAdmin(Scoped[Lead]):
    """Supervisors see those of their inboxes; administrators delete whom it is asked of."""

    workspace, workspace_row = "leads", ("conversation", "conversation_id")
    see = Action.EXPORT_LEADS
    delete = Action.EDIT_AGENTS
    list_display = ("__str__", "status", "inbox", "owner", "value", "currency", "created_at")
    list_filter = ("status", "inbox")
    list_select_related = ("inbox", "owner")
    search_fields = ("name", "email", "phone")
    ordering = ("-pk",)
    show_full_result_count = False
    fields = (
        "name",
        "email",
        "phone",
        "need",
        "budget",
        "status",
        "owner",
        ("value", "currency"),
        "inbox",
        ("consent", "consent_at"),
        "created_at",
    )
    readonly_fields = ("created_at",)


@admin.register(Order)
class OrderAdmin(Scoped[Order]):
    """What the shops' servers reported."""

    workspace_row = ("conversation", "conversation_id")
    see = Action.EXPORT_LEADS
    list_display = ("number", "value", "currency", "inbox", "customer", "ordered_at")
    list_filter = ("currency", "inbox")
    list_select_related = ("inbox", "customer")
    search_fields = ("=number",)
    ordering = ("-ordered_at", "-pk")
    show_full_result_count = False
    fields = ("number", ("value", "currency"), "inbox", "customer", "conversation", "ordered_at")
