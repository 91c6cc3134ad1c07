"""Macros: all of it or nothing, by who may, and each agent's own are their own."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from helpdesk.models import Agent, Conversation, Macro, Message, State, Tag, TeamMembership
from helpdesk.services import macros
from helpdesk.services.macros import InvalidMacroError
from tests import factories
from tests.core.conftest import Desk
from tests.core.test_queries import statements


def signed_in(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def macro(by: Agent, *actions: tuple[str, Any], shared: bool = False, name: str = "M") -> Macro:
    written = [{"act": act, "value": value} for act, value in actions]
    made = Macro(owner=None if shared else by)
    return macros.save(made, name=name, actions=written, by=by)


def run(agent: Agent, chat: Conversation, one: Macro) -> Any:
    with transaction.atomic():
        return signed_in(agent).post(f"/api/v1/conversations/{chat.pk}/macros/{one.pk}/run/")


@pytest.mark.django_db(transaction=True)
def test_several_things_at_once_each_told(desk: Desk) -> None:
    chat = factories.conversation(desk.inbox)
    one = macro(
        desk.agent,
        ("take", None),
        ("reply", "Hello {{ customer.first_name }}"),
        ("note", "Done by {{ agent.first_name }}"),
        ("take", None),
        ("resolve", "solved"),
        ("read", None),
    )
    answer = signed_in(desk.agent).post(f"/api/v1/conversations/{chat.pk}/macros/{one.pk}/run/")
    assert answer.status_code == 200
    body = answer.json()
    assert [act["changed"] for act in body["acts"]] == [True, True, True, False, True, True]
    assert body["acts"][1]["text"] == "Reply “Hello {{ customer.first_name }}”"
    assert (body["row"]["state"], body["row"]["assignee"]["id"]) == ("resolved", desk.agent.pk)
    said = list(Message.objects.order_by("seq").values_list("body", "visibility"))
    assert said[1:] == [("Hello Tom", "public"), ("Done by Marta", "internal")]
    one.refresh_from_db()
    assert one.uses == 1
    client = signed_in(desk.agent)
    for call in body["undo"]:
        path = f"/api/v1/conversations/{chat.pk}/{call['path']}/"
        assert client.post(path, call["body"], content_type="application/json").status_code == 200
    chat.refresh_from_db()
    assert (chat.state, chat.assignee_id) == (State.OPEN, None)


def test_one_that_cannot_be_done_undoes_the_others(desk: Desk) -> None:
    chat = factories.conversation(desk.inbox)
    one = macro(
        desk.agent,
        ("priority", 3),
        ("note", "x"),
        ("reply", "{{ customer.company }}"),
        ("spam", ""),
    )
    answer = run(desk.agent, chat, one)
    assert answer.status_code == 409
    assert answer.json()["act"] == 2
    assert "customer.company" in answer.json()["detail"]
    chat.refresh_from_db()
    assert (chat.priority, chat.state, chat.last_seq) == (1, State.NEW, 2)
    assert Message.objects.count() == 1
    one.refresh_from_db()
    assert one.uses == 0


def test_who_may_run_what(desk: Desk) -> None:
    chat = factories.conversation(desk.inbox)
    own = macro(desk.agent, ("note", "x"))
    shared = macro(desk.supervisor, ("note", "x"), shared=True)
    assert Client().post(f"/api/v1/conversations/{chat.pk}/macros/{own.pk}/run/").status_code == 403
    assert run(desk.agent, chat, own).status_code == 200
    assert run(desk.supervisor, chat, own).status_code == 404, "another's own"
    assert run(desk.admin, chat, own).status_code == 404
    assert run(desk.stranger, chat, shared).status_code == 404, "another team's conversation"
    assert run(desk.supervisor, chat, shared).status_code == 200
    TeamMembership.objects.filter(agent=desk.agent).update(active=False)
    assert run(desk.agent, chat, own).status_code == 404


def test_the_picker_lists_own_and_shared(desk: Desk) -> None:
    macro(desk.supervisor, ("assign", desk.agent.pk), shared=True, name="Shared")
    macro(desk.stranger, ("take", None), name="Not mine")
    macro(desk.agent, ("take", None), name="Mine")
    client = signed_in(desk.agent)
    found = client.get("/api/v1/macros/").json()["results"]
    assert [(one["name"], one["own"], one["acts"]) for one in found] == [
        ("Mine", True, ["Assign to me"]),
        ("Shared", False, [f"Assign to {desk.agent.display_name}"]),
    ]
    cost = len(statements(lambda: client.get("/api/v1/macros/")))
    for number in range(5):
        macro(desk.agent, ("assign", desk.supervisor.pk), name=f"More {number}")
    assert len(statements(lambda: client.get("/api/v1/macros/"))) == cost
    assert cost <= 4


def test_names_are_unique_and_faults_are_told(desk: Desk) -> None:
    macro(desk.agent, ("take", None), name="Twice")
    macro(desk.supervisor, ("take", None), name="Twice")
    with pytest.raises(InvalidMacroError) as caught:
        macro(desk.agent, ("take", None), name="Twice")
    assert list(caught.value.errors) == ["name"]
    with pytest.raises(InvalidMacroError) as caught:
        macro(desk.agent, ("fly", None), ("snooze", "soon"), name="")
    assert list(caught.value.errors) == ["name", "actions.0.act", "actions.1.value"]


def test_the_pages(desk: Desk) -> None:
    client = signed_in(desk.agent)
    assert "No macros yet" in client.get("/settings/macros/").content.decode()
    form = {"name": "<b>Bye</b>", "actions": '[{"act": "resolve", "value": "solved"}]'}
    assert client.post("/settings/macros/new/", form)["Location"] == "/settings/macros/"
    made = Macro.objects.get()
    assert (made.owner, made.actions) == (desk.agent, [{"act": "resolve", "value": "solved"}])
    page = client.get("/settings/macros/").content.decode()
    assert "&lt;b&gt;Bye" in page
    assert "Resolve: Problem solved" in page
    bad = client.post(f"/settings/macros/{made.pk}/", {"name": "Bye", "actions": "[["})
    assert bad.status_code == 400
    assert "Add at least one action" in bad.content.decode()
    # An agent cannot make or change what is everybody's.
    client.post("/settings/macros/new/", {**form, "name": "S", "shared": "1"})
    assert Macro.objects.get(name="S").owner == desk.agent
    shared = macro(desk.supervisor, ("take", None), shared=True, name="All")
    assert client.get(f"/settings/macros/{shared.pk}/").status_code == 403
    assert client.post(f"/settings/macros/{shared.pk}/delete/").status_code == 403
    assert signed_in(desk.admin).get(f"/settings/macros/{made.pk}/").status_code == 404
    assert client.post(f"/settings/macros/{made.pk}/down/").status_code == 302
    own = Macro.objects.filter(owner=desk.agent)
    assert list(own.values_list("name", flat=True)) == ["S", "<b>Bye</b>"]
    assert client.post(f"/settings/macros/{made.pk}/explode/").status_code == 404
    client.post(f"/settings/macros/{made.pk}/delete/")
    assert not Macro.objects.filter(pk=made.pk).exists()
    assert Client().get("/settings/macros/").status_code == 302


def test_tags_are_put_on_and_taken_off(desk: Desk) -> None:
    Tag.objects.create(name="Returns")
    chat = factories.conversation(desk.inbox)
    one = macro(desk.agent, ("tag", "returns"), ("tag", "Returns"))
    assert [act["changed"] for act in run(desk.agent, chat, one).json()["acts"]] == [True, False]
    chat.refresh_from_db()
    assert chat.tags == ["Returns"]
    assert (
        run(desk.agent, chat, macro(desk.agent, ("untag", "Returns"), name="Off")).status_code
        == 200
    )
    chat.refresh_from_db()
    assert chat.tags == []
    with pytest.raises(InvalidMacroError, match="no such tag"):
        macro(desk.agent, ("tag", "Unheard of"), name="Never")
    Tag.objects.all().delete()
    refused = run(desk.agent, chat, one)
    assert (refused.status_code, "Returns" in refused.json()["detail"]) == (409, True)
