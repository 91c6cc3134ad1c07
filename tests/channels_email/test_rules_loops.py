"""Machines' mail: rules G3-G6 and SEC-16, SEC-17, each by its name, over real SMTP sinks."""

from __future__ import annotations

import email
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings

from channels_email.fake import MailboxFake
from helpdesk import inbound, outbox
from helpdesk.adapters import Raw
from helpdesk.models import (
    AutomaticTally,
    Conversation,
    ConversationEvent,
    Delivery,
    Inbox,
    Message,
    Role,
)
from helpdesk.services import acknowledging, loops
from helpdesk.services.acknowledging import Answer
from tests import factories
from tests.channels_email.machines import MACHINES
from tests.channels_email.samples import mail

pytestmark = pytest.mark.django_db(transaction=True)


def test_g3_a_person_behind_exchange_or_a_list_is_still_a_message(desk: Desk) -> None:
    desk.gets(mail())
    conversation = Conversation.objects.get()
    answer = desk.replies(conversation, "Which one?")
    extra = f"In-Reply-To: <{answer}>\r\nX-Auto-Response-Suppress: All\r\nList-Id: <x.y>"
    desk.gets(mail("The blue one", extra=extra, message_id="<a2@customer.example>"))
    conversation.refresh_from_db()
    message = Message.objects.get(external_id="a2@customer.example")
    assert not message.meta.get("automated")
    assert conversation.unread == 1


class Desk:
    """One installation's mail inbox, its relay, and what passes between."""

    def __init__(self, sink: MailboxFake, address: str) -> None:
        self.sink = sink
        self.agent = factories.agent(role=Role.ADMIN)
        team = factories.team()
        self.agent.teams.add(team)
        self.inbox = factories.inbox(
            channel="email",
            address=address,
            name=f"Help {address}",
            teams=[team],
            settings={"host": sink.host, "port": sink.port},
        )

    def gets(self, data: bytes, *, mail_from: str = "ann@customer.example") -> None:
        headers = {"mail_from": mail_from, "rcpt": self.inbox.address}
        key = f"{self.inbox.pk}:{hash(data)}"
        event, _new = inbound.accept(self.inbox, Raw(key, data, headers), wake=False)
        inbound.process(event.pk)
        event.refresh_from_db()
        assert event.state in {"done", "ignored"}, event.error

    def sends(self) -> list[dict[str, Any]]:
        """Everything that is due leaves; what the sink got since the last time."""
        before = len(self.sink.messages())
        for delivery in Delivery.objects.filter(inbox=self.inbox, state="queued").order_by("pk"):
            outbox.deliver(delivery.pk)
        return self.sink.messages()[before:]

    def replies(self, conversation: Conversation, body: str) -> str:
        from helpdesk.services import messages

        message, _new = messages.reply(conversation.pk, by=self.agent, body=body)
        self.sends()
        message.refresh_from_db()
        return message.external_id

    def answers(self, **facts: Any) -> None:
        texts = {"en": "We have your mail."}
        wanted = Answer(
            **{"on": True, "anyone": True, "texts": texts, "subject": "Got it", **facts}
        )
        self.inbox = acknowledging.change(self.inbox.pk, wanted, by=self.agent)


@pytest.fixture
def sink() -> Iterator[MailboxFake]:
    box = MailboxFake()
    box.start("127.0.0.1", 0)
    yield box
    box.stop()


@pytest.fixture
def desk(sink: MailboxFake) -> Desk:
    return Desk(sink, "help@parley.example")


def _conversation() -> Conversation:
    return Conversation.objects.get()


