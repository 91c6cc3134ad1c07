"""Vonage: four signatures and a token, texts in parts, and an answer that is always 200."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client

from channels_sms.params import FORM
from channels_sms.providers import vonage_signature
from channels_sms.providers.vonage import VonageAdapter, _sent
from channels_sms.providers.vonage_errors import error_of
from helpdesk import inbound, nudge
from helpdesk.adapters import (
    AmbiguousError,
    ChannelBrokenError,
    InboundMessage,
    PermanentError,
    Raw,
    Receipt,
    RefusedError,
    TransientError,
    WebhookRequest,
)
from helpdesk.models import InboundEvent, Inbox, Message
from helpdesk.outbound_http import Answer

adapter = VonageAdapter()
NOW = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)  # 1700000000
SECRET = "sig-secret"
GOLDEN = {
    "msisdn": "447700900001",
    "to": "447700900000",
    "messageId": "0A0",
    "text": "Hello & bye=1",
    "type": "text",
    "timestamp": "1700000000",
    "nonce": "n1",
}
URL = "https://desk.example/hooks/vonage/k"


def an_inbox(method: str = "sha256") -> Inbox:
    return Inbox(
        name="V",
        channel="sms",
        provider="vonage",
        address="+447700900000",
        settings={"api_key": "key", "signature_method": method},
        secrets={"signature_secret": "sig-secret", "api_secret": "s"},
    )


def signed(changes: dict[str, str] | None = None, method: str = "sha256") -> WebhookRequest:
    params = {**GOLDEN, **(changes or {})}
    params["sig"] = vonage_signature.signature(params, "sig-secret", method)
    return WebhookRequest("POST", URL, {}, urlencode(params).encode(), FORM)


def test_the_golden_vector() -> None:
    assert vonage_signature.signature(GOLDEN, "sig-secret", "sha256") == (
        "c89e564423d78a1aa540e6a96faf68947f475809df0a9dff042f8c4ab4eaca71"
    )


@pytest.mark.django_db
@pytest.mark.parametrize("method", vonage_signature.METHODS)
@time_machine.travel(NOW, tick=False)
def test_each_way_of_signing_is_taken_as_form_as_json_and_by_get(method: str) -> None:
    inbox = an_inbox(method)
    inbox.save()
    form = signed(method=method)
    adapter.verify(inbox, form)
    query = WebhookRequest("GET", f"{URL}?{form.body.decode()}", {}, b"", "")
    adapter.verify(inbox, query)
    params = {**GOLDEN, "sig": vonage_signature.signature(GOLDEN, "sig-secret", method)}
    document = WebhookRequest("POST", URL, {}, json.dumps(params).encode(), "application/json")
    adapter.verify(inbox, document)
    (found,) = adapter.parse(inbox, adapter.raws(inbox, query)[0])
    assert isinstance(found, InboundMessage)
    assert (found.body, found.sender.address) == ("Hello & bye=1", "+447700900001")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"timestamp": "1699999699"},
        {"timestamp": "1700000301"},
        {"timestamp": "1700000000000"},
        {"timestamp": "-1"},
        {"timestamp": ""},
        {"timestamp": "9" * 400},
        {"nonce": ""},
        {"to": "447700900009"},
        {"to": ""},
        {"api-key": "other"},
    ],
    ids=lambda changes: "".join(f"{k}={v[:14]}" for k, v in changes.items()),
)
@time_machine.travel(NOW, tick=False)
def test_a_signed_call_of_another_time_or_place_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(RefusedError):
        adapter.verify(an_inbox(), signed(changes))


@time_machine.travel(NOW, tick=False)
def test_forged_truncated_and_doubled_calls_are_refused() -> None:
    right = signed()
    bodies = [
        right.body[:-1],
        right.body[:-66],
        right.body.replace(b"Hello", b"Hullo"),
        right.body + b"&text=other",
        b"\xff\xfe",
        b"a=1&" * 600,
        b"",
    ]
    for body in bodies:
        with pytest.raises(RefusedError):
            adapter.verify(an_inbox(), WebhookRequest("POST", URL, {}, body, FORM))
    with pytest.raises(RefusedError):
        adapter.verify(an_inbox("none"), right)
    with pytest.raises(RefusedError):
        adapter.verify(an_inbox("sha512"), right)


@pytest.mark.django_db
@time_machine.travel(NOW, tick=False)
def test_a_nonce_is_good_once_and_a_repeat_is_a_repeat() -> None:
    inbox = an_inbox()
    inbox.save()
    first = signed()
    adapter.verify(inbox, first)
    (raw,) = adapter.raws(inbox, first)
    inbound.accept(inbox, raw, wake=False)

    adapter.verify(inbox, first)
    with pytest.raises(RefusedError):
        adapter.verify(inbox, signed({"messageId": "0A1", "text": "other"}))
    adapter.verify(inbox, signed({"messageId": "0A1", "nonce": "n2"}))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "claims",
    [
        {"iat": 1699999000},
        {"iat": 1700000000000},
        {"iat": -1},
        {"payload_hash": "0" * 64},
        {"jti": ""},
        {"api_key": "other"},
    ],
    ids=str,
)
@time_machine.travel(NOW, tick=False)
def test_a_token_of_another_time_place_or_body_is_refused(claims: dict[str, Any]) -> None:
    body = json.dumps(GOLDEN).encode()
    right = {
        "iat": 1700000000,
        "jti": "j1",
        "api_key": "key",
        "payload_hash": hashlib.sha256(body).hexdigest(),
    }

    def call(facts: dict[str, Any], secret: str = SECRET) -> WebhookRequest:
        header = {"authorization": f"Bearer {vonage_signature.token(facts, secret)}"}
        return WebhookRequest("POST", URL, header, body, "application/json")

    adapter.verify(an_inbox_saved(), call(right))
    for wrong in (call({**right, **claims}), call(right, "another secret")):
        with pytest.raises(RefusedError):
            adapter.verify(an_inbox(), wrong)


def an_inbox_saved() -> Inbox:
    inbox = an_inbox()
    inbox.save()
    return inbox


def test_a_token_without_a_real_algorithm_is_refused() -> None:
    head = vonage_signature._encoded(b'{"alg":"none"}')
    for token in (f"{head}.e30.", "a.b", "", "a.b.c.d", "é.é.é"):
        with pytest.raises(RefusedError):
            vonage_signature.check_token(f"Bearer {token}", "sig-secret", b"")


def part(number: int, text: str, total: int = 3, ref: str = "7") -> dict[str, str]:
    return {
        **GOLDEN,
        "messageId": f"P{ref}{number}",
        "nonce": f"n{ref}{number}",
        "text": text,
        "concat": "true",
        "concat-ref": ref,
        "concat-total": str(total),
        "concat-part": str(number),
    }


def accept(inbox: Inbox, params: dict[str, str]) -> InboundEvent:
    (raw,) = adapter.raws(inbox, WebhookRequest("POST", URL, {}, urlencode(params).encode(), FORM))
    event, _new = inbound.accept(inbox, raw, wake=False)
    inbound.process(event.pk)
    return event


def bodies() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("body", flat=True))


def again() -> list[str]:
    """Whatever is due is read again; the states of all."""
    for pk in InboundEvent.objects.filter(state="new").values_list("pk", flat=True):
        inbound.process(pk)
    return sorted(InboundEvent.objects.values_list("state", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 3, 1), (3, 3, 2, 2, 1, 1)])
def test_parts_in_any_order_are_one_text(order: tuple[int, ...]) -> None:
    inbox, words = an_inbox_saved(), {1: "One ", 2: "two ", 3: "three"}
    with time_machine.travel(NOW, tick=False) as clock:
        for number in order:
            accept(inbox, part(number, words[number]))
            accept(inbox, part(number, "other text ", ref="8"))
            clock.shift(timedelta(seconds=20))
        assert "One two three" in bodies()
        clock.shift(timedelta(minutes=6))
        assert set(again()) == {"done"}
        assert sorted(bodies()) == ["One two three", "other text other text other text"]


@pytest.mark.django_db
def test_a_missing_part_is_waited_for_and_a_late_one_still_comes() -> None:
    inbox = an_inbox_saved()
    with time_machine.travel(NOW, tick=False) as clock:
        accept(inbox, part(1, "One "))
        accept(inbox, part(3, "three"))
        clock.shift(timedelta(minutes=4, seconds=59))
        assert again() == ["new", "new"]
        assert bodies() == []
        clock.shift(timedelta(seconds=2))
        assert again() == ["done", "done"]
        (message,) = Message.objects.all()
        assert (message.body, message.meta["incomplete"]) == ("One  […] three", True)
        accept(inbox, part(2, "two "))
        assert sorted(bodies()) == ["One  […] three", "One two three"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("number", "total"), [("0", "3"), ("4", "3"), ("-1", "3"), ("1", "9" * 40)]
)
def test_a_part_that_cannot_be_is_put_aside(number: str, total: str) -> None:
    params = {**part(1, "x"), "concat-part": number, "concat-total": total}
    accept(an_inbox_saved(), params)

    assert again() == ["quarantined"]


@pytest.mark.django_db
def test_the_hook_takes_a_get(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nudge, "wake", lambda *_args: True)
    inbox = an_inbox_saved()
    with time_machine.travel(NOW, tick=False):
        query = signed().body.decode()
        answers = [Client().get(f"/hooks/vonage/{inbox.key}?{query}") for _ in range(2)]
        assert [one.status_code for one in answers] == [200, 200]
        assert Client().get(f"/hooks/vonage/{inbox.key}?{query[:-1]}").status_code == 403
    assert InboundEvent.objects.count() == 1


def test_other_kinds_are_shown_as_such() -> None:
    body = urlencode({**GOLDEN, "type": "binary"}).encode()
    (found,) = adapter.parse(an_inbox(), Raw("k", body, {"content-type": FORM}))

    assert isinstance(found, InboundMessage)
    assert found.body == "(unsupported message: binary)"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("accepted", "sent"),
        ("buffered", "sent"),
        ("delivered", "delivered"),
        ("expired", "failed"),
        ("failed", "failed"),
        ("rejected", "failed"),
    ],
)
def test_receipts(status: str, state: str) -> None:
    params = {"messageId": "0A0", "status": status, "client-ref": "42", "err-code": "6"}
    raw = Raw("k", urlencode(params).encode(), {"content-type": FORM})
    (found,) = adapter.parse(an_inbox(), raw)

    assert isinstance(found, Receipt)
    assert (found.state, found.delivery_id, found.provider_id) == (state, 42, "0A0")
    assert bool(found.error) == (state == "failed")


@pytest.mark.parametrize("ref", ["-1", "9" * 30, "x", "٣", ""])
def test_a_client_ref_that_cannot_be_ours_is_none(ref: str) -> None:
    params = {"messageId": "0A0", "status": "delivered", "client-ref": ref}
    raw = Raw("k", urlencode(params).encode(), {"content-type": FORM})
    (found,) = adapter.parse(an_inbox(), raw)

    assert isinstance(found, Receipt)
    assert found.delivery_id is None


ANSWER = Answer(200, {}, b"")


def test_the_answer_is_inside() -> None:
    taken = {"status": "0", "message-id": "A"}
    assert _sent([taken, {"status": "0", "message-id": "B"}], ANSWER).provider_id == "A"
    for parts in ([], [taken, {"status": "1"}], [{"status": "0"}]):
        with pytest.raises(AmbiguousError):
            _sent(parts, ANSWER)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("1", TransientError),
        ("5", TransientError),
        ("503", TransientError),
        ("4", ChannelBrokenError),
        ("9", ChannelBrokenError),
        ("7", PermanentError),
        ("77", PermanentError),
    ],
)
def test_statuses(status: str, kind: type[Exception]) -> None:
    assert isinstance(error_of(status, "why", ANSWER), kind)
