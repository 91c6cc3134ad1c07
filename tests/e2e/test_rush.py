"""A rush before real people: it comes by itself, says why, offers the controls, and goes again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

HENRIK, JONAS = "henrik@parley.example", "jonas@parley.example"
BAR = "rush-bar [data-part=rush]"
EASED = "rush-bar [data-part=eased]"
# The sweeper measures every 15 s; a page beside the inbox asks every 15 s.
SOON = 45_000
CAME = re.compile(r"\d+ contacts in 5 minutes, usually \d")
ARRIVE = """
INSERT INTO helpdesk_workitem (conversation_id, channel, state, requeued, enqueued_at,
    ended_at, outcome, extra_steps, declined, decision)
SELECT id, 'chat', 'done', false, now() - make_interval(weeks => %s) - interval '30 seconds',
    now(), 'rush test', 0, '{}', '{}' FROM helpdesk_conversation ORDER BY id LIMIT %s
"""
CALM = """
UPDATE helpdesk_rush SET calm_since = now() - interval '11 minutes',
    measured_at = now() - interval '16 seconds'
"""

MakePage = Callable[..., Page]


@pytest.fixture(autouse=True)
def calm(desk: Desk) -> Iterator[None]:
    """No rush and nothing eased, before and after."""

    def forget() -> None:
        desk.end_chats()
        desk.write("DELETE FROM helpdesk_workitem WHERE outcome = 'rush test'")
        desk.write("DELETE FROM helpdesk_rush")
        desk.write("UPDATE helpdesk_relief SET ended_at = now() WHERE ended_at IS NULL")

    forget()
    yield
    forget()


def test_a_rush_comes_is_eased_and_goes(desk: Desk, agent_page: MakePage) -> None:
    boss, jonas = (agent_page(one, at="/inbox/") for one in (HENRIK, JONAS))
    expect(jonas.locator(BAR)).to_be_hidden()
    most = desk.agent(JONAS).get(f"{desk.base}/api/v1/presence/", timeout=10).json()["most"]

    for week in (1, 2, 3, 8):
        desk.write(ARRIVE, week, 1)
    desk.write(ARRIVE, 0, 9)
    for page in (boss, jonas):  # pushed: nobody reloads
        expect(page.locator(BAR)).to_be_visible(timeout=SOON)
        expect(page.locator(BAR)).to_contain_text(CAME)  # with those of the tests before
    expect(jonas.locator("rush-bar [data-do=hands]")).to_have_count(0)

    # Two clicks: everybody takes one chat more.
    boss.locator("rush-bar [data-do=hands]").click()
    boss.locator("#hands [data-ease=limits]").click()
    expect(boss.locator("#hands .holds li")).to_contain_text(["1 more at once: every channel"])
    expect(jonas.locator(EASED)).to_contain_text("1 more at once: every channel")
    expect(jonas.locator(EASED)).to_contain_text("Henrik Dahl")
    expect(jonas.locator(".rail .me-chats")).to_contain_text(f"of {most + 1}")
    boss.keyboard.press("Escape")
    expect(boss.locator("#hands")).to_be_hidden()

    # He puts it away, on every page of his, and it stays away.
    jonas.locator("rush-bar [data-do=seen]").click()
    jonas.locator("rush-bar [data-do=dismiss]").click()
    jonas.goto(f"{desk.base}/leads/")
    jonas.wait_for_load_state("networkidle")
    expect(jonas.locator(BAR)).to_be_hidden()
    expect(jonas.locator(EASED)).to_be_hidden()

    desk.write("DELETE FROM helpdesk_workitem WHERE outcome = 'rush test'")
    desk.write(CALM)
    expect(boss.locator(BAR)).to_be_hidden(timeout=SOON)
    expect(boss.locator("rush-bar [data-part=over]")).to_be_visible()


def test_the_controls_on_the_page_of_the_queue(desk: Desk, agent_page: MakePage) -> None:
    page = agent_page(HENRIK)
    page.goto(f"{desk.base}/queue/")
    page.locator("#queue [data-do=hands]").click()
    sheet = page.locator("#hands")
    sheet.locator("[name=reason]").fill("")
    sheet.locator("[data-ease=reserves]").click()
    expect(sheet.locator("[data-part=fault]")).to_be_visible()
    sheet.locator("[name=reason]").fill("A parcel went astray")
    sheet.locator("[data-ease=reserves]").click()
    expect(sheet.locator("[data-part=fault]")).to_be_hidden()
    held = sheet.locator(".holds li", has_text="Reserves called in")
    expect(held).to_contain_text("A parcel went astray")
    held.locator("[data-undo]").click()
    expect(held).to_have_count(0)
    page.keyboard.press("Escape")

    row = page.locator("#agents tr", has_text="Jonas")
    row.locator("menu-button > button").click()
    row.locator(".opt", has_text="Complaints").click()
    expect(row.locator(".knows")).to_contain_text("Complaints")
    page.locator("toast-stack button", has_text="Undo").click()
    expect(row.locator(".knows")).not_to_contain_text("Complaints")
