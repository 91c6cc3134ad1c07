"""Files of drafts: with the words on the server, the agent's own, dropped when none has them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from helpdesk.adapters import InboundFile
from helpdesk.models import Attachment, Conversation, Draft, ScheduledReply
from helpdesk.realtime import publish
from helpdesk.selectors import thread
from helpdesk.services import attachments, drafts, messages
from tests import factories
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def conversation(desk: Desk) -> Conversation:
    return factories.conversation(desk.inbox)


@pytest.fixture
def client(desk: Desk) -> Client:
    made = Client()
    made.force_login(desk.agent)
    return made


def put(client: Client, conversation: Conversation, **facts: Any) -> Any:
    body = {"mode": "reply", "text": "", "base": 0, **facts}
    return client.put(f"/api/v1/conversations/{conversation.pk}/draft/", body, "application/json")


def names(desk: Desk, conversation: Conversation) -> list[list[str]]:
    found = thread.detail(desk.agent, conversation.pk)["drafts"]
    return [[file["name"] for file in one["files"]] for one in found]


def test_a_draft_has_its_files_on_every_device(
    desk: Desk, conversation: Conversation, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames: list[dict[str, Any]] = []
    monkeypatch.setattr(publish, "send", lambda _group, frame: frames.append(frame))
    plan = attachments.upload("plan.txt", b"plan", by=desk.agent)
    list_ = attachments.upload("list.txt", b"list", by=desk.agent)
    assert put(client, conversation, files=[str(list_.pk), str(plan.pk)]).status_code == 200
    assert names(desk, conversation) == [["list.txt", "plan.txt"]]
    [frame] = frames
    assert [file["id"] for file in frame["files"]] == [str(list_.pk), str(plan.pk)]
    assert frame["files"][0]["url"] == f"/attachments/{list_.pk}/"
    answer = client.get(f"/attachments/{plan.pk}/")
    assert b"".join(answer.streaming_content) == b"plan"  # type: ignore[attr-defined]


def test_other_peoples_files_and_those_that_left_are_not_in_it(
    desk: Desk, conversation: Conversation, client: Client
) -> None:
    theirs = attachments.upload("theirs.txt", b"x", by=desk.supervisor)
    sent = attachments.upload("sent.txt", b"x", by=desk.agent)
    messages.reply(conversation.pk, by=desk.agent, body="", attachments=[str(sent.pk)])
    wanted = [str(theirs.pk), str(sent.pk), str(uuid4())]
    assert put(client, conversation, text="Dear", files=wanted).status_code == 200
    assert names(desk, conversation) == [[]]
    assert Draft.objects.get().files == []


def test_a_file_that_leaves_is_in_no_draft_any_more(
    desk: Desk, conversation: Conversation, client: Client
) -> None:
    plan = attachments.upload("plan.txt", b"plan", by=desk.agent)
    put(client, conversation, text="Dear", files=[str(plan.pk)])
    messages.reply(conversation.pk, by=desk.agent, body="Here", attachments=[str(plan.pk)])
    assert names(desk, conversation) == [[]]


def test_too_many_files_are_refused(conversation: Conversation, client: Client) -> None:
    answer = put(client, conversation, files=[str(uuid4()) for _ in range(21)])
    assert answer.status_code == 400


def test_who_writes_on_an_older_version_is_shown_the_newer_files(
    desk: Desk, conversation: Conversation, client: Client
) -> None:
    plan = attachments.upload("plan.txt", b"plan", by=desk.agent)
    put(client, conversation, files=[str(plan.pk)])
    answer = put(client, conversation, text="Hello", base=1)
    assert answer.status_code == 409
    assert [file["name"] for file in answer.json()["draft"]["files"]] == ["plan.txt"]


def test_an_emptied_draft_is_forgotten(
    desk: Desk, conversation: Conversation, client: Client
) -> None:
    plan = attachments.upload("plan.txt", b"plan", by=desk.agent)
    version = put(client, conversation, files=[str(plan.pk)]).json()["version"]
    assert Draft.objects.count() == 1
    put(client, conversation, base=version)
    assert not Draft.objects.exists()


def test_reading_drafts_costs_one_query_for_all_their_files(
    desk: Desk, conversation: Conversation, django_assert_num_queries: Any
) -> None:
    from helpdesk.selectors import drafts as reading

    for mode in ("reply", "note", "ask"):
        own = [attachments.upload(f"{mode}{n}.txt", b"x", by=desk.agent) for n in range(3)]
        ids = [str(one.pk) for one in own]
        drafts.keep(conversation.pk, by=desk.agent, mode=mode, text="", base=0, files=ids)
    with django_assert_num_queries(2):
        found = reading.mine(desk.agent, conversation)
    assert sum(len(one["files"]) for one in found) == 9


def test_uploads_that_nobody_names_are_dropped(desk: Desk, conversation: Conversation) -> None:
    def old(name: str) -> Attachment:
        made = attachments.upload(name, name.encode(), by=desk.agent)
        Attachment.objects.filter(pk=made.pk).update(created_at=long_ago)
        return made

    long_ago = datetime.now(UTC) - attachments.UNUSED - timedelta(hours=1)
    fresh = attachments.upload("fresh.txt", b"x", by=desk.agent)
    lost, drafted, later, sent = old("lost"), old("drafted"), old("later"), old("sent")
    visitors = attachments.store(InboundFile("visitor.txt", b"x"))
    Attachment.objects.filter(pk=visitors.pk).update(created_at=long_ago)
    keep = {"by": desk.agent, "mode": "reply", "text": "", "base": 0}
    drafts.keep(conversation.pk, files=[str(drafted.pk)], **keep)  # type: ignore[arg-type]
    ScheduledReply.objects.create(
        conversation=conversation,
        by=desk.agent,
        attachments=[str(later.pk)],
        due_at=datetime.now(UTC) + timedelta(days=9),
    )
    messages.reply(conversation.pk, by=desk.agent, body="", attachments=[str(sent.pk)])
    storage, gone = lost.file.storage, str(lost.file.name)
    assert storage.exists(gone)

    assert attachments.drop_unused() == 2
    assert not storage.exists(gone)
    left = set(Attachment.objects.values_list("pk", flat=True))
    assert left == {fresh.pk, drafted.pk, later.pk, sent.pk}
    assert attachments.drop_unused() == 0
