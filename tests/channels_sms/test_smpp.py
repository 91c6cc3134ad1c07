from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_sms.segments import segments
from channels_sms.smpp import desk, pdu, texts
from channels_sms.smpp.adapter import SmppAdapter
from channels_sms.smpp.pdu import Pdu, Short
from channels_sms.smpp.serving import Bind
from helpdesk import inbound, nudge, outbox
from helpdesk.adapters import AmbiguousError, PermanentError, Raw, TransientError
from helpdesk.models import ChannelHealth, Delivery, InboundEvent, Inbox, Message
from helpdesk.services import messages
from tests import factories
from tests.channels_sms.smsc import Smsc
from tests.stack import until

ANN, OURS = "+48600123456", "+48222000111"
SIGNS = "a€{ż😀\n^"


@given(st.text(SIGNS, max_size=700) | st.text("a€{\n^", max_size=700), st.integers(0, 300))
def test_parts_are_what_is_counted_and_together_the_text(text: str, reference: int) -> None:
    coding, cut = texts.parts(text, reference)

    assert len(cut) == segments(text).count
    assert coding == (0 if segments(text).encoding == "gsm7" else 8)
    assert all(len(one) <= (160 if coding == 0 else 140) for one in cut)
    read = [texts.decoded(one, coding, header=len(cut) > 1) for one in cut]
    assert "".join(words for words, _part in read) == text
    if len(cut) > 1:
        assert [part and (part.of, part.number, part.total) for _words, part in read] == [
            (reference % 256, n, len(cut)) for n in range(1, len(cut) + 1)
        ]


@given(st.binary(max_size=300), st.sampled_from([ANN, "Parley", "48600"]), st.integers(0, 255))
def test_a_short_message_survives_the_line(data: bytes, source: str, flags: int) -> None:
    one = Short(source, ANN, data, flags, 8, 1, "000000001000000R", {pdu.RECEIPTED_ID: b"7\x00"})
    stream = bytearray(Pdu(pdu.SUBMIT_SM, 9, body=pdu.short(one)).encoded() + b"\x00\x00")
    read = pdu.cut(stream)

    assert read is not None
    found = pdu.read_short(read.body)
    assert (found.source, found.destination, found.text) == (source, ANN, data)
    assert (found.esm_class, found.data_coding, found.registered) == (flags, 8, 1)
    assert found.tlvs[pdu.RECEIPTED_ID] == b"7\x00"
    assert bytes(stream) == b"\x00\x00"


@given(st.binary(max_size=80))
def test_garbage_is_a_broken_pdu_and_nothing_else(data: bytes) -> None:
    with contextlib.suppress(pdu.BrokenPduError):
        pdu.read_short(data)
    with pytest.raises(pdu.BrokenPduError):
        pdu.cut(bytearray(b"\xff" * 16 + data))


