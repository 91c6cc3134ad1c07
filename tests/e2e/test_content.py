"""Files of templates and proposals from the composer, in a real browser."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk
from tests.e2e.test_templates import opened

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

# A red dot of 8 × 8 pixels.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000008000000080802000000"
    "4b6d29dc0000001149444154789c63f8cfc0801531e0ac000020000f"
    "f11e0ff10000000049454e44ae426082"
)


def a_conversation(desk: Desk, channel: str) -> dict[str, Any]:
    return desk.pick(lambda row: row["channel"] == channel)


@pytest.fixture
def with_picture(desk: Desk, agent_page: Callable[..., Page], tmp_path: Path) -> str:
    """A template that a supervisor made in the admin, with a picture; its shortcut."""
    shortcut = f"pic-{uuid.uuid4().hex[:8]}"
    file = tmp_path / "colours.png"
    file.write_bytes(PNG)
    page = agent_page("henrik@parley.example")
    page.goto(f"{desk.base}/admin/helpdesk/template/add/")
    page.fill("#id_name", f"Colours {shortcut}")
    page.fill("#id_shortcut", shortcut)
    page.fill("#id_variants-0-text", "These are the colours, {{ customer.first_name }}.")
    page.locator("#files-group .add-row a").click()
    page.set_input_files("#id_files-0-upload", str(file))
    page.locator("[name=_save]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    return shortcut


def choose(page: Page, shortcut: str) -> None:
    page.keyboard.type(f"/{shortcut}")
    expect(page.locator("template-picker .opt", has_text="Colours")).to_have_count(1)


def test_a_picture_goes_with_the_words_and_away_with_one_click(
    desk: Desk, agent_page: Callable[..., Page], with_picture: str
) -> None:
    page = agent_page("marta@parley.example")
    opened(desk, page, a_conversation(desk, "chat"))
    choose(page, with_picture)
    picture = page.locator("template-picker .tfile img")
    expect(picture).to_be_visible()
    assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") == 8
    page.keyboard.press("Enter")
    chip = page.locator("composer-box .upload", has_text="colours.png")
    expect(chip).to_be_visible()
    chip.locator("[data-part=remove]").click()
    expect(page.locator("composer-box .upload")).to_have_count(0)
    page.locator("composer-box [data-part=text]").fill("")
    choose(page, with_picture)
    page.keyboard.press("Enter")
    expect(page.locator("composer-box .upload:not([aria-busy])")).to_have_count(1)
    words = f"Sent with its picture {uuid.uuid4().hex[:6]}"
    page.locator("composer-box [data-part=text]").fill(words)
    page.keyboard.press("Control+Enter")
    sent = page.locator("message-log .msg", has_text=words)
    expect(sent.locator(".att img, .att .thumb, img").first).to_be_visible()
    expect(page.locator("composer-box .upload")).to_have_count(0)


def test_a_channel_without_files_says_so(
    desk: Desk, agent_page: Callable[..., Page], with_picture: str
) -> None:
    """A number at Vonage carries texts only."""
    row = a_conversation(desk, "sms")
    inbox = row["inbox"]["id"]
    desk.write("UPDATE helpdesk_inbox SET provider = 'vonage' WHERE id = %s", inbox)
    try:
        page = agent_page("marta@parley.example")
        box = opened(desk, page, row)
        choose(page, with_picture)
        expect(page.locator("template-picker .tfiles")).to_contain_text("carries no files")
        page.keyboard.press("Enter")
        expect(box).to_have_value(re.compile("These are the colours"))
        expect(page.locator("toast-stack")).to_contain_text("colours.png")
        expect(page.locator("composer-box .upload")).to_have_count(0)
        box.fill("")
    finally:
        desk.write("UPDATE helpdesk_inbox SET provider = 'twilio' WHERE id = %s", inbox)


def named(name: str) -> bool:
    """Whether somebody said their name: neighbours' visitors have only a number."""
    return " " in name and not name.startswith("Visitor")


@pytest.mark.parametrize("way", ["picker", "palette"])
def test_what_is_written_is_proposed_without_leaving_the_thread(
    desk: Desk, agent_page: Callable[..., Page], way: str
) -> None:
    page = agent_page("marta@parley.example")
    person = desk.pick(lambda one: one["channel"] == "chat" and named(one["customer"]["name"]))
    row = desk.get(f"conversations/{person['id']}/")["row"]
    box = opened(desk, page, row)
    first = row["customer"]["name"].split(" ")[0]
    name = f"Proposed {uuid.uuid4().hex[:8]}"
    words = f"Hello {first}, order BL-20931 left the house today."
    page.keyboard.type(f"{words} ")
    if way == "picker":
        page.keyboard.type("/nothing-like-it")
        option = page.locator("template-picker .opt.propose")
        expect(option).to_have_attribute("aria-selected", "true")
        page.keyboard.press("Enter")
    else:
        page.keyboard.press("Control+k")
        page.keyboard.type("propose what")
        expect(page.locator("command-palette .opt").first).to_contain_text("Propose what I wrote")
        page.keyboard.press("Enter")
    dialog = page.locator("propose-dialog dialog")
    expect(dialog).to_be_visible()
    text = dialog.locator("[data-part=text]")
    expect(text).to_have_value(re.compile(r"order \[\[number\]\] left"))
    expect(text).to_have_value(re.compile(r"Hello \{\{ customer\.(first_)?name \}\}"))
    expect(dialog.locator("[data-part=found]")).to_contain_text("BL-20931")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("toast-stack")).to_contain_text("Proposed")
    expect(box).to_be_focused()
    expect(box).to_have_value(re.compile(re.escape(words)))
    page.goto(f"{desk.base}/templates/")
    expect(page.locator(".proposed li", has_text=name)).to_contain_text("Proposed")
    lead = agent_page("henrik@parley.example")
    lead.goto(f"{desk.base}/inbox/")
    lead.locator("for-me button").first.click()
    lead.locator("for-me .opt", has_text="Proposed templates").click()
    expect(lead.locator("#result_list")).to_contain_text(name)
