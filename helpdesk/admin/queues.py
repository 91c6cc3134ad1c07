"""Queues: whom work goes to, what it asks for, and when it is open."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.admin.agents import LEVELS
from helpdesk.admin.scoped import ModelForm, Scoped, ScopedInline
from helpdesk.admin.words import apply_promises
from helpdesk.models import Queue, QueueSkill, SLAClock, Strategy
from helpdesk.permissions import Action
from helpdesk.routing import snapshot
from helpdesk.selectors import queues


class NeededSkillForm(ModelForm[QueueSkill]):
    """A level is chosen, not typed."""

    level = forms.TypedChoiceField(
        label=gettext_lazy("At least"), choices=LEVELS, coerce=int, initial=1
    )

    class Meta:
        model = QueueSkill
        fields = ("skill", "level", "hard")
        help_texts = {
            "hard": gettext_lazy("However long the customer waits, nobody without it is asked."),
        }


class NeededSkillInline(ScopedInline[QueueSkill, Queue]):
    """Skills that the work of the queue asks for."""

    model = QueueSkill
    form = NeededSkillForm
    edit = add = delete = Action.EDIT_QUEUES


class QueueForm(ModelForm[Queue]):
    """One queue."""

    strategy = forms.ChoiceField(
        label=gettext_lazy("Who gets it"),
        required=False,
        choices=(("", gettext_lazy("As usual: who has least to do")), *Strategy.choices),
    )

    class Meta:
        model = Queue
        fields = ("name", "primary", "secondary", "strategy", "hours", "assist")
        widgets = dict.fromkeys(("primary", "secondary"), forms.CheckboxSelectMultiple)
        help_texts = {
            "primary": gettext_lazy("Without one, the teams of the inbox are asked."),
            "secondary": gettext_lazy("Asked a step later, when nobody of the first is free."),
            "hours": gettext_lazy("Without any, the queue is open day and night."),
            "assist": gettext_lazy(
                "When nobody speaks the customer's language, somebody answers with a translator."
            ),
        }

    def clean(self) -> dict[str, Any]:
        """A team is asked first or later, not both."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        both = set(cleaned.get("primary") or ()) & set(cleaned.get("secondary") or ())
        if both:
            names = ", ".join(sorted(team.name for team in both))
            text = _("These teams are asked first already: %(names)s") % {"names": names}
            self.add_error("secondary", text)
        return cleaned


@admin.register(Queue)
class QueueAdmin(Scoped[Queue]):
    """The queues of the desk, with what is odd about them."""

    workspace = "queue"
    edit = add = delete = Action.EDIT_QUEUES
    form = QueueForm
    list_display = ("name", "used_by", "strategy", "hours", "to_watch")
    list_select_related = ("hours",)
    search_fields = ("name",)
    ordering = ("name",)
    readonly_fields = ("used_by", "to_watch")
    inlines = (NeededSkillInline,)
    fieldsets = (
        (None, {"fields": ("name", "used_by", "to_watch")}),
        (gettext_lazy("Who answers"), {"fields": ("primary", "secondary", "strategy", "assist")}),
        (gettext_lazy("When"), {"fields": ("hours",)}),
    )

    def rows(self, request: HttpRequest) -> QuerySet[Queue]:
        """They belong to the whole desk."""
        return Queue.objects.prefetch_related("inboxes")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list with what is odd about each, read once for all rows."""
        found = super().get_changelist_instance(request)
        known = queues.warnings(snapshot.desk())
        for queue in found.result_list:
            queue.__dict__["odd"] = [one.text for one in known if one.queue == queue.pk]
        return found

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Other hours count for what runs; what is legal and odd is said."""
        super().save_related(request, form, formsets, change)
        queue = form.instance
        if "hours" in form.changed_data and change:
            running = SLAClock.objects.filter(open=True, conversation__inbox__queue=queue)
            apply_promises(sorted(set(running.values_list("conversation_id", flat=True))))
        for text in _odd(queue):
            messages.warning(request, text)

    @admin.display(description=gettext_lazy("inboxes"))
    def used_by(self, queue: Queue) -> str:
        """Whose work comes here; chosen with the inbox."""
        return ", ".join(inbox.name for inbox in queue.inboxes.all()) if queue.pk else "–"

    @admin.display(description=gettext_lazy("to watch"))
    def to_watch(self, queue: Queue) -> str:
        """What is odd about it."""
        if not queue.pk:
            return "–"
        texts = queue.__dict__.get("odd")
        texts = _odd(queue) if texts is None else texts
        return format_html_join("", "{}<br>", ((text,) for text in texts)) or "–"


def _odd(queue: Queue) -> list[str]:
    return [one.text for one in queues.warnings(snapshot.desk()) if one.queue == queue.pk]
