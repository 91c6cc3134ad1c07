"""Companies that customers write for."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from helpdesk.admin.scoped import Scoped
from helpdesk.models import Company
from helpdesk.permissions import Action


@admin.register(Company)
class CompanyAdmin(Scoped[Company]):
    """Names, domains and notes; agents make a company by naming it with a customer."""

    workspace = "customers"
    see = Action.USE_ADMIN
    edit = add = delete = Action.EDIT_FIELDS
    list_display = ("name", "domain", "people")
    search_fields = ("name", "domain")
    ordering = ("name",)
    fields = ("name", "domain", "notes")

    def rows(self, request: HttpRequest) -> QuerySet[Company]:
        """Companies belong to the whole desk."""
        return Company.objects.annotate(many=Count("customers"))

    @admin.display(description=_("customers"), ordering="many")
    def people(self, company: Any) -> int:
        """How many customers write for it."""
        return int(company.many)
