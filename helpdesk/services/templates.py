"""Filling a template's placeholders from a fixed list of facts; nothing is evaluated."""

from __future__ import annotations

import re

from django.db.models import F

from helpdesk.models import Agent, Conversation, Template

_PLACEHOLDER = re.compile(r"\{\{\s*([a-z_.]{1,60})\s*(?:\|\s*([^{}|]{0,120}?)\s*)?\}\}")
FIELDS = (
    "customer.name",
    "customer.first_name",
    "customer.company",
    "agent.name",
    "agent.first_name",
    "conversation.id",
    "conversation.subject",
    "inbox.name",
)


def unknown_fields(text: str) -> list[str]:
    """Placeholders of `text` that are not in FIELDS (the admin refuses them)."""
    return sorted({found[1] for found in _PLACEHOLDER.finditer(text)} - set(FIELDS))


def render(text: str, conversation: Conversation, agent: Agent) -> str:
    """The text with its facts filled in. A missing fact takes its fallback, or stays an open
    gap `[[field]]` that the composer lets the agent tab to.
    """
    facts = _facts(conversation, agent)

    def fill(found: re.Match[str]) -> str:
        value = facts.get(found[1], "")
        return value or found[2] or f"[[{found[1]}]]"

    return _PLACEHOLDER.sub(fill, text)


def _facts(conversation: Conversation, agent: Agent) -> dict[str, str]:
    customer = conversation.customer
    return {
        "customer.name": customer.name,
        "customer.first_name": customer.name.split(" ")[0],
        "customer.company": customer.company.name if customer.company else "",
        "agent.name": agent.display_name,
        "agent.first_name": agent.first_name or agent.display_name,
        "conversation.id": str(conversation.pk),
        "conversation.subject": conversation.subject,
        "inbox.name": conversation.inbox.name,
    }


def used(template_id: int) -> None:
    """Count one use."""
    Template.objects.filter(pk=template_id).update(uses=F("uses") + 1)