@pytest.fixture
def inbox(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    monkeypatch.setattr(nudge, "wake", lambda *_args, **_more: True)
    monkeypatch.setattr(desk, "TAKEN_WITHIN", 3.0)
    return factories.inbox(
        teams=[factories.team()],
        channel="sms",
        provider="smpp",
        address=OURS,
        settings={"host": "127.0.0.1", "system_id": "parley"},
        secrets={"password": "let-me"},
    )


@pytest.fixture
def smsc(inbox: Inbox, settings: Any) -> Iterator[Smsc]:
    """A message centre and a bind to it that stands."""
    stop = threading.Event()
    with Smsc() as centre:
        settings.OUTBOUND_ALLOWED_HOSTS = [f"127.0.0.1:{centre.port}"]
        inbox.settings["port"] = centre.port
        inbox.save()
        thread = threading.Thread(target=Bind(inbox.pk, stop, enquire=0.2).run)
        thread.start()
        until(lambda: centre.binds, 20)
        yield centre
        stop.set()
        thread.join(20)


def answer(inbox: Inbox, body: str) -> Delivery:
    agent = factories.agent(teams=list(inbox.teams.all()))
    talk = factories.conversation(inbox, ANN, kind="phone")
    message, _new = messages.reply(talk.pk, by=agent, body=body)
    return Delivery.objects.get(message=message)


def test_a_text_out_its_receipt_and_a_text_in(inbox: Inbox, smsc: Smsc) -> None:
    row = answer(inbox, "Zażółć " * 20)
    assert outbox.deliver(row.pk) == "sent"
    row.refresh_from_db()
    assert [one.registered for one in smsc.taken] == [0, 0, 1]
    read = [texts.decoded(one.text, one.data_coding, header=True)[0] for one in smsc.taken]
    assert "".join(read) == row.message.body
    assert {(one.source, one.destination) for one in smsc.taken} == {(OURS, ANN)}

    decimal = str(int(row.provider_id, 16))  # hex where it was sent, decimal in the receipt
    told = f"id:{decimal} sub:001 dlvrd:001 stat:DELIVRD err:000 text:".encode()
    smsc.deliver(Short(ANN, OURS, told, esm_class=pdu.RECEIPT))
    smsc.deliver(Short(ANN, OURS, texts.parts("Dziękuję", 1)[1][0], data_coding=8))
    until(lambda: len(smsc.answered) == 2, 20)
    for event in InboundEvent.objects.filter(state="new"):
        inbound.process(event.pk)

    row.refresh_from_db()
    assert row.state == "delivered"
    assert Message.objects.filter(direction="in").latest("seq").body == "Dziękuję"
    assert smsc.answered == [0, 0]
    until(lambda: smsc.enquired, 10)
    assert ChannelHealth.objects.get(inbox=inbox).failing_since is None


def test_what_the_message_centre_says_is_what_becomes_of_a_text(inbox: Inbox, smsc: Smsc) -> None:
    adapter = SmppAdapter()
    row = answer(inbox, "Hello")
    from helpdesk.packing import pack

    outgoing = pack(row)
    for status, error in (
        (pdu.THROTTLED, TransientError), (pdu.QUEUE_FULL, TransientError),
        (pdu.BAD_DESTINATION, PermanentError), ("cut_after_accept", AmbiguousError),
    ):  # fmt: skip
        smsc.script.append(status)
        with pytest.raises(error):
            adapter.send(inbox, outgoing)
    until(lambda: smsc.binds == 2, 20)
    assert adapter.send(inbox, outgoing).provider_id


def test_without_a_bind_a_text_waits_and_is_never_sent_late(inbox: Inbox) -> None:
    row = answer(inbox, "Hello")
    assert outbox.deliver(row.pk) == "retry"
    row.refresh_from_db()
    assert row.error_code == "not_bound"
    assert desk.take(inbox.pk) is None  # the job is there, but its sender has given it up


def test_what_was_kept_but_not_heard_answered_is_one_message(inbox: Inbox, smsc: Smsc) -> None:
    said = Short(ANN, OURS, texts.parts("Once", 1)[1][0])
    smsc.deliver(said)
    until(lambda: len(smsc.answered) == 1, 20)
    smsc.hang_up()
    until(lambda: smsc.binds == 2, 20)
    smsc.deliver(said)  # once more, since the answer was lost
    until(lambda: len(smsc.answered) == 2, 20)
    smsc.deliver(said)  # and this one is a new text of the same words
    until(lambda: len(smsc.answered) == 3, 20)

    assert InboundEvent.objects.count() == 2


def test_one_bind_for_an_inbox_however_many_processes(inbox: Inbox, smsc: Smsc) -> None:
    stop = threading.Event()
    other = threading.Thread(target=Bind(inbox.pk, stop).run)
    other.start()
    other.join(10)

    assert not other.is_alive()
    assert smsc.binds == 1


def test_a_part_waits_for_the_others(inbox: Inbox) -> None:
    coding, cut = texts.parts("Long words " * 20, 7)
    for place in (1, 0):
        body = pdu.short(Short(ANN, OURS, cut[place], pdu.UDH, coding))
        from channels_sms.smpp.adapter import concat

        headers = {"digest": str(place), "concat": concat(body)}
        inbound.accept(inbox, Raw(f"k{place}", body, headers))
    for event in InboundEvent.objects.order_by("pk"):
        inbound.process(event.pk)
    InboundEvent.objects.filter(state="new").update(next_at=datetime.now(UTC))
    for event in InboundEvent.objects.filter(state="new"):
        inbound.process(event.pk)

    assert Message.objects.get().body == ("Long words " * 20).strip()
