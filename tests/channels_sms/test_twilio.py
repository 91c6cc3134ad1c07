from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from channels_sms.providers import twilio_find
from channels_sms.providers.twilio import TwilioAdapter
from channels_sms.providers.twilio_errors import BROKEN, PERMANENT, TRANSIENT, error_of
from channels_sms.providers.twilio_signature import signature
from helpdesk import outbound_http
from helpdesk.adapters import (
    ChannelBrokenError,
    Ignored,
    InboundMessage,
    Outgoing,
    PermanentError,
    Raw,
    Receipt,
    RefusedError,
    TransientError,
    UnreadableError,
    WebhookRequest,
)
from helpdesk.models import Inbox

FORM = "application/x-www-form-urlencoded"
URL = "https://desk.example/hooks/twilio/t0k?x=1"
TEXT = {
    "AccountSid": "AC1",
    "Body": "Hi + ąż",
    "From": "+15005550006",
    "MessageSid": "SM1",
    "NumMedia": "0",
    "To": "+15005550001",
}

adapter = TwilioAdapter()


@pytest.fixture
def inbox() -> Inbox:
    return Inbox(
        channel="sms",
        provider="twilio",
        address="+15005550001",
        settings={"account_sid": "AC1"},
        secrets={"auth_token": "12345"},
    )


def signed(params: dict[str, str]) -> WebhookRequest:
    headers = {"x-twilio-signature": signature("12345", URL, params.items())}
    return WebhookRequest("POST", URL, headers, urlencode(params).encode(), FORM)


def raw_of(params: dict[str, str], query: str = "") -> Raw:
    headers = {"content-type": FORM, "query": query}
    return Raw("key", urlencode(params).encode(), headers)


def test_a_signed_text_is_taken(inbox: Inbox) -> None:
    request = signed(TEXT)

    adapter.verify(inbox, request)

    assert [raw.dedupe_key for raw in adapter.raws(inbox, request)] == ["SM1"]


@pytest.mark.parametrize(
    "changes",
    [{"AccountSid": "AC2"}, {"To": "+15005550002"}, {"AccountSid": ""}],
    ids=["another account", "another number", "no account"],
)
def test_a_signed_text_for_another_place_is_refused(inbox: Inbox, changes: dict[str, str]) -> None:
    with pytest.raises(RefusedError):
        adapter.verify(inbox, signed({**TEXT, **changes}))


def test_any_number_of_a_messaging_service_is_ours(inbox: Inbox) -> None:
    inbox.settings["messaging_service_sid"] = "MG1"

    adapter.verify(inbox, signed({**TEXT, "To": "+15005550002"}))


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=1&" * 600, b"%ff=1"])
def test_an_unreadable_body_is_refused(inbox: Inbox, body: bytes) -> None:
    with pytest.raises(RefusedError):
        adapter.verify(inbox, WebhookRequest("POST", URL, {}, body, FORM))


def test_json_needs_the_hash_of_its_body(inbox: Inbox) -> None:
    body = json.dumps({**TEXT, "Body": "json"}).encode()
    url = f"{URL}&bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = {"x-twilio-signature": signature("12345", url, [])}

    adapter.verify(inbox, WebhookRequest("POST", url, headers, body, "application/json"))

    changed = body.replace(b"json", b"evil")
    with pytest.raises(RefusedError):
        adapter.verify(inbox, WebhookRequest("POST", url, headers, changed, "application/json"))


def test_parse_reads_a_text(inbox: Inbox) -> None:
    (message,) = adapter.parse(inbox, raw_of(TEXT))

    assert isinstance(message, InboundMessage)
    assert (message.body, message.external_id) == ("Hi + ąż", "SM1")
    assert (message.sender.kind, message.sender.address) == ("phone", "+15005550006")
    assert message.sender.verified


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("+48 600 123 456", "+48600123456"),
        ("+1 (500) 555-0006", "+15005550006"),
        ("12345", "12345"),
        ("PARCELS", "PARCELS"),
    ],
)
def test_sender_in_one_spelling(inbox: Inbox, given: str, address: str) -> None:
    (message,) = adapter.parse(inbox, raw_of({**TEXT, "From": given}))

    assert isinstance(message, InboundMessage)
    assert message.sender.address == address


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("accepted", "sent"),
        ("queued", "sent"),
        ("sending", "sent"),
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "read"),
        ("undelivered", "failed"),
        ("failed", "failed"),
    ],
)
def test_parse_reads_a_receipt(inbox: Inbox, status: str, state: str) -> None:
    params = {**TEXT, "MessageStatus": status, "ErrorCode": "30003"}

    (receipt,) = adapter.parse(inbox, raw_of(params, "x=1&delivery=77"))

    assert isinstance(receipt, Receipt)
    assert (receipt.state, receipt.delivery_id, receipt.provider_id) == (state, 77, "SM1")
    assert receipt.error_code == ("30003" if state == "failed" else "")
    assert bool(receipt.error) == (state == "failed")


