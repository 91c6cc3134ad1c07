"""The whole way: a page's hits come in by HTTP and an invitation goes out with the answer."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from chat.invitations import rules
from chat.invitations.examples import EXAMPLES, create
from chat.invitations.models import Exposure, Trigger
from helpdesk.quick_redis import client as valkey
from tests.invitations.conftest import Site

ORIGIN = "https://shop.example"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
Send = Callable[..., dict[str, Any] | None]


@pytest.fixture
def send(site: Site) -> Send:
    """A tab of the shop; each hit answers with its invitation or None."""
    for key in valkey().scan_iter("visits:*"):
        valkey().delete(key)
    visit = secrets.token_urlsafe(16)
    seen = {"visit": visit}

    def hit(kind: str, path: str = "/duvets", **more: Any) -> dict[str, Any] | None:
        body = {
            "visitor": "",
            "visit": seen["visit"],
            "kind": kind,
            "page": {"url": ORIGIN + path, "title": "Duvets", "referrer": ""},
            "language": "en-GB",
            **more,
        }
        answer = Client().post(
            f"/chat/{site.inbox.key}/hit/",
            json.dumps(body),
            "text/plain",
            headers={"Origin": ORIGIN, "User-Agent": FIREFOX},
        )
        assert answer.status_code == 200, answer.content
        seen["visit"] = answer.json()["visit"]
        found: dict[str, Any] | None = answer.json()["invite"]
        return found

    return hit


@pytest.fixture(autouse=True)
def _everybody_is_invited(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hold-out has tests of its own; here it would make one run in ten differ."""
    monkeypatch.setattr("chat.invitations.holdout.arm", lambda experiment, visitor: "treat")


# example: the hits that bring it about, the last of which is answered with the invitation.
STORIES: dict[str, list[dict[str, Any]]] = {
    "no-results": [
        {"kind": "page"},
        {"kind": "search", "data": {"term": "hammock", "results": 0}, "seconds": 1},
        {"kind": "beat", "seconds": 21},
    ],
    "rage-clicks": [
        {"kind": "page"},
        {"kind": "distress", "data": {"kind": "rage", "count": 3}, "seconds": 4},
        {"kind": "beat", "seconds": 19},
        {"kind": "beat", "seconds": 24},
    ],
    "form-errors": [
        {"kind": "page"},
        {"kind": "distress", "data": {"kind": "error", "count": 3}, "seconds": 40},
    ],
    "idle-checkout": [
        {"kind": "page", "path": "/checkout"},
        {
            "kind": "cart",
            "path": "/checkout",
            "seconds": 2,
            "data": {
                "items": [{"name": "Duvet", "quantity": 1, "price": "64.00"}],
                "value": "64.00",
                "currency": "EUR",
                "step": "address",
            },
        },
        {"kind": "idle", "path": "/checkout", "seconds": 64, "data": {"seconds": 60}},
    ],
    "help-page": [
        {"kind": "page", "path": "/help/sizes"},
        {"kind": "beat", "path": "/help/sizes", "seconds": 119},
        {"kind": "beat", "path": "/help/sizes", "seconds": 120},
    ],
}


@pytest.mark.parametrize("key", STORIES)
def test_each_example_fires_exactly_once(site: Site, send: Send, key: str) -> None:
    create(next(one for one in EXAMPLES if one.key == key), site.inbox, active=True)
    rules.changed()
    *before, last = STORIES[key]
    assert [send(**story) for story in before] == [None] * len(before)
    found = send(**last)
    assert found is not None
    assert found["text"]
    assert [send(**story) for story in (last, *STORIES[key], last)] == [None] * (
        len(STORIES[key]) + 2
    )
    assert Exposure.objects.count() == 1


def test_no_example_fires_when_agents_are_full(site: Site, send: Send) -> None:
    call_command("seed_demo_invitations", stdout=StringIO())
    assert Trigger.objects.filter(active=True, inbox=None).count() == len(EXAMPLES)
    call_command("seed_demo_invitations", stdout=StringIO())
    assert Trigger.objects.count() == len(EXAMPLES)
    rules.changed()
    site.room.free = 1
    for stories in STORIES.values():
        assert [send(**story) for story in stories] == [None] * len(stories)
    assert not Exposure.objects.filter(turn__isnull=False).exists()


def test_the_answer_comes_back_to_the_exposure(site: Site, send: Send) -> None:
    site.trigger()
    send("page")
    found = send("beat", seconds=25)
    assert found is not None
    send("invited", data={"id": found["id"]}, seconds=25)
    send("declined", data={"id": found["id"]}, seconds=27)
    exposure = Exposure.objects.get()
    assert exposure.shown_at is not None
    assert exposure.declined_at is not None
    site.trigger()
    assert send("page", path="/other") is None
    assert send("beat", path="/other", seconds=40) is None, "a day of silence"
