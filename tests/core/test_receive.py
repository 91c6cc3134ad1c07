"""The one way in: dedupe, threads, follow-ups, and text that PostgreSQL would refuse."""

from __future__ import annotations

import uuid
from functools import partial

import pytest

from helpdesk import inbound
from helpdesk.adapters import InboundFile, Person
from helpdesk.models import Conversation, Customer, Delivery, Inbox, Message
from helpdesk.services import conversations, customers, messages, text
from tests import factories
from tests.core.conftest import Desk
from tests.core.parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_payload_in_parallel_is_one_message(desk: Desk) -> None:
    one = factories.inbound_message("+48600", "Hello", kind="phone", external_id="sid-1")
    results = at_once([partial(inbound.receive, desk.inbox, one)] * 20)
    assert len({message.pk for message, _created in results}) == 1
    assert [created for _message, created in results].count(True) == 1
    assert Customer.objects.count() == Conversation.objects.count() == Message.objects.count() == 1


def test_parallel_messages_of_one_person_are_one_conversation(desk: Desk) -> None:
    works = [
        partial(
            inbound.receive,
            desk.inbox,
            factories.inbound_message("+48600", f"{n}", kind="phone", external_id=f"sid-{n}"),
        )
        for n in range(20)
    ]
    at_once(works)
    assert Customer.objects.count() == Conversation.objects.count() == 1
    assert Message.objects.count() == 20


def test_the_same_id_in_two_inboxes_is_two_messages(desk: Desk) -> None:
    for inbox in (desk.inbox, desk.elsewhere):
        one = factories.inbound_message("+48600", kind="phone", external_id="sid-1")
        assert inbound.receive(inbox, one)[1]
    assert Customer.objects.count() == 1
    assert Conversation.objects.count() == 2


def closed(inbox: Inbox, address: str) -> Conversation:
    made = factories.conversation(inbox, address)
    Conversation.objects.filter(pk=made.pk).update(state="closed")
    return made


def test_a_closed_conversation_gets_one_follow_up(desk: Desk) -> None:
    first = closed(desk.inbox, "visitor-1")
    works = [
        partial(
            inbound.receive,
            desk.inbox,
            factories.inbound_message(
                "visitor-1", f"{n}", client_id=uuid.uuid4(), conversation_id=first.pk
            ),
        )
        for n in range(8)
    ]
    results = at_once(works)
    following = Conversation.objects.get(follow_up_of=first)
    assert {message.conversation_id for message, _created in results} == {following.pk}
    assert following.messages.count() == 8
    assert Conversation.objects.get(pk=first.pk).state == "closed"


def test_a_resend_after_the_close_finds_the_first_copy(desk: Desk) -> None:
    first = closed(desk.inbox, "visitor-1")
    text_ = factories.inbound_message(
        "visitor-1", "Still broken", client_id=uuid.uuid4(), conversation_id=first.pk
    )
    message, created = inbound.receive(desk.inbox, text_)
    assert created
    assert inbound.receive(desk.inbox, text_) == (message, False)
    Conversation.objects.update(state="closed")
    assert inbound.receive(desk.inbox, text_) == (message, False)
    assert Message.objects.filter(body="Still broken").count() == 1


def test_spam_is_not_continued_by_the_person(desk: Desk) -> None:
    first = factories.conversation(desk.inbox, "visitor-1")
    Conversation.objects.filter(pk=first.pk).update(state="spam")
    second = factories.conversation(desk.inbox, "visitor-1")
    assert second.pk != first.pk
    assert second.follow_up_of is None


STRANGE = {
    "nul": "a\x00b",
    "lone surrogate": "a\ud800b",
    "bidi": "invoice\u202efdp.exe",
    "combining": "a" + "\u0301" * 100_000,
    "controls": "".join(chr(n) for n in range(32)),
    "emoji": "👩‍👩‍👧‍👦" * 50,
    "noncharacters": "a\ufffe\uffff\U0001ffffb",
}


@pytest.mark.parametrize("strange", STRANGE.values(), ids=STRANGE)
def test_strange_text_in_every_field_is_stored(desk: Desk, strange: str) -> None:
    message, created = inbound.receive(
        desk.inbox,
        factories.inbound_message(
            strange[:200] + "x",
            strange + "text",
            name=strange,
            subject=strange,
            language=strange,
            external_id=strange + "id",
            html=strange,
            files=(InboundFile(strange + ".pdf", b"%PDF-1.4", strange, content_id=strange),),
        ),
    )
    assert created
    stored = Message.objects.select_related("conversation__customer").get(pk=message.pk)
    assert stored.body.endswith("text")
    assert "\x00" not in stored.body
    customer = stored.conversation.customer
    assert not set(customer.name) & set("\u202e\x00\n")
    assert "/" not in stored.attachments.get().name
    again = messages.note(stored.conversation_id, by=desk.agent, body=strange + "note")[0]
    assert again.body.endswith("note")


def test_five_megabytes_are_stored_and_more_is_cut(desk: Desk) -> None:
    made = factories.conversation(desk.inbox, body="x" * 6_000_000)
    message = made.messages.get()
    assert len(message.body) == messages.MAX_BODY
    assert len(made.last_preview) <= 160


def test_clean_line_folds_and_cuts() -> None:
    assert text.clean_line("  a\u202e\r\n b\t\tc ", 4) == "a b "[:4]
    assert text.clean("a\r\nb\rc", 10) == "a\nb\nc"


def test_a_name_is_filled_in_but_never_replaced(desk: Desk) -> None:
    first = customers.find_or_create(Person("phone", "+48600"))
    assert customers.find_or_create(Person("phone", "+48600", name="Ewa")).name == "Ewa"
    again = customers.find_or_create(Person("phone", "+48600", name="Mallory", verified=True))
    assert (again.pk, again.name) == (first.pk, "Ewa")
    assert again.identities.get().verified


def test_a_note_has_no_delivery_and_no_public_seq(desk: Desk, phone: Inbox) -> None:
    made = factories.conversation(phone, "+48600", kind="phone")
    note, _created = messages.note(made.pk, by=desk.agent, body="Angry customer")
    reply, _created = messages.reply(made.pk, by=desk.agent, body="We are sorry")
    assert list(Delivery.objects.values_list("message", flat=True)) == [reply.pk]
    assert note.public_seq is None
    assert reply.public_seq == 2


def test_what_the_customer_saw_never_moves_back(desk: Desk) -> None:
    made = factories.conversation(desk.inbox)
    messages.reply(made.pk, by=desk.agent, body="Hi")
    assert inbound.customer_seen(made.pk, read=2)
    assert not inbound.customer_seen(made.pk, read=1)
    assert not inbound.customer_seen(made.pk, read=999, got=999)
    after = Conversation.objects.get()
    assert (after.customer_read_seq, after.customer_got_seq) == (2, 2)
    conversations.mark_read(made.pk, after.last_seq)
    assert Conversation.objects.get().unread == 0
