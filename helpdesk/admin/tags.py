"""The vocabulary of tags: what is done to a tag here is done to it everywhere."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.admin.scoped import ModelForm, Scoped
from helpdesk.models import Tag
from helpdesk.permissions import Action
from helpdesk.services import tags
from helpdesk.services.text import clean_line


class TagForm(ModelForm[Tag]):
    """A tag, and the one that it is to become."""

    into: forms.ModelChoiceField[Tag] = forms.ModelChoiceField(
        Tag.objects.all(),
        required=False,
        label=gettext_lazy("Merge into"),
        help_text=gettext_lazy("Every conversation gets that tag instead, and this one is gone."),
    )

    class Meta:
        model = Tag
        fields = ("name", "colour")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "into" in self.fields:
            others = Tag.objects.exclude(pk=self.instance.pk)
            self.fields["into"].queryset = others  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        """One line, as the service keeps it."""
        name = clean_line(self.cleaned_data["name"], 40)
        if not name:
            raise forms.ValidationError(_("Give the tag a name."))
        return name


@admin.register(Tag)
class TagAdmin(Scoped[Tag]):
    """Renaming, merging and deleting reach every conversation and every saved view."""

    edit = add = delete = Action.EDIT_TAGS
    form = TagForm
    list_display = ("name", "shown_colour")
    search_fields = ("name",)
    ordering = ("name", "pk")

    def get_fields(self, request: HttpRequest, obj: Tag | None = None) -> Any:
        """A new tag can be merged into nothing."""
        return ["name", "colour", "into"] if obj else ["name", "colour"]

    @admin.display(description=gettext_lazy("colour"), ordering="colour")
    def shown_colour(self, tag: Tag) -> str:
        """The tint by its name."""
        return format_html("{}", tag.get_colour_display())

    def save_model(
        self, request: HttpRequest, obj: Tag, form: ModelForm[Tag], change: bool
    ) -> None:
        """A new name goes everywhere; what is merged is gone."""
        into = form.cleaned_data.get("into")
        if change and into:
            tags.merge(obj.pk, into.pk)
            self.message_user(request, _("Merged into “%(name)s”.") % {"name": into}, messages.INFO)
            return
        if change and "name" in form.changed_data:
            tags.rename(obj.pk, obj.name)
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Tag) -> None:
        """Off every conversation."""
        tags.delete(obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Tag]) -> None:
        """As delete_model, for several."""
        for tag in queryset:
            tags.delete(tag.pk)
