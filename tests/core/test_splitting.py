"""Splitting and linking conversations: the history has no gap, and nothing hidden is named."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.events import Kind
from helpdesk.models import Agent, Conversation, ConversationEvent, Inbox, Message, State
from helpdesk.selectors import thread, weave
from helpdesk.services import linking, messages, splitting, weaving
from helpdesk.services.weaving import WeaveError
from tests import factories
from tests.core.conftest import Desk
from tests.core.woven import ALICE, bodies, letter, post, strangers, talk

__all__ = ["post", "strangers"]


def related(agent: Agent, pk: int) -> list[dict[str, Any]]:
    return weave.related(agent, weave.family(thread.find(agent, pk)))


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
