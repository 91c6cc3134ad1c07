"""The provider's window for free words, and the breaker of a sick provider."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk import circuit, inbound, outbox, windows
from helpdesk.adapters import (
    Capabilities,
    InboundMessage,
    PermanentError,
    Person,
    TransientError,
)
from helpdesk.models import (
    ApprovedText,
    Attachment,
    Circuit,
    Conversation,
    Delivery,
    Inbox,
    Message,
)
from helpdesk.services import messages
from tests.channel import ScriptedChannel
from tests.core.conftest import Desk

pytestmark = pytest.mark.django_db(transaction=True)
ANN = Person("phone", "+48600123456", name="Ann", verified=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def limited(channel: ScriptedChannel, phone: Inbox) -> Inbox:
    channel.capabilities = Capabilities(
        window=24 * 3600, after_window="templates", tag_window=7 * 24 * 3600, max_bytes=10,
        file_limits=(("image/", 5), ("text/", 9)), max_attachments=1,
    )  # fmt: skip
    return phone


def reply_with(desk: Desk, talk: Conversation, text: ApprovedText, values: list[str]) -> None:
    meta = {"approved": {"id": text.pk, "values": values}}
    messages.reply(talk.pk, by=desk.agent, body="", meta=meta)


def asked(inbox: Inbox, ago: timedelta) -> Conversation:
    at = datetime.now(UTC) - ago
    message, _ = inbound.receive(inbox, InboundMessage(ANN, "hi", external_id="m1", sent_at=at))
    return message.conversation


def test_free_words_inside_the_window_and_none_after(desk: Desk, limited: Inbox) -> None:
    conversation = asked(limited, 23 * HOUR)
    messages.reply(conversation.pk, by=desk.agent, body="in time")
    Message.objects.filter(direction="in").update(sent_at=datetime.now(UTC) - 25 * HOUR)

    with pytest.raises(messages.RejectedError, match="too old"):
        messages.reply(conversation.pk, by=desk.agent, body="late")


def test_a_queued_message_does_not_slip_past_the_window(
    desk: Desk, limited: Inbox, channel: ScriptedChannel
) -> None:
    conversation = asked(limited, 23 * HOUR)
    message, _ = messages.reply(conversation.pk, by=desk.agent, body="in time")
    Message.objects.filter(direction="in").update(sent_at=datetime.now(UTC) - 25 * HOUR)
    outbox.deliver(message.delivery.pk)

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.error_code) == ("failed", windows.CODE)
    assert channel.sent == []


def test_an_agents_choice_goes_out_for_seven_days(
    desk: Desk, limited: Inbox, channel: ScriptedChannel
) -> None:
    conversation = asked(limited, 6 * 24 * HOUR)
    message, _ = messages.reply(conversation.pk, by=desk.agent, body="mine", meta={"tagged": True})
    outbox.deliver(message.delivery.pk)
    Message.objects.filter(direction="in").update(sent_at=datetime.now(UTC) - 8 * 24 * HOUR)

    assert [sent.tagged for sent in channel.sent] == [True]
    with pytest.raises(messages.RejectedError):
        messages.reply(conversation.pk, by=desk.agent, body="mine", meta={"tagged": True})


def test_an_approved_text_goes_out_after_the_window(
    desk: Desk, limited: Inbox, channel: ScriptedChannel
) -> None:
    conversation = asked(limited, 40 * 24 * HOUR)
    text = ApprovedText.objects.create(
        inbox=limited, name="back", language="en", body="Hi {{1}}!", gaps=1,
        seen_at=datetime.now(UTC),
    )  # fmt: skip
    for wrong in ([], [""], ["a", "b"]):
        with pytest.raises(messages.RejectedError, match="gap"):
            reply_with(desk, conversation, text, wrong)
    meta = {"approved": {"id": text.pk, "values": ["Ann"]}}
    message, _ = messages.reply(conversation.pk, by=desk.agent, body="ignored", meta=meta)
    outbox.deliver(message.delivery.pk)

    assert message.body == "Hi Ann!"
    assert dict(channel.sent[0].approved) == {"name": "back", "language": "en", "values": ["Ann"]}
    ApprovedText.objects.update(approved=False)
    with pytest.raises(messages.RejectedError, match="approve"):
        messages.reply(conversation.pk, by=desk.agent, body="", meta=meta)


def test_limits_are_told_with_a_count(desk: Desk, limited: Inbox) -> None:
    conversation = asked(limited, HOUR)
    messages.reply(conversation.pk, by=desk.agent, body="ż" * 5)

    with pytest.raises(messages.RejectedError, match="12 bytes"):
        messages.reply(conversation.pk, by=desk.agent, body="ż" * 6)


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [("a.png", b"\x89PNG\r\n\x1a\n", "too large"), ("a.zip", b"PK\x03\x04", "does not carry")],
)
def test_files_that_the_channel_does_not_carry(
    desk: Desk, limited: Inbox, name: str, data: bytes, why: str
) -> None:
    conversation = asked(limited, HOUR)
    kind = "image/png" if name.endswith("png") else "application/zip"
    file = Attachment.objects.create(
        name=name, content_type=kind, size=len(data), uploaded_by=desk.agent
    )
    with pytest.raises(messages.RejectedError, match=why):
        messages.reply(conversation.pk, by=desk.agent, body="x", attachments=[str(file.pk)])


def queued(desk: Desk, inbox: Inbox, n: int) -> list[int]:
    found = []
    for number in range(n):
        person = Person("phone", f"+4860012345{number}", verified=True)
        said = InboundMessage(person, "hi", external_id=f"q{number}")
        message, _ = inbound.receive(inbox, said)
        answer, _ = messages.reply(message.conversation_id, by=desk.agent, body="x")
        found.append(answer.delivery.pk)
    return found


def test_the_breaker_opens_probes_and_closes(
    desk: Desk, phone: Inbox, channel: ScriptedChannel
) -> None:
    ids = queued(desk, phone, 8)
    channel.script = [TransientError("down") for _ in range(6)]
    for pk in ids[:7]:
        outbox.deliver(pk)
    attempts = list(Delivery.objects.order_by("pk").values_list("attempts", flat=True))

    assert attempts == [1, 1, 1, 1, 1, 0, 0, 0]  # the sixth and seventh waited, unburnt
    assert Circuit.objects.get().open_since is not None
    Circuit.objects.update(probe_at=datetime.now(UTC) - HOUR)
    Delivery.objects.update(next_at=datetime.now(UTC) - HOUR)
    outbox.deliver(ids[5])  # the probe fails: it stays open
    assert len(channel.sent) == 0
    assert outbox.deliver(ids[6]) == "retry"
    Circuit.objects.update(probe_at=datetime.now(UTC) - HOUR)
    assert outbox.deliver(ids[7]) == "sent"
    assert Circuit.objects.get().open_since is None
    Delivery.objects.filter(state="retry").update(next_at=datetime.now(UTC) - HOUR)
    assert outbox.deliver(ids[0]) == "sent"


def test_only_one_message_probes(desk: Desk, phone: Inbox) -> None:
    old = datetime.now(UTC) - HOUR
    Circuit.objects.create(inbox=phone, failures=5, first_at=old, open_since=old, probe_at=old)
    first, second = (Inbox.objects.get(pk=phone.pk) for _ in range(2))
    assert first.circuit.probe_at == second.circuit.probe_at

    assert [circuit.wait(first) is None, circuit.wait(second) is None] == [True, False]


@pytest.mark.parametrize(
    "error", [PermanentError("no such number"), TransientError("slow down", retry_after=7)]
)
def test_who_answers_is_well(
    desk: Desk, phone: Inbox, channel: ScriptedChannel, error: Exception
) -> None:
    channel.script = [error] * 8
    for pk in queued(desk, phone, 8):
        outbox.deliver(pk)

    assert not Circuit.objects.filter(open_since__isnull=False).exists()


def test_failures_far_apart_do_not_add_up(desk: Desk, phone: Inbox) -> None:
    for _ in range(4):
        circuit.failed(phone.pk, "down")
    Circuit.objects.update(first_at=datetime.now(UTC) - timedelta(minutes=2))

    assert not circuit.failed(phone.pk, "down")
    assert Circuit.objects.get().failures == 1


def test_another_inbox_goes_on(desk: Desk, phone: Inbox, channel: ScriptedChannel) -> None:
    for _ in range(5):
        circuit.failed(desk.elsewhere.pk, "down")

    (pk,) = queued(desk, phone, 1)
    assert outbox.deliver(pk) == "sent"
    assert len(channel.sent) == 1
