"""Invitations in the admin: the editor, a test against a visit, what they brought, examples."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.forms.widgets import Script
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat.invitations import report, rules, trial, words
from chat.invitations.conditions import InvalidConditionsError
from chat.invitations.examples import EXAMPLES, create
from chat.invitations.forms import TriggerForm
from chat.invitations.models import Arm, Goal, Trigger
from chat.visits.models import Visit
from helpdesk.admin.scoped import Scoped
from helpdesk.models import Agent, Inbox, Role
from helpdesk.permissions import Action, inboxes
from helpdesk.whole_numbers import whole_number

# A change of these makes the figures of before incomparable: a new measurement begins.
MEASURED = frozenset(
    {"inbox", "event", "conditions", "action", "texts", "link", "show_agent", "goal",
     "horizon_days"}
)  # fmt: skip
RECENT_VISITS = 40


def widgets(user: Any) -> QuerySet[Inbox]:
    """The widgets whose invitations this user may edit."""
    mine = inboxes(user) if isinstance(user, Agent) else Inbox.objects.none()
    return mine.filter(channel="chat").order_by("name")


def everywhere(user: Any) -> bool:
    """Whether this user may invite on all widgets at once."""
    return isinstance(user, Agent) and user.is_active and user.role == Role.ADMIN


@admin.register(Trigger)
class TriggerAdmin(Scoped[Trigger]):
    """Switched off, not deleted, once it has invited anybody: the report hangs on it."""

    edit = add = delete = Action.EDIT_INVITATIONS
    form = TriggerForm
    list_display = ("name", "where", "active", "event", "shown_action", "accepted", "more")
    list_filter = ("active", "event", "action")
    list_select_related = ("inbox",)
    search_fields = ("name",)
    ordering = ("priority", "pk")
    actions = ()
    fieldsets = (
        (None, {"fields": ("name", "inbox", "active", "priority")}),
        (gettext_lazy("When"), {"fields": ("event", "conditions", "days", "begins", "ends")}),
        (
            gettext_lazy("What happens"),
            {"fields": ("action", "texts", "show_agent", "link", "tag")},
        ),
        (
            gettext_lazy("What for"),
            {
                "fields": ("goal", "horizon_days"),
                "description": gettext_lazy(
                    "One visitor in ten is never invited, always the same ones. Only the "
                    "comparison with them shows whether the invitation pays. Whoever changes "
                    "an invitation begins a new measurement."
                ),
            },
        ),
    )

    class Media:
        css = {"all": ("chat/invitations/admin.css",)}
        js = (Script("chat/invitations/admin.js", type="module"),)

    def rows(self, request: HttpRequest) -> QuerySet[Trigger]:
        """Those of the user's widgets, and those of all widgets; with their answers."""
        mine = Trigger.objects.filter(Q(inbox=None) | Q(inbox__in=widgets(request.user)))
        now = Q(exposures__experiment=F("experiment"), exposures__arm=Arm.TREAT)
        return mine.annotate(
            many_shown=Count("exposures__shown_at", filter=now),
            many_accepted=Count("exposures__accepted_at", filter=now),
        )

    def has_change_permission(self, request: HttpRequest, obj: Trigger | None = None) -> bool:
        """What acts on all widgets is changed by those who answer for all."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or obj.inbox_id is not None or everywhere(request.user))

    def has_view_permission(self, request: HttpRequest, obj: Trigger | None = None) -> bool:
        """Whoever may edit some may see all that act on his widgets."""
        return self.has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Trigger | None = None) -> bool:
        """Only what has never acted."""
        if not super().has_delete_permission(request, obj) or obj is None:
            return False
        return self.has_change_permission(request, obj) and not obj.exposures.exists()

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """The user's own widgets; all of them at once only for an administrator."""
        field = super().formfield_for_foreignkey(
            db_field, request, **{**kwargs, "queryset": widgets(request.user)}
        )
        if field is not None:
            field.required = not everywhere(request.user)
            if isinstance(field.empty_label, str):
                field.empty_label = _("All widgets") if not field.required else "—"
        return field

    def save_model(
        self, request: HttpRequest, obj: Trigger, form: TriggerForm, change: bool
    ) -> None:
        """A change of what is measured begins a new measurement."""
        changed = MEASURED.intersection(form.changed_data) or {"days", "begins", "ends"} & set(
            form.changed_data
        )
        first = "active" in form.changed_data and obj.active
        if change and obj.exposures.filter(experiment=obj.experiment).exists():
            if changed:
                obj.experiment += 1
                obj.measured_from = datetime.now(UTC)
                self.message_user(request, _("A new measurement begins with this change."))
        elif first:
            obj.measured_from = datetime.now(UTC)
        super().save_model(request, obj, form, change)

    @admin.display(description=gettext_lazy("widget"), ordering="inbox__name")
    def where(self, trigger: Trigger) -> str:
        """On which widget."""
        return trigger.inbox.name if trigger.inbox else _("All widgets")

    @admin.display(description=gettext_lazy("what happens"), ordering="action")
    def shown_action(self, trigger: Trigger) -> str:
        """The action in words, without its explanation."""
        return str(trigger.get_action_display()).partition(" (")[0]

    @admin.display(description=gettext_lazy("accepted"))
    def accepted(self, trigger: Any) -> str:
        """How many of those who saw it accepted."""
        share = trigger.many_accepted / trigger.many_shown if trigger.many_shown else None
        return f"{trigger.many_accepted} / {trigger.many_shown} · {words.percent(share, 0)}"

    @admin.display(description=gettext_lazy("look"))
    def more(self, trigger: Trigger) -> str:
        """The ways to the two pages about it."""
        return format_html(
            '<a href="{}">{}</a> · <a href="{}">{}</a>',
            reverse("admin:invitations_trigger_report", args=(trigger.pk,)),
            _("Result"),
            reverse("admin:invitations_trigger_try", args=(trigger.pk,)),
            _("Test"),
        )

    def get_urls(self) -> list[URLPattern]:
        """Three pages more."""
        wrap = self.admin_site.admin_view
        return [
            path("examples/", wrap(self.examples), name="invitations_trigger_examples"),
            path("<int:pk>/result/", wrap(self.result), name="invitations_trigger_report"),
            path("<int:pk>/try/", wrap(self.tried), name="invitations_trigger_try"),
            *super().get_urls(),
        ]

    def _trigger(self, request: HttpRequest, pk: int) -> Trigger:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_queryset(request).select_related("inbox").filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    def _page(
        self, request: HttpRequest, name: str, title: str, more: dict[str, Any]
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": Trigger._meta,  # noqa: SLF001  Django documents it
            "media": self.media,
            **more,
        }
        return render(request, f"admin/invitations/{name}.html", context)

    def result(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the invitation brought; before the horizon only on request, and marked so."""
        trigger = self._trigger(request, pk)
        found = report.of(trigger, datetime.now(UTC))
        interim = not found.over and "interim" in request.GET
        shown = {
            "trigger": trigger,
            "report": found,
            "interim": interim,
            "open": found.over or interim,
            "measures": trigger.goal != Goal.NONE,
            **words.result(trigger.goal, found),
        }
        return self._page(request, "report", _("Result: %(name)s") % {"name": trigger}, shown)

    def tried(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What it would do with one visit, live or recent."""
        trigger = self._trigger(request, pk)
        where = [trigger.inbox] if trigger.inbox else list(widgets(request.user))
        visits = Visit.objects.filter(inbox__in=where).select_related(
            "inbox", "visitor__customer", "conversation__customer"
        )
        shown: dict[str, Any] = {
            "trigger": trigger,
            "visits": visits.order_by("-ended_at", "-pk")[:RECENT_VISITS],
        }
        chosen = request.GET.get("visit", "")
        if chosen:
            visit = visits.filter(pk=whole_number(chosen) or 0).first()
            if visit is None:
                raise Http404
            shown |= {"visit": visit, **_tried(trigger, visit)}
        return self._page(request, "try", _("Test: %(name)s") % {"name": trigger}, shown)

    def examples(self, request: HttpRequest) -> HttpResponse:
        """Ready-made invitations; choosing one makes an inactive copy to edit."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._copied(request)
        shown = {
            "examples": EXAMPLES,
            "widgets": widgets(request.user),
            "everywhere": everywhere(request.user),
        }
        return self._page(request, "examples", _("Ready-made invitations"), shown)

    def _copied(self, request: HttpRequest) -> HttpResponse:
        chosen = next((one for one in EXAMPLES if one.key == request.POST.get("example")), None)
        where = request.POST.get("inbox", "")
        inbox = widgets(request.user).filter(pk=whole_number(where) or 0).first()
        if chosen is None or (inbox is None and not (everywhere(request.user) and not where)):
            raise Http404
        with transaction.atomic():
            made = create(chosen, inbox)
            self.log_addition(request, made, [{"added": {}}])
        text = _("Made, not active yet: look at it, then switch it on.")
        self.message_user(request, text, messages.SUCCESS)
        return redirect("admin:invitations_trigger_change", made.pk)


def _wall_clock(inbox: Inbox) -> datetime:
    """The time as the widget's clock shows it: naive, so that no template converts it."""
    return datetime.now(rules.clock_of(inbox)).replace(tzinfo=None)


def _tried(trigger: Trigger, visit: Visit) -> dict[str, Any]:
    """The trial in words."""
    try:
        found = trial.of(trigger, visit)
    except InvalidConditionsError as error:
        return {"broken": error.problems}
    groups = (
        (_("All of these"), [words.answer(one) for one in found.every]),
        (_("At least one of these"), [words.answer(one) for one in found.some]),
    )
    return {
        "trial": found,
        "groups": groups,
        "stops": [words.STOPS[one] for one in found.stops],
        "control": found.arm == Arm.CONTROL,
        "clock": _wall_clock(visit.inbox),
    }
