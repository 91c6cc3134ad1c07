from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from helpdesk import by_customer, inbound
from helpdesk.adapters import Capabilities, Person
from helpdesk.models import (
    Agent,
    Conversation,
    ConversationEvent,
    Customer,
    CustomerIdentity,
    Inbox,
    SuppressedAddress,
)
from helpdesk.selectors import weave
from helpdesk.selectors.ways import of
from helpdesk.services import messages, ways
from helpdesk.services.ways import NoSuchWayError, UnsureError
from tests import factories
from tests.channel import ScriptedChannel, registered

pytestmark = pytest.mark.django_db
PHONE, MAIL = "+48600100200", "tom@reed.example"


@dataclass
class Desk:
    agent: Agent
    talk: Conversation
    texts: Inbox
    letters: Inbox

    def knows(self, kind: str, address: str, *, verified: bool = True) -> CustomerIdentity:
        return CustomerIdentity.objects.create(
            customer=self.talk.customer, kind=kind, address=address, verified=verified
        )

    def texted(self) -> None:
        """The customer has written by SMS before, in another conversation."""
        self.knows("phone", PHONE)
        asked = factories.inbound_message(PHONE, kind="phone")
        inbound.receive(self.texts, asked)

    def now(self) -> Conversation:
        return Conversation.objects.select_related("inbox", "reply_inbox").get(pk=self.talk.pk)

    def way(self, address: str) -> dict[str, object]:
        return next(way for way in of(self.now()) if way["address"] == address)


@pytest.fixture
def desk() -> Iterator[Desk]:
    sms = ScriptedChannel("sms", "t", capabilities=Capabilities(segments=True, opts_out=True))
    mail = ScriptedChannel("email", "t", identity_kind="email")
    mail.capabilities = Capabilities(subject=True)
    with ExitStack() as stack:
        stack.enter_context(registered(sms))
        stack.enter_context(registered(mail))
        team = factories.team()
        chat = factories.inbox(teams=[team])
        texts = factories.inbox(channel="sms", provider="t", teams=[team], address="+48220000000")
        letters = factories.inbox(channel="email", provider="t", teams=[team])
        agent = factories.agent(teams=[team])
        yield Desk(agent, factories.conversation(chat), texts, letters)


def test_who_left_waiting_is_texted_where_they_have_texted_us(desk: Desk) -> None:
    desk.texted()
    desk.knows("email", MAIL)

    assert by_customer.gone(desk.talk.pk) is True
    now = desk.now()
    assert (now.answered_by, now.reply_address) == (desk.texts, PHONE)
    assert weave.answer(now)["via"]["reason"] == "left"
    event = ConversationEvent.objects.get(kind="way_chosen")
    assert (event.payload["why"], event.payload["name"]) == ("left", desk.texts.name)
    assert by_customer.gone(desk.talk.pk) is False


def test_a_letter_goes_where_they_never_texted_or_asked_too_long_ago(desk: Desk) -> None:
    desk.texted()
    desk.knows("email", MAIL)
    long_ago = datetime.now(UTC) - timedelta(hours=25)
    Conversation.objects.filter(pk=desk.talk.pk).update(waiting_since=long_ago)
    by_customer.gone(desk.talk.pk)

    assert (desk.now().answered_by, desk.now().reply_address) == (desk.letters, MAIL)


@pytest.mark.parametrize("why", ["unverified", "never texted", "opted out", "nothing known"])
def test_it_waits_in_the_chat_where_anything_is_in_doubt(desk: Desk, why: str) -> None:
    if why == "unverified":
        desk.knows("email", MAIL, verified=False)
    elif why == "never texted":
        desk.knows("phone", PHONE)
    elif why == "opted out":
        desk.texted()
        SuppressedAddress.objects.create(kind="phone", address=PHONE, reason="opted_out")
    by_customer.gone(desk.talk.pk)

    assert desk.now().reply_inbox_id is None
    assert weave.answer(desk.now())["via"]["reason"] == "waits"


def test_back_in_the_chat_they_are_answered_in_the_chat(desk: Desk) -> None:
    desk.knows("email", MAIL)
    by_customer.gone(desk.talk.pk)
    by_customer.back(desk.talk.pk)

    assert (desk.now().reply_inbox_id, desk.now().reply_address) == (None, "")
    assert weave.answer(desk.now())["via"]["reason"] == ""
    assert "gone" not in desk.now().context


def test_who_was_answered_is_left_alone(desk: Desk) -> None:
    desk.knows("email", MAIL)
    messages.reply(desk.talk.pk, by=desk.agent, body="Here you are")
    by_customer.gone(desk.talk.pk)

    assert desk.now().reply_inbox_id is None


def test_a_doubtful_address_is_only_taken_by_who_says_so(desk: Desk) -> None:
    desk.knows("email", MAIL, verified=False)
    desk.knows("phone", PHONE)
    for address, inbox, code in (
        (MAIL, desk.letters, "unverified"), (PHONE, desk.texts, "no_consent"),
    ):  # fmt: skip
        with pytest.raises(UnsureError) as raised, transaction.atomic():
            ways.choose(desk.talk.pk, by=desk.agent, inbox=inbox.pk, address=address)
        assert raised.value.code == code == desk.way(address)["doubt"]
        ways.choose(desk.talk.pk, by=desk.agent, inbox=inbox.pk, address=address, sure=True)

        assert desk.now().reply_address == address
        newest = ConversationEvent.objects.filter(kind="way_chosen").latest("seq")
        assert (newest.payload["doubt"], newest.actor) == (code, desk.agent)
        via = weave.answer(desk.now())["via"]
        assert (via["reason"], via["by"]) == ("chosen", desk.agent.display_name)


def test_an_agents_choice_outlives_the_customers_return(desk: Desk) -> None:
    desk.knows("email", MAIL)
    by_customer.gone(desk.talk.pk)
    ways.choose(desk.talk.pk, by=desk.agent, inbox=desk.letters.pk, address=MAIL)
    by_customer.back(desk.talk.pk)

    assert desk.now().reply_address == MAIL


def test_an_address_of_somebody_else_is_no_way(desk: Desk) -> None:
    other = Customer.objects.create(name="Somebody else")
    person = Person("email", "other@reed.example")
    CustomerIdentity.objects.create(customer=other, kind=person.kind, address=person.address)
    with pytest.raises(NoSuchWayError):
        ways.choose(
            desk.talk.pk, by=desk.agent, inbox=desk.letters.pk, address=person.address, sure=True
        )
