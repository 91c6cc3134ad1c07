"""What a customer does beside writing: one transaction each, an event, harmless to repeat."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from helpdesk import by_customer, inbound, outbox
from helpdesk.by_customer import RefusedError
from helpdesk.models import (
    Conversation,
    ConversationEvent,
    CustomerIdentity,
    Delivery,
    Inbox,
    Message,
    Rating,
)
from helpdesk.realtime import payloads, publish
from helpdesk.selectors import beside, thread
from helpdesk.services import attachments, conversations, messages
from tests import factories
from tests.channel import ScriptedChannel, registered
from tests.core.conftest import Desk
from tests.core.parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)

WARSAW = ZoneInfo("Europe/Warsaw")
copy = partial(by_customer.transcript, title="Birch & Linen", zone=WARSAW)


@pytest.fixture
def talk(desk: Desk) -> Conversation:
    return factories.conversation(desk.inbox, "visitor-1", "Where is my order?", name="")


@pytest.fixture
def mail(desk: Desk) -> Inbox:
    """An e-mail inbox of the same team."""
    return factories.inbox(channel="email", address="help@parley.example", teams=[desk.mine])


def events(pk: int, kind: str) -> list[dict[str, Any]]:
    found = ConversationEvent.objects.filter(conversation=pk, kind=kind).order_by("seq")
    return list(found.values_list("payload", flat=True))


def refused(work: Callable[[], Any]) -> str:
    with pytest.raises(RefusedError) as error:
        work()
    return error.value.code


def gap_free(pk: int) -> bool:
    conversation = Conversation.objects.get(pk=pk)
    seqs = list(conversation.events.order_by("seq").values_list("seq", flat=True))
    return seqs == list(range(1, conversation.last_seq + 1))


class TestAnswers:
    def test_they_are_kept_and_told_once(self, talk: Conversation) -> None:
        assert by_customer.answer(talk.pk, {"order": " 4711 ", "why": ""})
        assert not by_customer.answer(talk.pk, {"order": "4711"})
        assert by_customer.answer(talk.pk, {"why": "It is late\x00"})
        talk.refresh_from_db()
        assert talk.answers == {"order": "4711", "why": "It is late"}
        told = events(talk.pk, "customer_answered")
        assert told == [{"answers": {"order": "4711"}}, {"answers": {"why": "It is late"}}]
        assert gap_free(talk.pk)

    def test_they_tell_who_he_is(self, talk: Conversation) -> None:
        by_customer.answer(talk.pk, {"a": "Anna"}, name="Anna", email="anna@example.com")
        talk.customer.refresh_from_db()
        assert talk.customer.name == "Anna"
        identity = CustomerIdentity.objects.get(kind="email")
        assert (identity.customer, identity.verified) == (talk.customer, False)

    def test_an_address_of_another_is_not_taken(self, desk: Desk, talk: Conversation) -> None:
        other = factories.conversation(
            desk.inbox, "ben@example.com", kind="email", verified=False
        ).customer
        by_customer.answer(talk.pk, {"mail": "ben@example.com"}, email="ben@example.com")
        assert CustomerIdentity.objects.get(kind="email").customer == other
        assert Conversation.objects.get(pk=talk.pk).answers == {"mail": "ben@example.com"}


class TestLeaving:
    def test_the_next_answer_goes_by_mail(
        self, desk: Desk, talk: Conversation, mail: Inbox
    ) -> None:
        by_customer.leave(talk.pk, mail, "Tom@Example.COM")
        message, _created = messages.reply(talk.pk, by=desk.agent, body="It left today.")
        delivery = Delivery.objects.get()
        assert (delivery.message, delivery.inbox, delivery.to) == (message, mail, "Tom@example.com")
        assert message.public_seq == 2, "the widget shows it as well"
        assert events(talk.pk, "customer_left") == [
            {"email": "Tom@example.com", "inbox": mail.name, "consent": True, "linked": True}
        ]

    def test_the_composer_knows_it(self, desk: Desk, talk: Conversation, mail: Inbox) -> None:
        by_customer.leave(talk.pk, mail, "tom@example.com")
        can = thread.detail(desk.agent, talk.pk)["can"]
        assert (can["live"], can["subject"], can["to"]) == (False, True, "tom@example.com")

    def test_a_second_time_changes_nothing(self, talk: Conversation, mail: Inbox) -> None:
        for _ in range(2):
            by_customer.leave(talk.pk, mail, "tom@example.com")
        assert len(events(talk.pk, "customer_left")) == 1
        by_customer.leave(talk.pk, mail, "tom@work.example")
        assert len(events(talk.pk, "customer_left")) == 2

    def test_an_address_of_another_gets_the_answer_but_not_the_person(
        self, desk: Desk, talk: Conversation, mail: Inbox
    ) -> None:
        other = factories.conversation(mail, "ben@example.com", kind="email", verified=False)
        by_customer.leave(talk.pk, mail, "ben@example.com")
        messages.reply(talk.pk, by=desk.agent, body="Hello")
        assert Delivery.objects.get().to == "ben@example.com"
        assert events(talk.pk, "customer_left")[0]["linked"] is False
        assert Conversation.objects.get(pk=talk.pk).customer != other.customer

    def test_writing_in_the_chat_again_brings_the_answers_back(
        self, desk: Desk, talk: Conversation, mail: Inbox
    ) -> None:
        by_customer.leave(talk.pk, mail, "tom@example.com")
        again = factories.inbound_message("visitor-1", "I am back", conversation_id=talk.pk)
        inbound.receive(desk.inbox, again)
        message, _created = messages.reply(talk.pk, by=desk.agent, body="Good")
        assert message.inbox == desk.inbox
        assert not Delivery.objects.exists()

    def test_his_mail_stays_in_the_thread(
        self, desk: Desk, talk: Conversation, mail: Inbox
    ) -> None:
        by_customer.leave(talk.pk, mail, "tom@example.com")
        messages.reply(talk.pk, by=desk.agent, body="It left today.")
        said = factories.inbound_message(
            "tom@example.com", "Thanks", kind="email", verified=False, conversation_id=talk.pk
        )
        message, _created = inbound.receive(mail, said)
        assert message.conversation == talk
        reply, _created = messages.reply(talk.pk, by=desk.agent, body="You are welcome")
        assert reply.inbox == mail

    @pytest.mark.parametrize(
        "address",
        ["", "tom", "tom@", "@example.com", "a b@example.com", "tom@example", "x" * 300,
         "tom@example.com\nBcc: all@example.com", "<script>@example.com", "tom@exam\x00"],
    )  # fmt: skip
    def test_what_is_no_address_is_refused(
        self, talk: Conversation, mail: Inbox, address: str
    ) -> None:
        assert refused(lambda: by_customer.leave(talk.pk, mail, address)) == "email"
        assert not events(talk.pk, "customer_left")

    def test_a_closed_conversation_is_left_alone(self, talk: Conversation, mail: Inbox) -> None:
        Conversation.objects.filter(pk=talk.pk).update(state="closed")
        assert refused(lambda: by_customer.leave(talk.pk, mail, "a@example.com")) == "closed"


class TestTheEnd:
    def test_it_is_resolved_once_and_goes_on_with_the_next_text(
        self, desk: Desk, talk: Conversation
    ) -> None:
        for _ in range(2):
            by_customer.end(talk.pk)
        talk.refresh_from_db()
        assert (talk.state, talk.reason) == ("resolved", by_customer.ENDED)
        (change,) = events(talk.pk, "state_changed")
        assert change == {"from": "new", "to": "resolved", "reason": by_customer.ENDED}
        again = factories.inbound_message("visitor-1", "One more", conversation_id=talk.pk)
        message, _created = inbound.receive(desk.inbox, again)
        assert message.conversation == talk
        assert Conversation.objects.get(pk=talk.pk).state == "open"

    @pytest.mark.parametrize("state", ["closed", "spam", "resolved"])
    def test_what_is_over_stays_as_it_is(self, talk: Conversation, state: str) -> None:
        Conversation.objects.filter(pk=talk.pk).update(state=state)
        by_customer.end(talk.pk)
        assert Conversation.objects.get(pk=talk.pk).state == state

    def test_one_who_has_gone_lets_an_answered_chat_rest(
        self, desk: Desk, talk: Conversation
    ) -> None:
        assert by_customer.gone(talk.pk), "he waits for us, and colleagues are told where"
        assert not by_customer.gone(talk.pk)
        messages.reply(talk.pk, by=desk.agent, body="Hello?")
        assert by_customer.gone(talk.pk)
        assert not by_customer.gone(talk.pk)
        assert Conversation.objects.get(pk=talk.pk).state == "pending"
        assert not by_customer.gone(10**9)

    def test_silence_lets_it_rest_and_a_day_later_it_is_done(
        self, desk: Desk, talk: Conversation
    ) -> None:
        messages.reply(talk.pk, by=desk.agent, body="Which size?")
        waiting = factories.conversation(desk.inbox)
        start = datetime.now(UTC)
        assert conversations.rest_quiet() == 0
        with time_machine.travel(start + timedelta(minutes=11)):
            assert conversations.rest_quiet() == 1
            assert conversations.rest_quiet() == 0
        with time_machine.travel(start + timedelta(hours=25)):
            assert conversations.resolve_rested() == 1
        states = dict(Conversation.objects.values_list("pk", "state"))
        assert states == {talk.pk: "resolved", waiting.pk: "new"}

    def test_a_robots_text_is_kept_among_the_spam(self, talk: Conversation) -> None:
        for _ in range(2):
            by_customer.hold_back(talk.pk, "filled in by a robot")
        assert Conversation.objects.get(pk=talk.pk).state == "spam"
        assert len(events(talk.pk, "state_changed")) == 1
        assert Message.objects.count() == 1


class TestRating:
    def test_it_is_about_who_answered(self, desk: Desk, talk: Conversation) -> None:
        messages.reply(talk.pk, by=desk.agent, body="Hi")
        messages.reply(talk.pk, by=desk.supervisor, body="Hi")
        messages.note(talk.pk, by=desk.agent, body="Hm")
        by_customer.rate(talk.pk, score=5, text="Fast\x00!", solved=True)
        rating = Rating.objects.get()
        assert (rating.agent, rating.score, rating.text) == (desk.supervisor, 5, "Fast!")
        assert events(talk.pk, "rated") == [{"score": 5, "text": "Fast!", "solved": True}]
        shown: Any = beside.of(desk.agent, thread.find(desk.agent, talk.pk))
        assert shown["rating"]["score"] == 5

    def test_it_may_be_changed_for_a_day(self, talk: Conversation) -> None:
        start = datetime.now(UTC)
        by_customer.rate(talk.pk, score=1)
        by_customer.rate(talk.pk, score=1)
        by_customer.rate(talk.pk, score=4, solved=False)
        assert (Rating.objects.get().score, len(events(talk.pk, "rated"))) == (4, 2)
        with time_machine.travel(start + timedelta(hours=25)):
            assert refused(lambda: by_customer.rate(talk.pk, score=5)) == "too_late"
            by_customer.rate(talk.pk, score=4, solved=False)  # a late resend is no error
        assert Rating.objects.get().score == 4

    @pytest.mark.parametrize("score", [0, 6, -1, 10**9])
    def test_scores_are_one_to_five(self, talk: Conversation, score: int) -> None:
        assert refused(lambda: by_customer.rate(talk.pk, score=score)) == "bad_score"

    @pytest.mark.parametrize(("score", "told"), [(1, True), (2, True), (3, False)])
    def test_a_low_one_is_pushed(
        self, talk: Conversation, score: int, told: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said: list[Any] = []
        monkeypatch.setattr(publish, "send", lambda group, frame: said.append((group, frame)))
        by_customer.rate(talk.pk, score=score, text="Hm")
        expected = {"type": "rating", "conversation": talk.pk, "score": score, "text": "Hm",
                    "solved": None}  # fmt: skip
        assert said == ([(f"inbox.{talk.inbox_id}", expected)] if told else [])

    def test_two_tabs_make_one(self, talk: Conversation) -> None:
        at_once([partial(by_customer.rate, talk.pk, score=3)] * 6)
        assert Rating.objects.count() == 1
        assert len(events(talk.pk, "rated")) == 1


class TestTranscript:
    def test_it_holds_what_he_saw_and_nothing_else(
        self, desk: Desk, talk: Conversation, mail: Inbox
    ) -> None:
        messages.reply(talk.pk, by=desk.agent, body="It left <b>today</b>.")
        messages.note(talk.pk, by=desk.agent, body="internal-secret")
        copy(talk.pk, mail, "tom@example.com", language="pl")
        sent = Message.objects.get(inbox=mail)
        for text in (sent.body, sent.html):
            assert "Where is my order?" in text
            assert "internal-secret" not in text
            assert "Marta" in text
        assert "It left <b>today</b>." in sent.body
        assert "It left &lt;b&gt;today&lt;/b&gt;." in sent.html
        assert sent.body.index("order?") < sent.body.index("today")
        delivery = Delivery.objects.get()
        assert (delivery.inbox, delivery.to) == (mail, "tom@example.com")
        written = Conversation.objects.get(inbox=mail)
        assert (written.state, written.customer) == ("resolved", talk.customer)
        assert events(talk.pk, "transcript_sent") == [
            {"email": "tom@example.com", "conversation": written.pk}
        ]

    def test_it_tells_only_what_this_visitor_may_see(self, talk: Conversation, mail: Inbox) -> None:
        more = factories.inbound_message("visitor-1", "Second", conversation_id=talk.pk)
        inbound.receive(talk.inbox, more)
        copy(talk.pk, mail, "tom@example.com", after=1)
        sent = Message.objects.get(inbox=mail)
        assert "Second" in sent.body
        assert "Where is my order?" not in sent.body + sent.html

    def test_each_address_gets_one_an_hour_and_all_five_a_day(
        self, talk: Conversation, mail: Inbox
    ) -> None:
        start = datetime.now(UTC)
        copy(talk.pk, mail, "tom@example.com")
        assert refused(lambda: copy(talk.pk, mail, "tom@EXAMPLE.com")) == "too_soon"
        with time_machine.travel(start + timedelta(minutes=61)):
            copy(talk.pk, mail, "tom@example.com")
        for number in range(3):
            copy(talk.pk, mail, f"tom{number}@example.com")
        assert refused(lambda: copy(talk.pk, mail, "victim@example.com")) == "too_soon"
        assert Delivery.objects.count() == 5

    def test_it_leaves_by_the_channel(self, talk: Conversation, desk: Desk) -> None:
        channel = ScriptedChannel(identity_kind="email")
        with registered(channel):
            inbox = factories.inbox(channel="test", teams=[desk.mine])
            copy(talk.pk, inbox, "tom@example.com")
            assert outbox.deliver(Delivery.objects.get().pk) == "sent"
        (sent,) = channel.sent
        assert sent.to == "tom@example.com"
        assert "Where is my order?" in sent.body
        assert sent.subject


CARD = {
    "title": "Linen shirt",
    "price": "49 €",
    "url": "https://shop.example/shirt",
    "buttons": [
        {"label": "Look", "url": "https://shop.example/shirt"},
        {"label": "Other size", "reply": "I need another size"},
    ],
}


class TestCards:
    def test_both_sides_get_it(self, desk: Desk, talk: Conversation) -> None:
        message, _created = messages.reply(
            talk.pk, by=desk.agent, body="", meta={"card": CARD, "quick": ["Yes", "No"]}
        )
        shown = payloads.message(message)
        assert (shown["card"], shown["quick"]) == (CARD, ["Yes", "No"])
        seen = payloads.visitor_message(shown)
        assert (seen["card"], seen["quick"]) == (CARD, ["Yes", "No"])
        assert Conversation.objects.get(pk=talk.pk).last_preview == "Linen shirt"

    def test_other_channels_get_it_in_words(
        self, desk: Desk, talk: Conversation, mail: Inbox
    ) -> None:
        by_customer.leave(talk.pk, mail, "tom@example.com")
        message, _created = messages.reply(
            talk.pk, by=desk.agent, body="Look:", meta={"card": CARD}
        )
        assert message.body == (
            "Look:\n\nLinen shirt\n49 €\nhttps://shop.example/shirt\nLook: https://shop.example/shirt"
        )

    @pytest.mark.parametrize(
        "meta",
        [
            {"card": "x"},
            {"card": {"title": ""}},
            {"card": {"title": 7}},
            {"card": {"title": "x" * 201}},
            {"card": {"title": "x", "onclick": "alert(1)"}},
            {"card": {"title": "x", "text": ["x"]}},
            {"card": {"title": "x", "url": "javascript:alert(1)"}},
            {"card": {"title": "x", "url": "//evil.example"}},
            {"card": {"title": "x", "url": "https://user@evil.example"}},
            {"card": {"title": "x", "url": "https://a b"}},
            {"card": {"title": "x", "url": "https://[::1"}},
            {"card": {"title": "x", "url": "data:text/html,x"}},
            {"card": {"title": "x", "image": "../../etc/passwd"}},
            {"card": {"title": "x", "image": str(uuid.uuid4())}},
            {"card": {"title": "x", "buttons": {"label": "x"}}},
            {"card": {"title": "x", "buttons": [{"label": "x"}]}},
            {"card": {"title": "x", "buttons": [{"label": "x", "url": "ftp://x"}]}},
            {"card": {"title": "x", "buttons": [{"label": "x", "reply": "y", "url": "z"}]}},
            {"card": {"title": "x", "buttons": [{"label": "x", "reply": "y"}] * 6}},
            {"quick": "Yes"},
            {"quick": [7]},
            {"quick": [""]},
            {"quick": ["x"] * 9},
        ],
    )
    def test_what_is_not_on_the_list_is_refused(
        self, desk: Desk, talk: Conversation, meta: dict[str, Any]
    ) -> None:
        with pytest.raises(messages.RejectedError):
            messages.reply(talk.pk, by=desk.agent, body="Hi", meta=meta)
        assert Message.objects.count() == 1

    def test_the_api_takes_a_card_with_its_picture(
        self, desk: Desk, talk: Conversation, client: Client
    ) -> None:
        client.force_login(desk.agent)
        address = f"/api/v1/conversations/{talk.pk}/messages/"
        picture = str(attachments.upload("shirt.png", b"\x89PNG\r\n\x1a\n", by=desk.agent).pk)
        card = {"title": "Shirt", "image": picture}

        def post(**fields: Any) -> Any:
            return client.post(address, fields, content_type="application/json")

        assert post(body="", card=card).status_code == 400, "the picture is not attached"
        made = post(body="", card=card, attachments=[picture], quick=["Yes"])
        assert (made.status_code, made.json()["card"], made.json()["quick"]) == (201, card, ["Yes"])
        assert post(body="x", card={"title": "x", "html": "<b>"}).status_code == 400
        assert post(body="x", card="x").status_code == 400
        assert post(body="x", quick=[{"a": 1}]).status_code == 400

    def test_a_link_is_recorded_once_and_a_reply_is_said(
        self, desk: Desk, talk: Conversation
    ) -> None:
        message, _created = messages.reply(
            talk.pk, by=desk.agent, body="Look", meta={"card": CARD, "quick": ["Thanks"]}
        )
        for _ in range(2):
            assert "url" in by_customer.press(talk.pk, message.pk, 0)
        assert [one["label"] for one in events(talk.pk, "button_pressed")] == ["Look"]
        assert by_customer.press(talk.pk, message.pk, 1)["reply"] == "I need another size"
        assert by_customer.press(talk.pk, message.pk, 2)["reply"] == "Thanks"
        assert refused(lambda: by_customer.press(talk.pk, message.pk, 3)) == "unknown"

    def test_only_what_he_sees_has_buttons(self, desk: Desk, talk: Conversation) -> None:
        other = factories.conversation(desk.inbox)
        message, _created = messages.reply(
            other.pk, by=desk.agent, body="Look", meta={"quick": ["Yes"]}
        )
        assert refused(lambda: by_customer.press(talk.pk, message.pk, 0)) == "unknown"
        assert refused(lambda: by_customer.press(talk.pk, uuid.uuid4(), 0)) == "unknown"
