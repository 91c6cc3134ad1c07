"""A widget's questions: what is still to ask, and answers kept where agents see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from chat.appearance import Question, Widget
from helpdesk import by_customer
from helpdesk.by_customer import RefusedError
from helpdesk.models import Inbox


def open_ones(inbox: Inbox, language: str, given: Collection[str]) -> list[dict[str, Any]]:
    """The questions without an answer, in the visitor's language."""
    widget = Widget.of(inbox)
    return [
        {
            "id": one.id,
            "kind": one.kind,
            "label": widget.text(one.label, language),
            "choices": [widget.text(choice, language) for choice in one.choices],
            "when": one.when,
            "required": one.required,
        }
        for one in widget.questions
        if one.id not in given
    ]


def keep(
    inbox: Inbox, conversation_id: int, given: Mapping[str, str], *, strict: bool = True
) -> None:
    """Store the answers to known questions; empty and unknown ones are passed over.

    strict: one that does not fit its question is refused (RefusedError "email", "choice");
    else it is passed over, because the text that brought it matters more.
    """
    fitting: dict[str, str] = {}
    told = {"name": "", "email": ""}
    chosen: set[str] = set()
    for question in Widget.of(inbox).questions:
        answer = given.get(question.id, "").strip()
        if not answer:
            continue
        with suppress(*(() if strict else (RefusedError,))):
            fitting[question.id] = _checked(question, answer)
            if question.kind in told:
                told[question.kind] = fitting[question.id]
            chosen |= next((one for one in _choices(question) if answer in one), set())
    if fitting:
        by_customer.answer(conversation_id, fitting, chosen=chosen, **told)


def _checked(question: Question, answer: str) -> str:
    if question.kind == "email":
        return by_customer.mail_address(answer)
    if question.kind == "choice" and not any(answer in one for one in _choices(question)):
        raise RefusedError("choice")
    return answer


def _choices(question: Question) -> list[set[str]]:
    """Each choice of a question in the words of every language."""
    if question.kind != "choice":
        return []
    return [{one} if isinstance(one, str) else set(one.values()) for one in question.choices]
