"""The command palette in a real browser: acts, opens and inserts without a mouse."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


def test_everything_is_reached_by_its_name(desk: Desk, agent_page: Callable[..., Page]) -> None:
    row = desk.get("conversations/", view="all")["results"][2]
    word = f"Łabędź{uuid.uuid4().hex[:8]}"
    address = f"conversations/{row['id']}/messages/"
    assert desk.post(address, body=f"About {word}", internal=True).status_code == 201
    page = agent_page("marta@parley.example")
    page.goto(f"{desk.base}/inbox/c/{row['id']}/")
    palette, field = page.locator("command-palette .palette"), page.locator("command-palette input")
    page.locator("composer-box textarea.text").focus()
    page.keyboard.press("Control+k")  # from within the words too
    expect(field).to_be_focused()
    page.keyboard.type("keyb")
    expect(palette.get_by_role("option", selected=True)).to_contain_text("keyboard map")
    page.keyboard.press("Enter")
    expect(palette).to_be_hidden()
    expect(page.locator("keyboard-map dialog")).to_be_visible()
    page.keyboard.press("Escape")

    page.keyboard.press("Control+k")
    page.keyboard.type("write a no")
    page.keyboard.press("Enter")
    expect(page.locator("composer-box textarea.text")).to_be_focused()
    expect(page.locator("composer-box [data-mode=note]")).to_have_attribute("aria-selected", "true")

    page.keyboard.press("Control+k")
    page.keyboard.type(word.lower().replace("ł", "l").replace("ę", "e").replace("ź", "z"))
    expect(palette.get_by_role("option")).to_contain_text([word])
    page.keyboard.press("Enter")
    expect(page.locator("message-log .found")).to_contain_text(word)

    page.keyboard.press("Control+k")
    page.keyboard.type("show the list res")
    page.keyboard.press("Enter")
    expect(page.locator("inbox-list h1")).to_contain_text("Resolved")


def test_a_template_is_inserted_and_a_fault_is_said(
    desk: Desk, agent_page: Callable[..., Page]
) -> None:
    one = desk.get("templates/")[0]
    row = desk.get("conversations/", view="all")["results"][2]
    page = agent_page("marta@parley.example")
    page.goto(f"{desk.base}/inbox/c/{row['id']}/")
    expect(page.locator("composer-box textarea.text")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type(one["name"])
    option = page.locator("command-palette .opt", has_text=f"/{one['shortcut']}")
    expect(option).to_be_visible()
    option.click()
    expect(page.locator("composer-box textarea.text")).not_to_have_value("")
    page.locator("composer-box textarea.text").fill("")
    page.route("**/api/v1/search/**", lambda route: route.abort())
    page.route("**/api/v1/templates/**", lambda route: route.abort())
    page.keyboard.press("Control+k")
    page.keyboard.type("zzzzzz")
    expect(page.locator("command-palette [role=status]")).to_contain_text(
        "The server gave no answer"
    )
    expect(page.locator("command-palette .results")).to_contain_text("Nothing fits")
