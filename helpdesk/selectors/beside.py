"""What stands beside a conversation: what the customer does now, said, bought and thought of us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from helpdesk.models import Agent, Conversation, Rating
from helpdesk.realtime import payloads
from helpdesk.selectors import leads, together


def known(conversation: Conversation) -> payloads.Payload:
    """What the conversation's own row says: comes with the thread. Needs inbox joined."""
    return {"context": conversation.context, "answers": answers(conversation)}


def of(agent: Agent, conversation: Conversation) -> payloads.Payload:
    """The lower part of the context column. Needs customer and inbox joined; four queries."""
    rating = Rating.objects.filter(conversation=conversation).first()
    return {
        **known(conversation),
        "rating": (
            {"score": rating.score, "text": rating.text, "solved": rating.solved}
            if rating
            else None
        ),
        "tasks": together.tasks(conversation),
        **leads.of_customer(agent, conversation.customer_id),
    }


def answers(conversation: Conversation) -> list[payloads.Payload]:
    """What the customer answered to the inbox's questions, in the order they are asked.

    An answer whose question is gone from the settings keeps its id as the label.
    """
    labels = _labels(conversation.inbox.settings)
    given = conversation.answers
    ordered = [one for one in labels if one in given] + [one for one in given if one not in labels]
    return [
        {"id": one, "label": labels.get(one) or one, "text": str(given[one])} for one in ordered
    ]


def _labels(settings: Mapping[str, Any]) -> dict[str, str]:
    """Question ids and their words in the agent's language; lenient, as settings are by hand."""
    questions = settings.get("questions")
    return {
        str(one["id"]): _worded(one.get("label"))
        for one in (questions if isinstance(questions, list) else [])
        if isinstance(one, dict) and one.get("id")
    }


def _worded(label: object) -> str:
    if isinstance(label, dict):
        label = (
            label.get(get_language() or "en") or label.get("en") or next(iter(label.values()), "")
        )
    return label if isinstance(label, str) else ""
