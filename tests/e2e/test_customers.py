"""Agents change, block and merge customers, and take it back; the timeline is narrowed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk, until

pytestmark = pytest.mark.e2e
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def people(desk: Desk, many: int) -> list[dict[str, Any]]:
    """Customers of different conversations, none blocked; to the newest, things still happen."""
    rows = desk.get("conversations/", view="all")["results"]
    found = {row["customer"]["id"]: row for row in reversed(rows)}
    assert len(found) >= many
    return list(found.values())[:many]


def facts(desk: Desk, *customers: int) -> dict[str, Any]:
    """All that the API tells of them, but for the history of merges."""
    told: dict[str, Any] = {}
    for pk in customers:
        person = desk.get(f"customers/{pk}/")
        person.pop("merges")
        entries = desk.get(f"customers/{pk}/timeline/")["results"]
        told[str(pk)] = [person, [one for one in entries if one["kind"] != "merge"]]
    return told


def test_merged_and_undone_everything_is_as_it_was(
    desk: Desk, agent_page: Callable[..., Page]
) -> None:
    keep, other = people(desk, 2)
    one, two = keep["customer"], other["customer"]
    # Names repeat in the demo; these two can be told from all others.
    for person in (one, two):
        person["name"] = f"Somebody {uuid.uuid4().hex[:8]}"
        body = {"name": person["name"]}
        url = f"{desk.base}/api/v1/customers/{person['id']}/"
        assert desk.agent().patch(url, json=body, timeout=10).status_code == 200
    before = facts(desk, one["id"], two["id"])
    beside = agent_page("admin@parley.example")
    beside.goto(f"{desk.base}/inbox/c/{other['id']}/")
    expect(beside.locator(".ctx h2")).to_have_text(two["name"])
    page = agent_page("admin@parley.example")
    page.goto(f"{desk.base}/customers/{one['id']}/")
    page.click("[data-do=merge]")
    page.fill("#merge input[type=search]", two["name"])
    page.locator("#merge-picks button", has_text=two["name"]).click()
    expect(page.locator("#merge-preview")).to_contain_text("conversation")
    page.click("#merge [data-do=confirm]")
    expect(page.locator(".toast")).to_contain_text("Merged with")
    expect(page.locator(".merges")).to_contain_text(two["name"])
    expect(beside.locator(".ctx h2")).to_have_text(one["name"])
    expect(beside.locator("message-log")).to_contain_text("Two customers were merged here")
    page.locator(".toast button").click()
    expect(page.locator(".merges")).to_contain_text("undone")
    expect(beside.locator(".ctx h2")).to_have_text(two["name"])
    assert facts(desk, one["id"], two["id"]) == before


def test_blocked_from_the_conversation_and_back(
    desk: Desk, agent_page: Callable[..., Page]
) -> None:
    row = people(desk, 3)[2]
    page = agent_page("admin@parley.example")
    page.goto(f"{desk.base}/inbox/c/{row['id']}/")
    page.click("[data-do=block-customer]")
    page.fill(".blockform [name=reason]", "Threats \u202e again")
    page.locator(".blockform .danger").click()
    expect(page.locator(".ctx [data-part=blocked]")).to_contain_text("Threats again")
    assert desk.get(f"conversations/{row['id']}/")["row"]["state"] == "spam"
    page.click("[data-do=unblock-customer]")
    expect(page.locator(".ctx [data-part=blocked]")).to_be_hidden()
    state = until(lambda: desk.get(f"conversations/{row['id']}/")["row"]["state"])
    assert state in {row["state"], "open"}


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_changed_in_place(
    desk: Desk, agent_page: Callable[..., Page], options: dict[str, Any]
) -> None:
    key = f"k{uuid.uuid4().hex[:8]}"
    desk.write(
        "INSERT INTO helpdesk_customfield (key, label, translations, kind, choices, position)"
        " VALUES (%s, 'Member since', '{}', 'number', '[]', 0)",
        key,
    )
    row = people(desk, 4)[3]
    name = f"Tom {uuid.uuid4().hex[:6]}"
    page = agent_page("admin@parley.example", **options)
    page.goto(f"{desk.base}/customers/{row['customer']['id']}/")
    page.click("[data-do=edit]")
    form = page.locator("customer-form")
    form.locator("[name=name]").fill(name)
    form.locator("[name=city]").fill("x" * 130)
    form.locator(f"[name='fields.{key}']").fill("many")
    form.get_by_role("button", name="Save").click()
    expect(form.locator("[data-fault=city]")).to_contain_text("120")
    expect(form.locator(f"[data-fault='fields.{key}']")).to_contain_text("not a number")
    form.locator("[name=city]").fill("Leeds")
    form.locator(f"[name='fields.{key}']").fill("2019")
    form.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text(name)
    expect(page.locator("#facts")).to_contain_text("2019")
    desk.write("DELETE FROM helpdesk_customfield WHERE key = %s", key)


def test_the_timeline_is_narrowed(desk: Desk, agent_page: Callable[..., Page]) -> None:
    row = people(desk, 5)[4]
    desk.post(f"conversations/{row['id']}/messages/", body="A kind person", internal=True)
    page = agent_page("admin@parley.example")
    page.goto(f"{desk.base}/inbox/c/{row['id']}/")
    page.get_by_role("link", name="All channels").click()
    expect(page).to_have_url(re.compile(r"/customers/\d+/$"))
    expect(page.locator(".events")).to_contain_text("A kind person")
    page.wait_for_load_state()
    page.locator(".chips").get_by_role("link", name="Notes").click()
    expect(page).to_have_url(re.compile(r"\?kind=note$"))
    expect(page.locator(".events li[data-kind=note]").first).to_be_visible()
    expect(page.locator(".events li:not([data-kind=note])")).to_have_count(0)
    page.locator(".chips").get_by_role("link", name="Leads").click()
    page.get_by_role("link", name="Everything", exact=True).click()
    expect(page.locator(".events li[data-kind=conversation]").first).to_be_visible()
