"""axe finds nothing serious on any screen: light and dark, left to right and right to left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SCREENS = (
    "/inbox/all/",
    "/queue/",
    "/visitors/",
    "/customers/",
    "/customers/1/",
    "/leads/",
    "/templates/",
    "/ledger/",
    "/ledger/coverage/",
    "/you/",
    "/settings/",
    "/settings/inboxes/",
    "/settings/inboxes/1/",
    "/settings/tags/",
    "/settings/tokens/",
    "/settings/webhooks/",
    "/settings/webhooks/new/",
    "/settings/rules/",
    "/settings/rules/new/",
    "/settings/macros/",
    "/settings/macros/new/",
    "/settings/widgets/",
    "/settings/mail/new/",
    "/settings/phone/new/",
    "/settings/social/new/whatsapp/",
    "/settings/unread/",
    "/settings/audit/",
    "/settings/privacy/",
    "/settings/alarms/",
    "/settings/import/",
    "/customers/1/privacy/",
    "/inbox/late/",
    "/inbox/snoozed/",
    "/admin/",
    "/admin/helpdesk/agent/",
    "/admin/helpdesk/template/",
)
# What a key opens over a conversation.
OVER = {
    "?": "dialog[open]",
    "Control+k": "dialog[open]",
    "m": "dialog[open]",
    "e": "[role=menu]:visible",
}


def serious(page: Page, *, colours: bool = True) -> list[Any]:
    """What axe calls serious or critical, and where. colours: half of its work are contrasts."""
    options = {
        "runOnly": {"type": "tag", "values": TAGS},
        "resultTypes": ["violations"],
        "rules": {"color-contrast": {"enabled": colours}},
    }
    found = Axe().run(page, options=options).response["violations"]
    return [
        (page.url, one["id"], [node["target"] for node in one["nodes"]][:5])
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize(
    ("scheme", "language", "size"),
    [
        ("light", "en-GB", {"width": 1440, "height": 900}),
        ("dark", "he-IL", {"width": 1440, "height": 900}),
        ("dark", "en-GB", {"width": 390, "height": 844}),
    ],
    ids=["light", "dark-hebrew", "phone"],
)
def test_every_screen(
    desk: Desk,
    agent_page: Callable[..., Page],
    scheme: str,
    language: str,
    size: dict[str, int],
) -> None:
    page = agent_page("admin@parley.example", color_scheme=scheme, viewport=size, locale=language)
    faults = []
    letter = desk.pick(lambda one: one["channel"] == "email")
    chat = desk.pick(lambda one: one["channel"] == "chat")
    mailbox = letter["inbox"]["id"]
    others = (
        f"/settings/mail/{mailbox}/",
        f"/settings/fetching/{mailbox}/",
        f"/settings/inboxes/{mailbox}/answer/",
        f"/inbox/c/{letter['id']}/",
        f"/inbox/c/{chat['id']}/",
    )
    for path in ("/nowhere/", *SCREENS, *others):
        answer = page.goto(f"{desk.base}{path}")
        assert answer
        assert answer.status == (404 if path == "/nowhere/" else 200), path
        # A phone's colours are those of the dark desk; what only a phone has stands in the inbox.
        faults += serious(page, colours=size["width"] > 390 or path.startswith("/inbox/"))
    expect(page.locator("html")).to_have_attribute("lang", language[:2])
    expect(page.locator("message-log article").first).to_be_visible()
    for key, opened in OVER.items():
        page.keyboard.press(key)
        expect(page.locator(opened).first).to_be_visible()
        faults += serious(page)
        page.keyboard.press("Escape")
        expect(page.locator(opened)).to_have_count(0)
    assert faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_before_signing_in_and_in_an_opened_mail(
    desk: Desk, agent_page: Callable[..., Page], new_page: Callable[..., Page], scheme: str
) -> None:
    outside = new_page(color_scheme=scheme)
    outside.goto(f"{desk.base}/login/")
    assert serious(outside) == []
    mail = desk.pick(lambda one: one["subject"] == "Your mailbox is full")
    page = agent_page(color_scheme=scheme)
    page.goto(f"{desk.base}/inbox/c/{mail['id']}/")
    page.get_by_role("button", name="Show original").click()
    expect(page.frame_locator("iframe.original").locator("body")).to_be_visible()
    assert serious(page) == []