def test_g2_an_away_note_changes_nothing_but_is_kept(desk: Desk) -> None:
    desk.gets(mail())
    conversation = _conversation()
    ours = desk.replies(conversation, "Which one?")
    conversation.refresh_from_db()
    before = (conversation.state, conversation.assignee_id, conversation.unread)
    waiting = conversation.waiting_since
    extra = f"Auto-Submitted: auto-replied\r\nIn-Reply-To: <{ours}>"
    data = mail("I am away", extra=extra, message_id="<a2@customer.example>")
    desk.gets(data.replace(b"Question", b"Out of office"))
    conversation.refresh_from_db()
    assert (conversation.state, conversation.assignee_id, conversation.unread) == before
    assert conversation.waiting_since == waiting
    assert Message.objects.get(external_id="a2@customer.example").meta["auto_reply"]


def test_g4_the_automatic_answer_has_every_mark_and_no_word_of_the_senders(desk: Desk) -> None:
    """SEC-16: not even the name or the subject."""
    desk.answers()
    desk.gets(
        mail("Buy cheap watches", sender="Cheap Watches <ann@customer.example>").replace(
            b"Subject: Question", b"Subject: cheap watches"
        )
    )
    [sent] = desk.sends()
    message = email.message_from_bytes(sent["raw"])
    assert sent["mail_from"] in {"", "<>"}
    assert sent["rcpt"] == ["ann@customer.example"]
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Precedence"] == "bulk"
    assert message["In-Reply-To"] == "<a1@customer.example>"
    assert message["Subject"] == "Got it"
    assert message["Cc"] is None
    assert b"atches" not in sent["raw"]
    conversation = _conversation()
    assert conversation.last_direction == "in", "lists show what the customer wrote"
    assert conversation.waiting_since is not None, "it keeps no promise"


@pytest.mark.parametrize("extra", MACHINES.values(), ids=MACHINES)
def test_g4_machines_and_lists_are_never_answered(desk: Desk, extra: str) -> None:
    desk.answers()
    desk.gets(mail(extra=extra))
    desk.gets(mail("no path", message_id="<p@x>"), mail_from="")
    desk.gets(mail("shop", message_id="<s@x>", sender="no-reply@shop.example"))
    desk.gets(mail("us", message_id="<u@x>", sender=desk.inbox.address))
    assert desk.sends() == []


def test_g4_once_for_a_conversation_and_a_day(desk: Desk) -> None:
    desk.answers()
    desk.gets(mail())
    desk.gets(mail("again", message_id="<a2@customer.example>"))
    assert len(desk.sends()) == 1
    AutomaticTally.objects.filter(key__startswith="address:").update(
        since=datetime.now(UTC) - timedelta(hours=25)
    )
    desk.gets(mail("tomorrow", message_id="<a3@customer.example>"))
    assert len(desk.sends()) == 1


def test_g4_at_most_so_many_to_one_domain_an_hour(desk: Desk) -> None:
    desk.answers(per_domain=3)
    for number in range(6):
        sender = f"Ann <ann{number}@customer.example>"
        desk.gets(mail(sender=sender, message_id=f"<n{number}@customer.example>"))
    assert len(desk.sends()) == 3


def test_g4_by_default_only_who_is_proven_gets_one(desk: Desk) -> None:
    desk.answers(anyone=False)
    desk.gets(mail())
    assert desk.sends() == []


def test_g4_in_the_language_of_the_inbox_when_none_is_known(desk: Desk) -> None:
    Inbox.objects.filter(pk=desk.inbox.pk).update(language="pl")
    desk.answers(texts={"en": "We have it.", "pl": "Mamy."})
    desk.gets(mail("?"))
    [sent] = desk.sends()
    assert "Mamy." in sent["text"]


def test_sec_16_a_thousand_mails_name_one_victim(desk: Desk) -> None:
    """The limit is a row that only one mail can take; here a hundred mails, then the arithmetic."""
    desk.answers(per_domain=1000)
    for number in range(100):
        desk.gets(mail(f"mail {number}", message_id=f"<v{number}@customer.example>"))
    assert len(desk.sends()) <= 1
    key = "address:victim@customer.example"
    taken = [acknowledging.take(key, 1, acknowledging.DAY) for _ in range(1000)]
    assert sum(taken) == 1


