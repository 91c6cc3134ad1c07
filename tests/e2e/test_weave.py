"""Merging, splitting, linking and tagging in a real browser: by keyboard, and with a way back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk, until
from tests.e2e.test_mail import letter, send

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
MARTA = "marta@parley.example"
PHONE = {"width": 390, "height": 844}
Agents = Callable[..., Page]


@pytest.fixture
def two(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two fresh mails of one sender."""
    found = []
    for what in ("first", "second"):
        mark = uuid.uuid4().hex[:12]
        send(desk, letter(f"The {what} {mark}", f"The {what} thing {mark}"))
        found.append(desk.conversation_with(mark))
    return found[0], found[1]


def opened(desk: Desk, page: Page, row: dict[str, Any]) -> Page:
    page.goto(f"{desk.base}/inbox/c/{row['id']}/")
    expect(page.locator("message-log article").first).to_be_visible()
    return page


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, PHONE], ids=["desktop", "phone"])
def test_merged_by_keyboard_answered_and_undone(
    desk: Desk,
    agent_page: Agents,
    two: tuple[dict[str, Any], dict[str, Any]],
    size: dict[str, int],
) -> None:
    first, second = two
    page = opened(desk, agent_page(MARTA, viewport=size), second)
    page.locator("message-log").focus()
    page.keyboard.press("w")
    dialog = page.locator("weave-dialog dialog")
    expect(dialog).to_be_visible()
    page.keyboard.type(f"#{first['id']}")
    option = dialog.get_by_role("option")
    expect(option).to_have_count(1)
    expect(option).to_contain_text(f"#{first['id']}")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page).to_have_url(f"{desk.base}/inbox/c/{first['id']}/")
    log = page.locator("message-log > .talk:not(.away)")
    expect(log).to_contain_text("The first thing")
    expect(log).to_contain_text("The second thing")
    expect(log.locator(".tag.whose")).to_have_text([f"#{second['id']}"])
    # What comes in for the merged one is read here, without a reload.
    mark = uuid.uuid4().hex[:8]
    desk.agent()
    answer = desk.post(f"conversations/{second['id']}/messages/", body=f"Both are sent {mark}")
    assert answer.status_code == 201
    expect(log).to_contain_text(mark)
    toast = page.locator("toast-stack .toast")
    toast.get_by_role("button", name="Undo").click()
    expect(page).to_have_url(f"{desk.base}/inbox/c/{second['id']}/")
    expect(log).not_to_contain_text("The first thing")
    expect(log).to_contain_text(mark)


def test_the_merged_one_says_where_it_went(
    desk: Desk, agent_page: Agents, two: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    first, second = two
    page = opened(desk, agent_page(MARTA), second)
    assert desk.post(f"conversations/{second['id']}/merge/", into=first["id"]).status_code == 200
    banner = page.locator("thread-view [data-part=merged]")
    expect(banner).to_contain_text(f"Merged into #{first['id']}")
    expect(page.locator("composer-box")).to_be_hidden()
    banner.get_by_role("link").click()
    expect(page).to_have_url(f"{desk.base}/inbox/c/{first['id']}/")
    expect(page.locator("message-log")).to_contain_text("The second thing")


def test_split_from_a_message(
    desk: Desk, agent_page: Agents, two: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    first, _second = two
    answer = desk.post(f"conversations/{first['id']}/messages/", body="Which one?")
    until(
        lambda: (
            desk.get(f"conversations/{first['id']}/")["messages"][-1]["delivery"]["state"]
            not in {"queued", "sending", "retry"}
        )
    )
    assert answer.status_code == 201
    page = opened(desk, agent_page(MARTA), first)
    last = page.locator("message-log article").last
    last.hover()
    last.locator(".msgmenu button").first.click()
    last.get_by_role("menuitem", name="Only this message").click()
    expect(page.locator("message-log")).to_contain_text("Which one?")
    expect(page.locator("message-log > .talk:not(.away)")).not_to_contain_text("The first thing")
    expect(page.locator("related-box")).to_contain_text(f"#{first['id']}")
    page.locator("related-box a").first.click()
    expect(page.locator("message-log")).to_contain_text("The first thing")
    expect(page.locator("message-log > .talk:not(.away)")).not_to_contain_text("Which one?")


def test_linked_and_unlinked(
    desk: Desk, agent_page: Agents, two: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    first, second = two
    page = opened(desk, agent_page(MARTA), first)
    page.locator("message-log").focus()
    page.keyboard.press("l")
    page.keyboard.type(str(second["id"]))
    expect(page.locator("weave-dialog").get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    related = page.locator("related-box")
    expect(related).to_contain_text(f"#{second['id']}")
    related.get_by_role("button", name="Remove the link").click()
    expect(related).to_be_hidden()


def test_tags_by_keyboard(
    desk: Desk, agent_page: Agents, two: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    first, second = two
    name = f"Label {uuid.uuid4().hex[:6]}"
    assert desk.post(f"conversations/{second['id']}/tags/", add=[name]).status_code == 200
    page = opened(desk, agent_page(MARTA), first)
    page.locator("tag-chips [data-part=add]").press("Enter")
    page.keyboard.type(name[-6:])
    expect(page.locator("tag-chips .opt").first).to_be_visible()
    page.locator("tag-chips .opt", has_text=name).first.click()
    chip = page.locator("tag-chips .tagchip")
    expect(chip).to_have_text([name])
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowLeft")
    expect(chip).to_be_focused()
    page.keyboard.press("Delete")
    expect(chip).to_have_count(0)


def test_mentions_are_a_view(
    desk: Desk, agent_page: Agents, two: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    first, _second = two
    me = next(
        one["id"]
        for one in desk.get(f"conversations/{first['id']}/")["agents"]
        if one["name"].startswith("Marta")
    )
    said = desk.post(
        f"conversations/{first['id']}/messages/", body="Look", internal=True, mentions=[me]
    )
    assert said.status_code == 201
    page = agent_page(MARTA)
    page.goto(f"{desk.base}/inbox/mentions/")
    row = page.locator(f"inbox-list a.row[data-id='{first['id']}']")
    expect(row).to_be_visible()
    row.click()
    expect(page.locator("message-log")).to_contain_text("Look")
    expect(row).to_have_count(0)
