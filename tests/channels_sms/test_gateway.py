"""The generic gateway: whatever its maker called things, and whoever pretends to be it."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest

from channels_sms.params import FORM
from channels_sms.providers import gateway
from channels_sms.providers import gateway_templates as templates
from channels_sms.stamps import signature
from helpdesk import outbound_http
from helpdesk.adapters import (
    ChannelBrokenError,
    InboundMessage,
    Outgoing,
    PermanentError,
    Raw,
    Receipt,
    RefusedError,
    TransientError,
    WebhookRequest,
)
from helpdesk.models import Inbox
from helpdesk.outbound_http import Answer

adapter = gateway.GatewayAdapter()
URL = "https://desk.example/hooks/gateway/k"
OUT = Outgoing(7, UUID(int=7), 7, "+48600", "Ann", "Hi {secret} & ż", callback_url=URL)
KANNEL: dict[str, Any] = {
    "auth": "basic",
    "send": {
        "url": "http://box.example:13013/cgi-bin/sendsms",
        "method": "GET",
        "body": {"to": "{to}", "text": "{text}", "password": "{secret}", "dlr-url": "{callback}"},
        "statuses": [202],
        "matches": r"^0: Accepted",
        "id_matches": r"id=(\w+)",
    },
    "hear": {
        "sender": "from",
        "text": "text",
        "id": "",
        "status": "dlr",
        "reason": "answer",
        "states": {"1": "delivered", "2": "failed", "8": "sent"},
    },
}


def an_inbox(**settings: Any) -> Inbox:
    return Inbox(
        name="Box",
        channel="sms",
        provider="gateway",
        address="+386401",
        settings=settings,
        secrets={"webhook_secret": "user:pass", "send_secret": "s3"},
    )


def call(
    body: bytes, headers: Mapping[str, str], method: str = "POST", query: str = ""
) -> WebhookRequest:
    return WebhookRequest(method, f"{URL}?{query}" if query else URL, headers, body, FORM)


SECRET = "user:pass"


def stamped(body: bytes, at: str | None = None, secret: str = SECRET) -> dict[str, str]:
    now = at if at is not None else str(int(time.time()))
    return {"x-timestamp": now, "x-signature": signature(secret, now, body)}


def test_a_request_is_made_of_its_template_and_no_word_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def get(url: str, **_more: Any) -> Answer:
        asked.append(url)
        return Answer(202, {}, b"0: Accepted for delivery id=abc7")

    monkeypatch.setattr(outbound_http, "get", get)

    assert adapter.send(an_inbox(**KANNEL), OUT).provider_id == "abc7"
    (url,) = asked
    wanted = {
        "to": "+48600",
        "text": "Hi {secret} & ż",
        "password": "s3",
        "dlr-url": f"{URL}?delivery=7",
    }
    assert url == f"http://box.example:13013/cgi-bin/sendsms?{urlencode(wanted)}"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(202, {}, b"3: Queued for later"), PermanentError),
        (Answer(400, {}, b"no"), PermanentError),
        (Answer(429, {"retry-after": "7"}, b""), TransientError),
        (Answer(502, {}, b""), TransientError),
        (Answer(401, {}, b""), ChannelBrokenError),
    ],
)
def test_the_rule_says_what_is_success(
    answer: Answer, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound_http, "get", lambda *_args, **_more: answer)

    with pytest.raises(kind):
        adapter.send(an_inbox(**KANNEL), OUT)


def test_a_private_address_is_called_only_if_the_environment_lists_it(settings: Any) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = []
    how = {"send": {"url": "http://127.0.0.1:9/send", "body": {"text": "{text}"}}}
    with pytest.raises((PermanentError, TransientError, ChannelBrokenError)) as refused:
        adapter.send(an_inbox(**how), OUT)
    assert "127.0.0.1" not in str(refused.value)


def test_a_gateway_that_is_not_set_up_is_broken_not_silent() -> None:
    with pytest.raises(ChannelBrokenError):
        adapter.send(an_inbox(), OUT)


@pytest.mark.parametrize(
    ("path", "found"),
    [("a.0.b", "x"), ("a.1", ""), ("n", "7"), ("a.x", ""), ("", '{"a":[{"b":"x"}],"n":7}')],
)
def test_paths(path: str, found: str) -> None:
    assert templates.at(Answer(200, {}, b'{"a":[{"b":"x"}],"n":7}'), path) == found


def test_who_signs_basic_or_bearer_is_heard() -> None:
    body = urlencode({"from": "48600123456", "text": "hi"}).encode()
    basic = {"authorization": "Basic " + base64.b64encode(b"user:pass").decode()}
    adapter.verify(an_inbox(auth="basic"), call(body, basic))
    adapter.verify(an_inbox(auth="bearer"), call(body, {"authorization": "Bearer user:pass"}))
    adapter.verify(an_inbox(auth="hmac"), call(body, stamped(body)))
    query = body.decode()
    adapter.verify(an_inbox(auth="hmac"), call(b"", stamped(query.encode()), "GET", query))


NOW = int(datetime.now(UTC).timestamp())


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Basic user:pass"},
        {"authorization": "Bearer user:pass"},
        stamped(b"from=48600123456", str(NOW - 3600)),
        stamped(b"from=48600123456", str(NOW + 3600)),
        stamped(b"from=48600123456", str(NOW * 1000)),
        stamped(b"from=48600123456", "-1"),
        stamped(b"from=48600123456", "9" * 40),
        stamped(b"from=48600123456", secret="other"),
        stamped(b"from=48600123457"),
        stamped(b"from=48600123456 "),
    ],
    ids=range(11),
)
def test_who_does_not_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(RefusedError):
        adapter.verify(an_inbox(auth="hmac"), call(b"from=48600123456", headers))
    with pytest.raises(RefusedError):
        adapter.verify(an_inbox(auth="nothing"), call(b"from=48600123456", headers))


def test_a_text_for_another_number_is_refused() -> None:
    body = urlencode({"from": "48600123456", "to": "+386402", "text": "hi"}).encode()

    with pytest.raises(RefusedError):
        adapter.verify(an_inbox(auth="hmac"), call(body, stamped(body)))


@pytest.mark.parametrize(
    ("given", "address"),
    [("48600123456", "+48600123456"), ("0048600123456", "+48600123456"), ("SHOP", "SHOP")],
)
def test_senders_in_one_spelling(given: str, address: str) -> None:
    body = json.dumps({"from": given, "text": "hi", "id": 5}).encode()
    (found,) = adapter.parse(an_inbox(), Raw("k", body, {"content-type": "application/json"}))

    assert isinstance(found, InboundMessage)
    assert (found.sender.address, found.external_id) == (address, "5")


@pytest.mark.parametrize(
    ("said", "state"), [("1", "delivered"), ("2", "failed"), ("8", "sent"), ("16", None)]
)
def test_receipts_by_the_map(said: str, state: str | None) -> None:
    inbox = an_inbox(**KANNEL)
    body = urlencode({"dlr": said, "answer": "no such number"}).encode()
    request = call(body, {}, query="delivery=42")
    (raw,) = adapter.raws(inbox, request)
    (found,) = adapter.parse(inbox, raw)

    assert raw.dedupe_key == f"dlr:42:{said}"
    if state is None:
        assert not isinstance(found, Receipt)
        return
    assert isinstance(found, Receipt)
    assert (found.state, found.delivery_id) == (state, 42)
    assert found.error == ("no such number" if state == "failed" else "")
