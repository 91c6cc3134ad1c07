"""Merging, splitting and linking conversations: nothing lost, doubled or shown to a stranger."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

import orjson
import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from chat import sessions
from chat.models import VisitorSession
from helpdesk import inbound
from helpdesk.events import Kind
from helpdesk.models import (
    Agent,
    Conversation,
    ConversationEvent,
    Delivery,
    Draft,
    Inbox,
    Message,
    ScheduledReply,
    State,
    Watch,
    WorkState,
)
from helpdesk.permissions import visible
from helpdesk.realtime import groups, publish
from helpdesk.selectors import inbox as lists
from helpdesk.selectors import thread, together, weave
from helpdesk.services import (
    conversations,
    linking,
    mentions,
    messages,
    papers,
    scheduling,
    splitting,
    tasks,
    transcripts,
    weaving,
)
from helpdesk.services.weaving import WeaveError
from tests import factories
from tests.channel import ScriptedChannel
from tests.core.conftest import Desk
from tests.core.parallel import at_once

DAYS = timedelta(days=2)
ALICE, BOB = "alice@shop.example", "bob@shop.example"
# What tells of the merge itself: the history, and the work that ended and began anew.
HISTORY = {
    "helpdesk_auditentry",
    "helpdesk_conversationevent",
    "helpdesk_conversationmerge",
    "helpdesk_workitem",
    "helpdesk_agent",
}


@pytest.fixture
def post(desk: Desk) -> Inbox:
    """A mail inbox of the desk's own team."""
    return factories.inbox(channel="email", address="help@parley.example", teams=[desk.mine])


def letter(post: Inbox, who: str, body: str, **facts: Any) -> Message:
    """A mail that came in."""
    facts = {"external_id": f"{uuid.uuid4()}@shop.example", "verified": False, **facts}
    text = factories.inbound_message(who, body, kind="email", name=who[:3].title(), **facts)
    return inbound.receive(post, text)[0]


def talk(message: Message) -> Conversation:
    joined = Conversation.objects.select_related("customer", "inbox", "assignee")
    return joined.get(pk=message.conversation_id)


def visitor(desk: Desk, body: str) -> sessions.Visitor:
    """Somebody in the widget who has written once."""
    found = sessions.open_session(desk.inbox, "")
    sessions.send(found, cid=uuid.uuid4(), body=body)
    return found


def bodies(agent: Agent, pk: int) -> list[str]:
    return [one["body"] for one in thread.detail(agent, pk)["messages"]]


def related(agent: Agent, pk: int) -> list[dict[str, Any]]:
    return weave.related(agent, weave.family(thread.find(agent, pk)))


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


@pytest.fixture
def strangers(desk: Desk, post: Inbox) -> tuple[Conversation, Conversation]:
    """Two customers: Bob's mail is about Alice's order."""
    alice = talk(letter(post, ALICE, "Alice asks"))
    bob = talk(letter(post, BOB, "Bob asks"))
    return bob, alice


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


