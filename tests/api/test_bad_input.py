"""Each parameter and each field of each operation with what it cannot be: 400, and it is named.

The table is made from what the document is made from, so a new one is tried by itself.
"""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework import serializers

from helpdesk.api import product
from helpdesk.api.product import Operation, Param
from helpdesk.models import Conversation, Macro, Message
from tests.api.conftest import Program, program
from tests.api.test_product import problem
from tests.core.conftest import Desk

HUGE = "9" * 40
ALL = [
    (route, method, one)
    for route, methods in product.routes().items()
    for method, one in methods.items()
]


@pytest.fixture
def chief(desk: Desk) -> Program:
    return program(desk.admin)


@pytest.fixture
def macro(desk: Desk) -> Macro:
    act = {"act": "note", "value": "Looked"}
    return Macro.objects.create(name="M", actions=[act], position=1)


def place(route: str, talk: Conversation) -> str:
    """The address with the conversation's number, or its customer's."""
    pk = talk.customer_id if "customers/" in route else talk.pk
    path = route.removeprefix(product.ROOT).replace("<int:pk>", str(pk))
    for kind in ("macro", "item", "identity", "merge", "other"):
        path = path.replace(f"<int:{kind}>", "1")
    return path.replace(
        "<uuid:pk>", str(Message.objects.filter(conversation=talk).latest("seq").pk)
    )


def cannot_be(one: Param) -> list[str]:
    """Values that the parameter's kind excludes."""
    kind = one.kind.get("type")
    wrong = [] if one.name == "q" else ["%00"]  # of words that are looked for it is dropped
    if "enum" in one.kind:
        wrong.append("gone")
    if kind == "integer":
        wrong += ["x", "1.5", "%2B1x", HUGE, "-1"]
    if one.kind.get("format") in ("date-time", "uuid", "date"):
        wrong.append("soon")
    if one.name in ("cursor", "after"):
        wrong += ["AAAA", "%F0%9F"]
    if "maximum" in one.kind:
        wrong.append(str(one.kind["maximum"] + 1))
    return wrong


def refuses(answer: Any, name: str, told: list[str]) -> None:
    """Named, unless there is no such row at all or the agent has no such right."""
    said = answer.wsgi_request.get_full_path()
    assert answer.status_code in (400, 403, 404), (said, name, answer.content[:300])
    if answer.status_code == 400:
        fields = {one["field"].split(".")[0] for one in answer.json()["errors"]}
        assert name in fields, (said, name, answer.content[:300])
        told.append(name)


def test_parameters(chief: Program, talk: Conversation) -> None:
    named: list[str] = []
    for route, method, one in ALL:
        if method != "GET":
            continue
        for param in one.query:
            needed = "&".join(f"{other.name}=a" for other in one.query if other.needed)
            for value in cannot_be(param):
                said = f"{place(route, talk)}?{param.name}={value}"
                if param.name not in needed:
                    said += f"&{needed}" if needed else ""
                refuses(chief.get(said), param.name, named)
            twice = f"{place(route, talk)}?{param.name}=1&{param.name}=2"
            refuses(chief.get(twice), param.name, named)
        refuses(chief.get(f"{place(route, talk)}?colour=red"), "colour", named)
    assert len(named) > 150


def wrong_for(field: serializers.Field[Any, Any, Any, Any]) -> Any:
    """What is surely not of the field's kind."""
    plain = (serializers.CharField, serializers.UUIDField, serializers.ChoiceField)
    return {"a": [1]} if isinstance(field, plain) else "no such thing"


@pytest.mark.usefixtures("macro")
def test_bodies(chief: Program, talk: Conversation) -> None:
    named: list[str] = []
    for route, method, one in ALL:
        if one.takes is None:
            continue
        path, good = place(route, talk), one.sent or {}
        for name, field in one.takes().fields.items():
            if type(field) is serializers.JSONField or field.read_only:
                continue
            wrong = {**good, name: wrong_for(field)}
            refuses(chief.send(method.lower(), path, wrong), name, named)
        refuses(chief.send(method.lower(), path, {**good, "colour": 1}), "colour", named)
    assert len(named) > 60


def test_a_key_is_not_taken_for_another_body(chief: Program, talk: Conversation) -> None:
    """Of every act that a conversation alone is enough for."""
    tried = 0
    for route, method, one in ALL:
        if method != "POST" or one.takes is None or not _is_enough(route, one):
            continue
        key = {"Idempotency-Key": one.name}
        first = chief.post(place(route, talk), one.sent or {}, **key)
        if first.status_code >= 400:
            continue  # a refusal is not remembered
        problem(chief.post(place(route, talk), {**(one.sent or {}), "colour": 1}, **key), 409)
        tried += 1
    assert tried >= 3


def _is_enough(route: str, one: Operation) -> bool:
    return route.startswith(f"{product.ROOT}conversations/<int:pk>/") and bool(one.sent)
