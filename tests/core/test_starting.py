"""We write first: by a page and by the API, to whom we know and to whom we do not."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from helpdesk.models import Conversation, Customer, Delivery, Inbox, Message, State, WorkItem
from helpdesk.services import blocking, starting
from helpdesk.services.starting import NotStartedError, Opening
from tests import factories
from tests.core.conftest import Desk
from tests.core.parallel import at_once

pytestmark = pytest.mark.django_db
ANN = "ann@new.example"


@pytest.fixture
def mail(desk: Desk) -> Inbox:
    return factories.inbox(channel="email", address="help@parley.example", teams=[desk.mine])


def opening(**facts: Any) -> Opening:
    return Opening(**{"to": ANN, "subject": "Order 4711", "body": "It left today.", **facts})


def test_a_letter_to_somebody_new(desk: Desk, mail: Inbox) -> None:
    talk, made = starting.start(opening(name="Ann Lee"), mail, by=desk.agent)
    talk.refresh_from_db()
    assert made
    assert (talk.state, talk.assignee, talk.subject) == (State.PENDING, desk.agent, "Order 4711")
    assert talk.customer.name == "Ann Lee"
    assert not talk.customer.identities.get().verified
    delivery = Delivery.objects.get(conversation=talk)
    assert (delivery.to, delivery.message.body) == (ANN, "It left today.")
    waiting = WorkItem.objects.filter(conversation=talk, state__in=("queued", "offered"))
    assert not waiting.exists(), "nobody is asked to answer our own words"


def test_a_text_to_whom_we_know_and_two_spellings_are_one(desk: Desk, phone: Inbox) -> None:
    known = factories.conversation(phone, "+48601234567", kind="phone")
    Conversation.objects.filter(pk=known.pk).update(state=State.CLOSED)
    talk, _made = starting.start(opening(to="+48 601 234 567", subject=""), phone, by=desk.agent)
    assert talk.customer_id == known.customer_id
    assert talk.pk != known.pk
    assert Delivery.objects.get(conversation=talk).to == "+48601234567"


def test_sent_twice_it_begins_once(desk: Desk, mail: Inbox) -> None:
    mine = uuid.uuid4()
    first, made = starting.start(opening(), mail, by=desk.agent, client_id=mine)
    again, repeated = starting.start(opening(), mail, by=desk.agent, client_id=mine)
    assert (made, repeated, again.pk) == (True, False, first.pk)
    assert Message.objects.filter(client_id=mine).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_begins_once(desk: Desk, mail: Inbox) -> None:
    mine = uuid.uuid4()

    def click() -> int:
        return starting.start(opening(), mail, by=desk.agent, client_id=mine)[0].pk

    assert len(set(at_once([click, click, click]))) == 1
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"to": "nonsense"}, "to"),
        ({"to": ""}, "to"),
        ({"to": "a@b.example\r\nBcc: c@d.example"}, "to"),
        ({"subject": "  "}, "subject"),
        ({"body": "   "}, "body"),
    ],
)
def test_what_cannot_be_sent_leaves_nothing_behind(
    desk: Desk, mail: Inbox, facts: dict[str, str], field: str
) -> None:
    with pytest.raises(NotStartedError) as refused:
        starting.start(opening(**facts), mail, by=desk.agent)
    assert [*refused.value.errors] == [field]
    assert not Conversation.objects.filter(inbox=mail).exists()
    assert not Customer.objects.filter(identities__address__startswith="a").exists()


def test_neither_by_chat_nor_to_who_is_blocked(desk: Desk, mail: Inbox) -> None:
    with pytest.raises(NotStartedError) as refused:
        starting.start(opening(), desk.inbox, by=desk.agent)
    assert "inbox" in refused.value.errors
    talk, _made = starting.start(opening(), mail, by=desk.agent)
    blocking.block(talk.customer_id, by=desk.agent, reason="spam")
    with pytest.raises(NotStartedError) as refused:
        starting.start(opening(), mail, by=desk.agent)
    assert "to" in refused.value.errors


def test_the_page_loses_nothing_and_leads_there(desk: Desk, mail: Inbox) -> None:
    client = Client()
    client.force_login(desk.agent)
    page = client.get("/new/").content.decode()
    assert "help@parley.example" in page
    form = {"inbox": mail.pk, "to": "nobody", "subject": "Hi <b>", "body": "Two\nlines"}
    refused = client.post("/new/", form)
    assert refused.status_code == 400
    text = refused.content.decode()
    assert "Hi &lt;b&gt;" in text
    assert "Two\nlines" in text
    sent = client.post("/new/", {**form, "to": ANN, "id": str(uuid.uuid4())})
    talk = Conversation.objects.get(inbox=mail)
    assert sent.headers["Location"] == f"/inbox/c/{talk.pk}/"
    named = client.get(f"/new/?customer={talk.customer_id}").content.decode()
    assert f'value="{ANN}"' in named


def test_only_by_inboxes_of_ones_own(desk: Desk, mail: Inbox) -> None:
    client = Client()
    client.force_login(desk.stranger)
    form = {"inbox": mail.pk, "to": ANN, "subject": "x", "body": "y"}
    assert client.post("/new/", form).status_code == 400
    path = "/api/v1/conversations/"
    assert client.post(path, form, content_type="application/json").status_code == 404
    assert not Conversation.objects.filter(inbox=mail).exists()


def test_by_the_api(desk: Desk, mail: Inbox) -> None:
    client = Client()
    client.force_login(desk.agent)
    form = {"inbox": mail.pk, "to": ANN, "subject": "x", "body": "y", "client_id": uuid.uuid4()}
    made = client.post("/api/v1/conversations/", form, content_type="application/json")
    again = client.post("/api/v1/conversations/", form, content_type="application/json")
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json()["id"] == again.json()["id"]
    bad = client.post("/api/v1/conversations/", {**form, "to": "x", "client_id": None},
                      content_type="application/json")  # fmt: skip
    assert bad.status_code == 400
    assert "to" in bad.json()
