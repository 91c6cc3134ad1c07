"""Raw payloads: kept first, parsed later, quarantined when hopeless, replayed once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import orjson
import pytest
import time_machine

from helpdesk import inbound, nudge
from helpdesk.adapters import Raw, UnreadableError
from helpdesk.models import InboundEvent, Inbox, Message
from tests.channel import ScriptedChannel
from tests.core.parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def raw(*elements: dict[str, Any], key: str = "key-1") -> Raw:
    return Raw(key, orjson.dumps(elements))


def text(number: int = 1) -> dict[str, Any]:
    return {"from": f"+4860{number}", "text": f"Hello {number}", "id": f"sid-{number}"}


def later(seconds: float) -> time_machine.travel:
    return time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds), tick=False)


def test_accept_commits_wakes_and_dedupes(phone: Inbox, nudges: list[Any]) -> None:
    event, created = inbound.accept(phone, raw(text()))
    assert created
    assert inbound.accept(phone, raw(text())) == (event, False)
    assert nudges == [("helpdesk.drain", event.pk % nudge.DRAINS)]


def test_accept_in_parallel_keeps_one(phone: Inbox) -> None:
    results = at_once([partial(inbound.accept, phone, raw(text()))] * 20)
    assert len({event.pk for event, _created in results}) == 1
    assert [created for _event, created in results].count(True) == 1


def test_strange_keys_and_headers_are_stored(phone: Inbox) -> None:
    event, _created = inbound.accept(phone, Raw("k\x00" * 300, b"\x00\xff", {"x": "a\x00b"}))
    stored = InboundEvent.objects.get(pk=event.pk)
    assert stored.dedupe_key.startswith("sha256:")
    assert (bytes(stored.body), stored.headers) == (b"\x00\xff", {"x": "ab"})


def test_one_payload_is_filed_once_by_parallel_workers(phone: Inbox) -> None:
    event, _created = inbound.accept(phone, raw(text(1), text(2)))
    states = at_once([partial(inbound.process, event.pk)] * 8)
    assert sorted(states) == [""] * 7 + ["done"]
    assert Message.objects.count() == 2
    assert inbound.process(event.pk) == ""


def test_an_ignored_payload_says_why(phone: Inbox) -> None:
    event, _created = inbound.accept(phone, raw({"ignore": "a sticker"}))
    assert inbound.process(event.pk) == "ignored"
    stored = InboundEvent.objects.get()
    assert (stored.error, stored.parser_version) == ("a sticker", 3)


def test_unreadable_is_quarantined_at_once_and_replayed_once(
    phone: Inbox, channel: ScriptedChannel, nudges: list[Any]
) -> None:
    channel.broken_parser = UnreadableError("what is this")
    event, _created = inbound.accept(phone, raw(text()))
    assert inbound.process(event.pk) == "quarantined"
    stored = InboundEvent.objects.get()
    assert "what is this" in stored.error
    assert stored.attempts == 1
    channel.broken_parser = None
    nudges.clear()
    for _ in range(3):
        inbound.replay(event)
    assert nudges == [("helpdesk.process", event.pk)] * 3
    assert [inbound.process(event.pk) for _ in range(3)] == ["done", "", ""]
    inbound.replay(event)
    assert inbound.process(event.pk) == ""
    assert Message.objects.count() == 1


def test_a_failing_parser_is_tried_five_times(phone: Inbox, channel: ScriptedChannel) -> None:
    channel.broken_parser = ZeroDivisionError("a bug")
    event, _created = inbound.accept(phone, raw(text()))
    states = []
    for attempt in range(6):
        with later(attempt * 600):
            states.append(inbound.process(event.pk))
    assert states == ["new"] * 4 + ["quarantined", ""]
    assert channel.parsed == 5
    assert "ZeroDivisionError" in InboundEvent.objects.get().error
    assert Message.objects.count() == 0


def test_it_waits_between_tries(phone: Inbox, channel: ScriptedChannel) -> None:
    channel.broken_parser = ZeroDivisionError("a bug")
    event, _created = inbound.accept(phone, raw(text()))
    inbound.process(event.pk)
    assert inbound.process(event.pk) == ""
    with later(3):
        assert inbound.process(event.pk) == "new"


def test_a_payload_that_kills_its_workers_is_quarantined(
    phone: Inbox, channel: ScriptedChannel
) -> None:
    event, _created = inbound.accept(phone, raw(text()))
    InboundEvent.objects.update(attempts=5)
    assert inbound.process(event.pk) == "quarantined"
    assert channel.parsed == 0


def test_a_batch_is_all_or_nothing(
    phone: Inbox, channel: ScriptedChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, _created = inbound.accept(phone, raw(text(1), {**text(2), "text": None}))
    assert inbound.process(event.pk) == "new"
    assert Message.objects.count() == 0


def test_the_sweeper_finds_what_nobody_was_woken_for(phone: Inbox, nudges: list[Any]) -> None:
    inbound.accept(phone, raw(text()), wake=False)
    assert nudges == []
    assert inbound.sweep() == 0, "the worker gets its chance first"
    with later(10):
        assert inbound.sweep() == 1
        assert nudges == [("helpdesk.drain", number) for number in range(nudge.DRAINS + 1)]
    with later(20):
        assert inbound.sweep(work_here=True) == 1
    assert Message.objects.count() == 1
    with later(100):
        assert inbound.sweep() == 0


def test_a_worker_that_died_is_replaced(phone: Inbox, channel: ScriptedChannel) -> None:
    event, _created = inbound.accept(phone, raw(text()))
    channel.broken_parser = SystemExit()
    with pytest.raises(SystemExit):
        inbound.process(event.pk)
    channel.broken_parser = None
    assert inbound.process(event.pk) == "", "the lease of the dead one still runs"
    with later(70):
        assert inbound.sweep(work_here=True) == 1
    assert Message.objects.count() == 1


def test_discarding_leaves_the_bytes(phone: Inbox, channel: ScriptedChannel) -> None:
    channel.broken_parser = UnreadableError("what is this")
    event, _created = inbound.accept(phone, raw(text()))
    inbound.process(event.pk)
    inbound.discard(event, reason="spam")
    stored = InboundEvent.objects.get()
    assert stored.state == "discarded"
    assert bytes(stored.body) == raw(text()).body
    inbound.replay(event)
    assert inbound.process(event.pk) == ""
