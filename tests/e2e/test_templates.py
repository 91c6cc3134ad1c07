"""Templates in a real browser: finding, switching forms, gaps, and the words on both sides."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from helpdesk import address
from tests.core.address_cases import FINE, MIXED
from tests.e2e.conftest import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


def a_conversation(desk: Desk, language: str) -> dict[str, Any]:
    """An open one with a customer of that language, by chat."""
    return desk.pick(
        lambda one: one["customer"]["language"] == language and one["channel"] == "chat"
    )


def opened(desk: Desk, page: Page, row: dict[str, Any]) -> Any:
    page.goto(f"{desk.base}/inbox/c/{row['id']}/")
    box = page.locator("composer-box [data-part=text]")
    box.click()
    box.fill("")
    return box


def test_forms_of_address_by_keyboard(desk: Desk, agent_page: Callable[..., Page]) -> None:
    page = agent_page("marta@parley.example")
    box = opened(desk, page, a_conversation(desk, "pl"))
    page.keyboard.type("/pickup")
    picker = page.locator("template-picker")
    words, register = picker.locator("[data-part=words]"), picker.locator("[data-part=register]")
    picker.locator("[role=option]", has_text="hours and code").hover()
    expect(picker.locator("[data-part=language]")).to_have_text("Polish")
    expect(register).to_have_text("Informal")
    expect(words).to_contain_text("Twoja paczka")
    page.keyboard.press("ArrowRight")
    expect(register).to_have_text("Formal")
    expect(words).to_contain_text("na Państwa")
    page.keyboard.press("Shift+ArrowRight")
    expect(picker.locator("[data-part=language]")).not_to_have_text("Polish")
    register.click()
    expect(picker).to_be_visible()
    page.keyboard.press("Shift+ArrowLeft")
    said = words.inner_text()
    page.keyboard.press("Enter")
    expect(box).to_have_value(said)
    expect(picker).to_be_hidden()
    box.fill("")


def test_optional_words_are_kept_by_tab_and_go_by_delete(
    desk: Desk, agent_page: Callable[..., Page]
) -> None:
    page = agent_page("marta@parley.example")
    box = opened(desk, page, a_conversation(desk, "en"))
    for key, rest in (("Tab", "I stay here in the chat."), ("Delete", "")):
        page.keyboard.type("/moment")
        expect(page.locator("template-picker .maybe")).to_contain_text("I stay here")
        page.keyboard.press("Enter")
        expect(box).to_have_value("Let me look that up, it takes about two minutes."
                                  "[[? I stay here in the chat.]]")  # fmt: skip
        expect(page.locator("composer-box [data-part=check]")).to_contain_text("words to keep")
        page.keyboard.press(key)
        whole = f"Let me look that up, it takes about two minutes. {rest}".strip()
        expect(box).to_have_value(whole)
        expect(page.locator("composer-box [data-part=check]")).to_be_hidden()
        box.fill("")


def test_what_was_sent_is_measured_and_said(desk: Desk, agent_page: Callable[..., Page]) -> None:
    page = agent_page("marta@parley.example")
    row = a_conversation(desk, "en")
    listed = desk.get("templates/", q="wash", conversation=row["id"])[0]
    for number in range(2):
        answer = desk.agent("marta@parley.example").post(
            f"{desk.base}/api/v1/conversations/{row['id']}/messages/",
            json={
                "body": listed["text"],
                "client_id": str(uuid.uuid4()),
                "templates": [{"id": listed["id"], "text": listed["text"]}],
            },
            timeout=10,
        )
        assert answer.status_code == 201, number
    box = opened(desk, page, row)
    page.keyboard.type("/wash")
    expect(page.locator("template-picker [data-part=before]")).to_contain_text("Twice word for")
    box.fill("")
    page.goto(f"{desk.base}/templates/")
    expect(page.locator("table.spans")).to_contain_text("Washing linen well")
    expect(page.get_by_text("may go out word for word")).to_be_visible()
    name = f"Words {uuid.uuid4().hex[:8]}"
    page.fill("[name=name]", name)
    page.fill("[name=text]", "It is here <b>")
    page.get_by_role("button", name="Propose it").click()
    expect(page.locator(".own-templates .banner.good")).to_contain_text("Proposed")
    editor = agent_page("henrik@parley.example")
    editor.goto(f"{desk.base}/admin/helpdesk/template/?state__exact=proposed")
    expect(editor.locator("#result_list")).to_contain_text(name)


def test_both_sides_know_the_same_words(desk: Desk, agent_page: Callable[..., Page]) -> None:
    page = agent_page("marta@parley.example", at="/inbox/")
    cases = [(language, text) for language, text, _found in MIXED] + FINE
    told = page.evaluate(
        """async (cases) => {
          const { imports } = JSON.parse(document.querySelector('script[type=importmap]')?.textContent || '{"imports":{}}');
          const known = performance.getEntriesByType("resource").map((one) => one.name);
          const one = Object.values(imports).concat(known).find((name) => /lib\\/address(\\.[0-9a-f]+)?\\.js$/.test(name));
          const { mixed } = await import(one || "/static/helpdesk/js/lib/address.js");
          return cases.map(([language, text]) => mixed(text, language)?.found || null);
        }""",  # noqa: E501  one script
        [list(case) for case in cases],
    )
    wanted = [address.mixed(text, language) for language, text in cases]
    assert told == [list(one) if one else None for one in wanted]
    assert sum(one is not None for one in wanted) == len(MIXED)
