"""Macros, many conversations at once and calls, by a program; and who looked at a VIP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from helpdesk.models import (
    Act,
    AuditEntry,
    Conversation,
    Customer,
    Macro,
    Message,
    Scope,
    Visibility,
)
from tests import factories
from tests.api.conftest import EVERYTHING, Program, program
from tests.api.test_product import problem
from tests.core.conftest import Desk


@pytest.fixture
def macro(desk: Desk) -> Macro:
    note = {"act": "note", "value": "Looked up the parcel"}
    close = {"act": "resolve", "value": "solved"}
    return Macro.objects.create(name="Parcel", actions=[note, close], position=1)


def test_a_macro_is_run_whole(robot: Program, talk: Conversation, macro: Macro) -> None:
    listed = robot.get("macros/").json()["results"]
    assert [(one["id"], one["name"], one["own"]) for one in listed] == [(macro.pk, "Parcel", False)]
    answer = robot.post(f"conversations/{talk.pk}/macros/{macro.pk}/run/")
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["row"]["state"] == "resolved"
    assert [one["changed"] for one in told["acts"]] == [True, True]
    assert Message.objects.filter(visibility=Visibility.INTERNAL).count() == 1


def test_the_same_key_runs_it_once(robot: Program, talk: Conversation, macro: Macro) -> None:
    path = f"conversations/{talk.pk}/macros/{macro.pk}/run/"
    for _again in range(2):
        assert robot.post(path, **{"Idempotency-Key": "m1"}).status_code == 200
    assert Message.objects.filter(visibility=Visibility.INTERNAL).count() == 1


@pytest.mark.parametrize(
    "missing", [Scope.CONVERSATIONS_WRITE, Scope.MESSAGES_WRITE, Scope.NOTES_READ]
)
def test_a_macro_needs_every_scope_that_it_may_use(
    desk: Desk, talk: Conversation, macro: Macro, missing: str
) -> None:
    one = program(desk.agent, [scope for scope in EVERYTHING if scope != missing])
    problem(one.post(f"conversations/{talk.pk}/macros/{macro.pk}/run/"), 403)
    talk.refresh_from_db()
    assert talk.state != "resolved"


def test_many_at_once_and_each_by_itself(desk: Desk, robot: Program, talk: Conversation) -> None:
    foreign = factories.conversation(desk.elsewhere)
    order = {"ids": [talk.pk, foreign.pk], "action": "state"}
    facts = {"state": "resolved", "reason": "Holiday"}
    told = robot.post("conversations/bulk/", {**order, "facts": facts}).json()
    assert [(one["id"], one["done"]) for one in told["results"]] == [
        (talk.pk, True),
        (foreign.pk, False),
    ]
    assert [one["id"] for one in told["rows"]] == [talk.pk]
    problem(robot.post("conversations/bulk/", {**order, "ids": []}), 400, "ids")
    problem(robot.post("conversations/bulk/", {**order, "action": "erase"}), 400, "action")
    reader = program(desk.agent, [Scope.CONVERSATIONS_READ])
    problem(reader.post("conversations/bulk/", {**order, "action": "read"}), 403)


def test_a_call_is_written_down_and_changed(robot: Program, talk: Conversation) -> None:
    order = {"way": "in", "seconds": 240, "disposition": "Changed", "notes": "Blue, not red"}
    made = robot.post(f"conversations/{talk.pk}/calls/", order)
    assert made.status_code == 201, made.content
    path = f"calls/{made.json()['id']}/"
    assert robot.send("patch", path, {"disposition": "Sold", "notes": ""}).status_code == 200
    problem(robot.post(f"conversations/{talk.pk}/calls/", {"way": "sideways"}), 400, "way")


def test_who_opens_a_conversation_of_a_vip_stands_in_the_audit(
    desk: Desk, talk: Conversation, robot: Program
) -> None:
    client = Client()
    client.force_login(desk.agent)
    client.get(f"/api/v1/conversations/{talk.pk}/")
    looked = AuditEntry.objects.filter(act=Act.VIEWED, about_id=str(talk.customer_id))
    assert not looked.exists(), "of others nothing is written down"
    Customer.objects.filter(pk=talk.customer_id).update(vip=True)
    client.get(f"/inbox/c/{talk.pk}/")
    robot.get(f"conversations/{talk.pk}/")
    client.get(f"/api/v1/conversations/{talk.pk}/")
    assert looked.get().reason == "vip", "once an hour is enough"
    other = factories.agent(teams=[desk.mine])
    client.force_login(other)
    client.get(f"/api/v1/conversations/{talk.pk}/")
    assert set(looked.values_list("actor", flat=True)) == {desk.agent.pk, other.pk}
    assert all(one.at > datetime.now(UTC) - timedelta(minutes=5) for one in looked)
