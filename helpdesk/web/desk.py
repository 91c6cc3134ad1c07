"""What every page of the desk carries around its own content: the rail and who is signed in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from helpdesk.models import Agent
from helpdesk.permissions import Action, can
from helpdesk.realtime import payloads
from helpdesk.selectors import intake

_SETTINGS = frozenset(
    {"settings", "rules", "macros", "widgets", "inboxes", "tags", "unread", "people"}
    | {"tokens", "webhooks", "audit", "privacy", "import", "alarms"}
)


def rail(agent: Agent, *, current: str) -> dict[str, Any]:
    """Context for templates/helpdesk/desk/page.html; `current` names the rail's chosen entry."""
    return {
        "me": payloads.agent(agent),
        "current": current,
        "zone": agent.time_zone or None,
        "steers": can(agent, Action.STEER),
        "in_settings": current in _SETTINGS,
        "ledger_url": reverse("ledger") if can(agent, Action.SEE_LEDGER) else "",
        "rules_url": reverse("rules") if can(agent, Action.EDIT_RULES) else "",
        "macros_url": reverse("macros") if can(agent, Action.REPLY) else "",
        "sandbox_url": address("demo-sandbox") if settings.DEMO else "",
        "troubles": SimpleLazyObject(lambda: intake.troubles(agent)),
    }


def address(name: str) -> str:
    """Where a page is that another part brings; empty while that part is not there."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
