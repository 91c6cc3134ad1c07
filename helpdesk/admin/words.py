"""Form fields that several screens share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


def language_field(*, required: bool = True) -> forms.ChoiceField:
    """A choice among the languages of the product; not required: with an empty one."""
    choices: list[tuple[str, Any]] = list(settings.LANGUAGES)
    if not required:
        choices = [("", _("Any")), *choices]
    return forms.ChoiceField(label=_("Language"), choices=choices, required=required)
