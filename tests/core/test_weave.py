"""Merging conversations: nothing lost or doubled, and undone as if it had never been."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from helpdesk.events import Kind
from helpdesk.models import (
    Conversation,
    ConversationEvent,
    Draft,
    Inbox,
    Message,
    State,
    Watch,
    WorkState,
)
from helpdesk.selectors import inbox as lists
from helpdesk.selectors import thread, together
from helpdesk.services import conversations, linking, mentions, messages, papers, tasks, weaving
from helpdesk.services.weaving import WeaveError
from tests import factories
from tests.core.conftest import Desk
from tests.core.parallel import at_once
from tests.core.woven import ALICE, BOB, bodies, letter, post, strangers, talk

__all__ = ["post", "strangers"]

DAYS = timedelta(days=2)
# What tells of the merge itself: the history, and the work that ended and began anew.
HISTORY = {
    "helpdesk_auditentry",
    "helpdesk_conversationevent",
    "helpdesk_conversationmerge",
    "helpdesk_workitem",
    "helpdesk_agent",
}


def dump() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, but the places in the histories."""
    rows: dict[str, list[dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table
            cursor.execute(f"SELECT row_to_json(t)::text FROM {table} t ORDER BY 1")  # noqa: S608
            rows[table] = [json.loads(row) for (row,) in cursor.fetchall()]
    for row in rows["helpdesk_conversation"]:
        row.pop("last_seq")
    rows["helpdesk_conversation"].sort(key=lambda row: row["id"])
    for row in rows["helpdesk_timer"]:  # written anew with its promise
        row.pop("id")
    rows["helpdesk_timer"].sort(key=lambda row: json.dumps(row, sort_keys=True))
    return {table: kept for table, kept in rows.items() if table not in HISTORY}


@pytest.fixture
def two(desk: Desk, post: Inbox) -> tuple[Conversation, Conversation]:
    """One customer who wrote twice: (the second mail, the first one), each with work of ours."""
    first = talk(letter(post, ALICE, "Where is it?"))
    messages.reply(first.pk, by=desk.agent, body="On its way.")
    letter(post, ALICE, "Really?", conversation_id=first.pk)
    second = talk(letter(post, ALICE, "And the other one?"))
    messages.note(second.pk, by=desk.agent, body="Same person", paper=papers.Paper())
    tasks.promise(second.pk, by=desk.agent, text="Call")
    mentions.watch(second, by=desk.supervisor, on=True)
    Draft.objects.create(
        agent=desk.agent,
        conversation=second,
        mode="note",
        text="Half",
        version=1,
        updated_at=second.created_at,
    )
    return talk(Message.objects.get(body="And the other one?")), talk(
        Message.objects.get(body="Where is it?")
    )


class TestMerging:
    def test_both_are_read_in_one_thread_in_time_order(
        self, desk: Desk, two: tuple[Conversation, Conversation]
    ) -> None:
        source, target = two
        weaving.merge(source.pk, target.pk, by=desk.agent)
        wanted = ["Where is it?", "On its way.", "Really?", "And the other one?", "Same person"]
        assert bodies(desk.agent, target.pk) == wanted
        source.refresh_from_db()
        assert (source.state, source.merged_into_id) == (State.CLOSED, target.pk)
        assert source.waiting_since is None
        # The closed one still shows its own, and says where it went.
        shown = thread.detail(desk.agent, source.pk)
        assert [one["body"] for one in shown["messages"]] == wanted[3:]
        assert shown["row"]["merged_into"] == target.pk
        assert [(one["id"], one["how"]) for one in shown["related"]] == [
            (target.pk, ["merged_into"])
        ]

    def test_the_list_the_work_and_the_promises_follow(
        self, desk: Desk, two: tuple[Conversation, Conversation]
    ) -> None:
        source, target = two
        waited = source.waiting_since
        conversations.change_state(target.pk, State.PENDING, by=desk.agent)
        Conversation.objects.filter(pk=target.pk).update(waiting_since=None)
        weaving.merge(source.pk, target.pk, by=desk.agent)
        target.refresh_from_db()
        assert (target.state, target.waiting_since) == (State.OPEN, waited)
        assert target.unread == 2
        assert target.last_preview == "And the other one?"
        (item,) = source.work.all()
        assert (item.state, item.outcome) == (WorkState.DONE, "merged")
        assert target.work.exclude(state=WorkState.DONE).count() == 1
        assert [row["id"] for row in lists.rows(desk.agent, "all")[0]] == [target.pk]

    def test_a_letter_gives_a_chat_no_better_place_in_the_line(
        self, desk: Desk, post: Inbox
    ) -> None:
        old = talk(letter(post, ALICE, "Days ago"))
        Conversation.objects.filter(pk=old.pk).update(waiting_since=old.created_at - DAYS)
        chat = factories.conversation(desk.inbox, body="Hello?")
        weaving.merge(old.pk, chat.pk, by=desk.agent)
        since = chat.waiting_since
        chat.refresh_from_db()
        assert chat.waiting_since == since
        assert bodies(desk.agent, chat.pk) == ["Days ago", "Hello?"]

    def test_tasks_watches_and_drafts_go_along(
        self, desk: Desk, two: tuple[Conversation, Conversation]
    ) -> None:
        source, target = two
        mentions.watch(target, by=desk.supervisor, on=True)
        Draft.objects.create(
            agent=desk.agent,
            conversation=target,
            mode="reply",
            text="Mine",
            version=1,
            updated_at=target.created_at,
        )
        weaving.merge(source.pk, target.pk, by=desk.agent)
        shown = thread.detail(desk.agent, target.pk)
        assert [one["text"] for one in together.tasks(target)] == ["Call"]
        assert {one["mode"]: one["text"] for one in shown["drafts"]} == {
            "note": "Half",
            "reply": "Mine",
        }
        # Who watched both watches each still: no second row for one of them.
        assert Watch.objects.filter(conversation=target, agent=desk.supervisor).count() == 1
        assert Watch.objects.filter(conversation=source, agent=desk.supervisor).count() == 1

    def test_events_on_both(self, desk: Desk, two: tuple[Conversation, Conversation]) -> None:
        source, target = two
        row = weaving.merge(source.pk, target.pk, by=desk.agent)
        told = ConversationEvent.objects.filter(kind=Kind.MERGED).order_by("conversation")
        assert {one.conversation_id: one.payload for one in told} == {
            source.pk: {"merge": row.pk, "target": target.pk},
            target.pk: {"merge": row.pk, "source": source.pk},
        }

    def test_undone_every_row_is_as_it_was(
        self, desk: Desk, two: tuple[Conversation, Conversation]
    ) -> None:
        source, target = two
        before = dump()
        weaving.merge(source.pk, target.pk, by=desk.agent)
        merged = dump()
        assert {table for table in before if before[table] != merged[table]} >= {
            "helpdesk_conversation",
            "helpdesk_task",
            "helpdesk_watch",
            "helpdesk_draft",
        }
        # Nothing the customer ever said or got was touched.
        for table in ("helpdesk_message", "helpdesk_delivery", "helpdesk_attachment"):
            assert before[table] == merged[table]
        weaving.unmerge(source.pk, by=desk.supervisor)
        after = dump()
        for table, rows in before.items():
            assert after[table] == rows, table
        source.refresh_from_db()
        assert source.work.exclude(state=WorkState.DONE).count() == 1

    def test_refusals(
        self, desk: Desk, post: Inbox, two: tuple[Conversation, Conversation]
    ) -> None:
        source, target = two
        other = talk(letter(post, ALICE, "A third"))
        chat = factories.conversation(desk.inbox)
        with pytest.raises(WeaveError, match="into itself"):
            weaving.merge(source.pk, source.pk, by=desk.agent)
        with pytest.raises(WeaveError, match="still going on"):
            weaving.merge(chat.pk, target.pk, by=desk.agent)
        with pytest.raises(WeaveError, match="not merged"):
            weaving.unmerge(source.pk, by=desk.agent)
        weaving.merge(source.pk, target.pk, by=desk.agent)
        with pytest.raises(WeaveError, match="already"):
            weaving.merge(source.pk, other.pk, by=desk.agent)
        with pytest.raises(WeaveError, match="already"):
            weaving.merge(other.pk, source.pk, by=desk.agent)
        conversations.change_state(other.pk, State.SPAM, by=desk.agent)
        with pytest.raises(WeaveError, match="spam"):
            weaving.merge(other.pk, target.pk, by=desk.agent)
        Conversation.objects.filter(pk=other.pk).update(state=State.CLOSED)
        with pytest.raises(WeaveError, match="closed"):
            weaving.merge(target.pk, other.pk, by=desk.agent)

    def test_undone_from_the_last(
        self, desk: Desk, post: Inbox, two: tuple[Conversation, Conversation]
    ) -> None:
        source, target = two
        third = talk(letter(post, ALICE, "A third"))
        weaving.merge(source.pk, target.pk, by=desk.agent)
        weaving.merge(target.pk, third.pk, by=desk.agent)
        assert len(bodies(desk.agent, third.pk)) == 6
        with pytest.raises(WeaveError, match="since"):
            weaving.unmerge(source.pk, by=desk.agent)
        weaving.unmerge(target.pk, by=desk.agent)
        assert len(bodies(desk.agent, target.pk)) == 5
        weaving.unmerge(source.pk, by=desk.agent)
        assert bodies(desk.agent, target.pk) == ["Where is it?", "On its way.", "Really?"]


class TestApi:
    def test_both_sides_must_be_visible(
        self, desk: Desk, client: Client, strangers: tuple[Conversation, Conversation]
    ) -> None:
        bob, alice = strangers
        hidden = factories.conversation(desk.elsewhere)
        message = Message.objects.get(conversation=bob).pk
        client.force_login(desk.agent)
        at = f"/api/v1/conversations/{bob.pk}"
        away = f"/api/v1/conversations/{hidden.pk}"
        asked: list[tuple[str, dict[str, Any]]] = [
            (f"{at}/merge/", {"into": hidden.pk}),
            (f"{away}/merge/", {"into": bob.pk}),
            (f"{at}/links/", {"other": hidden.pk}),
            (f"{away}/links/", {"other": bob.pk}),
            (f"{away}/split/", {"message": str(message)}),
            (f"/api/v1/conversations/{alice.pk}/split/", {"message": str(message)}),
            (f"{away}/unmerge/", {}),
        ]
        for path, body in asked:
            got = client.post(path, body, content_type="application/json")
            assert got.status_code == 404, path
        assert client.delete(f"{at}/links/{hidden.pk}/").status_code == 404
        linking.link(bob.pk, alice.pk, by=desk.agent)
        assert client.delete(f"{at}/links/{alice.pk}/").json() == {"related": []}

    def test_a_refusal_is_told_in_words(
        self, desk: Desk, client: Client, strangers: tuple[Conversation, Conversation]
    ) -> None:
        bob, _alice = strangers
        client.force_login(desk.agent)
        path = f"/api/v1/conversations/{bob.pk}/merge/"
        got = client.post(path, {"into": bob.pk}, content_type="application/json")
        assert (got.status_code, got.json()["detail"]) == (
            409,
            "A conversation cannot be merged into itself.",
        )


@pytest.mark.django_db(transaction=True)
def test_who_writes_while_being_merged_is_read_in_the_target(
    desk: Desk, post: Inbox, strangers: tuple[Conversation, Conversation]
) -> None:
    bob, alice = strangers

    def write(who: str, body: str, to: int) -> Callable[[], object]:
        return lambda: letter(post, who, body, conversation_id=to)

    works: list[Callable[[], object]] = [lambda: weaving.merge(bob.pk, alice.pk, by=desk.agent)]
    works += [write(BOB, f"b{n}", bob.pk) for n in range(4)]
    works.append(write(ALICE, "a", alice.pk))
    at_once(works)
    said = bodies(desk.agent, alice.pk)
    assert sorted(said) == ["Alice asks", "Bob asks", "a", "b0", "b1", "b2", "b3"]
    alice.refresh_from_db()
    assert alice.unread == 7
    seqs = list(alice.events.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, alice.last_seq + 1))


@pytest.mark.django_db(transaction=True)
def test_merged_into_each_other_at_once_one_wins(
    desk: Desk, strangers: tuple[Conversation, Conversation]
) -> None:
    bob, alice = strangers

    def try_it(one: int, other: int) -> str:
        try:
            weaving.merge(one, other, by=desk.agent)
        except WeaveError:
            return "refused"
        return "merged"

    got = at_once([lambda: try_it(bob.pk, alice.pk), lambda: try_it(alice.pk, bob.pk)])
    assert sorted(got) == ["merged", "refused"]
