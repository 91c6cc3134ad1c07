"""Searching in a real browser: by keyboard, over the list, and back to it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]
PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, PHONE], ids=["desktop", "phone"])
def test_a_note_is_found_opened_and_left(
    desk: Desk, agent_page: Callable[..., Page], size: dict[str, int]
) -> None:
    page = agent_page("marta@parley.example", at="/inbox/", viewport=size)
    row = desk.get("conversations/", view="all")["results"][3]
    word = f"Żółw{uuid.uuid4().hex[:8]}"
    note = {"body": f"She asked about {word} twice <b>", "internal": True}
    assert desk.post(f"conversations/{row['id']}/messages/", **note).status_code == 201
    field = page.locator("search-box input")
    page.keyboard.press("f")
    expect(field).to_be_focused()
    page.keyboard.type(word.lower().replace("ż", "z").replace("ó", "o").replace("ł", "l")[:10])
    found = page.locator("inbox-list a.row")
    expect(found.locator("mark")).to_have_text([word])
    expect(found).to_contain_text(["twice <b>"])
    expect(found.locator(".tag.note")).to_have_text(["Note"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("message-log").get_by_text(word)).to_be_visible()
    if size is PHONE:
        page.go_back()
    expect(found.locator("mark")).to_have_text([word])  # what was found is still there
    field.press("Escape")
    expect(field).to_have_value("")
    expect(page.locator("inbox-list mark")).to_have_count(0)
    expect(found.nth(1)).to_be_visible()


def test_a_customer_nothing_and_a_fault(desk: Desk, agent_page: Callable[..., Page]) -> None:
    page = agent_page("marta@parley.example", at="/inbox/")
    field, listed = page.locator("search-box input"), page.locator("inbox-list")
    field.fill("kowalska anna")
    expect(listed.locator(".row.person .who")).to_have_text(["Anna Kowalska"])
    listed.locator(".row.person").click()
    expect(page.locator("thread-view")).to_contain_text("Anna Kowalska")
    field.fill("sage curtins")
    expect(listed).to_contain_text("Nothing found for")
    page.route("**/api/v1/search/**", lambda route: route.abort())
    field.fill("linen")
    expect(listed).to_contain_text("The search did not work")
    page.unroute("**/api/v1/search/**")
    listed.get_by_role("button", name="Try again").click()
    expect(listed.locator("mark").first).to_be_visible()
    listed.locator("[data-view-name=all]").click()
    expect(field).to_have_value("")


def test_a_found_message_far_back_is_shown(desk: Desk, agent_page: Callable[..., Page]) -> None:
    row = desk.get("conversations/", view="all")["results"][5]
    address, word = f"conversations/{row['id']}/messages/", f"needle{uuid.uuid4().hex[:8]}"
    assert desk.post(address, body=f"Here is the {word}", internal=True).status_code == 201
    for number in range(130):  # more than two pages above the newest
        assert desk.post(address, body=f"Hay {number}", internal=True).status_code == 201
    page = agent_page("marta@parley.example", at="/inbox/")
    page.locator("search-box input").fill(word)
    page.locator("inbox-list a.row mark").first.click()
    # The mark goes after a while: what stays is told by the words and by the focus.
    expect(page.locator("message-log").get_by_text(word)).to_be_in_viewport()
    expect(page.locator("message-log :focus")).to_contain_text(word)
    assert "#m" in page.url
    page.reload()
    expect(page.locator("message-log").get_by_text(word)).to_be_in_viewport()
