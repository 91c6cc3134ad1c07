"""Every operation of the document with made-up input, as four roles: no 5xx, nothing undocumented.

PARLEY_API_EXAMPLES says how many tries each operation gets (100 for a long run).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from helpdesk.api import allowance
from helpdesk.api.views.docs import document
from helpdesk.models import Conversation
from tests.api.conftest import program
from tests.core.conftest import Desk

EXAMPLES = int(os.environ.get("PARLEY_API_EXAMPLES", "1"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ROLES = ("", "agent", "supervisor", "admin")


@pytest.fixture
def one_connection() -> Iterator[None]:
    """A request's end closes connections; the test's own stays, as with Django's test client."""
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    yield
    signals.request_started.connect(close_old_connections)
    signals.request_finished.connect(close_old_connections)


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("role", ROLES, ids=lambda role: role or "nobody")
def test_every_operation(
    desk: Desk, talk: Conversation, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allowance, "PER_MINUTE", 10**9)
    text = program(getattr(desk, role)).text if role else ""
    headers = {"Authorization": f"Bearer {text}"} if text else {}
    schema = schemathesis.openapi.from_dict(document())
    schema.app = WSGIHandler()
    tried = 0

    def attempt(case: Any) -> None:
        nonlocal tried
        tried += 1
        if "id" in case.path_parameters and "uuid" not in str(case.operation.path):
            case.path_parameters["id"] = talk.pk if tried % 3 else case.path_parameters["id"]
        if "wait" in (case.query or {}):
            case.query["wait"] = 0
        with transaction.atomic():
            answer = case.call(headers=headers)
            transaction.set_rollback(True)
        case.validate_response(answer, checks=CHECKS)

    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        run = given(case=operation.as_strategy())(attempt)
        settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=EXAMPLES < 10,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )(run)()
    assert tried >= EXAMPLES * 40
