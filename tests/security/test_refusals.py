"""AUT-18: who is refused again and again from one address is told to wait; good ones never."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from helpdesk import minutes, refusals
from helpdesk.models import InboundEvent, Inbox
from tests import factories
from tests.api.conftest import program
from tests.core.conftest import Desk, channel, desk, nudges, phone

__all__ = ["channel", "desk", "nudges", "phone"]
ME = "/api/v1/me/"


@pytest.fixture(autouse=True)
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three in a minute, and a minute that does not end meanwhile."""
    monkeypatch.setattr(refusals, "PER_MINUTE", 3)
    now = random.uniform(1e9, 2e9)
    monkeypatch.setattr(minutes, "time", SimpleNamespace(time=lambda: now))


def test_refused_tokens(desk: Desk) -> None:
    good = program(desk.agent)

    def asked(text: str, address: str) -> Any:
        headers = {"Authorization": f"Bearer {text}"}
        return Client(REMOTE_ADDR=address).get(ME, headers=headers)

    wrong = [good.text[:-2] + "xx", "oh_1_short", "\x00", "oh_999_" + "x" * 43, "x"]
    told = [asked(text, "2001:db8:7:7::1").status_code for text in wrong]
    assert told == [401, 401, 401, 429, 429]
    other = asked("x", "2001:db8:7:7:ffff::2")
    assert other.status_code == 429, "the same household (SEC-34)"
    assert 1 <= int(other["Retry-After"]) <= 60
    assert asked("x", "2001:db8:7:8::1").status_code == 401, "not the neighbours"
    assert asked(good.text, "2001:db8:7:7::1").status_code == 200, "nor a good one"


def test_refused_signatures(db: None) -> None:
    secrets = {"auth_token": "t" * 32}
    numbers: list[Inbox] = [
        factories.inbox(channel="sms", provider="twilio", address=number, secrets=secrets)
        for number in ("+15005550006", "+15005550007")
    ]

    def called(inbox: Inbox) -> Any:
        return Client().post(f"/hooks/twilio/{inbox.key}", {"From": "+48600", "Body": "forged"})

    assert [called(numbers[0]).status_code for _ in range(4)] == [403, 403, 403, 429]
    assert called(numbers[0])["Retry-After"]
    assert called(numbers[1]).status_code == 403, "each inbox by itself"
    assert not InboundEvent.objects.exists()
