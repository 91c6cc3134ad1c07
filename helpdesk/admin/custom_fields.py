"""What the desk wants to know of its customers beside the usual."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from helpdesk.admin.scoped import ModelForm, Scoped
from helpdesk.models import CustomField, FieldKind
from helpdesk.permissions import Action
from helpdesk.services.custom_fields import LONGEST
from helpdesk.services.text import clean_line

MOST_CHOICES = 100


class CustomFieldForm(ModelForm[CustomField]):
    """The label in each language stands in a box of its own, a choice on each line."""

    choices = forms.CharField(
        label=_("Choices"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        help_text=_("One on each line; for the kind “Choice” only."),
    )

    class Meta:
        model = CustomField
        fields = ("label", "key", "kind", "choices", "position")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["choices"] = "\n".join(self.instance.choices)
        for code, name in settings.LANGUAGES:
            words = self.instance.translations.get(code, "")
            self.fields[f"label_{code}"] = forms.CharField(
                label=name, required=False, max_length=80, initial=words
            )
        if self.instance.pk and "key" in self.fields:
            self.fields["key"].disabled = True

    def clean_choices(self) -> list[str]:
        """Each once, in the order they were written."""
        lines = (clean_line(one, LONGEST) for one in self.cleaned_data["choices"].splitlines())
        choices = list(dict.fromkeys(filter(None, lines)))
        if len(choices) > MOST_CHOICES:
            raise ValidationError(_("At most %(limit)s choices."), params={"limit": MOST_CHOICES})
        return choices

    def clean(self) -> dict[str, Any]:
        """A choice needs something to choose from."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("kind") == FieldKind.CHOICE and not cleaned.get("choices"):
            self.add_error("choices", _("Write at least one choice."))
        labels = {code: cleaned.get(f"label_{code}", "") for code, _name in settings.LANGUAGES}
        self.instance.translations = {code: words for code, words in labels.items() if words}
        return cleaned


@admin.register(CustomField)
class CustomFieldAdmin(Scoped[CustomField]):
    """Removing a field hides its values; they come back with a field of the same key."""

    edit = add = delete = Action.EDIT_FIELDS
    form = CustomFieldForm
    list_display = ("label", "key", "kind", "position")
    ordering = ("position", "pk")
    prepopulated_fields = {"key": ("label",)}

    def rows(self, request: HttpRequest) -> QuerySet[CustomField]:
        """They belong to the whole desk."""
        return CustomField.objects.all()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        """The key is made of the label once, and stays."""
        return {} if obj else dict(self.prepopulated_fields)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The labels of the languages below the rest: they are not columns."""
        named = [f"label_{code}" for code, _name in settings.LANGUAGES]
        return (
            (None, {"fields": ("label", "key", "kind", "choices", "position")}),
            (_("Label in other languages"), {"fields": named}),
        )

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kw: Any
    ) -> Any:
        """Without the boxes that the form makes itself: Django would look for columns."""
        kw["fields"] = CustomFieldForm.Meta.fields
        return super().get_form(request, obj, change=change, **kw)
