"""Queries whose SQL is kept: they find what the ORM finds, and are not written again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import F
from django.db.models.sql.compiler import SQLCompiler

from helpdesk import kept
from helpdesk.models import Conversation, Draft, Message
from helpdesk.realtime import payloads
from helpdesk.selectors import inbox, opening, thread
from helpdesk.services import messages
from tests import factories
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db(transaction=True)
BLANK = kept.STAND_INS


def test_each_question_gets_its_own_answer(desk: Desk) -> None:
    one, other = factories.conversation(desk.inbox, "a"), factories.conversation(desk.inbox, "b")
    newest = kept.Kept(
        Message.objects.filter(conversation=BLANK["conversation"])
        .select_related("inbox", "author")
        .prefetch_related("attachments")
        .order_by("-seq")
    )
    messages.reply(one.pk, by=desk.agent, body="Ours")
    assert [each.body for each in newest.ask(conversation=one.pk)][:1] == ["Ours"]
    assert {each.conversation_id for each in newest.ask(conversation=other.pk)} == {other.pk}
    [first, *_rest] = newest.ask(conversation=one.pk)
    assert (first.author, first.inbox, list(first.attachments.all())) == (
        desk.agent,
        desk.inbox,
        [],
    )


def test_a_kept_query_is_not_written_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    made = factories.conversation(desk.inbox)
    found = kept.Kept(Conversation.objects.filter(pk=BLANK["conversation"]))
    before = found.ask(conversation=made.pk)

    def write(*_args: Any, **_options: Any) -> None:
        pytest.fail("the ORM wrote it again")

    monkeypatch.setattr(SQLCompiler, "as_sql", write)
    assert found.ask(conversation=made.pk) == before == [made]


def test_what_is_missing_or_bent_is_refused() -> None:
    with pytest.raises(KeyError):
        kept.Kept(Conversation.objects.filter(pk=BLANK["conversation"])).ask()
    later = BLANK["now"] + timedelta(days=3)
    with pytest.raises(ValueError, match="stand-in"):
        kept.Kept(Conversation.objects.filter(last_message_at__gt=later))
    with pytest.raises(ValueError, match="stand-in"):
        kept.Together({"one": Draft.objects.filter(version=BLANK["agent"] + 20)})


def test_many_in_one_trip_with_their_types(desk: Desk) -> None:
    talk = factories.conversation(desk.inbox)
    draft = Draft.objects.create(
        agent=desk.agent,
        conversation=talk,
        text="Hm",
        version=1,
        mode="reply",
        updated_at=datetime.now(UTC),
        to=[3],
    )
    trip = kept.Together(
        {
            "drafts": Draft.objects.filter(agent=BLANK["agent"]).values(),
            "talks": Conversation.objects.filter(kept.among("inbox_id", BLANK["inboxes"]))
            .annotate(number=F("pk"))
            .values("number"),
        }
    )
    found = trip.ask(agent=desk.agent.pk, inboxes=[desk.inbox.pk])
    [made] = [kept.made(Draft, one) for one in found["drafts"]]
    assert payloads.draft(made, []) == payloads.draft(Draft.objects.get(pk=draft.pk), [])
    assert found["talks"] == [{"number": talk.pk}]
    assert trip.ask(agent=desk.stranger.pk, inboxes=[]) == {"drafts": [], "talks": []}


def test_among_nothing_is_nothing(desk: Desk) -> None:
    factories.conversation(desk.inbox)
    assert list(Conversation.objects.filter(kept.among("inbox_id", []))) == []


@pytest.mark.parametrize("view", inbox.VIEWS)
def test_a_view_finds_and_counts_what_its_filter_finds(desk: Desk, view: str) -> None:
    for number in range(4):
        factories.conversation(desk.inbox, f"person-{number}")
    talks = list(Conversation.objects.order_by("pk"))
    Conversation.objects.filter(pk=talks[0].pk).update(assignee=desk.agent)
    past = datetime.now(UTC) - timedelta(minutes=1)
    Conversation.objects.filter(pk=talks[1].pk).update(late_from=past)
    Conversation.objects.filter(pk=talks[2].pk).update(state="resolved")
    Conversation.objects.filter(pk=talks[3].pk).update(
        state="snoozed", due_at=datetime.now(UTC) + timedelta(days=1)
    )
    wanted = list(inbox.view(desk.agent, view).order_by("-last_message_at", "-pk"))
    rows, following = inbox.rows(desk.agent, view)
    assert [row["id"] for row in rows] == [one.pk for one in wanted]
    assert rows == [payloads.row(one) for one in wanted]
    assert following is None
    if view in inbox.COUNTED:
        assert inbox.counts(desk.agent)[view] == len(wanted)
    assert inbox.rows(desk.stranger, view)[0] == []


def test_a_thread_is_nobody_elses(desk: Desk) -> None:
    made = factories.conversation(desk.inbox)
    assert thread.find(desk.agent, made.pk) == made
    for who in (desk.stranger, factories.agent(teams=[])):
        with pytest.raises(Conversation.DoesNotExist):
            thread.find(who, made.pk)
    desk.agent.is_active = False
    with pytest.raises(Conversation.DoesNotExist):
        thread.find(desk.agent, made.pk)


def test_who_opens_the_inbox_sees_his_own(desk: Desk) -> None:
    talk = factories.conversation(desk.inbox)
    Draft.objects.create(
        agent=desk.agent,
        conversation=talk,
        text="Hm",
        version=1,
        mode="reply",
        updated_at=datetime.now(UTC),
    )
    assert opening.of(desk.agent).drafts == [talk.pk]
    assert opening.of(desk.agent).inboxes == [desk.inbox.pk]
    assert opening.of(desk.stranger).drafts == []
    assert desk.inbox.pk not in opening.of(desk.stranger).inboxes
