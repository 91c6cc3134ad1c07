"""A widget is set up on the desk: seen while one edits, saved, then seen by visitors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Dialog, FrameLocator, Locator, Page, expect

from tests.e2e.conftest import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
BLUE = "rgb(33, 92, 153)"
LAUNCHER_COLOR = "document.querySelector('parley-widget')?.style.getPropertyValue('--brand').trim()"


@pytest.fixture
def editor(desk: Desk, agent_page: Callable[..., Page]) -> Iterator[Page]:
    """The demo widget's editor; what a test saves is taken back."""
    page = agent_page("admin@parley.example")
    page.goto(f"{desk.base}/settings/widgets/")
    page.locator(".widgets a").first.click()
    expect(page.locator(".preview iframe:not(.next)")).to_be_visible()
    yield page
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    for name in ("greeting.en", "greeting.he"):
        _language(page, name[-2:])
        page.fill(f"[name='{name}']", "")
    page.click("[data-do=preset][data-color='#0f6a65']")
    while page.locator(".question").count():
        page.locator(".question [data-do=row-remove]").first.click()
    page.click(".save .primary")
    expect(page.locator(".banner.good[role=status]")).to_be_visible()


def _language(page: Page, code: str) -> None:
    page.locator(f"#s-words [data-do=language][data-code={code}]").click()


def preview(page: Page) -> FrameLocator:
    return page.frame_locator(".preview iframe:not(.next)")


def ground(element: Locator) -> Any:
    return element.evaluate("element => getComputedStyle(element).backgroundColor")


def test_colour_and_greeting_are_seen_saved_and_seen_by_visitors(
    desk: Desk, editor: Page, new_page: Callable[..., Page]
) -> None:
    editor.click("[data-do=preset][data-color='#215c99']")
    editor.fill("[name='greeting.en']", "Good day! What may we do?")
    expect(preview(editor).locator("#greeting")).to_have_text("Good day! What may we do?")
    expect(preview(editor).locator("header.big")).to_have_css("background-color", BLUE)
    assert ground(editor.locator("[data-part=launcher]")) == BLUE
    expect(editor.locator("[data-part=dirty]")).to_be_visible()

    _language(editor, "he")
    expect(preview(editor).locator("html[dir=rtl]")).to_have_count(1)
    editor.fill("[name='greeting.he']", "שלום לכם")
    expect(preview(editor).locator("#greeting")).to_have_text("שלום לכם")
    editor.keyboard.press("Control+s")
    expect(editor.locator(".banner.good[role=status]")).to_be_visible()

    visitor = new_page()
    key = desk_key(editor)
    visitor.goto(f"{desk.base}/demo/shop/")  # the launcher wears it too, without a new snippet
    visitor.wait_for_function(f"() => {LAUNCHER_COLOR} === '#215c99'")
    for language, words in (("en", "Good day! What may we do?"), ("he", "שלום לכם")):
        visitor.goto(f"{desk.base}/chat/{key}/?language={language}")
        expect(visitor.locator("#greeting")).to_have_text(words)
        expect(visitor.locator("header.big")).to_have_css("background-color", BLUE)


def desk_key(editor: Page) -> str:
    """The widget's key, as the line to copy says it."""
    line = editor.locator("#s-install code").first.inner_text()
    found = re.search(r'data-widget="([^"]+)"', line)
    assert found
    return found[1]


def test_questions_are_written_with_the_keyboard_and_previewed(editor: Page) -> None:
    editor.locator("[data-do=question-add]").focus()
    editor.keyboard.press("Enter")
    expect(editor.locator("[name='questions.n1.kind']")).to_be_focused()
    editor.keyboard.type("Choice")
    editor.fill("[name='questions.n1.label.en']", "What is it about?")
    editor.fill("[name='questions.n1.choices.en']", "An order\nA return")
    expect(preview(editor).get_by_role("button", name="A return")).to_be_visible()
    editor.select_option("[name='questions.n1.when']", "before")
    expect(preview(editor).get_by_text("What is it about?")).to_be_visible()

    editor.locator("[data-do=question-add]").click()
    editor.fill("[name='questions.n2.label.en']", "Your order number?")
    editor.locator(".question").nth(1).locator("[data-do=row-up]").click()
    editor.click(".save .primary")
    expect(editor.locator(".question").first.locator("input[name$='.label.en']")).to_have_value(
        "Your order number?"
    )
    expect(editor.locator(".question")).to_have_count(2)


def test_an_unreadable_colour_is_told_beside_the_field_and_nothing_is_lost(editor: Page) -> None:
    editor.fill("[data-part=color]", "#eeeeee")
    expect(editor.locator("[data-part=contrast].late")).to_be_visible()
    editor.fill("[name='greeting.en']", "Kept")
    editor.click(".save .primary")
    expect(editor.locator(".banner[data-part=fault]")).to_be_focused()
    expect(editor.locator("#f-color-error")).to_be_visible()
    expect(editor.locator("[data-part=color]")).to_have_attribute("aria-invalid", "true")
    expect(editor.locator("[name='greeting.en']")).to_have_value("Kept")


def test_leaving_with_unsaved_changes_asks(editor: Page) -> None:
    asked: list[str] = []
    editor.fill("[name='greeting.en']", "Not saved")

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    editor.once("dialog", stay)
    editor.locator(".head .link").click()
    expect(editor.locator("[name='greeting.en']")).to_have_value("Not saved")
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
@pytest.mark.parametrize("look", ["light", "dark"])
def test_it_fits(
    desk: Desk, agent_page: Callable[..., Page], size: tuple[int, int], look: str
) -> None:
    page = agent_page(
        "admin@parley.example",
        viewport={"width": size[0], "height": size[1]},
        color_scheme=look,
    )
    page.goto(f"{desk.base}/settings/widgets/")
    page.locator(".widgets a").first.click()
    expect(page.locator(".preview iframe:not(.next)")).to_be_visible()
    assert page.evaluate("document.querySelector('.main').scrollWidth") <= size[0]
    small = page.locator("#settings button:visible").evaluate_all(
        "all => all.filter((one) => one.getBoundingClientRect().height < 24).length"
    )
    assert small == 0
