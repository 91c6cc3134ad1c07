"""The page's script: who gets it, what of the settings it tells, how long it is kept."""

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
    return Inbox.objects.create(
        name="Shop", channel="chat", key="shop-key", secrets={"identity_secret": "s3cret"}
    )


def keep(inbox: Inbox, **settings: Any) -> None:
    inbox.settings = settings
    inbox.save()


def told(client: Client, query: str = "") -> dict[str, Any]:
    script = client.get(f"/chat/shop-key/page.js{query}").content.decode()
    found = re.search(
        r"^export const start = \(on\) => \$main\.start\(on, (.*)\);$", script, re.MULTILINE
    )
    assert found
    settings: dict[str, Any] = json.loads(found[1])
    return settings


def test_a_widget_without_tracking_needs_no_script(client: Client, inbox: Inbox) -> None:
    answer = client.get("/chat/shop-key/page.js")
    assert answer.content == b"export {};\n"
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "public, max-age=60"
    assert answer["Access-Control-Allow-Origin"] == "*"


def test_unknown_widget_shows_no_error_on_somebodys_page(client: Client) -> None:
    for key in ("another", "a%00b"):
        answer = client.get(f"/chat/{key}/page.js")
        assert (answer.status_code, answer.content) == (200, b"export {};\n")


@pytest.mark.parametrize(
    "settings",
    [
        {"tracking": "session"},
        {"tracking": "consented"},
        {"color": "#112233"},
        {"position": "start"},
        {"theme": "dark"},
        {"hide_on_phones": True},
        {"label": {"pl": "Porozmawiaj"}},
    ],
)
def test_a_setting_that_the_page_must_know_brings_the_script(
    client: Client, inbox: Inbox, settings: dict[str, Any]
) -> None:
    keep(inbox, **settings)
    assert told(client)["key"] == "shop-key"


def test_the_sites_own_calls_bring_the_script(client: Client, inbox: Inbox) -> None:
    assert told(client, "?commands=1")["tracking"] == "off"


def test_only_public_settings_are_told(client: Client, inbox: Inbox) -> None:
    keep(
        inbox,
        tracking="session",
        origins=["https://intranet.example"],
        email_inbox=7,
        label={"en": "Ask us", "pl": "Zapytaj"},
        color="#112233",
        position="start",
        hide_on_phones=True,
    )
    assert told(client, "?language=pl") == {
        "key": "shop-key",
        "language": "pl",
        "tracking": "session",
        "words": told(client, "?language=pl")["words"],
        "look": {
            "label": "Zapytaj",
            "color": "#112233",
            "position": "start",
            "theme": "",
            "hide": True,
        },
    }
    script = client.get("/chat/shop-key/page.js").content.decode()
    assert "s3cret" not in script
    assert "intranet" not in script


def test_words_are_the_visitors_and_unknown_languages_english(client: Client, inbox: Inbox) -> None:
    keep(inbox, tracking="session")
    assert told(client, "?language=he")["words"]["dismiss"] == "סגירה"
    assert told(client, "?language=../x")["language"] == "en"


def test_a_setting_cannot_end_the_script(client: Client, inbox: Inbox) -> None:
    text = "</script><script>alert(1)</script>\u2028`${alert(2)}"
    keep(inbox, tracking="session", label=text)
    script = client.get("/chat/shop-key/page.js").content.decode()
    assert "</script" not in script
    assert "\u2028" not in script
    assert told(client)["look"]["label"] == text


def test_an_unchanged_script_is_not_sent_again(client: Client, inbox: Inbox) -> None:
    keep(inbox, tracking="session")
    first = client.get("/chat/shop-key/page.js")
    assert first["Cache-Control"] == "public, max-age=60"
    again = client.get("/chat/shop-key/page.js", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert again["Access-Control-Allow-Origin"] == "*"
    keep(inbox, tracking="consented")
    changed = client.get("/chat/shop-key/page.js", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_nothing_but_reading(client: Client, inbox: Inbox) -> None:
    assert client.post("/chat/shop-key/page.js").status_code == 405
