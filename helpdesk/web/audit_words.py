"""What an entry of the audit is about, and what was changed, in words."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from helpdesk.models import Act, AuditEntry


def act(entry: AuditEntry) -> str:
    """What was done; the code itself where we have no words for it."""
    return str(dict(Act.choices).get(entry.act, entry.act))


def about(entry: AuditEntry) -> str:
    """The thing by its kind and number: its name may be somebody's personal data."""
    if not entry.about:
        return ""
    try:
        name = str(apps.get_model(entry.about)._meta.verbose_name).capitalize()  # noqa: SLF001
    except LookupError:  # of a release that had more
        name = entry.about
    return f"{name} {entry.about_id}".strip()


def kinds() -> list[tuple[str, str]]:
    """The kinds of things that the log may be narrowed to."""
    named = (
        *("Agent", "Team", "Inbox", "Queue", "SLAPolicy", "BusinessHours", "Rule", "Macro"),
        *("Template", "Tag", "Customer", "Conversation", "InboundEvent", "SuppressedAddress"),
    )
    found = [apps.get_model("helpdesk", one)._meta for one in named]  # noqa: SLF001
    return [(meta.label, str(meta.verbose_name).capitalize()) for meta in found]


def changes(entry: AuditEntry) -> list[tuple[str, str]]:
    """(field, "before → after"), or (field, "") where only the name is kept."""
    return [(name, _pair(pair)) for name, pair in sorted(entry.changes.items())]


def _pair(pair: list[Any] | None) -> str:
    if pair is None:
        return ""
    before, after = (_value(one) for one in pair)
    return f"{before} → {after}" if before else after


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return "" if value is None else str(value)