def test_sec_17_two_installations_that_answer_each_other(sink: MailboxFake) -> None:
    """Two keys, so that neither knows the other's marks: two mails at most."""
    ours, theirs = Desk(sink, "help@ours.example"), Desk(sink, "help@theirs.example")
    ours.answers()
    theirs.answers()
    other = override_settings(SECRET_KEY="another installation")
    Inbox.objects.filter(pk=theirs.inbox.pk).update(address="unknown@elsewhere.example")
    ours.gets(mail(sender="Help <help@theirs.example>"), mail_from="help@theirs.example")
    Inbox.objects.filter(pk=theirs.inbox.pk).update(address="help@theirs.example")
    sent = ours.sends()
    total = len(sent)
    for _round in range(5):
        with other:
            for one in sent:
                theirs.gets(one["raw"].replace(b"X-Parley-Loop", b"X-Other"), mail_from="")
            back = theirs.sends()
        for one in back:
            ours.gets(one["raw"].replace(b"X-Parley-Loop", b"X-Other"), mail_from="")
        sent = ours.sends()
        total += len(back) + len(sent)
    assert 1 <= total <= 2


def test_sec_17_a_storm_of_bounces_gets_three_mails_at_most(desk: Desk) -> None:
    desk.answers()
    for number in range(30):
        data = mail(
            "550 5.1.1 user unknown", sender="MAILER-DAEMON@mx.example", message_id=f"<b{number}@x>"
        )
        desk.gets(data, mail_from="")
    assert len(desk.sends()) <= 3


def test_g5_five_mails_in_ten_minutes_stop_what_is_automatic(desk: Desk) -> None:
    desk.answers()
    for number in range(6):
        desk.gets(mail(f"mail {number}", message_id=f"<s{number}@customer.example>"))
    stopped = ConversationEvent.objects.filter(kind="automatic_stopped")
    assert [one.payload["reason"] for one in stopped] == ["storm"], "said once"
    assert not loops.may_write(Conversation.objects.order_by("-pk")[0])


def test_g5_ping_pong_three_times(desk: Desk) -> None:
    desk.gets(mail())
    conversation = _conversation()
    for number in range(3):
        ours = desk.replies(conversation, f"Answer {number}")
        Message.objects.filter(direction="in").update(meta={"from": "somebody@else.example"})
        extra = f"In-Reply-To: <{ours}>"
        desk.gets(mail(f"pong {number}", extra=extra, message_id=f"<p{number}@customer.example>"))
    assert ConversationEvent.objects.get(kind="automatic_stopped").payload["reason"] == "ping_pong"


@pytest.mark.parametrize(
    ("subject", "extra", "reason"),
    [
        ("Re: Re: [#12-ABCD] [#12-ABCD] x", "", "tokens"),
        ("x", "\r\n".join(["Received: from a by b"] * 51), "received"),
    ],
)
def test_g5_what_went_round_too_often(desk: Desk, subject: str, extra: str, reason: str) -> None:
    desk.answers()
    desk.gets(mail(extra=extra).replace(b"Subject: Question", f"Subject: {subject}".encode()))
    assert ConversationEvent.objects.get(kind="automatic_stopped").payload["reason"] == reason
    assert desk.sends() == []


def test_g6_a_return_path_of_ours_makes_no_conversation(desk: Desk) -> None:
    """What comes back to an envelope sender of ours is a report, or nothing."""
    desk.gets(mail())
    desk.replies(_conversation(), "Which one?")
    from channels_email import threads
    from tests.channels_email import reports

    delivery = Delivery.objects.get()
    data = next(one.raw for one in reports.bounces() if one.name == "postfix-0")
    to = threads.bounce_address(desk.inbox.address, delivery.pk, delivery.to)
    headers = {"mail_from": "", "rcpt": to}
    event, _new = inbound.accept(desk.inbox, Raw("r1", data, headers), wake=False)
    inbound.process(event.pk)
    assert Conversation.objects.count() == 1
    assert Message.objects.count() == 2
    delivery.refresh_from_db()
    assert delivery.state == "bounced"
