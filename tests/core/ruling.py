"""What the tests of rules share: making one, letting the worker look, what came of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from helpdesk import inbound
from helpdesk.models import (
    Agent,
    Conversation,
    Rule,
    RuleRun,
)
from helpdesk.services import (
    rule_kinds,
    rule_runs,
    rules,
)
from helpdesk.services.rules import Draft
from tests import factories
from tests.core.conftest import Desk


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """What other tests left in Redis is not asked for here, nor the other way round."""
    rule_kinds.forget()
    yield
    rule_kinds.forget()


def only_if(*some: tuple[str, str, Any], match: str = "all") -> dict[str, Any]:
    rows = [{"field": field, "op": op, "value": value} for field, op, value in some]
    return {"match": match, "rows": rows}


def rule(by: Agent, kind: str, *actions: tuple[str, Any], **facts: Any) -> Rule:
    draft = Draft(
        name=facts.pop("name", f"Rule {uuid.uuid4()}"),
        kind=kind,
        actions=[{"act": act, "value": value} for act, value in actions],
        enabled=facts.pop("enabled", True),
        **facts,
    )
    return rules.save(Rule(), draft, by=by)


def settle() -> int:
    """What the worker does: look at everything noted, and at what came of it; how many looks."""
    looks = 0
    while pks := list(RuleRun.objects.order_by("pk").values_list("pk", flat=True)):
        for pk in pks:
            rule_runs.look(pk)
            looks += 1
        assert looks < 200, "the rules never come to rest"
    return looks


def outcomes(one: Rule) -> list[str]:
    return list(one.firings.order_by("pk").values_list("outcome", flat=True))


def writes(desk: Desk, chat: Conversation, body: str) -> None:
    text = factories.inbound_message("v", body, client_id=uuid.uuid4(), conversation_id=chat.pk)
    inbound.receive(desk.inbox, text)


def counts() -> dict[str, int]:
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')  # noqa: S608
            found[model._meta.db_table] = cursor.fetchone()[0]
    return found
