"""WhatsApp's templates through Twilio: read with WhatsApp's word on each, sent by their sid."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from channels_sms.providers import twilio_content
from channels_sms.providers.twilio_whatsapp import TwilioWhatsAppAdapter
from helpdesk import outbound_http
from helpdesk.adapters import AmbiguousError, ChannelBrokenError, Outgoing
from helpdesk.models import Inbox
from helpdesk.outbound_http import Answer

AUTH = ("AC1", "token")
INBOX = Inbox(
    channel="social",
    provider="twilio_whatsapp",
    address="whatsapp:+15005550006",
    settings={"account_sid": "AC1"},
    secrets={"auth_token": "token"},
)


def content(sid: str, body: str, status: str = "approved", **more: Any) -> dict[str, Any]:
    gaps = {str(n): "x" for n in range(1, 9) if f"{{{{{n}}}}}" in body}
    told = {"name": f"name_{sid}", "category": "UTILITY", "status": status}
    types = more.pop("types", {"twilio/text": {"body": body}})
    facts = {"sid": sid, "language": "en", "variables": gaps, "approval_requests": told}
    return {**facts, "types": types, **more}


def listed(monkeypatch: pytest.MonkeyPatch, *pages: Any) -> list[str]:
    asked: list[str] = []

    def get(url: str, **given: Any) -> Answer:
        assert given["auth"] == AUTH
        asked.append(url)
        return Answer(200, {}, json.dumps(pages[len(asked) - 1]).encode())

    monkeypatch.setattr(outbound_http, "get", get)
    return asked


def test_the_list_is_read_page_by_page_with_what_may_be_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    buttons = [{"title": "Track {{1}}", "id": "1"}]
    first = [
        content("HX1", "Your order {{1}} leaves {{2}}."),
        content("HX2", "Soon", "pending"),
        content("HX3", "Hi {{name}}", variables={"name": "Ann"}),
        content("HX4", "", types={"twilio/media": {"media": ["https://x.example"]}}),
        content("HX5", "Hi", types={"twilio/quick-reply": {"body": "Hi", "actions": buttons}}),
        "nonsense",
    ]
    more = f"{twilio_content.BASE}/v1/ContentAndApprovals?PageToken=2"
    second = [content("HX6", "Bye", approval_requests=None)]
    asked = listed(
        monkeypatch,
        {"contents": first, "meta": {"next_page_url": more}},
        {"contents": second, "meta": {"next_page_url": "https://evil.example/x"}},
    )

    found = {one.name: one for one in TwilioWhatsAppAdapter().approved(INBOX)}

    assert len(asked) == 2
    assert {name.rpartition(" ")[2]: one.approved for name, one in found.items()} == {
        "HX1": True, "HX2": False, "HX3": False, "HX5": False, "HX6": False,
    }  # fmt: skip
    good = found["name_HX1 · HX1"]
    assert (good.gaps, good.language, good.category) == (2, "en", "UTILITY")
    assert good.body == "Your order {{1}} leaves {{2}}."


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(200, {}, b"<html>"), AmbiguousError),
        (Answer(401, {}, b'{"code":20003}'), ChannelBrokenError),
    ],
)
def test_a_list_that_cannot_be_read_forgets_nothing(
    monkeypatch: pytest.MonkeyPatch, answer: Answer, error: type[Exception]
) -> None:
    monkeypatch.setattr(outbound_http, "get", lambda *_args, **_more: answer)
    with pytest.raises(error):
        twilio_content.approved(twilio_content.BASE, AUTH)


def test_a_template_leaves_by_its_sid_and_without_words(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, Any]] = []

    def post(_url: str, **given: Any) -> Answer:
        sent.append(given["form"])
        return Answer(201, {}, b'{"sid":"SM1"}')

    monkeypatch.setattr(outbound_http, "post", post)
    chosen = {"name": "order · HX1", "language": "en", "values": ["7", "today"]}
    words = "Your order 7 leaves today."
    one = Outgoing(1, uuid.uuid4(), 1, "+48600123456", "", words, approved=chosen)

    assert TwilioWhatsAppAdapter().send(INBOX, one).provider_id == "SM1"
    assert "Body" not in sent[0]
    assert sent[0]["ContentSid"] == "HX1"
    assert json.loads(sent[0]["ContentVariables"]) == {"1": "7", "2": "today"}
    assert sent[0]["To"] == "whatsapp:+48600123456"


def test_after_a_day_the_composer_offers_templates() -> None:
    can = TwilioWhatsAppAdapter.capabilities
    assert (can.window, can.after_window) == (24 * 3600, "templates")
