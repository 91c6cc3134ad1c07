"""What is written stays in sight and apart: low and narrow windows, long words, forced colours."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Desk, until
from tests.e2e.test_mail import letter as mail
from tests.e2e.test_mail import send

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
Agents = Callable[..., Page]
TABLET = {"width": 820, "height": 1180}
ZOOMED = {"width": 640, "height": 360}  # a laptop at 200 %
NAME = "Maximiliana Featherstonehaugh Wolfeschlegelstein"
MIXED = "שלום, ההזמנה לא הגיעה.\n\nHello, it has not arrived!"


@pytest.fixture(scope="module")
def letter(desk: Desk) -> dict[str, Any]:
    """A mail whose subject is longer than any card, in two languages."""
    mark = uuid.uuid4().hex[:12]
    message = mail(f"{mark} {'on and on ' * 20}", f"{MIXED}\n{mark}")
    message.replace_header("From", f"{NAME} <{mark}@example.org>")
    send(desk, message)
    return desk.conversation_with(mark)


def opened(page: Page, letter: dict[str, Any], desk: Desk) -> Page:
    page.goto(f"{desk.base}/inbox/c/{letter['id']}/")
    expect(page.locator("message-log .mailcard")).to_be_visible()
    return page


def edges(place: Locator) -> dict[str, float]:
    found: dict[str, float] = place.evaluate("one => one.getBoundingClientRect().toJSON()")
    return found


def test_send_is_in_sight_in_a_low_window(
    desk: Desk, agent_page: Agents, letter: dict[str, Any]
) -> None:
    page = opened(agent_page(viewport=ZOOMED), letter, desk)
    words = page.locator("composer-box textarea.text")
    words.fill("a long answer\n" * 12)
    assert edges(page.locator("composer-box [data-do=send]"))["bottom"] <= ZOOMED["height"]
    words.fill("/")
    expect(page.locator("composer-box .picker .opt").first).to_be_visible()
    assert edges(words)["bottom"] <= ZOOMED["height"]
    words.fill("")
    page.locator("composer-box [data-do=call]").click()
    done = page.get_by_role("button", name="Write it down")
    assert edges(done)["bottom"] <= ZOOMED["height"]
    assert edges(page.locator("#call-form"))["height"] > ZOOMED["height"] / 2


def test_nothing_lies_on_another_on_a_tablet(
    desk: Desk, agent_page: Agents, letter: dict[str, Any]
) -> None:
    page = opened(agent_page(viewport=TABLET), letter, desk)
    name = edges(page.locator("thread-view .thead .grow"))
    assert name["width"] > 120
    assert name["right"] <= edges(page.get_by_role("button", name="Ask a colleague"))["left"]
    card = edges(page.locator(".mailcard header b"))
    assert card["right"] <= edges(page.locator(".mailcard header time"))["left"]
    page.locator("thread-view [data-menu=more] > button").click()
    page.get_by_role("menuitem", name="Tags").click()
    expect(page.get_by_role("dialog", name="Tags")).to_be_visible()


def test_each_line_reads_in_its_own_direction(
    desk: Desk, agent_page: Agents, letter: dict[str, Any]
) -> None:
    page = opened(agent_page(), letter, desk)
    where = """(body) => {
      const text = [...body.childNodes].find((one) => one.textContent.includes("arrived!"));
      const at = text.textContent.indexOf("Hello"), end = text.textContent.indexOf("!");
      const left = (from) => {
        const range = document.createRange();
        range.setStart(text, from);
        range.setEnd(text, from + 1);
        return range.getBoundingClientRect().left;
      };
      return [left(at), left(end)];
    }"""
    first, last = page.locator(".mailcard .body").evaluate(where)
    assert first < last


def test_forced_colours_show_what_is_chosen(
    desk: Desk, agent_page: Agents, letter: dict[str, Any]
) -> None:
    page = opened(agent_page(forced_colors="active"), letter, desk)
    ground = "one => getComputedStyle(one).backgroundColor"
    edge = "one => getComputedStyle(one).outlineStyle"
    mode = page.locator("composer-box .mode")
    chosen, other = mode.nth(0).evaluate(ground), mode.nth(1).evaluate(ground)
    assert chosen != other
    page.locator("composer-box [data-mode=note]").click()
    until(lambda: (mode.nth(1).evaluate(ground), mode.nth(0).evaluate(ground)) == (chosen, other))
    for place in ("composer-box", ".thead .btn", "inbox-list .tab[aria-current=page]"):
        assert page.locator(place).first.evaluate(edge) == "solid", place


def test_an_empty_field_stands_on_the_side_of_the_page(desk: Desk, agent_page: Agents) -> None:
    page = agent_page(locale="he-IL", at="/inbox/all/")
    page.keyboard.press("Control+k")
    field = page.locator("command-palette input")
    side = "one => getComputedStyle(one).direction"
    until(lambda: field.evaluate(side) == "rtl")
    field.fill("Tom")
    assert field.evaluate(side) == "ltr"


def test_a_long_name_is_cut_at_its_end_on_a_page_from_right_to_left(
    desk: Desk, agent_page: Agents, letter: dict[str, Any]
) -> None:
    page = opened(agent_page(locale="he-IL", viewport=TABLET), letter, desk)
    first = """(name) => {
      const range = document.createRange();
      range.setStart(name.firstChild, 0);
      range.setEnd(name.firstChild, 1);
      return range.getBoundingClientRect().left;
    }"""
    name = page.locator("thread-view .thead h2 [data-part=name]")
    expect(name).to_have_text(NAME)
    assert name.evaluate(first) >= edges(page.locator("thread-view .thead h2"))["left"]
