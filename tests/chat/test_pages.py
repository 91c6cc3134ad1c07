"""What a visitor's browser is served: who may frame it, in which language, for how long."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from helpdesk.models import Inbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def inbox() -> Inbox:
    return Inbox.objects.create(name="Shop & more", channel="chat", key="shop-key", language="fi")


def panel(client: Client, path: str = "/chat/shop-key/", **headers: str) -> dict[str, Any]:
    page = client.get(path, headers=headers).content.decode()
    found = re.search(r'<script id="panel" type="application/json">(.*?)</script>', page)
    assert found
    settings: dict[str, Any] = json.loads(found[1])
    return settings


def test_loader_is_for_every_site_and_kept_for_minutes(client: Client) -> None:
    answer = client.get("/widget.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cache-Control"] == "public, max-age=300"
    assert client.get("/widget.js", headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_only_the_current_file_is_kept_for_ever(client: Client, inbox: Inbox) -> None:
    page = client.get("/chat/shop-key/").content.decode()
    for path in re.findall(r'"(/chat/files/[^"]+)"', page):
        assert "immutable" in client.get(path)["Cache-Control"]
        stale = re.sub(r"[0-9a-f]{16}", "0" * 16, path)
        assert client.get(stale)["Cache-Control"] == "public, max-age=0"
    assert client.get("/chat/files/x/main.js").status_code == 404


def test_unknown_and_switched_off_widgets_are_404(client: Client, inbox: Inbox) -> None:
    assert client.get("/chat/another-key/").status_code == 404
    Inbox.objects.update(enabled=False)
    assert client.get("/chat/shop-key/").status_code == 404


def test_only_listed_sites_may_frame_the_panel(client: Client, inbox: Inbox) -> None:
    anywhere = client.get("/chat/shop-key/")
    assert "frame-ancestors 'self' *;" in anywhere["Content-Security-Policy"]
    assert "X-Frame-Options" not in anywhere
    inbox.settings = {"origins": ["https://shop.example", "https://x.example; script-src *"]}
    inbox.save()
    policy = client.get("/chat/shop-key/")["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://shop.example;" in policy
    assert "x.example" not in policy
    assert "'unsafe-inline'" not in policy


@pytest.mark.parametrize(
    ("query", "accept", "expected"),
    [
        ("?language=he", "pl", "he"),
        ("?language=xx", "pl-PL,en;q=0.5", "pl"),
        ("", "de-DE, ru;q=0.8", "ru"),
        ("", "de-DE", "fi"),
    ],
)
def test_language_is_asked_then_the_browsers_then_the_inboxs(
    client: Client, inbox: Inbox, query: str, accept: str, expected: str
) -> None:
    path = f"/chat/shop-key/{query}"
    assert panel(client, path, **{"Accept-Language": accept})["language"] == expected


def test_hebrew_is_right_to_left_and_translated(client: Client, inbox: Inbox) -> None:
    page = client.get("/chat/shop-key/?language=he").content.decode()
    assert '<html lang="he" dir="rtl"' in page
    assert "שלום! איך אפשר לעזור?" in page
    assert panel(client, "/chat/shop-key/?language=he")["words"]["today"] == "היום"


def test_greeting_is_the_inboxs_own_in_each_language(client: Client, inbox: Inbox) -> None:
    inbox.settings = {"greeting": {"en": "Moin <b>", "pl": "Cześć"}}
    inbox.save()
    assert "Moin &lt;b&gt;" in client.get("/chat/shop-key/?language=en").content.decode()
    assert "Cześć" in client.get("/chat/shop-key/?language=pl").content.decode()


@pytest.mark.parametrize(
    ("host", "trusted"),
    [
        ("https://shop.example", "https://shop.example"),
        ("https://shop.example:8443/x?y", "https://shop.example:8443"),
        ("javascript:alert(1)", ""),
        ("https://shop.example@evil.example", ""),
        ("null", ""),
        ("", ""),
    ],
)
def test_the_page_around_is_an_origin_or_nobody(
    client: Client, inbox: Inbox, host: str, trusted: str
) -> None:
    query = Client().get("/chat/shop-key/", {"host": host}).wsgi_request.GET.urlencode()
    assert panel(client, f"/chat/shop-key/?{query}")["host"] == trusted
