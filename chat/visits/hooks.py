"""Who wants to see every hit: invitations register here, visits ask them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from chat.visits.facts import Facts

log = logging.getLogger(__name__)

# Answers what the page shall show now (an invitation as JSON), or None.
Evaluator = Callable[[Facts], dict[str, Any] | None]

_evaluators: list[Evaluator] = []


def on_hit(evaluator: Evaluator) -> Evaluator:
    """Ask `evaluator` at every hit; usable as a decorator, and in AppConfig.ready()."""
    if evaluator not in _evaluators:
        _evaluators.append(evaluator)
    return evaluator


def ask(facts: Facts) -> dict[str, Any] | None:
    """The first answer that is not None.

    An evaluator that breaks is logged and passed over: a faulty trigger must never cost the
    visitor his page.
    """
    for evaluator in _evaluators:
        try:
            found = evaluator(facts)
        except Exception:
            log.exception("an evaluator of hits failed")
            continue
        if found is not None:
            return found
    return None
