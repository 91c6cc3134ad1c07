"""An agent catches a lead, sends a card and a question, and works through the list of leads."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk

pytestmark = pytest.mark.e2e
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def a_chat(desk: Desk) -> int:
    """One of the demo's live chats that our agent may answer."""
    rows: list[dict[str, Any]] = desk.get("conversations/", view="live")["results"]
    return int(next(row["id"] for row in rows if row["state"] in {"new", "open", "pending"}))


def opened(desk: Desk, page: Page, chat: int) -> Page:
    page.goto(f"{desk.base}/inbox/c/{chat}/")
    expect(page.locator(".thead h2")).not_to_be_empty()
    return page


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_a_lead_from_the_composer(
    desk: Desk, agent_page: Callable[..., Page], options: dict[str, Any]
) -> None:
    page = opened(desk, agent_page(**options), a_chat(desk))
    email = f"lead-{uuid.uuid4().hex[:8]}@example.com"
    page.click(".bar [data-do=lead]")
    form = page.locator("#lead-form")
    expect(form.locator("[name=name]")).to_be_focused()
    expect(form.locator("[name=agreed]")).not_to_be_checked()
    form.locator("[name=email]").fill(email)
    form.locator("[name=need]").fill("Twenty towels")
    form.get_by_role("button", name="Save the lead").click()
    expect(page.locator("#lead-fault")).to_contain_text("consent")
    form.locator("[name=agreed]").check()
    form.locator("[name=phone]").fill("601 234 567")
    form.get_by_role("button", name="Save the lead").click()
    expect(page.locator("#lead-fault")).to_contain_text("country code")
    expect(form.locator("[aria-invalid=true]")).to_have_attribute("name", "phone")
    form.locator("[name=phone]").fill("")
    form.get_by_role("button", name="Save the lead").click()
    expect(form).to_be_hidden()
    expect(page.locator("message-log")).to_contain_text("saved a lead")
    expect(page.locator("context-panel [data-part=dealings]")).to_contain_text("Twenty towels")
    page.goto(f"{desk.base}/leads/?q={email}")
    row = page.locator("tr", has_text=email)
    with page.expect_navigation():
        row.get_by_role("combobox").first.select_option("contacted")
    expect(row.get_by_role("combobox").first).to_have_value("contacted")
    expect(page).to_have_url(re.compile(r"#lead-\d+$"))


def test_escape_closes_and_another_chat_forgets(
    desk: Desk, agent_page: Callable[..., Page]
) -> None:
    page = opened(desk, agent_page(), a_chat(desk))
    page.click(".bar [data-do=lead]")
    page.fill("#lead-form [name=need]", "Not for the next one")
    page.keyboard.press("Escape")
    expect(page.locator("#lead-form")).to_be_hidden()
    expect(page.locator(".bar [data-do=lead]")).to_be_focused()
    page.locator("inbox-list a.row:not([aria-current=true])").first.click()
    page.click(".bar [data-do=lead]")
    expect(page.locator("#lead-form [name=need]")).to_have_value("")


def test_a_card_and_a_question(desk: Desk, agent_page: Callable[..., Page]) -> None:
    page = opened(desk, agent_page(), a_chat(desk))
    title = f"Linen {uuid.uuid4().hex[:6]}"
    page.click(".bar [data-do=card]")
    form = page.locator("#card-form")
    form.locator("[name=title]").fill(title)
    form.locator("[name=url]").fill("javascript:alert(1)")
    form.get_by_role("button", name="Send the card").click()
    expect(page.locator("#card-fault")).to_contain_text("https")
    form.locator("[name=url]").fill("https://shop.example/p/1")
    form.locator("[name=price]").fill("128 €")
    form.locator("[name=label1]").fill("Another colour")
    with page.expect_response("**/attachments/"):
        form.locator("[type=file]").set_input_files(
            {"name": "bed.png", "mimeType": "image/png", "buffer": PNG}
        )
    form.get_by_role("button", name="Send the card").click()
    offer = page.locator(".offer", has_text=title)
    expect(offer.locator("img")).to_be_visible()
    expect(offer.get_by_role("link")).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(page.locator(".msg", has=offer)).to_contain_text("Sent")
    page.click(".bar [data-do=quick]")
    page.fill("#quick-form [name=body]", f"Which size of {title}?")
    page.fill("#quick-form [name=quick1]", "140 × 200")
    page.locator("#quick-form").get_by_role("button", name="Send the question").click()
    asked = page.locator(".msg", has_text=f"Which size of {title}?")
    expect(asked.locator(".quicks .chip")).to_have_text(["140 × 200"])
    page.keyboard.press("Escape")
    page.click("[data-mode=note]")
    expect(page.locator(".bar [data-do=card]")).to_be_hidden()
    expect(page.locator(".bar [data-do=lead]")).to_be_visible()
