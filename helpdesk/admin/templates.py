"""Templates (canned answers)."""

from __future__ import annotations

import re

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from helpdesk.admin.scoped import ModelForm, Scoped
from helpdesk.admin.words import language_field
from helpdesk.models import Template
from helpdesk.permissions import Action
from helpdesk.services.templates import FIELDS, unknown_fields

_BRACES = re.compile(r"\{\{.*?(?:\}\}|\Z)", re.DOTALL)
_GAP = re.compile(r"\{\{\s*[a-z_.]+\s*(\|[^{}|]*)?\}\}")


class TemplateForm(ModelForm[Template]):
    """Only placeholders that can be filled."""

    language = language_field(required=False)

    class Meta:
        model = Template
        fields = ("name", "shortcut", "language", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 10, "cols": 90, "dir": "auto"})}
        help_texts = {
            "text": format_html(
                "{} <code>{}</code>. {} <code>{}</code>",
                _("Placeholders:"),
                ", ".join(f"{{{{ {field} }}}}" for field in FIELDS),
                _("With a word for when it is missing:"),
                "{{ customer.first_name | there }}",
            )
        }

    def clean_text(self) -> str:
        """Refuse a placeholder that nobody fills, and one that is mistyped."""
        text: str = self.cleaned_data["text"]
        unknown = unknown_fields(text)
        unknown += [gap for gap in _BRACES.findall(text) if not _GAP.fullmatch(gap)]
        if unknown:
            message = ngettext(
                "Unknown placeholder: %(names)s.", "Unknown placeholders: %(names)s.", len(unknown)
            )
            raise forms.ValidationError(message % {"names": ", ".join(unknown)})
        return text


@admin.register(Template)
class TemplateAdmin(Scoped[Template]):
    """Ready-made answers with the fields that the composer fills."""

    edit = add = delete = Action.EDIT_TEMPLATES
    form = TemplateForm
    list_display = ("name", "shown_shortcut", "language", "preview", "uses", "updated_at")
    list_filter = ("language",)
    search_fields = ("name", "shortcut", "text")
    ordering = ("name", "pk")
    readonly_fields = ("uses", "updated_by", "updated_at")

    def save_model(
        self, request: HttpRequest, obj: Template, form: ModelForm[Template], change: bool
    ) -> None:
        """Remember who wrote it."""
        obj.updated_by_id = request.user.pk
        super().save_model(request, obj, form, change)

    @admin.display(description=_("shortcut"), ordering="shortcut")
    def shown_shortcut(self, template: Template) -> str:
        """As it is typed."""
        return f"/{template.shortcut}"

    @admin.display(description=_("preview"))
    def preview(self, template: Template) -> str:
        """The beginning, in its own direction of writing."""
        return format_html('<span dir="auto">{}</span>', Truncator(template.text).chars(90))
