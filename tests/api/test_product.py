"""The API as a product: pages, filters, repeats, versions, limits, and what is refused how."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from redis.exceptions import ConnectionError as NoRedisError

from helpdesk import minutes, quick_redis
from helpdesk.api import allowance, product
from helpdesk.api.views.docs import document
from helpdesk.models import Conversation, Customer, IdempotencyKey, Message, State
from helpdesk.services import conversations, tokens
from tests import factories
from tests.api.conftest import Program, program
from tests.core.conftest import Desk

KEY = "Idempotency-Key"


def problem(answer: Any, code: int, *fields: str) -> dict[str, Any]:
    """The answer is a problem of this status, that names these fields."""
    assert answer.status_code == code, answer.content[:300]
    assert answer["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == code
    assert told["detail"]
    assert sorted(one["field"] for one in told["errors"]) == sorted(fields)
    return told


def test_conversations_page_by_page(desk: Desk, robot: Program) -> None:
    made = [factories.conversation(desk.inbox).pk for _ in range(7)]
    factories.conversation(desk.elsewhere)
    seen, cursor = [], ""
    for _page in range(5):
        page = robot.get(f"conversations/?size=3&order=created&cursor={cursor}").json()
        seen += [row["id"] for row in page["results"]]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert seen == made[::-1]


def test_filters(desk: Desk, robot: Program, talk: Conversation) -> None:
    other = factories.conversation(desk.inbox)
    conversations.change_state(other.pk, State.RESOLVED, by=desk.agent, reason="x")
    Conversation.objects.filter(pk=other.pk).update(assignee=desk.agent, tags=["refund"])
    second = factories.inbox(teams=[desk.mine])
    third = factories.conversation(second)

    def ids(query: str) -> set[int]:
        answer = robot.get(f"conversations/?{query}")
        assert answer.status_code == 200, answer.content
        return {row["id"] for row in answer.json()["results"]}

    assert ids("") == {talk.pk, other.pk, third.pk}
    assert ids("state=resolved") == ids("tag=refund") == {other.pk}
    assert ids(f"assignee={desk.agent.pk}") == {other.pk}
    assert ids("assignee=none") == {talk.pk, third.pk}
    assert ids(f"inbox={second.pk}") == {third.pk}
    assert ids(f"customer={talk.customer_id}") == {talk.pk}
    assert ids("channel=email") == ids("priority=3") == set()
    assert ids("created_after=2999-01-01T00:00:00Z") == set()
    assert ids("active_after=2001-01-01T00:00:00%2B02:00") == {talk.pk, other.pk, third.pk}
    assert ids(f"inbox={desk.elsewhere.pk}") == set()


WRONG = {
    "state=gone": "state",
    "inbox=x": "inbox",
    "inbox=-1": "inbox",
    "inbox=1&inbox=2": "inbox",
    "assignee=me": "assignee",
    "customer=99999999999999999999": "customer",
    "priority=9": "priority",
    "tag=": "tag",
    "tag=%00": "tag",
    "channel=%0a": "channel",
    "active_after=soon": "active_after",
    "active_after=2001-01-01": "active_after",
    "active_after=0001-01-01T00:00:00%2B14:00": "active_after",
    "size=0": "size",
    "size=101": "size",
    "size=999999999999": "size",
    "order=id": "order",
    "cursor=AAAA": "cursor",
    "cursor=%F0%9F": "cursor",
    "view=all&state=open": "state",
    "page=2": "page",
    "inbox__name=x": "inbox__name",
}


@pytest.mark.parametrize(("query", "field"), WRONG.items(), ids=WRONG)
def test_wrong_parameters_are_named(robot: Program, query: str, field: str) -> None:
    problem(robot.get(f"conversations/?{query}"), 400, field)


LOOKUPS = ("customer__name", "-customer__name", "pk__in", "inbox__regex", "fields", "expand")


def test_no_list_is_an_oracle(robot: Program, talk: Conversation) -> None:
    """SEC-10: on every list, as a name and as a value of what sorts."""
    lists = [
        (route.removeprefix(product.ROOT), one["GET"])
        for route, one in product.routes().items()
        if "GET" in one and "merge" not in route
    ]
    assert len(lists) > 20
    for route, _offered in lists:
        message = str(Message.objects.get().pk)
        path = route.replace("<uuid:pk>", message).replace("<int:pk>", str(talk.pk))
        for name in LOOKUPS:
            problem(robot.get(f"{path}?{name}=a"), 400, name)
    for name in LOOKUPS:
        problem(robot.get(f"conversations/?order={name}"), 400, "order")


def model_fields() -> set[str]:
    from django.apps import apps

    models = apps.get_app_config("helpdesk").get_models()
    return {field.name for model in models for field in model._meta.get_fields()}


def test_nothing_is_assigned_by_accident(desk: Desk, robot: Program, talk: Conversation) -> None:
    """SEC-9: every body, with the names of all fields and relations of all models."""
    names = model_fields() | {"id", "pk", "is_staff", "author", "sender_type", "seq", "created_at"}
    before = list(Conversation.objects.values()), list(Customer.objects.values())
    tried = 0
    for route, methods in product.routes().items():
        for method, offered in methods.items():
            if offered.takes is None:
                continue
            known = set(offered.takes().fields)
            path = route.removeprefix(product.ROOT)
            for kind in ("<int:pk>", "<int:item>", "<int:identity>"):
                path = path.replace(kind, str(talk.pk))
            serializer = offered.takes(data=dict.fromkeys(names - known, "x"))
            assert not serializer.is_valid()
            assert names - known <= set(serializer.errors), route
            body = dict.fromkeys(sorted(names - known)[:40], 1)
            answer = robot.send(method.lower(), path, body)
            assert answer.status_code in {400, 403, 404}, (route, answer.content[:200])
            tried += 1
    assert tried > 15
    assert (list(Conversation.objects.values()), list(Customer.objects.values())) == before


def test_a_message_is_posted_once(robot: Program, talk: Conversation) -> None:
    place = f"conversations/{talk.pk}/messages/"
    first = robot.post(place, {"body": "Hi"}, **{KEY: "one"})
    again = robot.post(place, {"body": "Hi"}, **{KEY: "one"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert Message.objects.filter(direction="out").count() == 1
    problem(robot.post(place, {"body": "Bye"}, **{KEY: "one"}), 409)
    problem(robot.post(f"conversations/{talk.pk}/read/", {"seq": 1}, **{KEY: "one"}), 409)
    assert robot.post(place, {"body": "Hi"}, **{KEY: "two"}).status_code == 201


def test_what_was_refused_is_not_remembered(robot: Program, talk: Conversation) -> None:
    place = f"conversations/{talk.pk}/messages/"
    problem(robot.post(place, {"body": ""}, **{KEY: "one"}), 400)
    assert not IdempotencyKey.objects.exists()
    assert robot.post(place, {"body": "Hi"}, **{KEY: "one"}).status_code == 201
    for key in ("", "x" * 201, "\x7f"):
        problem(robot.post(place, {"body": "Hi"}, **{KEY: key}), 400, KEY)
    IdempotencyKey.objects.update(created_at="2001-01-01T00:00:00Z")
    assert tokens.keep() == 1


def test_a_key_is_its_callers_own(desk: Desk, robot: Program, talk: Conversation) -> None:
    place = f"conversations/{talk.pk}/messages/"
    other = program(desk.supervisor)
    ids = {one.post(place, {"body": "Hi"}, **{KEY: "one"}).json()["id"] for one in (robot, other)}
    assert len(ids) == 2


def test_what_changed_meanwhile_is_not_overwritten(robot: Program, talk: Conversation) -> None:
    read = robot.get(f"conversations/{talk.pk}/")
    mark = read["ETag"]
    same = robot.get(f"conversations/{talk.pk}/", **{"If-None-Match": mark})
    assert (same.status_code, same.content) == (304, b"")
    place = f"conversations/{talk.pk}/tags/"
    changed = robot.post(f"conversations/{talk.pk}/assign/", {"agent": None}, **{"If-Match": mark})
    assert changed.status_code == 200
    robot.post(f"conversations/{talk.pk}/messages/", {"body": "Hi"})
    problem(robot.post(place, {"add": []}, **{"If-Match": mark}), 412)
    assert robot.post(place, {"add": []}, **{"If-Match": "*"}).status_code == 200
    person = f"customers/{talk.customer_id}/"
    mark = robot.get(person)["ETag"]
    saved = robot.send("patch", person, {"city": "Leeds"}, **{"If-Match": mark})
    assert saved.status_code == 200
    problem(robot.send("patch", person, {"city": "York"}, **{"If-Match": mark}), 412)
    assert Customer.objects.get(pk=talk.customer_id).city == "Leeds"
    fresh = {"If-Match": saved["ETag"]}
    assert robot.send("patch", person, {"city": "York"}, **fresh).status_code == 200


def test_a_minute_has_so_many_requests(robot: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "PER_MINUTE", 3)
    left = [robot.get("me/")["RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    refused = robot.get("me/")
    problem(refused, 429)
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["RateLimit-Remaining"] == "0"


def test_without_valkey_each_process_counts(
    robot: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down() -> Any:
        raise NoRedisError

    monkeypatch.setattr(quick_redis, "client", down)
    monkeypatch.setattr(allowance, "PER_MINUTE", 2)
    monkeypatch.setattr(minutes, "_here", {})
    codes = [robot.get("me/").status_code for _ in range(3)]
    assert codes == [200, 200, 429]


BODIES = {
    "[" * 40 + "]" * 40: (),
    '{"body": ' + '{"a":' * 32 + "1" + "}" * 33: (),
    "{": (),
    '{"body": "\\ud800"}': (),
    '{"body": "a\\u0000b"}': ("body",),
    '{"card": {"a": ["\\u0000"]}, "body": "x"}': ("card",),
    '{"body": "x", "letter": {"cc": [1, {}]}}': ("letter.cc.1",),
    "[]": ("",),
    "null": ("",),
}


@pytest.mark.parametrize(("body", "fields"), BODIES.items(), ids=range(len(BODIES)))
def test_strange_bodies(
    robot: Program, talk: Conversation, body: str, fields: tuple[str, ...]
) -> None:
    problem(robot.post(f"conversations/{talk.pk}/messages/", body), 400, *fields)


def test_refusals_have_one_form(robot: Program, talk: Conversation) -> None:
    problem(robot.get("conversations/999999/"), 404)
    problem(robot.get("customers/0/"), 404)
    problem(robot.send("delete", "me/"), 405)
    problem(robot.get("me/", Accept="image/png"), 406)
    problem(robot.client.post("/api/v1/presence/", "x", content_type="text/plain"), 415)
    problem(robot.get("search/?q=tom&cursor=x"), 400, "cursor")
    problem(robot.get(f"customers/{talk.customer_id}/timeline/?cursor=x"), 400, "cursor")
    problem(Client().get("/api/v1/me/"), 403)
    problem(robot.post(f"conversations/{talk.pk}/state/", {"state": "closed"}), 409)
    problem(robot.post(f"conversations/{talk.pk}/state/", {"state": "resolved"}), 400, "reason")


def test_the_pages_keep_their_own_form(desk: Desk, talk: Conversation) -> None:
    client = Client()
    client.force_login(desk.agent)
    answer = client.post(f"/api/v1/conversations/{talk.pk}/assign/", {}, "application/json")
    assert (answer.status_code, list(answer.json())) == (400, ["agent"])


def test_the_document_tells_every_operation() -> None:
    told = document()
    assert told["openapi"] == "3.1.0"
    assert len(
        {one["operationId"] for path in told["paths"].values() for one in path.values()}
    ) == sum(len(one) for one in product.routes().values())
    assert "preferences" not in str(list(told["paths"]))
    for path in told["paths"].values():
        for method, one in path.items():
            body = one.get("requestBody", {}).get("content", {}).get("application/json")
            if body is not None:
                assert body["examples"], (method, one["operationId"])
            assert one["description"]
    assert told["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_every_route_is_there_for_its_methods() -> None:
    from django.urls import resolve

    for route, methods in product.routes().items():
        path = "/" + route.replace("<uuid:pk>", str(uuid.uuid4()))
        for kind in ("pk", "item", "identity", "consent", "merge", "other", "macro"):
            path = path.replace(f"<int:{kind}>", "1")
        view = resolve(path)
        assert view.route == route
        for method in methods:
            assert hasattr(view.func.cls, method.lower()), (route, method)  # type: ignore[attr-defined]


def test_nouns(desk: Desk, robot: Program) -> None:
    def found(noun: str) -> list[Any]:
        rows: list[Any] = robot.get(f"{noun}/").json()["results"]
        return [row["id"] for row in rows]

    assert found("inboxes") == [desk.inbox.pk]
    assert found("teams") == [desk.mine.pk]
    assert set(found("agents")) == {desk.agent.pk, desk.supervisor.pk}
    assert found("queues") == []
    assert "secrets" not in robot.get("inboxes/").content.decode()
    chief = program(desk.supervisor)
    report = chief.get("reports/promises/?days=7").json()
    assert set(report) == {"since", "until", "channels"}
    problem(chief.get("reports/promises/?days=93"), 400, "days")
    problem(robot.get("reports/promises/"), 403)


@pytest.mark.django_db(transaction=True)
def test_a_file_comes_and_goes(desk: Desk, robot: Program, talk: Conversation) -> None:
    def upload(name: str) -> Any:
        file = SimpleUploadedFile(name, b"the plan")
        return robot.client.post("/api/v1/attachments/", {"file": file}, headers={KEY: "f"})

    stored = upload("plan.txt").json()
    assert upload("plan.txt").json() == stored
    problem(upload("other.txt"), 409)
    sent = {"body": "Look", "attachments": [stored["id"]]}
    robot.post(f"conversations/{talk.pk}/messages/", sent)
    answer = robot.get(f"attachments/{stored['id']}/", Accept="image/png")
    assert b"".join(answer.streaming_content) == b"the plan"
    answer.close()
    problem(program(desk.stranger).get(f"attachments/{stored['id']}/"), 404)
    problem(program(desk.agent, ["contacts:read"]).get(f"attachments/{stored['id']}/"), 403)


def test_a_list_is_so_many_statements(
    desk: Desk, robot: Program, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Token, its use, the inboxes, and one page: whatever its length."""
    for _ in range(5):
        factories.conversation(desk.inbox)
    robot.get("me/")
    with django_assert_max_num_queries(3):
        assert len(robot.get("conversations/").json()["results"]) == 5
