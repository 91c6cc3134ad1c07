"""The way out, for every adapter that sends (DEL-7 to DEL-11, PRV-5, PRV-7)."""

from __future__ import annotations

import itertools
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk import inbound, outbox, typing_out
from helpdesk.adapters import Outgoing, PermanentError, Receipt, adapter_for
from helpdesk.models import Agent, Delivery, InboundEvent, Inbox, InboxHealth, Message
from helpdesk.services import attachments, messages
from tests.contracts.every import SUBJECTS
from tests.contracts.subject import Subject
from tests.contracts.test_webhooks import post, process

# Real commits: the outbox gives its connection back while a provider is being called.
pytestmark = pytest.mark.django_db(transaction=True)


def each(*keys: tuple[str, str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("subject", keys, indirect=True, ids="-".join)


each_subject = each(*(key for key, subject in SUBJECTS.items() if subject.fake))
each_with_receipts = each(*(key for key, subject in SUBJECTS.items() if subject.receipts))


def reply(subject: Subject, inbox: Inbox, agent: Agent, body: str = "answer") -> Delivery:
    """The queued answer to a customer's message."""
    event, _ = inbound.accept(inbox, subject.raw(inbox, "question"))
    inbound.process(event.pk)
    conversation = Message.objects.filter(direction="in").get().conversation
    message, _ = messages.reply(conversation.pk, by=agent, body=body, client_id=uuid.uuid4())
    return Delivery.objects.get(message=message)


def deliver(delivery: Delivery) -> Delivery:
    outbox.deliver(delivery.pk)
    return Delivery.objects.get(pk=delivery.pk)


@each_subject
def test_the_same_payload_again_changes_nothing(subject: Subject, inbox: Inbox) -> None:
    made = [inbound.accept(inbox, subject.raw(inbox, "once")) for _ in range(3)]
    inbound.process(made[0][0].pk)

    assert [created for _event, created in made] == [True, False, False]
    assert len({event.pk for event, _created in made}) == 1
    assert Message.objects.count() == 1


@each_subject
def test_an_answer_goes_out_once(subject: Subject, inbox: Inbox, agent: Agent) -> None:
    delivery = deliver(reply(subject, inbox, agent, "Zażółć 😀\n\nשלום"))

    assert (delivery.state, delivery.error) == ("sent", "")
    assert outbox.deliver(delivery.pk) == ""
    (sent,) = subject.sends()
    assert sent["body"] == "Zażółć 😀\n\nשלום"
    assert sent["to"] == subject.sender
    assert delivery.provider_id == sent["provider_id"]


@each_subject
def test_a_permanent_error_fails_at_once(subject: Subject, inbox: Inbox, agent: Agent) -> None:
    delivery = reply(subject, inbox, agent)
    subject.refuse()
    delivery = deliver(delivery)

    assert (delivery.state, delivery.error_code) == ("failed", str(subject.refused_code))
    assert delivery.error
    assert subject.sends() == []


@each_subject
def test_slow_down_is_obeyed(subject: Subject, inbox: Inbox, agent: Agent) -> None:
    delivery = reply(subject, inbox, agent)
    subject.fault("429", seconds=7)
    before = datetime.now(UTC)
    delivery = deliver(delivery)

    assert delivery.state == "retry"
    wait = delivery.next_at - before
    assert timedelta(seconds=subject.slower) <= wait <= timedelta(seconds=subject.slower + 2)
    assert subject.sends() == []


@each_subject
def test_a_sick_provider_is_tried_again(subject: Subject, inbox: Inbox, agent: Agent) -> None:
    delivery = reply(subject, inbox, agent)
    subject.fault("5xx", times=2)
    for _ in range(2):
        delivery = deliver(delivery)
        assert delivery.state == "retry"
        Delivery.objects.update(next_at=datetime.now(UTC))
    delivery = deliver(delivery)

    assert (delivery.state, delivery.attempts) == ("sent", 3)
    assert len(subject.sends()) == 1


@each_subject
def test_nothing_listens(subject: Subject, inbox: Inbox, agent: Agent, settings: object) -> None:
    delivery = reply(subject, inbox, agent)
    settings.OUTBOUND_ALLOWED_HOSTS.append("127.0.0.1:1")  # type: ignore[attr-defined]
    subject.move(inbox, "http://127.0.0.1:1")
    inbox.save()

    assert deliver(delivery).state == "retry"


@each_subject
def test_a_private_address_disconnects_the_channel(
    subject: Subject, inbox: Inbox, agent: Agent
) -> None:
    delivery = reply(subject, inbox, agent)
    subject.move(inbox, "http://10.0.0.1")
    inbox.save()

    assert deliver(delivery).state == "retry"
    inbox.refresh_from_db()
    assert inbox.health == InboxHealth.BROKEN


@each_subject
def test_revoked_credentials_hold_the_queue(subject: Subject, inbox: Inbox, agent: Agent) -> None:
    delivery = reply(subject, inbox, agent)
    subject.revoke()
    delivery = deliver(delivery)

    inbox.refresh_from_db()
    assert inbox.health == InboxHealth.BROKEN
    assert inbox.health_note
    assert (delivery.state, delivery.attempts) == ("retry", 0)
    secrets = [str(value) for value in inbox.secrets.values()]
    assert not any(secret in inbox.health_note for secret in secrets)


@each_subject
@pytest.mark.parametrize("fault", ["cut", "reset", "cut_after_accept", "garbage"])
def test_a_cut_is_uncertain_and_not_sent_twice(
    subject: Subject, inbox: Inbox, agent: Agent, fault: str
) -> None:
    delivery = reply(subject, inbox, agent)
    subject.fault(fault)
    delivery = deliver(delivery)

    if subject.repeats:
        assert delivery.state == "retry"
        Delivery.objects.update(next_at=datetime.now(UTC))
        assert deliver(delivery).state == "sent"
        assert len(subject.sends()) == 1
        return
    assert delivery.state == "uncertain"
    assert outbox.deliver(delivery.pk) == ""
    assert len(subject.sends()) == (fault in {"cut_after_accept", "garbage"})


@each_subject
@pytest.mark.parametrize("fault", ["cut", "cut_after_accept"])
def test_an_uncertain_send_is_settled_by_the_providers_list(
    subject: Subject, inbox: Inbox, agent: Agent, fault: str
) -> None:
    delivery = reply(subject, inbox, agent)
    subject.fault(fault)
    deliver(delivery)
    Delivery.objects.update(next_at=datetime.now(UTC))
    outbox.sweep()
    delivery.refresh_from_db()

    if subject.repeats:
        assert delivery.state == "retry"
        return
    if not hasattr(adapter_for(inbox), "find"):
        assert delivery.state == "uncertain"
        return
    assert delivery.state == ("sent" if fault == "cut_after_accept" else "queued")
    deliver(delivery)
    assert [sent["body"] for sent in subject.sends()] == ["answer"]


@each_with_receipts
def test_an_echo_settles_an_uncertain_send(subject: Subject, inbox: Inbox, agent: Agent) -> None:
    assert adapter_for(inbox).capabilities.echoes_id
    delivery = reply(subject, inbox, agent)
    subject.fault("cut_after_accept")
    deliver(delivery)
    provider_id = subject.sends()[0]["provider_id"]

    assert post(inbox, subject.receipt(inbox, delivery.pk, provider_id, "sent")).status_code == 200
    process()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.provider_id) == (subject.echo_state, provider_id)


@each_with_receipts
def test_receipts_in_any_order_only_move_up(subject: Subject, inbox: Inbox, agent: Agent) -> None:
    delivery = deliver(reply(subject, inbox, agent))
    states = ("sent", "delivered", "read")
    told = states[: states.index(subject.best_state) + 1]
    for order in itertools.permutations(told):
        Delivery.objects.update(state="sent")
        InboundEvent.objects.all().delete()
        for state in (*order, "failed"):
            post(inbox, subject.receipt(inbox, delivery.pk, delivery.provider_id, state))
            post(inbox, subject.receipt(inbox, 0, delivery.provider_id, state))
            process()

        delivery.refresh_from_db()
        assert delivery.state == subject.best_state, order


@each_subject
def test_a_receipt_before_its_message_waits_for_it(
    subject: Subject, inbox: Inbox, agent: Agent
) -> None:
    delivery = reply(subject, inbox, agent)

    assert not outbox.record_receipt(inbox, Receipt("delivered", provider_id="early"))
    assert deliver(delivery).state == "sent"


@each_subject
def test_a_text_over_the_limit_is_split_and_never_sent_whole(
    subject: Subject, inbox: Inbox, agent: Agent
) -> None:
    delivery = reply(subject, inbox, agent)
    conversation = delivery.message.conversation_id
    if not subject.too_long:
        assert not adapter_for(inbox).capabilities.max_chars
        return
    assert adapter_for(inbox).capabilities.splits
    messages.reply(conversation, by=agent, body="x" * subject.too_long)
    sizes = [len(row.message.body) for row in Delivery.objects.order_by("pk")][1:]
    assert sizes == [subject.too_long - 1, 1]

    outgoing = Outgoing(
        delivery.pk, delivery.message_id, conversation, subject.sender, "", "x" * subject.too_long
    )
    with pytest.raises(PermanentError):
        adapter_for(inbox).send(inbox, outgoing)
    assert subject.sends() == []


@each_subject
def test_the_agents_choice_of_what_is_answered_goes_along(
    subject: Subject, inbox: Inbox, agent: Agent
) -> None:
    delivery = reply(subject, inbox, agent)
    asked = Message.objects.get(direction="in")
    chosen = {"answering": asked.pk}
    if not adapter_for(inbox).capabilities.answers:
        with pytest.raises(messages.RejectedError):
            messages.reply(asked.conversation_id, by=agent, body="x", meta=chosen)
        return
    deliver(delivery)
    message, _ = messages.reply(asked.conversation_id, by=agent, body="That one", meta=chosen)
    deliver(Delivery.objects.get(message=message))

    assert [sent["answers"] for sent in subject.sends()] == ["", asked.external_id]


@each_subject
def test_the_network_shows_that_we_write_where_it_can(
    subject: Subject, inbox: Inbox, agent: Agent
) -> None:
    delivery = reply(subject, inbox, agent)
    seconds = adapter_for(inbox).capabilities.typing

    assert typing_out.say(delivery.conversation_id) is bool(seconds)
    assert subject.sends() == []


@each_subject
def test_a_file_goes_out_or_is_refused(subject: Subject, inbox: Inbox, agent: Agent) -> None:
    delivery = reply(subject, inbox, agent)
    carries = adapter_for(inbox).capabilities.max_attachment_bytes > 0
    file = attachments.upload("a ż.txt", b"content", by=agent)
    file.message = delivery.message
    file.save()
    delivery = deliver(delivery)

    assert delivery.state == ("sent" if carries else "failed")
    names = [name for sent in subject.sends() if (name := subject.file_name(sent))]
    assert names == (["a ż.txt"] if carries else [])


@each_subject
def test_a_note_has_no_way_out(subject: Subject, inbox: Inbox, agent: Agent) -> None:
    delivery = reply(subject, inbox, agent)
    messages.note(delivery.message.conversation_id, by=agent, body="Secret")

    assert Delivery.objects.count() == 1
