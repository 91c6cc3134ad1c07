"""What an agent chose for their own screens; a closed list, each with its values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from helpdesk.models import Agent

UNDO_SECONDS = (0, 5, 10, 20, 30)
CHOICES: dict[str, tuple[Any, ...]] = {
    "undo_seconds": UNDO_SECONDS,
    "enter": ("channel", "always", "never"),
}
"""Name: the values that it may take, the first being no default (see DEFAULTS)."""
DEFAULTS: dict[str, Any] = {"undo_seconds": 5, "enter": "channel"}


class UnknownPreferenceError(ValueError):
    """No such preference, or a value that it does not take; `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__("This is not one of its values." if field in CHOICES else "Not known.")
        self.field = field


def of(agent: Agent) -> dict[str, Any]:
    """Every preference of the agent; one that is no longer allowed counts as not chosen."""
    chosen = agent.preferences
    return {
        name: chosen[name] if chosen.get(name) in values else DEFAULTS[name]
        for name, values in CHOICES.items()
    }


@transaction.atomic
def choose(chosen: Mapping[str, Any], *, by: Agent) -> dict[str, Any]:
    """Change some of the agent's own preferences. Raises UnknownPreferenceError."""
    for name, value in chosen.items():
        if name not in CHOICES or isinstance(value, bool) or value not in CHOICES[name]:
            raise UnknownPreferenceError(name)
    row = Agent.objects.select_for_update().only("preferences").get(pk=by.pk)
    row.preferences = {**row.preferences, **chosen}
    row.save(update_fields=["preferences"])
    by.preferences = row.preferences
    return of(by)
