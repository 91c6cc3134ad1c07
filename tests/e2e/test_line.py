"""The visitor's line: a network without sockets, a network that goes away, refused storage."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk, until
from tests.e2e.network import Network

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

WIDGET = "birch-and-linen"
OUTAGE = float(os.environ.get("OUTAGE_SECONDS", "15"))


def begin(page: Page, base: str) -> str:
    """Start a chat on the widget's own page; the first text."""
    page.goto(f"{base}/chat/{WIDGET}/")
    page.click("#begin")
    page.wait_for_selector("#text", state="visible")
    first = f"First {uuid.uuid4().hex[:8]}"
    say(page, first)
    return first


def say(page: Page, text: str) -> None:
    page.fill("#text", text)
    page.press("#text", "Enter")


def shown(page: Page, mark: str) -> list[str]:
    """The visitor's window: the texts that carry the mark, in their order."""
    found = page.locator("#rows").inner_text().splitlines()
    return [line for line in found if mark in line]


def stored(desk: Desk, conversation: int, mark: str) -> list[str]:
    messages = desk.get(f"conversations/{conversation}/")["messages"]
    return [one["body"] for one in messages if mark in one["body"]]


def test_without_sockets_the_chat_works_by_long_poll(
    desk: Desk, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    sockets: list[str] = []
    page.on("websocket", lambda one: one.on("framereceived", lambda _: sockets.append(one.url)))
    with Network(desk.ports["PORT"], sockets=False) as network:
        row = desk.conversation_with(begin(page, network.base))
        answer = f"Answer {uuid.uuid4().hex[:8]}"
        desk.post(f"conversations/{row['id']}/messages/", body=answer)
        expect(page.locator("#rows").get_by_text(answer)).to_have_count(1)
        again = f"Thanks {uuid.uuid4().hex[:8]}"
        say(page, again)
        until(lambda: stored(desk, row["id"], again) == [again])
        expect(page.locator("#rows").get_by_text(again)).to_have_count(1)
    assert not sockets


def test_both_sides_write_while_the_network_is_away(
    desk: Desk, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    mark = uuid.uuid4().hex[:8]
    with Network(desk.ports["PORT"]) as network:
        row = desk.conversation_with(begin(page, network.base))
        network.cut()
        rounds = 6
        for number in range(rounds):
            say(page, f"{mark} visitor {number}")
            path = f"conversations/{row['id']}/messages/"
            assert desk.post(path, body=f"{mark} agent {number}").status_code == 201
            page.wait_for_timeout(OUTAGE * 1000 / rounds)
        expect(page.locator("#bar")).to_be_visible()
        visitors = [f"{mark} visitor {number}" for number in range(rounds)]
        agents = [f"{mark} agent {number}" for number in range(rounds)]
        assert shown(page, f"{mark} visitor") == visitors
        network.mend()
        until(lambda: len(stored(desk, row["id"], mark)) >= 2 * rounds, 60)
        expect(page.locator("#bar")).to_be_hidden(timeout=40_000)
        expect(page.locator("#rows").get_by_text(agents[-1])).to_have_count(1, timeout=40_000)
        truth = stored(desk, row["id"], mark)
        assert sorted(truth) == sorted([*visitors, *agents])
        assert [one for one in truth if "visitor" in one] == visitors
        assert [one for one in truth if "agent" in one] == agents
        assert shown(page, mark) == truth


def test_refused_storage_is_said_and_the_chat_works(
    desk: Desk, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    page.add_init_script(
        "for (const area of ['localStorage', 'sessionStorage']) Object.defineProperty(window,"
        " area, { get() { throw new DOMException('no', 'SecurityError'); } });"
    )
    page.goto(f"{desk.base}/chat/{WIDGET}/")
    expect(page.locator("#memory")).to_be_visible()
    first = begin(page, desk.base)
    row = desk.conversation_with(first)
    answer = f"Answer {uuid.uuid4().hex[:8]}"
    desk.post(f"conversations/{row['id']}/messages/", body=answer)
    expect(page.locator("#rows").get_by_text(answer)).to_have_count(1)
