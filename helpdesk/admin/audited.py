"""Whatever is changed in the back office is written down: which fields, from what to what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from helpdesk import audit
from helpdesk.models import Act, Agent

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    Screen = ModelAdmin[Any]
else:
    Screen = object
_CHANGES = "_changes_for_the_audit"


class Audited(Screen):
    """Django tells its own log of every change; here the audit hears of it, too."""

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """Keep what the form changed for the entry that is written next."""
        request.__dict__[_CHANGES] = changes(form, formsets or ())
        return super().construct_change_message(request, form, formsets, add)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """A new row."""
        self._record(request, Act.ADDED, obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """A changed row; Django calls this for a new password, too."""
        self._record(request, Act.CHANGED, obj, said=message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Rows that are about to go."""
        for obj in queryset:
            self._record(request, Act.DELETED, obj)
        return super().log_deletions(request, queryset)

    def _record(self, request: HttpRequest, act: Act, obj: Model, said: Any = ()) -> None:
        told = request.__dict__.pop(_CHANGES, None)
        if not told and isinstance(said, list):
            told = dict.fromkeys(audit.fields_named(said))
        if act == Act.CHANGED and not told and not said:
            return  # nothing, or what a service has told already
        with transaction.atomic():
            audit.record(act, obj, by=cast("Agent", request.user), changes=told)


def changes(form: Any, formsets: Iterable[Any]) -> dict[str, Any]:
    """{field: (before, after)} of a form; of the rows that hang on it only that they changed."""
    told: dict[str, Any] = {
        name: (_plain(form.initial.get(name)), _plain(form.cleaned_data.get(name)))
        for name in form.changed_data
    }
    for one in formsets:
        if one.has_changed():
            told[one.prefix] = None
    return told


def _plain(value: Any) -> Any:
    """Rows by their keys; the rest as it is."""
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, QuerySet | list | tuple | set):
        return [_plain(one) for one in value]
    return value
