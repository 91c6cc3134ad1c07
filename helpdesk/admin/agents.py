"""Agents: account, role, skills and teams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from helpdesk.admin.rights import announce
from helpdesk.admin.scoped import ModelForm, Scoped, ScopedInline
from helpdesk.admin.words import channel_choices, language_field
from helpdesk.models import Agent, AgentLanguage, AgentSkill, Role, TeamMembership
from helpdesk.permissions import Action, can
from helpdesk.selectors import staff
from helpdesk.services import people, sign_ins
from helpdesk.web import step_up

if TYPE_CHECKING:
    AgentScreen = Scoped[Agent]
else:

    class AgentScreen(Scoped, UserAdmin):
        """Our rights over Django's user screen with its password forms."""


LEVELS = (
    (1, _("1 · learning")),
    (2, _("2 · with help")),
    (3, _("3 · alone")),
    (4, _("4 · well")),
    (5, _("5 · expert")),
)

LANGUAGE_LEVELS = (
    (1, _("1 · with a translator")),
    (2, _("2 · a little")),
    (3, _("3 · well enough")),
    (4, _("4 · well")),
    (5, _("5 · as a native")),
)


def _here(request: HttpRequest) -> str:
    return request.session.session_key or ""


def _stand(agent: Agent, *, role: str, active: bool, by: Agent) -> None:
    """Raises people.RefusedError."""
    if active and not agent.is_active:
        people.switch_on(agent.pk, by=by)
    if role != agent.role:
        people.change(agent.pk, role=role, by=by)
    if agent.is_active and not active:
        people.switch_off(agent.pk, by=by)


class AgentSkillForm(ModelForm[AgentSkill]):
    """A level is chosen, not typed."""

    level = forms.TypedChoiceField(label=_("Level"), choices=LEVELS, coerce=int, initial=3)

    class Meta:
        model = AgentSkill
        fields = ("skill", "level")


class AgentSkillInline(ScopedInline[AgentSkill, Agent]):
    """Skills of an agent."""

    model = AgentSkill
    form = AgentSkillForm
    see = Action.USE_ADMIN
    edit = add = delete = Action.EDIT_AGENTS


class AgentLanguageForm(ModelForm[AgentLanguage]):
    """A language of the product and how well it is written."""

    language = language_field()
    level = forms.TypedChoiceField(label=_("Level"), choices=LANGUAGE_LEVELS, coerce=int, initial=5)

    class Meta:
        model = AgentLanguage
        fields = ("language", "level")


class AgentLanguageInline(ScopedInline[AgentLanguage, Agent]):
    """Languages of an agent; without any he writes the one of his screen."""

    model = AgentLanguage
    form = AgentLanguageForm
    see = Action.USE_ADMIN
    edit = add = delete = Action.EDIT_AGENTS


class MembershipInline(ScopedInline[TeamMembership, Agent]):
    """Teams of an agent."""

    model = TeamMembership
    see = Action.USE_ADMIN
    edit = add = delete = Action.EDIT_AGENTS


class AgentCreationForm(BaseUserCreationForm):  # type: ignore[type-arg]  # no parameter at run time
    """A new account: address, role and a first password."""

    class Meta:
        model = Agent
        fields = ("email", "first_name", "last_name", "role")


class AgentForm(UserChangeForm):  # type: ignore[type-arg]  # no parameter at run time
    """An account; the desk never loses its last administrator."""

    language = language_field()
    flex = forms.MultipleChoiceField(
        label=_("Channels in training"),
        required=False,
        choices=channel_choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Asked for work of these only when nobody else is free."),
    )

    class Meta:
        model = Agent
        fields = "__all__"
        field_classes: dict[str, Any] = {}

    def clean(self) -> dict[str, Any]:
        """Refuse to take the role or the account from the last administrator."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        stays = cleaned.get("role") == Role.ADMIN and cleaned.get("is_active")
        before = Agent.objects.get(pk=self.instance.pk)
        if "role" in self.fields and not stays and staff.is_last_administrator(before):
            raise forms.ValidationError(_("This is the last administrator: appoint another first."))
        return cleaned


@admin.register(Agent)
class AgentAdmin(AgentScreen):
    """Accounts are deactivated, never deleted: their words stay in the history."""

    proved = True
    see = Action.USE_ADMIN
    edit = add = Action.EDIT_AGENTS
    form = AgentForm
    add_form = AgentCreationForm
    list_display = ("display_name", "email", "role", "presence", "last_seen_at", "is_active")
    list_filter = ("role", "is_active", "presence")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("first_name", "last_name", "pk")
    filter_horizontal = ()
    readonly_fields = ("presence", "last_seen_at", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (
            _("Person"),
            {"fields": ("first_name", "last_name", "public_name", "bio", "language")},
        ),
        (_("Work"), {"fields": ("role", "is_active", "presence")}),
        (_("How much and what"), {"fields": ("capacity", "auto_accept", "flex")}),
        (_("Times"), {"fields": ("last_seen_at", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "email",
                    "first_name",
                    "last_name",
                    "role",
                    "password1",
                    "password2",
                ),
            },
        ),
    )

    def rows(self, request: HttpRequest) -> QuerySet[Agent]:
        """All for those who edit them; else colleagues of the user's own teams."""
        if can(request.user, Action.EDIT_AGENTS):
            return super().rows(request)
        teams = TeamMembership.objects.filter(agent=request.user.pk, active=True).values("team")
        members = TeamMembership.objects.filter(team__in=teams, active=True).values("agent")
        return Agent.objects.filter(pk__in=members)

    def get_fieldsets(self, request: HttpRequest, obj: Agent | None = None) -> Any:
        """Who may only look sees nothing of the password, not even how it is kept."""
        found = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return found
        return [(None, {"fields": ("email",)}), *found[1:]]

    def get_inlines(self, request: HttpRequest, obj: Agent | None) -> Any:
        """Skills, languages and teams come on the second page, when there is an account."""
        return (AgentSkillInline, AgentLanguageInline, MembershipInline) if obj else ()

    def save_model(self, request: HttpRequest, obj: Agent, form: Any, change: bool) -> None:
        """Role and account go through the service, with all that they end."""
        if not change:
            return super().save_model(request, obj, form, change)
        role, active = obj.role, obj.is_active
        obj.role, obj.is_active = form.initial["role"], form.initial["is_active"]
        super().save_model(request, obj, form, change)
        try:
            _stand(obj, role=role, active=active, by=cast("Agent", request.user))
        except people.RefusedError as refused:
            messages.error(request, str(refused))
        told = {"role", "is_active"}  # by the service
        form.changed_data = [one for one in form.changed_data if one not in told]
        return obj.refresh_from_db()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Teams may have changed: open sockets check again."""
        super().save_related(request, form, formsets, change)
        announce([form.instance.pk])

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002  Django's name
        """A password that somebody else set signs its owner out everywhere."""
        if self.has_change_permission(request) and not step_up.recent(request):
            return step_up.ask(request)
        answer = super().user_change_password(request, id, form_url)  # type: ignore[misc]
        if request.method == "POST" and answer.status_code == 302:
            agent = Agent.objects.get(pk=id)
            sign_ins.end_all(agent, keep=_here(request) if agent == request.user else "")
        return answer
