"""A letter that was sent on is given to who first wrote it, and back (D5)."""

from __future__ import annotations

import pytest
from django.test import Client

from helpdesk.models import Conversation, Message, State
from helpdesk.selectors import recipients
from helpdesk.services import conversations, requesters
from tests import factories
from tests.core.conftest import Desk
from tests.core.letters import HELP, OURS, Post

pytestmark = pytest.mark.django_db
SENT_ON = "\r\n".join(
    (
        "Look.",
        "",
        "---------- Forwarded message ---------",
        "From: Cid Moe <cid@other.example>",
        "Date: Mon, 2 Nov 2026 10:00:00 +0100",
        "Subject: Broken",
        "To: <a@b.example>",
        "",
        "It is broken.",
    )
)


@pytest.fixture
def post(desk: Desk) -> Post:
    teams, settings = [desk.mine], {"authserv_id": OURS}
    inbox = factories.inbox(channel="email", address=HELP, teams=teams, settings=settings)
    return Post(inbox, desk.agent)


@pytest.fixture
def letter(post: Post) -> Message:
    return post.get(SENT_ON, From=f"Lea <{post.agent.email}>", Subject="Fwd: Broken")


def fresh(letter: Message) -> Conversation:
    return Conversation.objects.select_related("customer").get(pk=letter.conversation_id)


def test_d5_the_first_writer_becomes_the_customer_and_gets_the_answer(
    post: Post, letter: Message
) -> None:
    requesters.hand_over(letter.pk, by=post.agent)
    talk = fresh(letter)
    assert talk.customer.identities.get().address == "cid@other.example"
    assert not talk.customer.identities.get().verified
    assert recipients.suggested(talk, post.inbox).to == "cid@other.example"
    assert post.answer(talk).delivery.to == "cid@other.example"


def test_d5_the_undo_restores_every_field(post: Post, letter: Message) -> None:
    before = (letter.meta, letter.conversation.customer_id)
    requesters.hand_over(letter.pk, by=post.agent)
    requesters.take_back(letter.pk, by=post.agent)
    letter.refresh_from_db()
    assert {k: v for k, v in letter.meta.items() if v is not None} == before[0]
    assert fresh(letter).customer_id == before[1]
    with pytest.raises(requesters.RequesterError):
        requesters.take_back(letter.pk, by=post.agent)


def test_d5_only_a_letter_that_names_somebody_is_handed_over_once(
    post: Post, letter: Message
) -> None:
    with pytest.raises(requesters.RequesterError):
        requesters.hand_over(post.get().pk, by=post.agent)
    requesters.hand_over(letter.pk, by=post.agent)
    with pytest.raises(requesters.RequesterError):
        requesters.hand_over(letter.pk, by=post.agent)


def test_d5_a_closed_or_longer_conversation_stays_whose_it_is(post: Post, letter: Message) -> None:
    talk = fresh(letter)
    facts = {"direction": "in", "seq": 99, "public_seq": 99, "created_at": letter.created_at}
    more = Message.objects.create(conversation=talk, inbox=post.inbox, body="More", **facts)
    with pytest.raises(requesters.RequesterError, match="Split"):
        requesters.hand_over(letter.pk, by=post.agent)
    more.delete()
    conversations.change_state(talk.pk, State.SPAM, by=post.agent)
    with pytest.raises(requesters.RequesterError):
        requesters.hand_over(letter.pk, by=post.agent)


def test_d5_by_the_api_and_by_nobody_from_elsewhere(post: Post, letter: Message) -> None:
    path = f"/api/v1/conversations/{letter.conversation_id}/requester/"
    stranger = factories.agent()
    client = Client()
    client.force_login(stranger)
    body = {"message": str(letter.pk)}
    assert client.post(path, body, content_type="application/json").status_code == 404
    client.force_login(post.agent)
    assert client.post(path, body, content_type="application/json").status_code == 200
    assert client.post(path, body, content_type="application/json").status_code == 409
    assert client.delete(path, body, content_type="application/json").status_code == 200