class TestAfterwards:
    """What comes in and goes out by the way of a merged conversation."""

    def test_a_later_mail_is_read_in_the_target(
        self, desk: Desk, post: Inbox, strangers: tuple[Conversation, Conversation]
    ) -> None:
        bob, alice = strangers
        first = Message.objects.get(body="Bob asks")
        weaving.merge(bob.pk, alice.pk, by=desk.agent)
        messages.reply(alice.pk, by=desk.agent, body="To Alice")
        by_token = letter(post, BOB, "By plus-address", conversation_id=bob.pk)
        by_id = letter(post, BOB, "By reference", references=(first.external_id,))
        assert {by_token.conversation_id, by_id.conversation_id} == {bob.pk}
        assert bodies(desk.agent, alice.pk)[-2:] == ["By plus-address", "By reference"]
        alice.refresh_from_db()
        assert (alice.unread, alice.last_preview) == (2, "By reference")
        assert alice.waiting_since is not None
        bob.refresh_from_db()
        assert (bob.state, bob.unread, bob.waiting_since) == (State.CLOSED, 0, None)
        assert Conversation.objects.count() == 2

    def test_gaps_are_filled_and_read_marks_count_them(
        self, desk: Desk, post: Inbox, strangers: tuple[Conversation, Conversation]
    ) -> None:
        bob, alice = strangers
        weaving.merge(bob.pk, alice.pk, by=desk.agent)
        alice.refresh_from_db()
        seen = alice.last_seq
        letter(post, BOB, "One", conversation_id=bob.pk)
        letter(post, BOB, "Two", conversation_id=bob.pk)
        news = thread.since(desk.agent, alice.pk, seen)
        assert [one["body"] for one in news["messages"]] == ["One", "Two"]
        assert [one["seq"] for one in news["events"]] == [seen + 1, seen + 2]
        conversations.mark_read(alice.pk, seen + 1)
        alice.refresh_from_db()
        assert alice.unread == 1
        conversations.mark_read(alice.pk, seen + 2)
        alice.refresh_from_db()
        bob.refresh_from_db()
        assert (alice.unread, bob.agent_read_seq) == (0, bob.last_seq)

    def test_older_pages_of_a_merged_thread(
        self,
        desk: Desk,
        post: Inbox,
        strangers: tuple[Conversation, Conversation],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        bob, alice = strangers
        for n in range(4):
            letter(
                post, BOB if n % 2 else ALICE, f"m{n}", conversation_id=(bob if n % 2 else alice).pk
            )
        weaving.merge(bob.pk, alice.pk, by=desk.agent)
        monkeypatch.setattr(thread, "PAGE", 2)
        conversation = thread.find(desk.agent, alice.pk)
        got: list[str] = []
        past, more = None, True
        while more:
            page, more = thread.messages(conversation, past=past)
            got = [one["body"] for one in page] + got
            past = uuid.UUID(page[0]["id"])
        assert got == ["Alice asks", "Bob asks", "m0", "m1", "m2", "m3"]

    def test_answered_by_the_way_of_either(
        self, desk: Desk, strangers: tuple[Conversation, Conversation]
    ) -> None:
        bob, alice = strangers
        weaving.merge(bob.pk, alice.pk, by=desk.agent)
        shown = thread.detail(desk.agent, alice.pk)
        assert [one["id"] for one in shown["strands"]] == [bob.pk]
        assert shown["answer_in"] == bob.pk  # who wrote last
        message, _made = messages.reply(bob.pk, by=desk.agent, body="Dear Bob", then="pending")
        assert message.conversation_id == bob.pk
        assert Delivery.objects.get(message=message).to == BOB
        alice.refresh_from_db()
        assert (alice.state, alice.waiting_since) == (State.PENDING, None)
        assert alice.assignee == desk.agent
        assert bodies(desk.agent, alice.pk)[-1] == "Dear Bob"

    def test_another_inbox_is_read_with_it_and_answered_by_its_own_people(
        self, desk: Desk, strangers: tuple[Conversation, Conversation]
    ) -> None:
        bob, alice = strangers
        weaving.merge(bob.pk, alice.pk, by=desk.agent)
        assert thread.detail(desk.agent, alice.pk)["strands"][0]["answerable"]
        Conversation.objects.filter(pk=bob.pk).update(inbox=factories.inbox())
        shown = thread.detail(desk.agent, alice.pk)
        assert [one["answerable"] for one in shown["strands"]] == [False]
        assert shown["answer_in"] == alice.pk  # though Bob wrote last
        assert "Bob asks" in bodies(desk.agent, alice.pk)

    def test_a_colleagues_answer_to_the_other_is_noticed(
        self, desk: Desk, strangers: tuple[Conversation, Conversation]
    ) -> None:
        bob, alice = strangers
        weaving.merge(bob.pk, alice.pk, by=desk.agent)
        alice.refresh_from_db()
        messages.reply(alice.pk, by=desk.supervisor, body="Done already")
        with pytest.raises(messages.AnsweredMeanwhileError):
            messages.reply(bob.pk, by=desk.agent, body="Late", seen_seq=alice.last_seq)

    def test_scheduled_replies_leave_by_their_own_way(
        self, desk: Desk, strangers: tuple[Conversation, Conversation]
    ) -> None:
        bob, alice = strangers
        due = alice.created_at.replace(year=alice.created_at.year + 1)
        row = scheduling.schedule(
            bob.pk,
            by=desk.agent,
            body="Later, Bob",
            due_at=due.replace(month=1, day=1) if due.month > 1 else due,
        )
        weaving.merge(bob.pk, alice.pk, by=desk.agent)
        shown = thread.detail(desk.agent, alice.pk)["scheduled"]
        assert [one["body"] for one in shown] == ["Later, Bob"]
        scheduling.send_now(row.pk, by=desk.agent)
        row = ScheduledReply.objects.get(pk=row.pk)
        assert (row.state, row.error) == ("sent", "")
        sent = Message.objects.get(body="Later, Bob")
        assert Delivery.objects.get(message=sent).to == BOB

    def test_what_came_since_goes_back(
        self, desk: Desk, post: Inbox, strangers: tuple[Conversation, Conversation]
    ) -> None:
        bob, alice = strangers
        messages.reply(bob.pk, by=desk.agent, body="Answered", then="resolved")
        messages.reply(alice.pk, by=desk.agent, body="Answered, too", then="pending")
        weaving.merge(bob.pk, alice.pk, by=desk.agent)
        letter(post, BOB, "Again", conversation_id=bob.pk)
        weaving.unmerge(bob.pk, by=desk.agent)
        bob.refresh_from_db()
        alice.refresh_from_db()
        assert (bob.state, bob.unread, bob.waiting_since is None) == (State.OPEN, 1, False)
        assert (alice.unread, alice.waiting_since) == (0, None)
        assert bob.work.exclude(state=WorkState.DONE).count() == 1

    def test_closed_together_a_late_mail_begins_anew(
        self, desk: Desk, post: Inbox, strangers: tuple[Conversation, Conversation]
    ) -> None:
        bob, alice = strangers
        weaving.merge(bob.pk, alice.pk, by=desk.agent)
        Conversation.objects.filter(pk=alice.pk).update(state=State.CLOSED)
        late = talk(letter(post, BOB, "Much later", conversation_id=bob.pk))
        assert (late.follow_up_of_id, late.customer_id) == (bob.pk, bob.customer_id)

    def test_texts_of_an_unthreaded_channel_find_the_thread(
        self, desk: Desk, post: Inbox, phone: Inbox
    ) -> None:
        mail = talk(letter(post, ALICE, "By mail"))
        text = factories.conversation(phone, "+4811", kind="phone")
        weaving.merge(text.pk, mail.pk, by=desk.agent)
        again = factories.conversation(phone, "+4811", "Hello?", kind="phone")
        assert again.pk == text.pk
        assert bodies(desk.agent, mail.pk)[-1] == "Hello?"

    def test_a_repeat_is_found_and_nothing_is_doubled(
        self, desk: Desk, post: Inbox, strangers: tuple[Conversation, Conversation]
    ) -> None:
        bob, alice = strangers
        weaving.merge(bob.pk, alice.pk, by=desk.agent)
        one = letter(post, BOB, "Once", conversation_id=bob.pk, external_id="x@shop.example")
        two = letter(post, BOB, "Once", conversation_id=bob.pk, external_id="x@shop.example")
        assert one.pk == two.pk
        assert bodies(desk.agent, alice.pk).count("Once") == 1


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """(group, frame) of everything that would have been pushed."""
    kept: list[tuple[str, Any]] = []

    def keep(sent: list[tuple[str, bytes]]) -> None:
        kept.extend((group, orjson.loads(text)) for group, text in sent)

    monkeypatch.setattr(publish, "_send_many", keep)
    return kept


class TestNobodySeesAnothers:
    """Two customers' conversations in one thread: each still sees only their own."""

    def _two_chats(self, desk: Desk) -> tuple[sessions.Visitor, sessions.Visitor]:
        alice, bob = visitor(desk, "Alice here"), visitor(desk, "Bob here")
        for one in (alice, bob):
            messages.reply(one.conversation_id or 0, by=desk.agent, body="Hello")
        messages.note(bob.conversation_id or 0, by=desk.agent, body="Both about one order")
        conversations.change_state(
            bob.conversation_id or 0, State.RESOLVED, by=desk.agent, reason="duplicate"
        )
        weaving.merge(bob.conversation_id or 0, alice.conversation_id or 0, by=desk.agent)
        return alice, bob

    def test_widgets(self, desk: Desk) -> None:
        alice, bob = self._two_chats(desk)
        messages.reply(alice.conversation_id or 0, by=desk.agent, body="For Alice only")
        messages.reply(bob.conversation_id or 0, by=desk.agent, body="For Bob only")
        messages.note(alice.conversation_id or 0, by=desk.agent, body="Between us")
        sessions.send(bob, cid=uuid.uuid4(), body="Bob again")
        assert bodies(desk.agent, alice.conversation_id or 0)[-1] == "Bob again"
        got = {}
        for name, one in (("alice", alice), ("bob", bob)):
            welcome = sessions.welcome(sessions.open_session(desk.inbox, one.token), 0)
            got[name] = [message["body"] for message in welcome["messages"]]
            assert "Both about" not in json.dumps(welcome)
            assert "Between us" not in json.dumps(welcome)
        assert got == {
            "alice": ["Alice here", "Hello", "For Alice only"],
            "bob": ["Bob here", "Hello", "For Bob only", "Bob again"],
        }
        seqs = [one["seq"] for one in sessions.snapshot(bob.conversation_id or 0, 0)["messages"]]
        assert seqs == [1, 2, 3, 4]

    @pytest.mark.django_db(transaction=True)
    def test_pushes(self, desk: Desk, frames: list[tuple[str, Any]]) -> None:
        alice, bob = self._two_chats(desk)
        frames.clear()
        sessions.send(bob, cid=uuid.uuid4(), body="Bob again")
        messages.reply(bob.conversation_id or 0, by=desk.agent, body="For Bob only")
        messages.note(alice.conversation_id or 0, by=desk.agent, body="Between us")
        told = {"alice": "", "bob": ""}
        for group, frame in frames:
            if group == groups.visitor(alice.conversation_id or 0):
                told["alice"] += json.dumps(frame)
            if group == groups.visitor(bob.conversation_id or 0):
                told["bob"] += json.dumps(frame)
        assert "Bob" not in told["alice"]
        assert "Bob again" in told["bob"]
        assert "For Bob only" in told["bob"]
        assert "Between us" not in told["alice"] + told["bob"]
        # One frame for the thread that agents watch, with the message in it.
        shown = [frame for _group, frame in frames if frame.get("id") == alice.conversation_id]
        assert "Bob again" in json.dumps(shown)

    def test_the_widget_goes_on_while_the_thread_does(self, desk: Desk) -> None:
        alice, bob = self._two_chats(desk)
        fresh = sessions.open_session(desk.inbox, bob.token)
        welcome = sessions.welcome(fresh, 0)
        assert (welcome["state"], welcome["service"]["ended"]) == (State.OPEN, False)
        conversations.change_state(
            alice.conversation_id or 0, State.RESOLVED, by=desk.agent, reason="solved"
        )
        assert sessions.welcome(fresh, 0)["service"]["ended"] is True
        assert VisitorSession.objects.get(pk=bob.session_id).conversation_id != (
            alice.conversation_id
        )

    def test_transcripts(self, desk: Desk, post: Inbox) -> None:
        alice, bob = self._two_chats(desk)
        sessions.send(bob, cid=uuid.uuid4(), body="Bob again")
        for one in (alice, bob):
            transcripts.send(
                one.conversation_id or 0,
                post,
                "me@shop.example",
                title="Shop",
                after=0,
                language="en",
                zone=UTC,
            )
        copies = {
            one.conversation.customer_id: one.body + one.html
            for one in Message.objects.filter(subject__startswith="Your conversation")
        }
        hers, his = (copies[one.customer_id or 0] for one in (alice, bob))
        assert "Alice here" in hers
        assert "Bob" not in hers
        assert "Bob again" in his
        assert "Alice" not in his
        assert "Both about" not in hers + his

    def test_mail_quotes_and_names_only_its_own(
        self, desk: Desk, strangers: tuple[Conversation, Conversation], channel: ScriptedChannel
    ) -> None:
        bob, alice = strangers
        weaving.merge(bob.pk, alice.pk, by=desk.agent)
        to_bob, _made = messages.reply(bob.pk, by=desk.agent, body="Dear Bob")
        to_alice, _made = messages.reply(alice.pk, by=desk.agent, body="Dear Alice")
        ids = {
            one.conversation_id: set(
                Message.objects.filter(conversation=one.conversation_id).values_list(
                    "external_id", flat=True
                )
            )
            for one in (to_bob, to_alice)
        }
        assert not {one for one in ids[bob.pk] & ids[alice.pk] if one}
        assert Delivery.objects.get(message=to_bob).to == BOB
        assert Delivery.objects.get(message=to_alice).to == ALICE

    def test_who_sees_only_the_target_sees_what_was_merged_and_no_more(
        self, desk: Desk, strangers: tuple[Conversation, Conversation]
    ) -> None:
        _bob, alice = strangers
        secret = factories.conversation(desk.elsewhere, "carl", "Carl asks")
        conversations.change_state(secret.pk, State.RESOLVED, by=desk.admin, reason="solved")
        kept = factories.conversation(desk.elsewhere, "dora", "Dora asks")
        assert not visible(desk.agent, Message).filter(body="Carl asks").exists()
        weaving.merge(secret.pk, alice.pk, by=desk.admin)
        assert visible(desk.agent, Message).filter(body="Carl asks").exists()
        assert not visible(desk.agent, Conversation).filter(pk=kept.pk).exists()
        assert not visible(desk.stranger, Message).filter(body="Alice asks").exists()


class TestSplitting:
    @pytest.fixture
    def origin(self, desk: Desk, post: Inbox) -> Conversation:
        first = talk(letter(post, ALICE, "About shoes", subject="Shoes", external_id="1@s"))
        messages.note(first.pk, by=desk.agent, body="A note")
        letter(post, ALICE, "About socks", conversation_id=first.pk, external_id="2@s")
        letter(post, ALICE, "More socks", conversation_id=first.pk, external_id="3@s")
        return talk(Message.objects.get(body="About shoes"))

    def split(self, desk: Desk, body: str, *, following: bool) -> Conversation:
        found = Message.objects.get(body=body)
        return splitting.split(found.pk, by=desk.agent, following=following)

    @pytest.mark.parametrize(("following", "went"), [(True, 2), (False, 1)])
    def test_the_message_and_those_after_it(
        self, desk: Desk, origin: Conversation, following: bool, went: int
    ) -> None:
        made = self.split(desk, "About socks", following=following)
        assert bodies(desk.agent, made.pk) == ["About socks", "More socks"][:went]
        assert len(bodies(desk.agent, origin.pk)) == 4 - went
        made.refresh_from_db()
        assert (made.customer_id, made.inbox_id) == (origin.customer_id, origin.inbox_id)
        assert made.split_from_id == origin.pk
        assert made.unread == went
        assert made.waiting_since == Message.objects.get(body="About socks").created_at
        origin.refresh_from_db()
        assert origin.unread == 3 - went
        told = ConversationEvent.objects.filter(kind=Kind.SPLIT)
        assert {one.conversation_id for one in told} == {made.pk, origin.pk}

    def test_the_new_history_has_no_gap(self, desk: Desk, origin: Conversation) -> None:
        made = self.split(desk, "A note", following=True)
        rows = list(made.events.order_by("seq").values_list("seq", flat=True))
        assert rows == list(range(1, made.last_seq + 1))
        said = list(Message.objects.filter(conversation=made).order_by("seq"))
        assert [one.public_seq for one in said] == [None, 1, 2]
        assert {one.seq for one in said} <= set(rows)
        news = thread.since(desk.agent, made.pk, 0)
        assert len(news["messages"]) == 3

    def test_later_answers_find_the_message_they_answer(
        self, desk: Desk, post: Inbox, origin: Conversation
    ) -> None:
        made = self.split(desk, "About socks", following=True)
        again = letter(post, ALICE, "Socks again", references=("3@s", "1@s"))
        named = letter(
            post, ALICE, "Socks, by address", conversation_id=origin.pk, references=("3@s",)
        )
        shoes = letter(post, ALICE, "Shoes again", conversation_id=origin.pk, references=("1@s",))
        assert {again.conversation_id, named.conversation_id} == {made.pk}
        assert shoes.conversation_id == origin.pk

    def test_refusals(self, desk: Desk, post: Inbox, origin: Conversation) -> None:
        with pytest.raises(WeaveError, match="Nothing would be left"):
            self.split(desk, "About shoes", following=True)
        with pytest.raises(WeaveError, match="not a note"):
            self.split(desk, "A note", following=False)
        messages.reply(origin.pk, by=desk.agent, body="Soon")
        with pytest.raises(WeaveError, match="on its way"):
            self.split(desk, "More socks", following=True)
        chat = factories.conversation(desk.inbox, body="In the widget")
        factories.conversation(desk.inbox, body="x")
        with pytest.raises(WeaveError, match="one window"):
            self.split(desk, "In the widget", following=False)
        other = talk(letter(post, ALICE, "Another"))
        weaving.merge(other.pk, origin.pk, by=desk.agent)
        with pytest.raises(WeaveError, match="Undo the merge"):
            self.split(desk, "Another", following=False)
        assert chat.pk

    def test_merged_back_it_is_one_thread_again(self, desk: Desk, origin: Conversation) -> None:
        whole = bodies(desk.agent, origin.pk)
        made = self.split(desk, "About socks", following=True)
        weaving.merge(made.pk, origin.pk, by=desk.agent)
        assert bodies(desk.agent, origin.pk) == whole


class TestLinking:
    def test_linked_both_ways_and_removed(
        self, desk: Desk, strangers: tuple[Conversation, Conversation]
    ) -> None:
        bob, alice = strangers
        assert linking.link(bob.pk, alice.pk, by=desk.agent)
        assert not linking.link(alice.pk, bob.pk, by=desk.agent)
        for one, other in ((bob, alice), (alice, bob)):
            (shown,) = related(desk.agent, one.pk)
            assert (shown["id"], shown["how"]) == (other.pk, ["linked"])
            assert shown["state"] == State.NEW
        assert linking.unlink(alice.pk, bob.pk, by=desk.agent)
        assert not linking.unlink(alice.pk, bob.pk, by=desk.agent)
        assert related(desk.agent, bob.pk) == []

    def test_a_linked_one_elsewhere_is_not_named(
        self, desk: Desk, strangers: tuple[Conversation, Conversation]
    ) -> None:
        bob, _alice = strangers
        hidden = factories.conversation(desk.elsewhere)
        linking.link(bob.pk, hidden.pk, by=desk.admin)
        assert related(desk.agent, bob.pk) == []
        assert related(desk.admin, bob.pk)

    def test_the_customers_own_come_first_and_numbers_are_found(
        self, desk: Desk, post: Inbox, strangers: tuple[Conversation, Conversation]
    ) -> None:
        bob, alice = strangers
        second = talk(letter(post, ALICE, "Something else"))
        hidden = factories.conversation(desk.elsewhere)
        here = thread.find(desk.agent, alice.pk)
        assert [one["id"] for one in weave.near(desk.agent, here)] == [second.pk]
        assert [one["id"] for one in weave.near(desk.agent, here, f"#{bob.pk}")] == [bob.pk]
        assert weave.near(desk.agent, here, str(hidden.pk)) == []
        assert [one["id"] for one in weave.near(desk.agent, here, "Bob asks")] == [bob.pk]


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
