"""The page where many templates come in: look first, then all or nothing."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.admin import template_csv
from helpdesk.models import Agent, TemplateFile, TemplateVariant
from helpdesk.services import templates

MOST_BYTES = 2_000_000
ERRORS_SHOWN = 100


class FileForm(forms.Form):
    """A file, or the text of one that was looked at."""

    file = forms.FileField(label=gettext_lazy("CSV file"), required=False)
    text = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)

    def clean(self) -> dict[str, Any]:
        """Its text, whichever way it came."""
        cleaned = super().clean() or self.cleaned_data
        file = cleaned.get("file")
        if file:
            if file.size > MOST_BYTES:
                raise forms.ValidationError(_("The file is too large."))
            try:
                cleaned["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise forms.ValidationError(_("The file is not UTF-8 text.")) from None
        if not cleaned.get("text"):
            raise forms.ValidationError(_("Choose a file."))
        return cleaned


def _absent(rows: list[dict[str, str | bool]]) -> list[tuple[str, str]]:
    """Shortcuts with the files that the sheet names and that are not with the template here."""
    here: dict[str, set[str]] = {}
    known = TemplateFile.objects.values_list("template__shortcut", "attachment__name")
    for shortcut, name in known:
        here.setdefault(shortcut, set()).add(name.replace(";", ","))
    missing: dict[str, dict[str, None]] = {}
    for row in rows:
        shortcut = str(row["shortcut"])
        for name in template_csv.named_files(row):
            if name not in here.get(shortcut, set()):
                missing.setdefault(shortcut, {})[name] = None
    return [(shortcut, ", ".join(names)) for shortcut, names in missing.items()]


def page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """GET: choose a file. POST: what it would do; with `write`, do it."""
    form = FileForm(request.POST or None, request.FILES or None)
    sheet = None
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        sheet = template_csv.read(text)
        if "write" in request.POST and not sheet.errors:
            made, changed = templates.write_rows(sheet.rows, by=cast("Agent", request.user))
            said = _("Templates imported: %(made)s new texts, %(changed)s changed.")
            messages.success(request, said % {"made": made, "changed": changed})
            return redirect(reverse("admin:helpdesk_template_changelist"))
        form = FileForm(initial={"text": text})
    known = set(
        TemplateVariant.objects.values_list("template__shortcut", "language", "register", "channel")
        if sheet
        else ()
    )
    keys = ("shortcut", "language", "register", "channel")
    rows = [
        {**row, "new": tuple(row[key] for key in keys) not in known}
        for row in (sheet.rows if sheet else ())
    ]
    return render(
        request,
        "admin/templates/import.html",
        {
            **context,
            "title": _("Import templates"),
            "form": form,
            "sheet": sheet,
            "rows": rows[:ERRORS_SHOWN],
            "more": max(0, len(rows) - ERRORS_SHOWN),
            "errors": sheet.errors[:ERRORS_SHOWN] if sheet else (),
            "absent": _absent(sheet.rows)[:ERRORS_SHOWN] if sheet else (),
            "columns": ", ".join((*template_csv.COLUMNS, template_csv.FILES)),
        },
    )
