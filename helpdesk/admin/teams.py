"""Teams and their members."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from helpdesk.admin.rights import announce
from helpdesk.admin.scoped import Scoped, ScopedInline
from helpdesk.models import Team, TeamMembership
from helpdesk.permissions import Action


class MemberInline(ScopedInline[TeamMembership, Team]):
    """Members of a team; an inactive membership gives no rights."""

    model = TeamMembership
    autocomplete_fields = ("agent",)
    edit = add = delete = Action.EDIT_AGENTS


@admin.register(Team)
class TeamAdmin(Scoped[Team]):
    """Rights follow active membership, so every change is announced."""

    proved = True
    edit = add = delete = Action.EDIT_AGENTS
    list_display = ("name", "active_members")
    search_fields = ("name",)
    inlines = (MemberInline,)

    def rows(self, request: HttpRequest) -> QuerySet[Team]:
        """Teams with the number of those who work in them."""
        active = Count("memberships", filter=Q(memberships__active=True))
        return super().rows(request).annotate(active=active)

    @admin.display(description=_("active members"), ordering="active")
    def active_members(self, team: Any) -> int:
        """How many work in it."""
        return int(team.active)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Who was or is a member has other rights now."""
        before = _members(form.instance)
        super().save_related(request, form, formsets, change)
        announce([*before, *_members(form.instance)])

    def delete_model(self, request: HttpRequest, obj: Team) -> None:
        """The members lose what they saw through this team."""
        members = _members(obj)
        super().delete_model(request, obj)
        announce(members)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Team]) -> None:
        """As delete_model, for several."""
        members = [pk for team in queryset for pk in _members(team)]
        super().delete_queryset(request, queryset)
        announce(members)


def _members(team: Team) -> list[int]:
    return list(TeamMembership.objects.filter(team=team).values_list("agent_id", flat=True))
