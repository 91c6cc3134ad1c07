"""The stream of events: nothing missed, nothing twice, nothing that is not for its reader."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from helpdesk.api.views import events as views
from helpdesk.events import Kind, locked, record
from helpdesk.models import ApiToken, Conversation, ConversationEvent
from helpdesk.selectors import stream
from helpdesk.services import messages, tokens
from tests import factories
from tests.api.conftest import Program
from tests.api.test_product import problem
from tests.core.conftest import Desk


def test_from_the_beginning_and_from_now_on(desk: Desk, robot: Program, talk: Conversation) -> None:
    factories.conversation(desk.elsewhere)
    whole = robot.get("events/?after=0").json()
    assert {one["conversation"] for one in whole["events"]} == {talk.pk}
    received = next(one for one in whole["events"] if one["type"] == "message_received")
    assert received["message"]["body"] == "Hello"
    now = robot.get("events/").json()
    assert now["events"] == []
    messages.reply(talk.pk, by=desk.agent, body="Hi")
    later = robot.get(f"events/?after={now['next']}").json()
    assert [one["type"] for one in later["events"]].count("message_sent") == 1
    only = robot.get(f"events/?after={now['next']}&types=message_sent").json()
    assert [one["message"]["body"] for one in only["events"]] == ["Hi"]
    assert only["next"] == later["next"]


def test_pages_join_without_a_gap(
    desk: Desk, robot: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "PAGE", 3)
    for _ in range(5):
        factories.conversation(desk.inbox)
    seen, after = [], "0"
    while True:
        page = robot.get(f"events/?after={after}").json()
        seen += [one["id"] for one in page["events"]]
        if not page["events"]:
            break
        after = page["next"]
    assert seen == sorted(ConversationEvent.objects.values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("query", "field"),
    [("after=x", "after"), ("after=-1", "after"), ("wait=26", "wait"), ("types=x", "types")],
)
def test_wrong_questions(robot: Program, query: str, field: str) -> None:
    problem(robot.get(f"events/?{query}"), 400, field)


@pytest.fixture
def slow(desk: Desk) -> Iterator[tuple[threading.Event, threading.Event, int]]:
    """Another connection records an event, and commits it when it is told to."""
    made = factories.conversation(desk.inbox)
    written, go = threading.Event(), threading.Event()

    def work() -> None:
        with locked(made.pk) as conversation:
            record(conversation, Kind.STATE_CHANGED, payload={"from": "new", "to": "open"})
            written.set()
            go.wait(10)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    assert written.wait(10)
    yield written, go, made.pk
    go.set()
    thread.join(10)


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_late_is_not_missed(
    desk: Desk, slow: tuple[threading.Event, threading.Event, int], robot: Program
) -> None:
    """The slow one has the lower number: nobody reads past it, and then it comes."""
    _written, go, pk = slow
    start = int(robot.get("events/").json()["next"])
    quick = factories.conversation(desk.inbox)
    at = stream.mark()
    assert ConversationEvent.objects.filter(pk=at.event, conversation=quick).exists()
    assert not stream.is_settled(at)
    assert robot.get(f"events/?after={start}").json() == {"events": [], "next": str(start)}
    go.set()
    for _try in range(200):
        if stream.is_settled(at):
            break
        threading.Event().wait(0.01)
    found = robot.get(f"events/?after={start}").json()["events"]
    assert {one["conversation"] for one in found} == {pk, quick.pk}
    assert [one["id"] for one in found] == sorted(one["id"] for one in found)


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_another_database(desk: Desk, talk: Conversation) -> None:
    """A server may hold databases of other programs, whose transactions stay open for hours."""
    elsewhere = connection.get_connection_params() | {"dbname": "postgres"}
    names = ("dbname", "user", "password", "host", "port")
    order = {name: elsewhere[name] for name in names if elsewhere.get(name)}
    with psycopg.connect(**order) as other:
        other.execute("SELECT pg_current_xact_id()")
        with connection.cursor() as cursor:  # so that the other one is below the mark
            cursor.execute("SELECT pg_current_xact_id()")
        at = stream.mark()
        assert stream.is_settled(at)


def test_nobody_waits_for_his_own_transaction(desk: Desk, talk: Conversation) -> None:
    with transaction.atomic():
        made = factories.conversation(desk.inbox)
        assert stream.horizon(0) == ConversationEvent.objects.filter(conversation=made).last().pk  # type: ignore[union-attr]


def test_who_loses_the_right_while_he_waits_hears_no_more(
    desk: Desk, robot: Program, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SEC-24: what was withdrawn ends within five seconds, for one who waits for 25, too."""
    start = robot.get("events/").json()["next"]
    monkeypatch.setattr(views, "_EVERY", 0.01)
    monkeypatch.setattr(views, "_KNOWN_FOR", 0.0)
    real, looks = stream.read, list[int]()

    def read(*given: Any, **more: Any) -> Any:
        looks.append(1)
        if len(looks) == 2:  # while he waits
            tokens.revoke(ApiToken.objects.get(), by=desk.admin)
            messages.reply(talk.pk, by=desk.agent, body="Not for him")
            return [], given[1]
        return real(*given, **more)

    monkeypatch.setattr(stream, "read", read)
    heard = robot.get(f"events/?after={start}&wait=1").json()
    assert heard["events"] == []
    assert len(looks) == 2
