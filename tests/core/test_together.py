"""Working together on one conversation: papers, mentions, answers meanwhile, supervisors, tasks."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from helpdesk import sweeping
from helpdesk.models import (
    Agent,
    Conversation,
    ConversationEvent,
    Delivery,
    Inbox,
    Mention,
    Message,
    Presence,
    Role,
    Task,
    TeamMembership,
    Visibility,
    Watch,
)
from helpdesk.realtime import publish
from helpdesk.selectors import together
from helpdesk.services import assignments, conversations, mentions, messages, supervising, tasks
from helpdesk.services.papers import ASK, MOST, WHISPER, Paper, PaperError
from tests import factories
from tests.core.conftest import Desk

Commit = DjangoCaptureOnCommitCallbacks


@pytest.fixture
def jonas(desk: Desk) -> Agent:
    return factories.agent(teams=[desk.mine], first_name="Jonas")


@pytest.fixture
def talk(desk: Desk) -> Conversation:
    return factories.conversation(desk.inbox)


@pytest.fixture
def pushed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """(group, frame) of every single push; the wire itself is tested in tests/realtime."""
    sent: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(publish, "send", lambda group, frame: sent.append((group, frame)))
    return sent


def ask(talk: Conversation, by: Agent, *to: Agent, **facts: Any) -> Message:
    paper = Paper(ASK, [one.pk for one in to], **facts)
    return messages.note(talk.pk, by=by, body="May I refund it?", paper=paper)[0]


def signed_in(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def post(agent: Agent, path: str, **body: Any) -> Any:
    with transaction.atomic():  # what is refused is rolled back, and only that
        return signed_in(agent).post(f"/api/v1/{path}", body, content_type="application/json")


def test_who_is_named_has_a_mention_and_hears_of_it_after_commit(
    desk: Desk,
    jonas: Agent,
    talk: Conversation,
    pushed: list[tuple[str, dict[str, Any]]],
    django_capture_on_commit_callbacks: Commit,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        paper = Paper(mentions=[jonas.pk, jonas.pk, desk.agent.pk])
        made, _created = messages.note(talk.pk, by=desk.agent, body="@Jonas look", paper=paper)
        assert pushed == []
    assert list(Mention.objects.values_list("agent", "message", "read_at")) == [
        (jonas.pk, made.pk, None)
    ]
    ((group, frame),) = pushed
    assert group == f"agent.{jonas.pk}"
    assert (frame["type"], frame["conversation"], frame["paper"]) == ("mention", talk.pk, "note")
    assert (frame["by"]["name"], frame["preview"]) == ("Marta", "@Jonas look")


def test_a_resend_names_nobody_twice(desk: Desk, jonas: Agent, talk: Conversation) -> None:
    key = uuid.uuid4()
    for _time in range(2):
        messages.note(
            talk.pk, by=desk.agent, body="x", client_id=key, paper=Paper(mentions=[jonas.pk])
        )
    assert Mention.objects.count() == 1


def test_an_ask_is_answered_back_to_who_asked(desk: Desk, jonas: Agent, talk: Conversation) -> None:
    asked = ask(talk, desk.agent, jonas)
    answer = ask(talk, jonas, re=asked.pk)
    assert (asked.meta, asked.visibility) == (
        {"paper": "ask", "to": [jonas.pk]},
        Visibility.INTERNAL,
    )
    assert answer.meta == {"paper": "ask", "to": [desk.agent.pk], "re": str(asked.pk)}
    deeper = ask(talk, desk.agent, re=answer.pk)
    assert deeper.meta == {"paper": "ask", "to": [jonas.pk], "re": str(asked.pk)}
    told = Mention.objects.order_by("message").values_list("agent", flat=True)
    assert list(told) == [jonas.pk, desk.agent.pk, jonas.pk]


@pytest.mark.parametrize("here", [True, False])
def test_help_is_asked_of_a_supervisor_of_the_inbox(
    desk: Desk, talk: Conversation, *, here: bool
) -> None:
    away = factories.agent(teams=[desk.mine], role=Role.SUPERVISOR)
    factories.agent(teams=[desk.others], role=Role.SUPERVISOR, presence=Presence.ONLINE)
    if here:
        Agent.objects.filter(pk=desk.supervisor.pk).update(presence=Presence.ONLINE)
    asked = ask(talk, desk.agent, help=True)
    both = sorted([desk.supervisor.pk, away.pk])
    assert asked.meta["to"] == ([desk.supervisor.pk] if here else both)


def test_help_comes_from_an_administrator_where_there_is_no_supervisor(
    desk: Desk, talk: Conversation
) -> None:
    TeamMembership.objects.filter(agent=desk.supervisor).delete()
    assert ask(talk, desk.agent, help=True).meta["to"] == [desk.admin.pk]


@pytest.mark.parametrize("name", ["to", "mentions"])
def test_only_who_may_see_the_inbox_can_be_asked_or_named(
    desk: Desk, talk: Conversation, name: str
) -> None:
    answer = post(
        desk.agent,
        f"conversations/{talk.pk}/messages/",
        **{"internal": True, "body": "x", "paper": "ask", name: [desk.stranger.pk]},
    )
    assert (answer.status_code, list(answer.json())) == (400, [name])
    assert not Message.objects.filter(visibility=Visibility.INTERNAL).exists()
    assert not Mention.objects.exists()


def test_an_ask_of_nobody_and_one_of_too_many_are_refused(desk: Desk, talk: Conversation) -> None:
    with pytest.raises(PaperError, match="whom"), transaction.atomic():
        ask(talk, desk.agent)
    with pytest.raises(PaperError, match="whom"), transaction.atomic():
        ask(talk, desk.agent, desk.agent)
    crowd = [factories.agent(teams=[desk.mine]) for _ in range(MOST + 1)]
    with pytest.raises(PaperError, match="At most 20"), transaction.atomic():
        ask(talk, desk.agent, *crowd)


def test_an_answer_needs_its_question_in_this_conversation(
    desk: Desk, jonas: Agent, talk: Conversation
) -> None:
    elsewhere = ask(factories.conversation(desk.inbox), desk.agent, jonas)
    note, _created = messages.note(talk.pk, by=desk.agent, body="no question")
    for wrong in (elsewhere.pk, note.pk, uuid.uuid4()):
        with pytest.raises(PaperError) as refused, transaction.atomic():
            ask(talk, jonas, re=wrong)
        assert refused.value.field == "re"


def test_only_a_supervisor_whispers_and_the_owner_hears_it(desk: Desk, talk: Conversation) -> None:
    assignments.assign(talk.pk, desk.agent, by=desk.agent)
    with pytest.raises(PermissionDenied):
        messages.note(talk.pk, by=desk.agent, body="x", paper=Paper(WHISPER))
    path = f"conversations/{talk.pk}/messages/"
    said = {"internal": True, "body": "Offer €15", "paper": "whisper"}
    assert post(desk.agent, path, **said).status_code == 403
    answer = post(desk.supervisor, path, **said)
    assert (answer.status_code, answer.json()["paper"]) == (201, "whisper")
    assert Mention.objects.get().agent == desk.agent
    assert not Delivery.objects.exists()


def test_opening_the_conversation_reads_its_mentions_only(
    desk: Desk,
    jonas: Agent,
    talk: Conversation,
    pushed: list[tuple[str, dict[str, Any]]],
    django_capture_on_commit_callbacks: Commit,
) -> None:
    other = factories.conversation(desk.inbox)
    for one in (talk, other):
        ask(one, desk.agent, jonas, desk.supervisor)
    pushed.clear()
    with django_capture_on_commit_callbacks(execute=True):
        assert post(jonas, f"conversations/{talk.pk}/read/", seq=99).status_code == 204
    read = {"type": "mentions_read", "conversation": talk.pk}
    assert (f"agent.{jonas.pk}", read) in pushed
    unread = Mention.objects.filter(read_at__isnull=True)
    assert set(unread.values_list("agent", "message__conversation")) == {
        (jonas.pk, other.pk),
        (desk.supervisor.pk, talk.pk),
        (desk.supervisor.pk, other.pk),
    }
    assert mentions.read(talk.pk, by=jonas) == 0


def test_what_waits_for_me_is_read_in_four_queries(
    desk: Desk,
    jonas: Agent,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _number in range(3):
        talk = factories.conversation(desk.inbox)
        ask(talk, desk.agent, jonas)
        mentions.watch(talk, by=jonas, on=True)
        tasks.promise(
            talk.pk, by=jonas, text="Call", due_at=datetime.now(UTC) - timedelta(minutes=1)
        )
    foreign = factories.conversation(desk.elsewhere)
    mentions.watch(foreign, by=jonas, on=True)  # he may not see it any more
    with django_assert_num_queries(4):
        found = together.for_me(jonas)
    assert [len(found[name]) for name in ("mentions", "tasks", "watching")] == [3, 3, 3]
    assert found["mentions"][0]["by"]["name"] == "Marta"
    assert found["mentions"][0]["paper"] == "ask"


def reply(agent: Agent, talk: Conversation, **facts: Any) -> Any:
    return post(agent, f"conversations/{talk.pk}/messages/", body="Yes, you may", **facts)


def test_an_answer_to_what_a_colleague_has_answered_needs_a_second_press(
    desk: Desk, jonas: Agent, talk: Conversation
) -> None:
    seen = Conversation.objects.get(pk=talk.pk).last_seq
    assert reply(jonas, talk, seen_seq=seen).status_code == 201
    key = str(uuid.uuid4())
    refused = reply(desk.agent, talk, seen_seq=seen, client_id=key)
    assert (refused.status_code, refused.json()["code"]) == (409, "answered_meanwhile")
    (first,) = refused.json()["messages"]
    assert (first["author"]["name"], first["body"]) == ("Jonas", "Yes, you may")
    assert Message.objects.filter(direction="out").count() == 1
    forced = reply(desk.agent, talk, seen_seq=seen, client_id=key, force=True)
    again = reply(desk.agent, talk, seen_seq=seen, client_id=key)
    assert (forced.status_code, again.status_code) == (201, 200)
    assert Message.objects.filter(direction="out").count() == 2


def test_what_is_no_answer_of_a_colleague_hinders_nobody(
    desk: Desk, jonas: Agent, talk: Conversation
) -> None:
    seen = Conversation.objects.get(pk=talk.pk).last_seq
    messages.note(talk.pk, by=jonas, body="a note")
    assert reply(desk.agent, talk, seen_seq=seen).status_code == 201
    assert reply(desk.agent, talk, seen_seq=seen).status_code == 201, "his own answer"
    supervising.join(talk.pk, by=desk.supervisor)
    assert reply(desk.agent, talk, seen_seq=seen).status_code == 201, "a line"
    newest = Conversation.objects.get(pk=talk.pk).last_seq
    assert reply(jonas, talk, seen_seq=newest).status_code == 201
    assert reply(desk.agent, talk).status_code == 201, "a program that does not ask"


def test_a_supervisor_joins_once_and_the_customer_is_told(desk: Desk, talk: Conversation) -> None:
    assignments.assign(talk.pk, desk.agent, by=desk.agent)
    before = Conversation.objects.get(pk=talk.pk)
    for _time in range(2):
        assert post(desk.supervisor, f"conversations/{talk.pk}/join/").status_code == 200
    (line,) = Message.objects.filter(direction="out")
    name = desk.supervisor.first_name
    assert line.body == f"{name} (Supervisor) joined the conversation."
    assert line.public_seq == before.public_seq + 1
    after = Conversation.objects.get(pk=talk.pk)
    assert after.assignee == desk.agent
    unchanged = ("last_preview", "last_direction", "waiting_since", "unread", "state")
    assert [getattr(after, one) for one in unchanged] == [getattr(before, one) for one in unchanged]
    assert ConversationEvent.objects.filter(kind="joined").count() == 1


def test_in_a_letter_nobody_is_told_who_joined(desk: Desk, phone: Inbox) -> None:
    talk = factories.conversation(phone, "+48600", kind="phone")
    supervising.join(talk.pk, by=desk.supervisor)
    assert not Message.objects.filter(direction="out").exists()
    assert ConversationEvent.objects.filter(kind="joined").count() == 1


def test_nobody_joins_what_is_over(desk: Desk, talk: Conversation) -> None:
    messages.reply(talk.pk, by=desk.agent, body="Done", then="resolved")
    with pytest.raises(conversations.IllegalTransitionError), transaction.atomic():
        supervising.join(talk.pk, by=desk.supervisor)


def test_taking_over_keeps_the_reason_and_leaves_the_agent_a_reader(
    desk: Desk, talk: Conversation
) -> None:
    assignments.assign(talk.pk, desk.agent, by=desk.agent)
    path = f"conversations/{talk.pk}/takeover/"
    assert post(desk.supervisor, path, reason="").status_code == 400
    answer = post(desk.supervisor, path, reason="angry customer")
    assert answer.json()["assignee"]["id"] == desk.supervisor.pk
    assert list(Watch.objects.values_list("agent", "conversation")) == [(desk.agent.pk, talk.pk)]
    event = ConversationEvent.objects.filter(kind="assigned").latest("seq")
    assert (event.actor, event.payload["why"]) == (desk.supervisor, "angry customer")


@pytest.mark.parametrize("path", ["join/", "takeover/"])
def test_an_agent_neither_joins_nor_takes_over(desk: Desk, talk: Conversation, path: str) -> None:
    answer = post(desk.agent, f"conversations/{talk.pk}/{path}", reason="x")
    assert answer.status_code == 403
    assert not ConversationEvent.objects.filter(kind__in=("joined", "assigned")).exists()
    with pytest.raises(PermissionDenied):
        supervising.join(talk.pk, by=desk.agent)
    with pytest.raises(PermissionDenied):
        supervising.take_over(talk.pk, by=desk.agent, reason="x")


def test_watching_is_begun_and_ended_however_often(desk: Desk, talk: Conversation) -> None:
    for on in (True, True, False, False, True):
        answer = post(desk.agent, f"conversations/{talk.pk}/watch/", on=on)
        assert answer.status_code == 200
        assert Watch.objects.filter(agent=desk.agent).count() == int(on)


def test_a_task_is_kept_changed_and_done(desk: Desk, jonas: Agent, talk: Conversation) -> None:
    path = f"conversations/{talk.pk}/tasks/"
    made = post(desk.agent, path, text=" Answer\non the claim ", assignee=jonas.pk).json()
    assert (made["text"], made["assignee"]["name"]) == ("Answer on the claim", "Jonas")
    done = post(jonas, f"tasks/{made['id']}/", done=True).json()
    assert done["done_at"]
    (shown,) = signed_in(desk.agent).get(f"/api/v1/conversations/{talk.pk}/tasks/").json()["tasks"]
    assert shown == done
    back = post(jonas, f"tasks/{made['id']}/", done=False, assignee=None).json()
    assert (back["done_at"], back["assignee"]) == (None, None)
    kinds = ConversationEvent.objects.filter(kind="task_changed").order_by("seq")
    assert [one.payload["what"] for one in kinds] == ["added", "done", "reopened"]
    assert all(set(one.payload) == {"task", "what"} for one in kinds)


@pytest.mark.parametrize(
    ("body", "wrong"),
    [({"text": " \n"}, "text"), ({"text": "x", "assignee": "stranger"}, "assignee")],
)
def test_a_task_says_what_and_belongs_to_one_who_sees_it(
    desk: Desk, talk: Conversation, body: dict[str, Any], wrong: str
) -> None:
    if "assignee" in body:
        body = {**body, "assignee": desk.stranger.pk}
    answer = post(desk.agent, f"conversations/{talk.pk}/tasks/", **body)
    assert (answer.status_code, list(answer.json())) == (400, [wrong])
    assert not Task.objects.exists()


def test_a_foreign_task_is_not_found(desk: Desk) -> None:
    foreign = factories.conversation(desk.elsewhere)
    task = tasks.promise(foreign.pk, by=desk.stranger, text="theirs")
    assert post(desk.agent, f"tasks/{task.pk}/", done=True).status_code == 404
    assert post(desk.stranger, f"tasks/{task.pk}/", done=True).status_code == 200


def test_a_due_task_is_told_once_and_again_when_it_was_moved(
    desk: Desk,
    jonas: Agent,
    talk: Conversation,
    pushed: list[tuple[str, dict[str, Any]]],
    django_capture_on_commit_callbacks: Commit,
) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    later = datetime.now(UTC) + timedelta(hours=1)
    task = tasks.promise(talk.pk, by=desk.agent, text="Call", due_at=past, assignee=jonas.pk)
    tasks.promise(talk.pk, by=desk.agent, text="Not yet", due_at=later)
    finished = tasks.promise(talk.pk, by=desk.agent, text="Done", due_at=past)
    tasks.change(finished.pk, by=desk.agent, done=True)
    pushed.clear()
    with django_capture_on_commit_callbacks(execute=True):
        sweeping.tick()
        sweeping.tick()
    told = [(group, frame["text"]) for group, frame in pushed if frame["type"] == "task"]
    assert told == [(f"agent.{jonas.pk}", "Call")]
    tasks.change(task.pk, by=jonas, due_at=past - timedelta(hours=1))
    assert tasks.remind_due() == 1
    assert tasks.remind_due() == 0
