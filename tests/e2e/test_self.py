"""One's own page, the settings, and a misspelt word, in a real browser."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk, until
from tests.e2e.test_chat import say, start_chat

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]
# A wide photo, drawn by the browser itself, with words after its end as a hostile file has them.
DRAW = """
async () => {
  const canvas = document.createElement("canvas");
  canvas.width = 900; canvas.height = 600;
  const pen = canvas.getContext("2d");
  const fade = pen.createLinearGradient(0, 0, 900, 600);
  fade.addColorStop(0, "#e0a060"); fade.addColorStop(1, "#206060");
  pen.fillStyle = fade; pen.fillRect(0, 0, 900, 600);
  return canvas.toDataURL("image/jpeg").split(",")[1];
}
"""


def test_a_photo_and_a_name_reach_customers(
    desk: Desk, agent_page: Callable[..., Page], new_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = agent_page("noam@parley.example")
    page.goto(f"{desk.base}/you/")
    file = tmp_path / "me.jpg"
    file.write_bytes(base64.b64decode(page.evaluate(DRAW)) + b"<script>alert(1)</script>")
    with page.expect_response("**/api/v1/you/photo/") as answer:
        page.set_input_files("[data-part=photo]", file)
    assert answer.value.status == 200
    address = answer.value.json()["photo"]
    expect(page.locator(".photo .av img")).to_have_attribute("src", address)
    wide = "document.querySelector('.photo .av img').naturalWidth"
    assert until(lambda: page.evaluate(wide)) == 128
    page.fill("[name=public_name]", "Noam of Birch")
    page.fill("[name=bio]", "Knows every duvet by name")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    expect(page.locator("[name=public_name]")).to_have_value("Noam of Birch")

    visitor = new_page()
    frame = start_chat(desk, visitor)
    question = f"Is it soft? {uuid.uuid4().hex[:8]}"
    say(frame, question)
    row = until(lambda: desk.find(question))
    answered = desk.agent("noam@parley.example").post(
        f"{desk.base}/api/v1/conversations/{row['id']}/messages/",
        json={"body": "Very soft.", "client_id": str(uuid.uuid4())},
        timeout=10,
    )
    assert answered.status_code == 201
    expect(frame.locator("#rows .av img").first).to_have_attribute("src", address)
    expect(frame.locator("#name")).to_have_text("Noam of Birch")
    page.reload()
    page.locator("[data-do=hide]").click()
    expect(page.locator(".photo .av img")).to_have_count(0)
    expect(page.locator("[data-part=photo]")).to_be_focused()


def test_choices_of_how_i_work_hold(agent_page: Callable[..., Page], desk: Desk) -> None:
    page = agent_page("noam@parley.example")
    page.goto(f"{desk.base}/you/")
    ten = page.locator("[data-preference=undo_seconds][data-value='10']")
    with page.expect_response("**/api/v1/preferences/"):
        ten.click()
    expect(ten).to_have_attribute("aria-pressed", "true")
    page.locator(".you [data-theme-value=dark]").click()
    page.reload()
    expect(ten).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    with page.expect_response("**/api/v1/preferences/"):
        page.locator("[data-preference=undo_seconds][data-value='5']").click()


def test_a_misspelt_word_is_mended_with_one_key(
    agent_page: Callable[..., Page], desk: Desk
) -> None:
    row = desk.pick(lambda one: one["channel"] == "email" and one["state"] == "open")
    desk.write("UPDATE helpdesk_conversation SET language = 'en' WHERE id = %s", row["id"])
    page = agent_page("admin@parley.example")
    page.goto(f"{desk.base}/inbox/c/{row['id']}/")
    text = page.locator("composer-box .text")
    page.locator("composer-box [data-mode=reply]").click()
    text.fill("You will recieve it, write to anna@firma.example")
    bar = page.locator("spelling-bar")
    expect(bar).to_contain_text("receive")
    text.press("Alt+.")
    expect(text).to_have_value("You will receive it, write to anna@firma.example")
    expect(text).to_be_focused()
    expect(bar).to_be_hidden()
    text.fill("Your adress")
    expect(bar).to_contain_text("address")
    bar.get_by_role("button", name="add it to the dictionary").click()
    expect(bar).to_be_hidden()
    expect(text).to_have_value("Your adress")
    page.locator("composer-box [data-mode=note]").click()
    text.fill("recieve")
    page.wait_for_timeout(1500)
    expect(bar).to_be_hidden()
    text.fill("")
    page.locator("composer-box [data-mode=reply]").click()
    text.fill("")
    desk.write("DELETE FROM helpdesk_ownword")


def test_settings_lead_everywhere_by_keyboard(agent_page: Callable[..., Page], desk: Desk) -> None:
    page = agent_page("henrik@parley.example", at="/inbox/")
    page.locator(".rail").get_by_role("link", name="Settings").press("Enter")
    page.get_by_role("link", name="Tags").press("Enter")
    name = f"Tag {uuid.uuid4().hex[:6]}"
    page.get_by_label("New tag").fill(name)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=name).press("Enter")
    page.get_by_role("radio", name="Violet").check()
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("link", name=name).locator(".hue-300")).to_be_visible()
    page.get_by_role("link", name=name).click()
    page.locator("main summary", has_text="Delete").press("Enter")
    page.get_by_role("button", name=f"Delete “{name}”").press("Enter")
    expect(page.get_by_role("link", name=name)).to_have_count(0)
    page.goto(f"{desk.base}/settings/inboxes/")
    page.locator(".listed a").first.press("Enter")
    expect(page.get_by_label("Usual language")).to_be_visible()
    assert "secret" not in page.locator(".fields").inner_text().lower()
