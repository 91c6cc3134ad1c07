"""Whom we leave alone: at once refused addresses, copies, and who wants no automatic mail."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from channels_email import bounces, reports, sending, threads
from channels_email.fake import MailboxFake
from helpdesk import inbound, outbox
from helpdesk.adapters import PermanentError, Raw, Receipt
from helpdesk.models import Delivery, Inbox, Message, Role, SuppressedAddress, SuppressionReason
from helpdesk.services import messages
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sink() -> Iterator[MailboxFake]:
    box = MailboxFake()
    box.start("127.0.0.1", 0)
    yield box
    box.stop()


@pytest.fixture
def inbox(sink: MailboxFake) -> Inbox:
    return factories.inbox(
        channel="email",
        address="help@shop.example",
        teams=[factories.team()],
        settings={"host": sink.host, "port": sink.port},
    )


@pytest.fixture
def conversation(inbox: Inbox) -> Any:
    made = factories.conversation(inbox=inbox)
    made.customer.identities.create(kind="email", address="ann@customer.example")
    return made


def deliver(message: Message) -> Delivery:
    outbox.deliver(message.delivery.pk)
    return Delivery.objects.get(pk=message.delivery.pk)


def alone() -> dict[str, str]:
    rows = SuppressedAddress.objects.filter(lifted_at=None)
    return dict(rows.values_list("address", "reason"))


def answered(conversation: Any, **meta: Any) -> Message:
    agent = factories.agent(role=Role.ADMIN)
    message, _new = messages.reply(conversation.pk, by=agent, body="Here you are")
    if meta:
        message.meta = {**message.meta, **meta}
        message.save()
    return message


def test_h4_a_relay_that_knows_of_no_such_user(conversation: Any, sink: MailboxFake) -> None:
    sink.script("reject")
    delivery = deliver(answered(conversation))
    assert (delivery.state, delivery.error_code) == ("failed", "550")
    assert alone() == {"ann@customer.example": "bounced"}
    again = deliver(answered(conversation))
    assert (again.state, again.error_code) == ("failed", "suppressed")
    assert sink.messages() == []


def test_h2_a_refusal_for_policy_leaves_the_address_alone(
    conversation: Any, sink: MailboxFake
) -> None:
    sink.script("reject_data")
    assert deliver(answered(conversation)).state == "failed"
    assert alone() == {}


def test_h4_a_copy_is_refused_or_left_out(conversation: Any, sink: MailboxFake) -> None:
    chosen = {"to": "ann@customer.example", "cc": ["bob@x.example"], "bcc": ["eve@x.example"]}
    sink.script("pass")
    sink.script("reject")
    delivery = deliver(answered(conversation, addressed=chosen))
    assert delivery.state == "sent"
    assert alone() == {"bob@x.example": "bounced"}
    sink.clear()

    delivery = deliver(answered(conversation, addressed=chosen))
    assert delivery.state == "sent"
    assert "bob@x.example" in delivery.error
    to = [one["rcpt"][0] for one in sink.messages()]
    assert to == ["ann@customer.example", "eve@x.example"]
    assert b"bob@x.example" not in sink.messages()[0]["raw"]


def test_k3_one_click_ends_automatic_mail_and_no_other(
    conversation: Any, sink: MailboxFake, client: Client
) -> None:
    person = deliver(answered(conversation))
    machine = deliver(answered(conversation, automatic=True))
    assert (person.state, machine.state) == ("sent", "sent")
    first, second = (email.message_from_bytes(one["raw"]) for one in sink.messages())
    assert "List-Unsubscribe" not in first
    assert second["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    (url,) = re.findall(r"<https?://[^/]+(/[^>]+)>", second["List-Unsubscribe"].replace("\n ", ""))

    assert client.get(url).status_code == 200
    assert alone() == {}
    assert Client(enforce_csrf_checks=True).post(url).status_code == 200
    assert client.post(url).status_code == 200
    assert alone() == {"ann@customer.example": "unsubscribed"}
    assert client.post(url.replace("/mail/unsubscribe/", "/mail/unsubscribe/x")).status_code == 404
    assert deliver(answered(conversation)).state == "sent"
    assert deliver(answered(conversation, automatic=True)).error_code == "suppressed"


def test_a_mail_that_asks_for_it_ends_automatic_mail_for_its_sender_alone(
    conversation: Any, inbox: Inbox, sink: MailboxFake
) -> None:
    deliver(answered(conversation, automatic=True))
    (sent,) = (email.message_from_bytes(one["raw"]) for one in sink.messages())
    there = sent["List-Unsubscribe"].replace("\n ", "")
    (to, subject) = re.findall(r"<mailto:([^?]+)\?subject=([^>]+)>", there)[0]
    assert to == inbox.address

    def asks(sender: str, words: str) -> str:
        raw = f"From: {sender}\r\nTo: {to}\r\nSubject: {words}\r\n\r\n{words}\r\n".encode()
        event, _ = inbound.accept(inbox, Raw(words + sender, raw))
        return inbound.process(event.pk)

    words, before = unquote(subject), Message.objects.count()
    wrong = words[:-1] + ("3" if words[-1] == "2" else "2")
    for sender, other in (
        ("eve@x.example", words), ("ann@customer.example", wrong),
        ("ann@customer.example", "unsubscribe"),
    ):  # fmt: skip
        assert asks(sender, other) == "done"
        assert alone() == {}
    assert Message.objects.count() == before + 3  # what proves nothing is a mail like others
    assert asks("Ann <Ann@Customer.example>", words.upper()) == "done"
    assert alone() == {"ann@customer.example": "unsubscribed"}
    assert Message.objects.count() == before + 3
    assert deliver(answered(conversation)).state == "sent"
    assert deliver(answered(conversation, automatic=True)).error_code == "suppressed"


def test_an_unsubscription_that_a_provider_tells(conversation: Any, inbox: Inbox) -> None:
    delivery = deliver(answered(conversation))
    told = Receipt("unsubscribed", delivery_id=delivery.pk, recipient="Ann@customer.example")
    assert outbox.record_receipt(inbox, told)
    assert alone() == {"ann@customer.example": "unsubscribed"}
    stranger = Receipt("unsubscribed", delivery_id=delivery.pk, recipient="x@y.example")
    assert outbox.record_receipt(inbox, stranger)
    assert len(alone()) == 1
    hard = Receipt("bounced", delivery_id=delivery.pk, recipient="ann@customer.example", hard=True)
    outbox.record_receipt(inbox, hard)
    assert alone() == {"ann@customer.example": SuppressionReason.BOUNCED}


class _Said:
    """A relay that offers reports, as far as _hand_over looks at it."""

    sock = None

    def __init__(self, *, offers: bool) -> None:
        self.said: list[Any] = []
        self.offers = offers

    def has_extn(self, name: str) -> bool:
        return name == "dsn" and self.offers

    def mail(self, sender: str, options: list[str]) -> tuple[int, bytes]:
        self.said.append(options)
        return 250, b"ok"

    def rcpt(self, recipient: str, options: list[str]) -> tuple[int, bytes]:
        self.said.append(options)
        return 550, b"enough"


@pytest.mark.parametrize("offers", [True, False])
def test_h3_reports_name_our_envelope_where_a_server_offers_them(offers: bool) -> None:
    said: Any = _Said(offers=offers)
    own = threads.bounce_address("p@parley", 7, "ann+a@x.example")
    with pytest.raises(PermanentError):
        sending._hand_over(said, "help@shop.example", "ann+a@x.example", b"x", own)
    if not offers:
        assert said.said == [[], []]
        return
    (ret, envid), (notify, orcpt) = said.said
    assert (ret, notify) == ("RET=HDRS", "NOTIFY=FAILURE,DELAY")
    assert orcpt == "ORCPT=rfc822;ann+2Ba@x.example"
    assert len(envid) < 100
    for form in (envid.removeprefix("ENVID="), own):
        report = bounces.Report(bounces.BOUNCE, envelope_id=form)
        (told,) = reports.parsed(report, ["somebody@else.example"])
        assert isinstance(told, Receipt)
        assert told.delivery_id == 7
