"""Whether every inbox of a provider can prove its calls; run by `manage.py check --database`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004
from django.db import DatabaseError

from channels_email.providers import PROVIDERS
from channels_email.providers.proofs import SHORTEST_SECRET
from helpdesk.models import Inbox


@register(Tags.database)
def calls_are_proved(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """A provider without key and password is refused each call: nothing comes in."""
    if not databases or "default" not in databases:
        return []
    try:
        found = list(Inbox.objects.filter(channel="email", provider__in=PROVIDERS, enabled=True))
    except DatabaseError:  # not migrated yet
        return []
    return [
        Warning(
            f"the calls of {PROVIDERS[inbox.provider].label} for “{inbox.name}” are all refused",
            hint=f"Its key or password is missing: /settings/mail/{inbox.pk}/",
            id="channels_email.W001",
        )
        for inbox in found
        if not _is_proved(inbox)
    ]


def _is_proved(inbox: Inbox) -> bool:
    if PROVIDERS[inbox.provider].signs:
        return bool(inbox.secrets.get("hook_keys"))
    return len(str(inbox.secrets.get("hook_secret") or "")) >= SHORTEST_SECRET
