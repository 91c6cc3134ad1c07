"""Files of a template on its screen: added, shown, taken away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from helpdesk.admin.scoped import ModelForm, NamedBoxes, ScopedInline
from helpdesk.files import INLINE
from helpdesk.models import Agent, Template, TemplateFile
from helpdesk.permissions import Action
from helpdesk.services import template_files


class FileForm(ModelForm[TemplateFile]):
    """A new one is uploaded; of one that is there only the variant changes."""

    upload = forms.FileField(label=gettext_lazy("File"), required=False)

    class Meta:
        model = TemplateFile
        fields = ("variant",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["upload"].disabled = True
            self.fields["upload"].widget = forms.HiddenInput()

    def clean_upload(self) -> UploadedFile[Any] | None:
        """The house's rules for uploads."""
        file: UploadedFile[Any] | None = self.cleaned_data.get("upload")
        if self.instance.pk:
            return None
        if file is None:
            raise forms.ValidationError(_("Choose a file."))
        if (file.size or 0) > settings.MAX_ATTACHMENT_BYTES:
            limit = filesizeformat(settings.MAX_ATTACHMENT_BYTES)
            raise forms.ValidationError(_("A file is larger than %(limit)s.") % {"limit": limit})
        return file


class FilesOfOne(NamedBoxes):
    """All files of a template: so many, and only for variants of its own."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Offer the template's own variants."""
        super().add_fields(form, index)
        own = self.instance.variants.all() if self.instance.pk else form.fields["variant"].queryset
        form.fields["variant"].queryset = own if self.instance.pk else own.none()
        form.fields["variant"].empty_label = _("Every variant")

    def clean(self) -> None:
        """Not more than a template may have."""
        super().clean()
        kept = [
            one for one in self.forms if one.cleaned_data and not one.cleaned_data.get("DELETE")
        ]
        if len(kept) > template_files.MOST_FILES:
            many = template_files.MOST_FILES
            raise forms.ValidationError(_("At most %(many)s files.") % {"many": many})


class TemplateFileInline(ScopedInline[TemplateFile, Template]):
    """Pictures and papers that go with the words."""

    model = TemplateFile
    form = FileForm
    formset = FilesOfOne
    edit = add = delete = Action.EDIT_TEMPLATES
    fields = ("shown", "upload", "variant")
    readonly_fields = ("shown",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[TemplateFile]:
        """With what they are."""
        return super().get_queryset(request).select_related("attachment", "variant")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """`upload` is declared by hand, so Django must not look for such a column."""
        kwargs["fields"] = ("variant",)
        return super().get_formset(request, obj, **kwargs)

    @admin.display(description=pgettext_lazy("template", "file"))
    def shown(self, one: TemplateFile) -> str:
        """A picture in place, its name and its size."""
        if not one.pk:
            return "–"
        stored = one.attachment
        url = f"/attachments/{stored.pk}/"
        picture = (
            format_html('<img class="thumb" src="{}" alt="" loading="lazy">', url)
            if stored.content_type in INLINE
            else ""
        )
        return format_html(
            '<a class="tfile" href="{}" target="_blank" rel="noopener">{}<bdi>{}</bdi></a> {}',
            url,
            picture,
            stored.name,
            filesizeformat(stored.size),
        )


def save(formset: Any, by: Agent) -> None:
    """Store what was uploaded, drop what was crossed out, move what goes with other words."""
    formset.save(commit=False)
    for one in formset.deleted_objects:
        one.delete()
    for one, _fields in formset.changed_objects:
        one.save(update_fields=["variant"])
    formset.new_objects = [
        template_files.add(
            formset.instance,
            form.cleaned_data["upload"].name or "file",
            form.cleaned_data["upload"].read(),
            by=by,
            variant=form.cleaned_data.get("variant"),
        )
        for form in formset.extra_forms
        if form.has_changed() and not form.cleaned_data.get("DELETE")
    ]
