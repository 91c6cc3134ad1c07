"""Customers and their addresses."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from helpdesk.admin.scoped import ModelForm, Scoped, ScopedInline
from helpdesk.admin.words import language_field
from helpdesk.models import Customer, CustomerIdentity
from helpdesk.permissions import Action


class CustomerForm(ModelForm[Customer]):
    """What we know of a person."""

    language = language_field(required=False)

    class Meta:
        model = Customer
        fields = ("name", "language", "company", "city", "timezone", "register", "vip")


class IdentityInline(ScopedInline[CustomerIdentity, Customer]):
    """By which addresses we know the person, and why we believe it."""

    model = CustomerIdentity
    see = Action.USE_ADMIN
    edit = add = delete = Action.EDIT_AGENTS
    fields = ("kind", "address", "verified", "evidence")


@admin.register(Customer)
class CustomerAdmin(Scoped[Customer]):
    """Supervisors look at those of their inboxes; administrators correct."""

    workspace, workspace_row = "customers", ("customer", "pk")
    see = Action.USE_ADMIN
    edit = Action.EDIT_AGENTS
    form = CustomerForm
    list_display = ("name", "language", "company", "city", "vip", "created_at")
    list_filter = ("language", "vip")
    search_fields = ("name", "company__name", "identities__address")
    list_select_related = ("company",)
    ordering = ("-created_at", "-pk")
    readonly_fields = ("created_at",)
    inlines = (IdentityInline,)
    show_full_result_count = False

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """An address that was typed in says so, unless it says more."""
        for identity in formset.save(commit=False):
            identity.evidence = identity.evidence or f"typed in by {request.user}"[:200]
            identity.save()
        for identity in formset.deleted_objects:
            identity.delete()
        formset.save_m2m()
