"""The demo's rules and macros, checked as a supervisor's own would be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from helpdesk.models import Agent, Macro, Rule

_VIPS = {
    "match": "all",
    "rows": [
        {"field": "vip", "op": "is", "value": True},
        {"field": "priority", "op": "at_most", "value": 1},
    ],
}
_POOR = {"match": "all", "rows": [{"field": "score", "op": "at_most", "value": 2}]}
_POOR_NOTE = (
    '{{ customer.name | default: "The customer" }} was not content. '
    "A supervisor looks at this today."
)
_RULES: tuple[tuple[str, str, Mapping[str, Any], list[dict[str, Any]]], ...] = (
    (
        "Regular guests first",
        "message_received",
        _VIPS,
        [{"act": "priority", "value": 2}],
    ),
    (
        "A poor rating is looked at",
        "rated",
        _POOR,
        [{"act": "priority", "value": 2}, {"act": "note", "value": _POOR_NOTE}],
    ),
)
_RETURN = (
    'Hello {{ customer.first_name | default: "there" }}, the label for your return is in '
    "your mailbox. "
    "It is free, and you have 30 days.\n\nBest wishes\n{{ agent.first_name }}"
)
_BY_NOON = (
    'I have asked the courier, {{ customer.first_name | default: "and thank you" }}. You hear '
    "from me by tomorrow noon."
)
_MACROS: tuple[tuple[str, list[dict[str, Any]]], ...] = (
    (
        "Return: label sent",
        [
            {"act": "take", "value": None},
            {"act": "reply", "value": _RETURN},
            {"act": "resolve", "value": "refunded"},
        ],
    ),
    (
        "Ask the courier, back tomorrow",
        [
            {"act": "take", "value": None},
            {"act": "reply", "value": _BY_NOON},
            {"act": "snooze", "value": 20},
        ],
    ),
    (
        "Urgent, back to the queue",
        [
            {"act": "priority", "value": 3},
            {"act": "note", "value": "Cannot wait, and is not mine: please take over."},
            {"act": "give_back", "value": None},
        ],
    ),
)


def make(author: Agent) -> None:
    """Two rules that are on in every inbox, and three macros for everybody."""
    Rule.objects.bulk_create(
        [
            Rule(
                name=name,
                kind=kind,
                conditions=conditions,
                actions=actions,
                position=position,
                enabled=True,
                everywhere=True,
                author=author,
                changed_at=datetime.now(UTC),
            )
            for position, (name, kind, conditions, actions) in enumerate(_RULES, 1)
        ]
    )
    Macro.objects.bulk_create(
        [
            Macro(name=name, actions=actions, position=position)
            for position, (name, actions) in enumerate(_MACROS, 1)
        ]
    )
