"""Signed webhooks in, answers out through the providers' own protocols, receipts back."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import requests

from tests.e2e.conftest import Desk, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


def write(desk: Desk, device: str, text: str) -> None:
    """Write as the demo customer, on the sandbox's own address."""
    session = desk.agent()
    page = session.get(f"{desk.base}/demo/sandbox/", timeout=10)
    assert page.status_code == 200
    (token,) = (one.value for one in session.cookies if one.name.startswith("csrf"))
    answer = session.post(
        f"{desk.base}/demo/sandbox/send/",
        data={"as": "tom", "device": device, "text": text},
        headers={"X-CSRFToken": token},
        timeout=10,
    )
    assert answer.status_code == 201, answer.text


def delivery(desk: Desk, conversation: int, message: str) -> str:
    thread = desk.get(f"conversations/{conversation}/")
    found: dict[str, Any] = next(one for one in thread["messages"] if one["id"] == message)
    return str(found["delivery"]["state"])


@pytest.mark.parametrize(
    ("device", "fake", "final"), [("sms", "twilio", "delivered"), ("telegram", "telegram", "sent")]
)
def test_in_answered_and_delivered(desk: Desk, device: str, fake: str, final: str) -> None:
    mark = uuid.uuid4().hex[:12]
    write(desk, device, f"Is the oat set back? {mark}")
    row = desk.conversation_with(mark)
    answer = desk.post(
        f"conversations/{row['id']}/messages/", client_id=str(uuid.uuid4()), body=f"Yes. {mark}"
    )
    assert answer.status_code == 201
    until(lambda: delivery(desk, row["id"], answer.json()["id"]) == final, 30)
    sent = [entry for entry in desk.fake(fake).sends() if mark in str(entry)]
    assert len(sent) == 1


def test_one_customer_one_timeline(desk: Desk) -> None:
    marks = {device: uuid.uuid4().hex[:12] for device in ("sms", "telegram", "email")}
    for device, mark in marks.items():
        write(desk, device, f"By {device}: {mark}")
    rows = {device: desk.conversation_with(mark) for device, mark in marks.items()}
    assert len({row["customer"]["id"] for row in rows.values()}) == 1
    person = rows["sms"]["customer"]["id"]
    timeline = desk.get(f"customers/{person}/timeline/")["results"]
    assert {"sms", "social", "email"} <= {entry.get("channel") for entry in timeline}


@pytest.mark.parametrize("provider", ["twilio", "telegram"])
def test_unknown_inbox_is_404(desk: Desk, provider: str) -> None:
    url = f"{desk.base}/hooks/{provider}/no-such-inbox"
    assert requests.post(url, data={"Body": "x"}, timeout=10).status_code == 404
