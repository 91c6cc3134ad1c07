"""A supervisor makes a rule and sees it act; an agent runs a macro without a mouse."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


def a_chat_says(desk: Desk, visitor: Page, words: str) -> int:
    visitor.goto(f"{desk.base}/chat/birch-and-linen/")
    visitor.wait_for_selector("#begin, #text", state="visible")
    if visitor.is_visible("#begin"):
        visitor.click("#begin")
    visitor.fill("#text", words)
    visitor.press("#text", "Enter")
    return int(desk.conversation_with(words)["id"])


def test_a_rule_is_made_tried_saved_and_acts(
    desk: Desk, agent_page: Callable[..., Page], new_page: Callable[..., Page]
) -> None:
    word = f"refund{uuid.uuid4().hex[:6]}"
    old = a_chat_says(desk, new_page(), f"I want my {word} at last")
    page = agent_page("henrik@parley.example")
    page.goto(f"{desk.base}/settings/rules/new/")
    page.get_by_label("Name").fill(f"Rule {word}")
    page.get_by_role("button", name="Condition", exact=True).click()
    condition = page.locator("#conditions > li")
    expect(condition.locator("select").first).to_be_focused()
    condition.get_by_label("Message", exact=True).and_(page.locator("input")).fill(word.upper())
    action = page.locator("#actions > li").first
    action.locator("select").first.select_option(label="Add a note")
    action.locator("textarea").fill("Hi {{ customer.shoe }}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").first).to_contain_text("customer.shoe")
    expect(action.locator("textarea")).to_have_value("Hi {{ customer.shoe }}")
    action.locator("textarea").fill(f"Money back: {word}")
    expect(page.locator("#sentence")).to_contain_text(f"Add the note “Money back: {word}”")
    page.locator("#try").click()
    expect(page.locator("#summary")).to_contain_text("1 of")
    expect(page.locator(f"#trials a[href$='/{old}/']")).to_be_visible()
    events = desk.get(f"conversations/{old}/")["messages"]
    assert not any(one["internal"] for one in events), "a dry run changes nothing"
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".things")).to_contain_text(f"Rule {word}")
    new = a_chat_says(desk, new_page(), f"My {word}, please")

    def noted() -> bool:
        told = desk.get(f"conversations/{new}/")["messages"]
        return any(one["body"] == f"Money back: {word}" and one["internal"] for one in told)

    until(noted)
    page.get_by_role("link", name=f"Rule {word}").click()
    page.get_by_role("link", name="Log").click()
    expect(page.locator(".firings li")).to_have_count(1)
    expect(page.locator(".firings")).to_contain_text(f"Add the note “Money back: {word}”")
    page.go_back()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".page.rules")).not_to_contain_text(word)


def test_a_macro_by_keyboard(
    desk: Desk, agent_page: Callable[..., Page], new_page: Callable[..., Page]
) -> None:
    word = uuid.uuid4().hex[:8]
    chat = a_chat_says(desk, new_page(), f"Hello {word}")
    page = agent_page("marta@parley.example")
    page.goto(f"{desk.base}/settings/macros/new/")
    page.get_by_label("Name").fill(f"Mácro {word}")
    page.locator("#actions select").first.select_option(label="Add a note")
    page.locator("#actions textarea").fill(f"By macro {word}")
    page.get_by_role("button", name="Action", exact=True).click()
    page.keyboard.type("Resolve")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".things").first).to_contain_text("Resolve: Question answered")
    page.goto(f"{desk.base}/inbox/c/{chat}/")
    expect(page.locator(".thead h2")).not_to_be_empty()
    page.keyboard.press("m")
    expect(page.locator("macro-picker input")).to_be_focused()
    page.keyboard.type(f"macro {word}")
    expect(page.locator("macro-picker .opt")).to_have_count(1)
    page.keyboard.press("Enter")
    toast = page.locator(".toast", has_text=f"Mácro {word}")
    expect(toast).to_contain_text("Resolve: Question answered")
    expect(page.locator("message-log")).to_contain_text(f"By macro {word}")
    assert desk.get(f"conversations/{chat}/")["row"]["state"] == "resolved"
    toast.get_by_role("button").click()
    until(lambda: desk.get(f"conversations/{chat}/")["row"]["state"] == "open")
