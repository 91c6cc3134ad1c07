"""Merged conversations go on: by the way of either, and nobody sees another's."""

from __future__ import annotations

import json
import uuid
from datetime import UTC
from typing import Any

import orjson
import pytest

from chat import sessions
from chat.models import VisitorSession
from helpdesk.models import (
    Conversation,
    Delivery,
    Inbox,
    Message,
    ScheduledReply,
    State,
    WorkState,
)
from helpdesk.permissions import visible
from helpdesk.realtime import groups, publish
from helpdesk.selectors import thread
from helpdesk.services import conversations, messages, scheduling, transcripts, weaving
from tests import factories
from tests.channel import ScriptedChannel
from tests.core.conftest import Desk
from tests.core.woven import ALICE, BOB, bodies, letter, post, strangers, talk

__all__ = ["post", "strangers"]


def visitor(desk: Desk, body: str) -> sessions.Visitor:
    """Somebody in the widget who has written once."""
    found = sessions.open_session(desk.inbox, "")
    sessions.send(found, cid=uuid.uuid4(), body=body)
    return found


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
