"""The promised hours as a supervisor reads them: kept, lost, and when people come."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

HENRIK = "henrik@parley.example"
AGENTS = ("marta", "jonas", "aino", "noam", "petra", "henrik", "admin")


def test_the_promise_kept_by_channel(agent_page: Callable[..., Page], tmp_path: Path) -> None:
    page = agent_page(HENRIK, at="/inbox/")
    page.locator(".rail").get_by_role("link", name="Hours").click()
    expect(page.get_by_role("heading", name="Promised hours", exact=True)).to_be_visible()
    page.get_by_role("link", name="30 days").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="30 days")).to_have_attribute("aria-current", "true")
    tiles = page.locator(".tile")
    expect(tiles.nth(3)).to_be_visible()  # and those of other tests
    mail = tiles.filter(has=page.get_by_role("heading", name="E-mail"))
    expect(mail).to_contain_text(re.compile(r"9\d(\.\d)?\s%"))
    expect(mail).to_contain_text("target")
    lost = page.get_by_role("table", name="When it was not kept").get_by_role("row")
    silent = lost.filter(has_text="E-mail").filter(has_text="The background worker was silent")
    expect(silent).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as CSV").click()
    kept = tmp_path / "ledger.csv"
    download.value.save_as(kept)
    rows = list(csv.DictReader(kept.read_text("utf-8-sig").splitlines()))
    assert len(rows) == lost.count() - 1
    assert {"Nobody there", "Not working"} <= {row["Reason"] for row in rows}


def test_the_week_as_a_map(agent_page: Callable[..., Page]) -> None:
    page = agent_page(HENRIK, at="/ledger/")
    page.get_by_role("link", name="Coverage").click()
    table = page.get_by_role("table", name="When they come")
    expect(table.get_by_role("rowheader")).to_have_text(
        ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    )
    expect(table.get_by_role("columnheader").nth(20)).to_have_text("09:30")
    expect(table.get_by_role("cell")).to_have_count(7 * 48)
    page.get_by_role("navigation", name="Channel").get_by_role("link", name="E-mail").click()
    monday = table.get_by_role("row").nth(1).get_by_role("cell")
    expect(monday.nth(18)).to_contain_text("promised")  # the office opens at nine
    expect(monday.nth(17)).not_to_contain_text("promised")
    adding = page.get_by_role("table", name="Half hours that would help most")
    expect(adding.get_by_role("row").nth(1)).to_contain_text("+")
    first = page.locator(".figure").inner_text()
    page.get_by_role("navigation", name="Who is counted").get_by_role(
        "link", name="Conversations"
    ).click()
    # Nobody visits a mailbox: the same people are counted.
    expect(page.locator(".figure")).to_have_text(first)


def test_on_a_phone_the_map_stands_upright(desk: Desk, agent_page: Callable[..., Page]) -> None:
    page = agent_page(HENRIK, viewport={"width": 390, "height": 844})
    for path in ("/ledger/", "/ledger/coverage/"):
        page.goto(f"{desk.base}{path}")
        expect(page.get_by_role("heading", name="Promised hours", exact=True)).to_be_visible()
        assert page.evaluate("document.querySelector('main').scrollWidth") <= 390
    # Both at one moment: a strip that appears above the page moves everything.
    monday, tuesday = page.evaluate(
        """() => ["Mon", "Tue"].map(day => [...document.querySelectorAll("th[scope=row]")]
             .find(head => head.textContent.trim() === day).getBoundingClientRect().toJSON())"""
    )
    assert (monday["y"], monday["x"] < tuesday["x"]) == (tuesday["y"], True)


def test_who_leaves_is_missed_within_two_minutes(
    desk: Desk, agent_page: Callable[..., Page]
) -> None:
    for name in AGENTS:
        desk.put(f"{name}@parley.example", "offline")
    page = agent_page(HENRIK)
    page.goto(f"{desk.base}/ledger/?days=1")
    chat = page.locator(".tile").filter(has=page.get_by_role("heading", name="Chat on the site"))

    def missed() -> bool:
        page.reload()
        return "Now: Nobody there" in chat.inner_text()

    until(missed, 120)
    newest = page.get_by_role("table", name="When it was not kept").get_by_role("row").nth(1)
    expect(newest).to_contain_text("Now")


def test_an_agent_has_no_ledger(desk: Desk, agent_page: Callable[..., Page]) -> None:
    page = agent_page("marta@parley.example", at="/inbox/")
    expect(page.locator(".rail").get_by_role("link", name="Queue")).to_be_visible()
    expect(page.locator(".rail").get_by_role("link", name="Hours")).to_have_count(0)
    answer = page.goto(f"{desk.base}/ledger/")
    assert answer
    assert answer.status == 403
