"""A shop's page that sends hits as a browser does."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from helpdesk import nudge
from helpdesk.models import Inbox, Team
from helpdesk.quick_redis import client as valkey
from tests import factories

ORIGIN = "https://shop.example"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass
class Page:
    """One tab on the shop: remembers what the server told it, like page.js."""

    inbox: Inbox
    visitor: str = ""
    visit: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    url: str = ORIGIN + "/duvets"
    headers: dict[str, str] = field(default_factory=dict)

    def post(self, kind: str, **more: Any) -> Any:
        """Send one hit; the answer."""
        body = {
            "visitor": self.visitor,
            "visit": self.visit,
            "kind": kind,
            "page": {"url": self.url, "title": "Duvets", "referrer": ""},
            "language": "en-GB",
            "screen": [1440, 900],
            **more,
        }
        headers = {"Origin": ORIGIN, "User-Agent": FIREFOX, **self.headers}
        return Client().post(
            f"/chat/{self.inbox.key}/hit/", json.dumps(body), "text/plain", headers=headers
        )

    def hit(self, kind: str = "page", **more: Any) -> dict[str, Any]:
        """Send one hit that is taken; the reply. Keeps the visitor's and visit's ids."""
        answer = self.post(kind, **more)
        assert answer.status_code == 200, answer.content
        reply: dict[str, Any] = answer.json()
        self.visit = reply["visit"] or self.visit
        self.visitor = reply["visitor"]
        return reply


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No broker, and nobody of an earlier test on the site."""
    monkeypatch.setattr(nudge, "wake", lambda *_args: True)
    for key in valkey().scan_iter("visits:*"):
        valkey().delete(key)


@pytest.fixture
def team(db: None) -> Team:
    return factories.team()


@pytest.fixture
def inbox(team: Team) -> Inbox:
    """A widget that follows visits, without knowing anybody again."""
    return factories.inbox(
        teams=[team], settings={"tracking": "session", "origins": [ORIGIN]}, key="shop-key-1"
    )


@pytest.fixture
def page(inbox: Inbox) -> Page:
    return Page(inbox)


@pytest.fixture
def consented(inbox: Inbox) -> Page:
    """A page of a widget that asks before it knows anybody."""
    inbox.settings = {"tracking": "consented", "origins": [ORIGIN]}
    inbox.save()
    return Page(inbox)
