"""What every screen of the admin is made of: rights by action, rows by visible(), else nothing.

Django asks has_*_permission() and get_queryset(); both answer from helpdesk.permissions here,
so neither `is_staff`, `is_superuser` nor Django's own permission table ever counts.
"""

from __future__ import annotations

import re
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from helpdesk.admin.audited import Audited
from helpdesk.permissions import Action, can, visible
from helpdesk.web import step_up

__all__ = ["ModelForm", "Rights", "Scoped", "ScopedInline"]

M = TypeVar("M", bound=Model)
P = TypeVar("P", bound=Model)

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin, TabularInline
    from django.forms import ModelForm
else:

    class _Generic:
        def __class_getitem__(cls, _item: Any) -> type:
            return cls

    class ModelAdmin(_Generic, admin.ModelAdmin):
        """Django's, with type parameters."""

    class TabularInline(_Generic, admin.TabularInline):
        """Django's, with type parameters."""

    class ModelForm(_Generic, forms.ModelForm):
        """Django's, with type parameters."""


class Rights:
    """The action that each kind of access needs; None means nobody has it."""

    see: ClassVar[Action | None] = None
    edit: ClassVar[Action | None] = None
    add: ClassVar[Action | None] = None
    delete: ClassVar[Action | None] = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the screen stands in the menu."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the rows may be seen."""
        return _may(request, self.see) or self.has_change_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether a row may be changed."""
        return _may(request, self.edit)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether a row may be made."""
        return _may(request, self.add)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether a row may be deleted."""
        return _may(request, self.delete)


def _may(request: HttpRequest, action: Action | None) -> bool:
    return action is not None and can(request.user, action)


_NAMELESS = re.compile(r" object \(\S+\)\Z")


def _named(tree: list[Any]) -> list[Any]:
    """Django's tree of what will be deleted without what nobody gave a name."""
    return [
        _named(one) if isinstance(one, list) else one
        for one in tree
        if isinstance(one, list) or not _NAMELESS.search(str(one))
    ]


class Scoped(Audited, Rights, ModelAdmin[M]):
    """A screen whose rows are those that permissions.visible() gives its user."""

    proved: ClassVar[bool] = False
    """True where credentials or roles are set: only for who proved lately who they are (AUT-5)."""
    workspace: ClassVar[str] = ""
    """The page of the workspace where the rows are worked on, by its name; "" if there is none."""
    workspace_row: ClassVar[tuple[str, str]] = ("", "")
    """That of one row, and which attribute of the row it goes by ("message.conversation_id")."""

    def place(self, obj: Any | None = None) -> str:
        """Where the workspace shows this row, or, without one, all of them; "" if nowhere."""
        name, path = self.workspace_row
        if obj is None or not name:
            return reverse(self.workspace) if self.workspace else ""
        key = attrgetter(path)(obj)
        return reverse(name, args=[key]) if key else ""

    def get_view_on_site_url(self, obj: Any | None = None) -> str | None:
        """Django's button on a row's page leads into the workspace."""
        return (self.place(obj) or None) if obj is not None else None

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list with its way into the workspace."""
        return super().changelist_view(
            request, {"workspace_url": self.place(), **(extra_context or {})}
        )

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        """A row's page, opened by who may and, where it matters, is surely who they say."""
        if self.proved and self.has_view_permission(request) and not step_up.recent(request):
            return step_up.ask(request)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes with it, by its name; the rows that only tie two things together have none."""
        found, counts, perms, protected = super().get_deleted_objects(objs, request)
        fields = self.model._meta.many_to_many  # noqa: SLF001  documented
        tables = [field.remote_field.through for field in fields]
        metas = [table._meta for table in tables if table]  # noqa: SLF001
        ties = {str(meta.verbose_name_plural) for meta in metas if meta.auto_created}
        kept = {name: many for name, many in counts.items() if str(name) not in ties}
        return _named(found), kept, perms, protected

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """The row of an address; none has a key that the database cannot hold."""
        if "\x00" in object_id:
            return None
        return super().get_object(request, object_id, from_field)

    def rows(self, request: HttpRequest) -> QuerySet[M]:
        """The rows of this screen for this user."""
        return visible(request.user, self.model)

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        """The user's rows in the screen's order; nothing without the right to see them."""
        if not self.has_view_permission(request):
            return self.rows(request).none()
        return self.rows(request).order_by(*(self.get_ordering(request) or ("pk",)))


class NamedBoxes(forms.BaseInlineFormSet):  # type: ignore[type-arg]  # no parameter at run time
    """Rows whose boxes say their names: in a table Django names only the columns."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """As Django does, each with its label."""
        super().add_fields(form, index)
        for field in form.fields.values():
            box = field.widget
            if isinstance(box, RelatedFieldWidgetWrapper):  # Django's "add another"
                box = box.widget
            box.attrs.setdefault("aria-label", field.label)


class ScopedInline(Rights, TabularInline[M, P]):
    """Rows that hang on one of the screen's; whoever sees the one may see the other."""

    formset = NamedBoxes
    extra = 0
