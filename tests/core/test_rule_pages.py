"""The pages of the rules and their dry run, as forms and links use them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpdesk.models import Agent, Role, Rule
from helpdesk.services import rule_kinds
from tests import factories
from tests.core.conftest import Desk
from tests.core.ruling import counts, only_if, rule, settle

REFUND = only_if(("body", "contains", "refund"))


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    rule_kinds.forget()
    yield
    rule_kinds.forget()


def signed_in(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def form(**facts: Any) -> dict[str, Any]:
    written: dict[str, Any] = {
        "name": "Refunds",
        "kind": "message_received",
        "conditions": json.dumps(REFUND),
        "actions": json.dumps([{"act": "priority", "value": 2}]),
        "enabled": "on",
    }
    return {**written, **facts}


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("path", ["", "new/", "1/", "1/log/"])
def test_only_who_may_make_rules(desk: Desk, path: str) -> None:
    assert Client().get(f"/settings/rules/{path}").status_code == 302
    assert signed_in(desk.agent).get(f"/settings/rules/{path}").status_code == 403
    assert signed_in(desk.agent).post("/settings/rules/new/", form()).status_code == 403
    assert 'href="/settings/rules/"' not in text(signed_in(desk.agent), "/settings/macros/")


def test_made_changed_moved_switched_and_deleted(desk: Desk) -> None:
    client = signed_in(desk.supervisor)
    assert "No rules yet" in text(client, "/settings/rules/")
    assert client.post("/settings/rules/new/", form())["Location"] == "/settings/rules/"
    made = Rule.objects.get()
    assert (made.author, made.enabled, list(made.inboxes.all())) == (
        desk.supervisor, True, [desk.inbox],
    )  # fmt: skip
    page = text(client, "/settings/rules/")
    said = "When a customer writes, if Message contains “refund”: Set the priority to High."
    assert said in page
    assert "never yet" in page
    rule(desk.supervisor, "rated", ("read", None), name="Second")
    client.post(f"/settings/rules/{made.pk}/down/")
    assert list(Rule.objects.values_list("name", flat=True)) == ["Second", "Refunds"]
    client.post(f"/settings/rules/{made.pk}/off/")
    made.refresh_from_db()
    assert not made.enabled
    changed = form(name="Money back", stop_after="on")
    client.post(f"/settings/rules/{made.pk}/", changed)
    made.refresh_from_db()
    assert (made.name, made.stop_after) == ("Money back", True)
    assert client.post(f"/settings/rules/{made.pk}/explode/").status_code == 404
    client.post(f"/settings/rules/{made.pk}/delete/")
    assert Rule.objects.count() == 1


def test_nothing_typed_is_lost_by_an_error(desk: Desk) -> None:
    client = signed_in(desk.supervisor)
    broken = json.dumps([{"act": "reply", "value": "Hi {{ customer.shoe }}"}])
    answer = client.post("/settings/rules/new/", form(actions=broken))
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "customer.shoe" in page
    assert 'value="Refunds"' in page
    boot = json.loads(page.split('<script id="boot" type="application/json">')[1].split("</")[0])
    assert boot["conditions"] == REFUND
    assert list(boot["errors"]) == ["actions.0.value"]
    for odd in ("[" * 5000, "x", "7", '{"match": "all"}'):
        assert client.post("/settings/rules/new/", form(conditions=odd)).status_code == 400
    assert client.post("/settings/rules/new/", form(inboxes=["x", "9" * 40])).status_code == 302


def test_another_teams_rules_are_not_there(desk: Desk) -> None:
    theirs = factories.agent(teams=[desk.others], role=Role.SUPERVISOR)
    made = rule(theirs, "rated", ("read", None), name="Theirs")
    everywhere = rule(desk.admin, "rated", ("read", None), name="Everywhere")
    client = signed_in(desk.supervisor)
    page = text(client, "/settings/rules/")
    assert "Theirs" not in page
    assert "Everywhere" in page
    assert client.get(f"/settings/rules/{made.pk}/").status_code == 404
    assert client.post(f"/settings/rules/{made.pk}/off/").status_code == 404
    assert "you may read it" in text(client, f"/settings/rules/{everywhere.pk}/")
    assert client.post(f"/settings/rules/{everywhere.pk}/", form()).status_code == 403
    assert client.post(f"/settings/rules/{everywhere.pk}/delete/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_log_tells_what_was_done_and_what_was_not(desk: Desk) -> None:
    made = rule(desk.admin, "message_received", ("assign", desk.stranger.pk), name="Wrong")
    sound = rule(desk.admin, "message_received", ("priority", 1), name="Same")
    factories.conversation(desk.inbox, name="<i>Tom</i>")
    factories.conversation(desk.elsewhere, name="Elsewhere")
    settle()
    client = signed_in(desk.supervisor)
    page = text(client, f"/settings/rules/{made.pk}/log/")
    assert "does not work in" in page
    assert "&lt;i&gt;Tom" in page
    assert "Elsewhere" not in page, "not an inbox of theirs"
    assert "it was so already" in text(client, f"/settings/rules/{sound.pk}/log/")
    assert "Nothing here yet" in text(client, f"/settings/rules/{made.pk}/log/?outcome=failed")
    text(client, f"/settings/rules/{made.pk}/log/?outcome=x&before=y")
    listed = text(client, "/settings/rules/")
    assert "2 today" in listed


def test_the_list_costs_the_same_for_any_number(desk: Desk) -> None:
    client = signed_in(desk.supervisor)

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            text(client, "/settings/rules/")
        return len(seen.captured_queries)

    rule(desk.supervisor, "rated", ("assign", desk.agent.pk))
    one = cost()
    for _number in range(6):
        rule(desk.supervisor, "rated", ("assign", desk.agent.pk))
    assert cost() <= one
    assert one <= 32


def test_a_dry_run_over_the_api(desk: Desk) -> None:
    factories.conversation(desk.inbox, "v", "A refund, please", name="Tom Reed")
    factories.conversation(desk.inbox, "w", "Hello")
    factories.conversation(desk.elsewhere, "x", "My refund")
    client = signed_in(desk.supervisor)

    def ask(**facts: Any) -> Any:
        body = {
            "kind": "message_received",
            "conditions": REFUND,
            "actions": [{"act": "priority", "value": 3}],
            **facts,
        }
        return client.post("/api/v1/rules/try/", body, content_type="application/json")

    before = counts()
    told = ask(trial=True).json()
    assert counts() == before
    assert told["errors"] == {}
    assert told["sentence"].startswith("When a customer writes, if Message contains “refund”")
    assert [(one["fires"], one["failed"]) for one in told["trials"]] == [
        (False, ["Message contains “refund”"]),
        (True, []),
    ]
    assert told["trials"][1]["customer"] == "Tom Reed"
    assert ask().json()["trials"] is None
    assert ask(actions=[{"act": "fly"}]).json()["errors"].keys() == {"actions.0.act"}
    refused = ask(conditions=only_if(("colour", "is", "red")), trial=True)
    assert (refused.status_code, list(refused.json())) == (400, ["conditions.0"])
    assert ask(colour="red").status_code == 400
    path, kind = "/api/v1/rules/try/", "application/json"
    assert signed_in(desk.agent).post(path, {}, content_type=kind).status_code == 403
    assert Client().post(path, {}, content_type=kind).status_code == 403
