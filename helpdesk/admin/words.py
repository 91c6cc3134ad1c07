"""What several screens share: form fields, choices, and what follows a change."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from helpdesk import nudge
from helpdesk.adapters import adapters
from helpdesk.after_commit import after_commit
from helpdesk.services import promises


def language_field(*, required: bool = True) -> forms.ChoiceField:
    """A choice among the languages of the product; not required: with an empty one."""
    choices: list[tuple[str, Any]] = list(settings.LANGUAGES)
    if not required:
        choices = [("", _("Any")), *choices]
    return forms.ChoiceField(label=_("Language"), choices=choices, required=required)


def channel_choices() -> list[tuple[str, str]]:
    """Every channel of the installation with the names that its adapters go by."""
    labels: dict[str, list[str]] = {}
    for adapter in adapters():
        labels.setdefault(adapter.channel, []).append(adapter.label)
    return [(channel, " / ".join(sorted(set(names)))) for channel, names in labels.items()]


def apply_promises(conversation_ids: list[int]) -> None:
    """Let a worker bring running promises in line after commit; without one it is done here."""

    def go() -> None:
        if conversation_ids and not nudge.wake("helpdesk.review_promises", conversation_ids):
            promises.review(conversation_ids)

    after_commit(go)