@pytest.mark.parametrize("query", ["", "delivery=", "delivery=x", "delivery=٣"])
def test_a_receipt_without_our_id_is_found_by_twilios(inbox: Inbox, query: str) -> None:
    (receipt,) = adapter.parse(inbox, raw_of({**TEXT, "MessageStatus": "sent"}, query))

    assert isinstance(receipt, Receipt)
    assert receipt.delivery_id is None


def test_receipts_of_one_message_have_a_key_for_each_state(inbox: Inbox) -> None:
    keys = {
        adapter.raws(inbox, signed({**TEXT, "MessageStatus": status}))[0].dedupe_key
        for status in ("queued", "sent", "delivered")
    }

    assert keys == {"SM1:queued", "SM1:sent", "SM1:delivered"}


def test_an_unknown_status_is_kept_and_ignored(inbox: Inbox) -> None:
    assert adapter.parse(inbox, raw_of({**TEXT, "MessageStatus": "teleported"})) == [
        Ignored("unknown status teleported")
    ]


@pytest.mark.parametrize(
    "params",
    [{}, {"Body": "x"}, {"MessageSid": "SM1", "Body": "x"}],
    ids=["empty", "no id", "no from"],
)
def test_nothing_to_read(inbox: Inbox, params: dict[str, str]) -> None:
    with pytest.raises(UnreadableError):
        adapter.parse(inbox, raw_of(params))


@pytest.mark.parametrize("body", [b"", b"\xff", b"\x00" * 50, b"a" * 1000, b"MessageSid=%00"])
def test_raws_never_raises_and_its_key_fits(inbox: Inbox, body: bytes) -> None:
    for content_type in (FORM, "application/json", ""):
        (raw,) = adapter.raws(inbox, WebhookRequest("POST", URL, {}, body, content_type))

        assert 0 < len(raw.dedupe_key) <= 200
        assert "\x00" not in raw.dedupe_key


def answer(status: int, code: str = "", **headers: str) -> outbound_http.Answer:
    document = {"code": int(code), "message": "said"} if code else {}
    return outbound_http.Answer(status, headers, json.dumps(document).encode())


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        *[(answer(400, code), PermanentError) for code in sorted(PERMANENT)],
        *[(answer(429, code), TransientError) for code in sorted(TRANSIENT)],
        *[(answer(401, code), ChannelBrokenError) for code in sorted(BROKEN)],
        (answer(400, "99999"), PermanentError),
        (answer(404), PermanentError),
        (answer(500, "99999"), TransientError),
        (answer(502), TransientError),
        (answer(429), TransientError),
        (answer(401), ChannelBrokenError),
    ],
)
def test_what_an_error_means(given: outbound_http.Answer, kind: type[Exception]) -> None:
    error = error_of(given)

    assert isinstance(error, kind)
    assert error.text
    assert error.code


def test_retry_after_wins() -> None:
    error = error_of(answer(429, "20429", **{"retry-after": "7"}))

    assert isinstance(error, TransientError)
    assert error.retry_after == 7


OUTGOING: Any = {
    "delivery_id": 7,
    "message_id": None,
    "conversation_id": 1,
    "to": "+48600123456",
    "to_name": "",
    "body": "Hello",
    "message_ids": ("SM1",),
}


def listed(**changes: str) -> dict[str, str]:
    return {
        "sid": "SM2",
        "body": "Hello",
        "direction": "outbound-api",
        "date_created": "Fri, 01 Jan 2100 00:00:00 +0000",
        **changes,
    }


@pytest.mark.parametrize(
    ("messages", "found"),
    [
        ([], None),
        ([listed()], "SM2"),
        ([listed(body="Other")], None),
        ([listed(sid="SM1")], None),
        ([listed(direction="inbound")], None),
        ([listed(date_created="Fri, 01 Jan 2010 00:00:00 +0000")], None),
        ([listed(), listed(sid="SM3")], LookupError),
        ([listed(body=str(number)) for number in range(100)], LookupError),
    ],
)
def test_find_settles_only_what_the_list_proves(
    monkeypatch: pytest.MonkeyPatch, messages: list[dict[str, str]], found: Any
) -> None:
    body = json.dumps({"messages": messages}).encode()
    monkeypatch.setattr(
        outbound_http, "get", lambda *_args, **_more: outbound_http.Answer(200, {}, body)
    )
    outgoing = Outgoing(**OUTGOING)

    if found is LookupError:
        with pytest.raises(LookupError):
            twilio_find.find("https://api.example/list", ("a", "b"), outgoing)
    else:
        sent = twilio_find.find("https://api.example/list", ("a", "b"), outgoing)
        assert (sent.provider_id if sent else None) == found
