"""Skills."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from helpdesk.admin.scoped import Scoped
from helpdesk.models import Skill
from helpdesk.permissions import Action


@admin.register(Skill)
class SkillAdmin(Scoped[Skill]):
    """What agents can be good at; who is good at it stands with the agent."""

    edit = add = delete = Action.EDIT_SKILLS
    list_display = ("name", "description", "holders")
    search_fields = ("name", "description")

    def rows(self, request: HttpRequest) -> QuerySet[Skill]:
        """Skills belong to the whole desk: whoever may edit them sees all."""
        return Skill.objects.annotate(many=Count("agent_skills"))

    @admin.display(description=_("agents"), ordering="many")
    def holders(self, skill: Any) -> int:
        """How many agents have it."""
        return int(skill.many)
