"""Views, filters, tags and many at once, in a real browser."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
PHONE = {"width": 390, "height": 844}
AGENT = "marta@parley.example"


@pytest.fixture
def tag(desk: Desk) -> Iterator[str]:
    """A word of the vocabulary that only this test knows."""
    name = f"Word {uuid.uuid4().hex[:6]}"
    row = desk.get("conversations/", view="all")["results"][-1]
    assert desk.post(f"conversations/{row['id']}/tags/", add=[name]).status_code == 200
    desk.post(f"conversations/{row['id']}/tags/", remove=[name])
    yield name
    desk.write("UPDATE helpdesk_conversation SET tags = array_remove(tags, %s)", name)
    desk.write("DELETE FROM helpdesk_tag WHERE name = %s", name)


def test_a_tag_by_keyboard_is_on_the_row(
    desk: Desk, agent_page: Callable[..., Page], tag: str
) -> None:
    page = agent_page(AGENT, at="/inbox/")
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(page.locator(".tab[aria-current]")).to_have_attribute("data-view-name", "all")
    first = page.locator("inbox-list a.row:not([data-level])").first
    first.click()
    expect(page.locator("thread-view")).to_be_visible()
    number = page.locator("inbox-list a.row[aria-current=true]").get_attribute("data-id")
    page.locator("message-log").focus()
    page.keyboard.press("t")
    expect(page.locator("thread-view .tagpanel input")).to_be_focused()
    page.keyboard.type(tag[:9].lower())
    page.keyboard.press("Enter")
    row = page.locator(f"inbox-list a.row[data-id='{number}']")
    expect(row.locator(".tag.tint", has_text=tag)).to_be_visible()
    expect(page.locator("thread-view [data-tag]").first).to_have_attribute("aria-checked", "true")
    page.keyboard.press("Enter")
    expect(row.locator(".tag.tint", has_text=tag)).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("thread-view .tagpanel")).to_be_hidden()
    expect(page.locator("message-log").get_by_text("took off the tag").last).to_contain_text(tag)


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, PHONE], ids=["desktop", "phone"])
def test_a_view_is_made_fills_by_itself_and_goes(
    desk: Desk, agent_page: Callable[..., Page], tag: str, size: dict[str, int]
) -> None:
    page = agent_page(AGENT, at="/inbox/", viewport=size)
    rows = desk.get("conversations/", view="all")["results"]
    one, other = rows[2]["id"], rows[3]["id"]
    desk.post(f"conversations/{one}/tags/", add=[tag])
    menu = page.locator("view-menu")
    menu.get_by_role("button", name="More views").click()
    menu.get_by_text("New view").click()
    sheet = page.get_by_role("dialog", name="New view")
    sheet.get_by_label("Name", exact=True).fill(f"All of {tag}")
    sheet.get_by_label("Field").select_option(label="Tag")
    sheet.locator("details.many summary").click()
    sheet.get_by_label(tag).check()
    page.keyboard.press("Escape")
    expect(sheet).to_be_visible()  # the list of choices closed, not the sheet
    expect(sheet.locator(".finds")).to_have_text("1 conversation")
    sheet.get_by_role("button", name="Save").click()
    expect(page.locator("inbox-list h1")).to_have_text(f"All of {tag}")
    listed = page.locator("inbox-list a.row")
    expect(listed).to_have_count(1)
    desk.post(f"conversations/{other}/tags/", add=[tag])
    expect(listed).to_have_count(2)  # nobody asked for it: a frame came
    page.reload()
    expect(listed).to_have_count(2)
    for pk in (one, other):
        desk.post(f"conversations/{pk}/tags/", remove=[tag])
    expect(page.locator("inbox-list")).to_contain_text("Nothing fits this view now")
    menu.get_by_role("button", name="More views").click()
    menu.get_by_text("Change this view").click()
    changed = page.get_by_role("dialog", name="Change this view")
    changed.get_by_role("button", name="Delete").click()
    expect(changed).to_contain_text("Nothing happens to its conversations")
    changed.get_by_role("button", name="Delete").click()
    expect(page.locator("inbox-list h1")).to_have_text("Inbox")


def test_many_are_chosen_tagged_and_it_is_taken_back(
    desk: Desk, agent_page: Callable[..., Page], tag: str
) -> None:
    page = agent_page(AGENT)
    page.goto(f"{desk.base}/inbox/all/")
    rows = page.locator("inbox-list a.row")
    expect(rows.nth(4)).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("x")
    bar = page.locator("bulk-bar")
    expect(bar).to_contain_text("1 chosen")
    rows.nth(2).click(modifiers=["Shift"])
    expect(bar).to_contain_text("3 chosen")
    page.keyboard.press("t")
    expect(bar.locator(".tagpanel input")).to_be_focused()
    page.keyboard.type(tag)
    page.keyboard.press("Enter")
    expect(page.locator("toast-stack")).to_contain_text("3 conversations changed")
    chips = page.locator("inbox-list a.row .tag.tint", has_text=tag)
    expect(chips).to_have_count(3)
    expect(bar).to_be_hidden()
    page.locator("toast-stack").get_by_role("button", name="Undo").click()
    expect(chips).to_have_count(0)


def test_counts_move_and_the_other_views_open(desk: Desk, agent_page: Callable[..., Page]) -> None:
    page = agent_page(AGENT)
    page.goto(f"{desk.base}/inbox/late/")
    expect(page.locator("inbox-list .tab[aria-current]")).to_have_attribute(
        "data-view-name", "late"
    )
    rows = page.locator("inbox-list a.row")
    empty = page.locator("inbox-list .empty")
    expect(rows.first.or_(empty)).to_be_visible()
    for key, heading in (("z", "Snoozed"), ("e", "Resolved"), ("t", "Live"), ("m", "Inbox")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        expect(page.locator("inbox-list h1")).to_have_text(heading)
        expect(rows.first.or_(empty)).to_be_visible()
