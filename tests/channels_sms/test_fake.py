from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from channels_sms.fake import TwilioFake
from channels_sms.providers.twilio_signature import is_signed
from helpdesk.sandbox.caller import Caller, Webhook
from helpdesk.sandbox.fakes import Call, Fault, Ledger

SEND = "/2010-04-01/Accounts/AC1/Messages.json"
FORM = {"To": "+48600123456", "From": "+15005550006", "Body": "hi"}


class Posted(Caller):
    """Remembers instead of posting."""

    def __init__(self) -> None:
        self.hooks: list[Webhook] = []

    def later(self, hook: Webhook) -> None:
        self.hooks.append(hook)


@pytest.fixture
def caller() -> Posted:
    return Posted()


@pytest.fixture
def fake(caller: Posted) -> TwilioFake:
    return TwilioFake(Ledger("twilio"), caller, "http://127.0.0.1:1")


def call(
    fake: TwilioFake, method: str, path: str, form: dict[str, str], login: str = "AC1:tok"
) -> tuple[int, dict[str, Any]]:
    headers = {"authorization": "Basic " + base64.b64encode(login.encode()).decode()}
    body, query = (urlencode(form), "") if method == "POST" else ("", urlencode(form))
    reply = fake.handle(Call(method, path, query, headers, body.encode()))
    return reply.status, json.loads(reply.body)


def test_a_send_is_accepted_once_and_reported_in_order(fake: TwilioFake, caller: Posted) -> None:
    callback = "https://desk.example/hooks/twilio/k?delivery=7"
    status, document = call(fake, "POST", SEND, {**FORM, "StatusCallback": callback})

    assert (status, document["status"]) == (201, "queued")
    (entry,) = fake.ledger.entries()
    assert (entry["delivery"], entry["provider_id"]) == ("7", document["sid"])
    assert [hook.key.partition(":")[2] for hook in caller.hooks] == ["sent", "delivered"]
    assert caller.hooks[0].delay < caller.hooks[1].delay
    for hook in caller.hooks:
        params = dict(pair.split("=", 1) for pair in hook.body.decode().split("&"))
        assert params["MessageSid"] == document["sid"]


def test_a_messaging_service_starts_with_accepted(fake: TwilioFake, caller: Posted) -> None:
    form = {"To": "+48600123456", "MessagingServiceSid": "MG1", "Body": "hi"}
    _, document = call(fake, "POST", SEND, {**form, "StatusCallback": "https://x.example/"})

    assert document["status"] == "accepted"
    assert [hook.key.partition(":")[2] for hook in caller.hooks] == ["queued", "sent", "delivered"]


@pytest.mark.parametrize("login", ["AC2:tok", "AC1:", "AC1"])
def test_wrong_credentials(fake: TwilioFake, login: str) -> None:
    status, document = call(fake, "POST", SEND, FORM, login)

    assert (status, document["code"]) == (401, 20003)
    assert fake.ledger.entries() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"To": ""}, 21604),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"To": "+15005550001"}, 21211),
        ({"To": "+15005550004"}, 21610),
        ({"To": "+15005550009"}, 21614),
    ],
)
def test_what_twilio_refuses(fake: TwilioFake, changes: dict[str, str], code: int) -> None:
    status, document = call(fake, "POST", SEND, {**FORM, **changes})

    assert (status, document["code"]) == (400, code)
    assert fake.ledger.entries() == []


def test_the_list_is_newest_first_and_filtered(fake: TwilioFake) -> None:
    for body in ("one", "two"):
        call(fake, "POST", SEND, {**FORM, "Body": body})
    call(fake, "POST", SEND, {**FORM, "To": "+48600000000"})
    _, document = call(fake, "GET", SEND, {"To": FORM["To"]})

    assert [each["body"] for each in document["messages"]] == ["two", "one"]


def test_throttling_names_the_seconds(fake: TwilioFake) -> None:
    fake.faults.add(Fault("429", seconds=7))
    headers = {"authorization": "Basic " + base64.b64encode(b"AC1:tok").decode()}
    reply = fake.handle(Call("POST", SEND, "", headers, urlencode(FORM).encode()))

    assert (reply.status, reply.headers["Retry-After"]) == (429, "7")
    assert json.loads(reply.body)["code"] == 20429


def test_what_a_customer_writes_is_signed(fake: TwilioFake) -> None:
    order = {
        "hook": "http://127.0.0.1:1/hooks/twilio/k",
        "signed_url": "https://desk.example/hooks/twilio/k",
        "account_sid": "AC1",
        "auth_token": "tok",
        "from": "+48600123456",
        "to": "+15005550006",
        "text": "hi + ąż",
    }
    (hook,) = fake.webhooks(order)
    params = parse_qsl(hook.body.decode(), keep_blank_values=True)
    given = hook.headers["X-Twilio-Signature"]
    assert hook.url == order["hook"]
    assert is_signed("tok", order["signed_url"], params, given)
    assert dict(params)["SmsStatus"] == "received"
