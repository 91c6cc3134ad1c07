"""Going from one conversation to another: put back as it was, made true, and drawn at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Desk, until
from tests.e2e.test_mail import letter, send

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

Agents = Callable[..., Page]
MARTA = "marta@parley.example"
MOST = 6  # layouts of a switch to a log that is kept; it took twice as many measured by script


@pytest.fixture
def rows(desk: Desk) -> list[dict[str, Any]]:
    """Three fresh letters with some notes each, so that their logs scroll."""
    found = []
    for _number in range(3):
        mark = uuid.uuid4().hex[:12]
        send(desk, letter(f"Letter {mark}", f"It should be here by now. {mark}"))
        row = desk.conversation_with(mark)
        for line in range(12):
            note(desk, row, f"Note {line} of {mark}. " * 12)
        found.append({**row, "mark": mark})
    return found


@pytest.fixture
def page(desk: Desk, agent_page: Agents) -> Page:
    """Marta before all conversations, none of them open."""
    page = agent_page(MARTA)
    page.goto(f"{desk.base}/inbox/all/")
    return page


def note(desk: Desk, row: dict[str, Any], body: str) -> None:
    path = f"conversations/{row['id']}/messages/"
    answer = desk.post(path, body=body, internal=True, client_id=str(uuid.uuid4()))
    assert answer.ok, answer.text


def go(page: Page, row: dict[str, Any]) -> Locator:
    page.locator(f"inbox-list a.row[data-id='{row['id']}']").click()
    log = page.locator("message-log > .talk:not(.away)")
    expect(log).to_contain_text(row["mark"])
    return log


def test_a_log_is_put_back_and_knows_what_came_meanwhile(
    desk: Desk, page: Page, rows: list[dict[str, Any]]
) -> None:
    first, second, _third = rows
    log = go(page, first)
    last = log.get_by_text(f"Note 11 of {first['mark']}")
    expect(last).to_be_in_viewport()
    last.evaluate("(item) => (item.closest('article').id = 'as-it-was')")
    page.locator("composer-box textarea.text").fill("Half a sentence")
    go(page, second)
    expect(log.get_by_text(first["mark"])).to_have_count(0)
    expect(page.locator("#as-it-was")).to_be_hidden()
    expect(page.locator("composer-box textarea.text")).to_have_value("")
    word = f"Meanwhile {uuid.uuid4().hex[:8]}"
    note(desk, first, word)
    go(page, first)
    expect(log.get_by_text(word)).to_have_count(1)
    expect(log.get_by_text(word)).to_be_in_viewport()
    expect(log.locator("#as-it-was")).to_contain_text("Note 11")
    expect(page.locator("composer-box textarea.text")).to_have_value("Half a sentence")
    page.locator("composer-box textarea.text").fill("")


def test_who_reads_above_stays_there(desk: Desk, page: Page, rows: list[dict[str, Any]]) -> None:
    log = go(page, rows[0])
    above = log.get_by_text(f"Note 1 of {rows[0]['mark']}")
    above.scroll_into_view_if_needed()
    word = f"Later {uuid.uuid4().hex[:8]}"
    note(desk, rows[0], word)
    expect(log.get_by_text(word)).to_have_count(1)
    expect(above).to_be_in_viewport()
    expect(log.get_by_text(word)).not_to_be_in_viewport()
    go(page, rows[1])
    go(page, rows[0])
    expect(log.get_by_text(word)).to_be_in_viewport()


def test_few_logs_are_kept_and_none_that_was_lost(
    desk: Desk, page: Page, rows: list[dict[str, Any]]
) -> None:
    kept = "document.querySelector('message-log').pages.all.size"
    for link in page.locator("inbox-list a.row").all()[:9]:
        link.click()
        expect(link).to_have_attribute("aria-current", "true")
        expect(page.locator("message-log article").first).to_be_attached()
    assert page.evaluate(kept) <= 6
    lost = rows[0]
    go(page, lost)
    go(page, rows[1])
    before = page.evaluate(kept)
    page.route(f"**/conversations/{lost['id']}/**", lambda route: route.fulfill(status=404))
    page.locator(f"inbox-list a.row[data-id='{lost['id']}']").click()
    expect(page.locator("message-log")).to_be_hidden()
    expect(page.locator("message-log", has_text=lost["mark"])).to_have_count(0)
    assert page.evaluate(kept) == before - 1


def test_keys_that_are_faster_than_the_screen_write_to_whom_was_chosen(
    desk: Desk, page: Page, rows: list[dict[str, Any]]
) -> None:
    """Between the switch and its first frame nothing is drawn, and everything is true."""
    first, second, _third = rows
    go(page, second)
    go(page, first)
    field = page.locator("composer-box textarea.text")
    field.fill("For the first one")
    seen = page.evaluate(
        """([id, words]) => {
          const field = document.querySelector("composer-box textarea.text");
          document.querySelector(`inbox-list a.row[data-id="${id}"]`).click();
          const found = [field.value, field.placeholder];
          field.value = words;
          field.dispatchEvent(new InputEvent("input", { bubbles: true }));
          const key = { key: "Enter", ctrlKey: true, bubbles: true };
          field.dispatchEvent(new KeyboardEvent("keydown", key));
          return found;
        }""",
        [second["id"], f"For the second one {second['mark']}"],
    )
    assert seen[0] == ""
    log = page.locator("message-log > .talk:not(.away)")
    expect(log.get_by_text(f"For the second one {second['mark']}")).to_be_visible()
    go(page, first)
    expect(field).to_have_value("For the first one")
    expect(log.get_by_text("For the second one")).to_have_count(0)
    field.fill("")
    until(lambda: f"For the second one {second['mark']}" in words_of(desk, second))
    assert "For the second one" not in words_of(desk, first)


def words_of(desk: Desk, row: dict[str, Any]) -> str:
    """All that is written in a conversation."""
    messages = desk.get(f"conversations/{row['id']}/")["messages"]
    return "\n".join(one["body"] for one in messages)


def test_a_switch_lays_out_a_few_times(page: Page, rows: list[dict[str, Any]]) -> None:
    first, second, _third = rows
    go(page, first)
    go(page, second)
    page.wait_for_timeout(1500)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def layouts() -> int:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return int({one["name"]: one["value"] for one in metrics}["LayoutCount"])

    least = 100
    for row in (first, second) * 3:  # a push from elsewhere may fall into one of them
        before = layouts()
        page.evaluate(
            """(id) => new Promise((done) => {
              document.querySelector(`inbox-list a.row[data-id="${id}"]`).click();
              requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)));
            })""",
            row["id"],
        )
        least = min(least, layouts() - before)
        expect(page.locator("message-log")).to_contain_text(row["mark"])
    assert least <= MOST
