"""What message centres send, by kind (providers.md 2.6 as far as texts have it); no line needed."""

from __future__ import annotations

from typing import Any

import pytest

from channels_sms.smpp import link, pdu, texts
from channels_sms.smpp.adapter import SmppAdapter, concat
from channels_sms.smpp.pdu import Short
from helpdesk import inbound, outbox
from helpdesk.adapters import Ignored, InboundMessage, Raw, Receipt, UnreadableError
from helpdesk.models import InboundEvent, Inbox, Message, SuppressedAddress
from tests import factories

pytestmark = pytest.mark.django_db
ANN, OURS = "+48600123456", "+48222000111"


@pytest.fixture
def inbox() -> Inbox:
    facts = {"channel": "sms", "provider": "smpp", "address": OURS}
    return factories.inbox(teams=[factories.team()], **facts)


def said(text: bytes, **more: Any) -> bytes:
    return pdu.short(Short(ANN, OURS, text, **more))


def read(inbox: Inbox, body: bytes) -> Any:
    (one,) = SmppAdapter().parse(inbox, Raw("k", body))
    return one


@pytest.mark.parametrize(
    ("text", "coding", "shown"),
    [
        (b"Hi", 0, "Hi"),
        (b"\x1be 5", 0, "€ 5"),
        (b"Hi [x]", 1, "Hi [x]"),
        (b"d\xe9j\xe0", 3, "déjà"),
        ("Привет".encode("iso8859_5"), 6, "Привет"),
        ("שלום".encode("iso8859_8"), 7, "שלום"),
        ("안녕".encode("euc_kr"), 14, "안녕"),
        ("😀 ż".encode("utf-16-be"), 8, "😀 ż"),
        ("שלום".encode("utf-16-be"), 0x18, "שלום"),
        (b"\xd8", 8, "\ufffd"),
        (b"", 0, ""),
        (b"\x06\x05\x04", 4, "(unsupported message: binary)"),
        (b"\x06\x05\x04", 2, "(unsupported message: binary)"),
    ],
)
def test_every_coding_is_read_or_said_to_be_none(
    inbox: Inbox, text: bytes, coding: int, shown: str
) -> None:
    message = read(inbox, said(text, data_coding=coding))

    assert isinstance(message, InboundMessage)
    assert (message.body, message.sender.address) == (shown, ANN)


def test_a_text_in_the_payload_parameter(inbox: Inbox) -> None:
    assert read(inbox, said(b"long " * 80)).body == "long " * 80


def test_parts_by_optional_parameters_wait_for_each_other(inbox: Inbox) -> None:
    for number, words in ((2, b"world"), (1, b"Hello ")):
        place = {pdu.PART_OF: b"\x00\x07", pdu.PARTS: b"\x02", pdu.PART: bytes((number,))}
        body = said(words, tlvs=place)
        event, _ = inbound.accept(inbox, Raw(f"k{number}", body, {"concat": concat(body)}))
        inbound.process(event.pk)

    assert Message.objects.get().body == "Hello world"


@pytest.mark.parametrize(
    ("told", "tlvs", "state"),
    [
        (b"id:AB stat:DELIVRD err:000", {}, "delivered"),
        (b"id:AB stat:ENROUTE", {}, "sent"),
        (b"id:AB stat:UNDELIV err:001", {}, "failed"),
        (b"ID:AB STAT:EXPIRED", {}, "failed"),
        (b"", {pdu.RECEIPTED_ID: b"AB\x00", pdu.MESSAGE_STATE: b"\x02"}, "delivered"),
        (b"id:AB stat:TELEPORT", {}, ""),
        (b"stat:DELIVRD", {}, ""),
        (b"", {}, ""),
    ],
)
def test_every_receipt_is_a_state_or_ignored(
    inbox: Inbox, told: bytes, tlvs: dict[int, bytes], state: str
) -> None:
    found = read(inbox, said(told, esm_class=pdu.RECEIPT, tlvs=tlvs))

    assert isinstance(found, Receipt if state else Ignored)
    if isinstance(found, Receipt):
        assert (found.provider_id, found.state) == ("AB", state)


def test_a_receipt_before_its_message_and_one_that_goes_back(inbox: Inbox) -> None:
    talk = factories.conversation(inbox, ANN, kind="phone")
    from helpdesk.models import Delivery
    from helpdesk.services import messages

    agent = factories.agent(teams=list(inbox.teams.all()))
    message, _new = messages.reply(talk.pk, by=agent, body="Hi")
    for number, state in enumerate((b"DELIVRD", b"ENROUTE", b"DELIVRD")):
        body = said(b"id:AB stat:" + state, esm_class=pdu.RECEIPT)
        event, _ = inbound.accept(inbox, Raw(f"r{number}", body))
        assert inbound.process(event.pk) == "done"
    row = Delivery.objects.get(message=message)
    outbox.record_receipt(inbox, Receipt("sent", provider_id="AB", delivery_id=row.pk))
    from helpdesk.receipts import attach_parked

    attach_parked(inbox, "AB")
    row.refresh_from_db()
    assert row.state == "delivered"


def test_the_broken_one_of_three_is_put_aside_alone(inbox: Inbox) -> None:
    for number, body in enumerate((said(b"one"), said(b"two")[:-2], said(b"three"))):
        event, _ = inbound.accept(inbox, Raw(f"k{number}", body))
        inbound.process(event.pk)

    states = InboundEvent.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["done", "quarantined", "done"]


def test_stop_is_heard(inbox: Inbox) -> None:
    event, _ = inbound.accept(inbox, Raw("k", said(b" stop ")))
    inbound.process(event.pk)

    assert SuppressedAddress.objects.get().address == ANN


@pytest.mark.parametrize("body", [b"", b"\x00", said(b"x")[:9], said(b"", esm_class=0)[:20]])
def test_what_is_no_text_is_unreadable(inbox: Inbox, body: bytes) -> None:
    with pytest.raises(UnreadableError):
        SmppAdapter().parse(inbox, Raw("k", body))


def test_a_text_from_nobody_is_unreadable(inbox: Inbox) -> None:
    with pytest.raises(UnreadableError):
        SmppAdapter().parse(inbox, Raw("k", pdu.short(Short("", OURS, b"x"))))


@pytest.mark.parametrize("host", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1"])
async def test_no_line_into_ones_own_network(host: str, settings: Any) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = []

    async def keep(_body: bytes) -> bool:
        return True

    with pytest.raises(link.UnwantedError, match="private"):
        await link.Link(link.Place(host, 2775, "me", "pw"), keep).run(lambda: None)


def test_parts_of_one_text_are_named_alike() -> None:
    _coding, cut = texts.parts("Long words " * 20, 7)
    names = {concat(said(one, esm_class=pdu.UDH)) for one in cut}
    assert len(names) == 1
    assert names != {""}
