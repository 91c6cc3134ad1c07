"""Readers that may be killed (A2): what a payload does to one, the next payload never feels."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings

from helpdesk import inbound, reader, reader_stem
from helpdesk.adapters import InboundMessage, Parsed, Raw, UnreadableError
from helpdesk.models import InboundEvent, Inbox
from tests.channel import ScriptedChannel
from tests.faults.poison.apps import KINDS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    """An inbox of the faulty e-mail parser, read by real readers."""
    monkeypatch.setattr(settings, "READ_APART", True)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tests.faults.poison_settings")
    monkeypatch.setattr(reader, "_stem", reader._Stem())
    monkeypatch.setattr(reader, "_threads", threading.local())
    yield Inbox(pk=1, name="Help", channel="email", address="help@parley.example")
    reader._mine().kill()
    reader._stem._end()


def raw(words: str) -> Raw:
    head = f"From: Ann <ann@x.example>\r\nMessage-ID: <{abs(hash(words))}@x>\r\n\r\n"
    return Raw("key", (head + words).encode())


def body(found: Sequence[Parsed]) -> str:
    [one] = found
    assert isinstance(one, InboundMessage)
    return one.body


def test_a2_each_kind_of_poison_ends_and_the_next_mail_is_read(apart: Inbox) -> None:
    assert body(reader.read(apart, raw("Hello"))) == "Hello"
    for kind in KINDS:
        began = time.monotonic()
        with pytest.raises(reader.ReadingFailedError) as caught:
            reader.read(apart, raw(f"poison:{kind.decode()}"))
        assert time.monotonic() - began < 4 * reader.WALL_SECONDS
        killed = isinstance(caught.value, reader.ReaderKilledError)
        assert killed == (kind not in {b"fail", b"recurse"}), (kind, caught.value)
        assert body(reader.read(apart, raw(f"After {kind.decode()}"))).startswith("After")
    with pytest.raises(UnreadableError):
        reader.read(apart, Raw("key", b"\r\n"))


def test_a2_a_hang_in_one_thread_holds_up_no_other(apart: Inbox) -> None:
    reader.read(apart, raw("Hello"))
    hung = threading.Thread(target=swallow, args=(apart, raw("poison:sleep")))
    hung.start()
    began = time.monotonic()
    for number in range(20):
        assert body(reader.read(apart, raw(f"Letter {number}"))) == f"Letter {number}"
    assert time.monotonic() - began < reader.WALL_SECONDS
    assert hung.is_alive()
    hung.join(3 * reader.WALL_SECONDS)


def swallow(inbox: Inbox, one: Raw) -> None:
    with pytest.raises(reader.ReaderKilledError):
        reader.read(inbox, one)


def test_a2_readers_and_their_stem_are_replaced_when_somebody_kills_them(apart: Inbox) -> None:
    reader.read(apart, raw("Hello"))
    os.kill(reader._mine()._pid, signal.SIGKILL)
    time.sleep(0.2)
    assert body(reader.read(apart, raw("one"))) == "one"
    stem = reader._stem._process
    assert stem is not None
    stem.kill()
    stem.wait()
    reader._mine().kill()
    assert body(reader.read(apart, raw("two"))) == "two"


def test_a2_a_reader_is_renewed_after_many_mails(apart: Inbox) -> None:
    reader.read(apart, raw("Hello"))
    first = reader._mine()._pid
    for number in range(reader_stem.TASKS + 1):
        reader.read(apart, raw(f"Letter {number}"))
    assert reader._mine()._pid != first


def test_a2_limits_grow_with_each_try() -> None:
    assert [reader.limits(attempt) for attempt in (1, 2, 3, 9)] == [
        (2, 5.0), (4, 10.0), (8, 20.0), (30, 30.0),
    ]  # fmt: skip


def test_a2_killed_twice_is_quarantined(phone: Inbox, channel: ScriptedChannel) -> None:
    channel.broken_parser = reader.ReaderKilledError("killed: not read within 5 s")
    event, _created = inbound.accept(phone, Raw("key", b"[]"))
    assert inbound.process(event.pk) == "new"
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=60)):
        assert inbound.process(event.pk) == "quarantined"


def test_a2_whoever_failed_before_goes_one_at_a_time(phone: Inbox) -> None:
    event, _created = inbound.accept(phone, Raw("key", b"[]"))
    InboundEvent.objects.update(attempts=1)
    with inbound._slow_lane:
        assert inbound.process(event.pk) == ""
        fresh, _created = inbound.accept(phone, Raw("key 2", b"[]"))
        assert inbound.process(fresh.pk) == "done", "new ones never wait for it"
    event.refresh_from_db()
    assert (event.state, event.attempts) == ("new", 1), "waiting is not a try"
