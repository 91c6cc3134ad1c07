"""Colleagues in one thread, in real browsers: seen, asked, whispered to; nothing is doubled."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from tests.e2e.conftest import Desk, until
from tests.e2e.test_chat import say, start_chat
from tests.e2e.test_mail import letter, send

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
MARTA, JONAS, HENRIK = (f"{name}@parley.example" for name in ("marta", "jonas", "henrik"))
Agents = Callable[..., Page]


@pytest.fixture
def mail(desk: Desk) -> dict[str, Any]:
    """A fresh conversation by mail: no router moves it under the test's hand."""
    mark = uuid.uuid4().hex[:12]
    send(desk, letter(f"Where is it {mark}", f"Where is my order? {mark}"))
    return desk.conversation_with(mark)


def opened(desk: Desk, page: Page, row: dict[str, Any]) -> Page:
    page.goto(f"{desk.base}/inbox/c/{row['id']}/")
    expect(page.locator("message-log article").first).to_be_visible()
    return page


def answers(desk: Desk, row: dict[str, Any]) -> list[str]:
    shown = desk.get(f"conversations/{row['id']}/")["messages"]
    return [one["body"] for one in shown if one["direction"] == "out" and not one["internal"]]


def test_two_agents_see_each_other_and_answer_once(
    desk: Desk, agent_page: Agents, mail: dict[str, Any]
) -> None:
    marta = opened(desk, agent_page(MARTA), mail)
    jonas = opened(desk, agent_page(JONAS), mail)
    expect(marta.locator("company-faces")).to_have_attribute(
        "title", "\u2068Jonas\u2069 is also here"
    )
    expect(jonas.locator("company-faces .av")).to_have_count(1)
    jonas.locator("composer-box textarea.text").type("It is on its way")
    expect(marta.locator("company-bar")).to_contain_text("Jonas\u2069 is writing a reply")
    marta.locator("composer-box textarea.text").type("It left yesterday")
    jonas.keyboard.press("Control+Enter")
    expect(marta.locator("company-bar")).to_contain_text("answered while you were writing")
    marta.keyboard.press("Control+Enter")
    failed = marta.locator("message-log .failed")
    expect(failed).to_contain_text("A colleague has answered meanwhile.")
    assert answers(desk, mail) == ["It is on its way"]
    failed.get_by_role("button", name="Send anyway").click()
    until(lambda: answers(desk, mail) == ["It is on its way", "It left yesterday"])
    expect(marta.locator("company-bar")).to_be_hidden()
    jonas.goto(f"{desk.base}/inbox/all/")
    expect(marta.locator("company-faces")).to_be_hidden()


def test_who_has_read_the_other_answer_just_sends(
    desk: Desk, agent_page: Agents, mail: dict[str, Any]
) -> None:
    marta = opened(desk, agent_page(MARTA), mail)
    marta.locator("composer-box textarea.text").type("And it left yesterday")
    path = f"{desk.base}/api/v1/conversations/{mail['id']}/messages/"
    desk.agent(JONAS).post(path, json={"body": "It is on its way"}, timeout=10)
    marta.get_by_role("button", name="I have read it").click()
    expect(marta.locator("company-bar")).to_be_hidden()
    marta.locator("composer-box textarea.text").press("Control+Enter")
    until(lambda: answers(desk, mail) == ["It is on its way", "And it left yesterday"])


def test_an_ask_reaches_the_colleague_and_is_answered(
    desk: Desk, agent_page: Agents, mail: dict[str, Any]
) -> None:
    jonas = agent_page(JONAS, at="/inbox/")
    marta = opened(desk, agent_page(MARTA), mail)
    before = jonas.locator("for-me .badge").text_content() or "0"
    marta.keyboard.press("h")
    form = marta.locator(".askform")
    form.get_by_text("Jonas").click()
    form.locator("textarea").fill("May I refund the delivery?")
    form.get_by_role("button", name="Ask").click()
    paper = marta.locator("message-log .aside.ask")
    expect(paper).to_contain_text("Not visible to the customer")
    expect(paper).to_contain_text("Waiting for \u2068Jonas")
    expect(jonas.locator("for-me .badge")).to_have_text(str(int(before or 0) + 1))
    jonas.locator("toast-stack").get_by_role("button", name="Open it").click()
    jonas.locator("message-log .aside.ask").get_by_role("button", name="Answer it").click()
    jonas.keyboard.type("Yes, up to 15 euro")
    jonas.keyboard.press("Enter")
    answer = marta.locator("message-log .aside.answer")
    expect(answer).to_contain_text("Yes, up to 15 euro")
    expect(paper.first).not_to_contain_text("Waiting for")
    assert answers(desk, mail) == []


def test_a_mention_reaches_the_colleague_and_is_read_by_opening(
    desk: Desk, agent_page: Agents, mail: dict[str, Any]
) -> None:
    jonas = agent_page(JONAS, at="/inbox/")
    people = desk.get(f"conversations/{mail['id']}/")["agents"]
    told = [one["id"] for one in people if one["name"].startswith("Jonas")]
    path = f"{desk.base}/api/v1/conversations/{mail['id']}/messages/"
    note = {"body": "@Jonas please open a claim", "internal": True, "mentions": told}
    assert desk.agent(MARTA).post(path, json=note, timeout=10).status_code == 201
    expect(jonas.locator("toast-stack")).to_contain_text("mentioned you")
    jonas.locator("for-me button").first.click()
    jonas.locator("for-me .menu .opt").filter(has_text="please open a claim").click()
    expect(jonas.locator("message-log .aside.note b.at")).to_have_text("@Jonas")

    def read() -> bool:
        waiting = desk.agent(JONAS).get(f"{desk.base}/api/v1/for-me/", timeout=10).json()
        return mail["id"] not in [one["conversation"] for one in waiting["mentions"]]

    until(read)


def test_a_mention_is_not_lost_to_an_older_answer(
    desk: Desk, agent_page: Agents, mail: dict[str, Any]
) -> None:
    jonas = agent_page(JONAS)
    held: list[tuple[Route, APIResponse]] = []

    def first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append((route, route.fetch()))  # what it says is from before the mention

    jonas.route("**/api/v1/for-me/", first)
    jonas.goto(f"{desk.base}/inbox/")
    while not held:
        jonas.wait_for_timeout(50)
    people = desk.get(f"conversations/{mail['id']}/")["agents"]
    told = [one["id"] for one in people if one["name"].startswith("Jonas")]
    words = f"@Jonas have you seen {uuid.uuid4().hex[:8]}?"
    path = f"{desk.base}/api/v1/conversations/{mail['id']}/messages/"
    note = {"body": words, "internal": True, "mentions": told}
    assert desk.agent(MARTA).post(path, json=note, timeout=10).status_code == 201
    expect(jonas.locator("toast-stack")).to_contain_text("mentioned you")
    route, answer = held[0]
    with jonas.expect_response("**/api/v1/for-me/"):
        route.fulfill(response=answer)
    jonas.wait_for_timeout(300)
    jonas.locator("for-me button").first.click()
    expect(jonas.locator("for-me .menu .opt").filter(has_text=words)).to_be_visible()


def test_a_supervisor_looks_on_whispers_joins_and_takes_over(
    desk: Desk, agent_page: Agents, new_page: Agents
) -> None:
    visitor = new_page()
    panel = start_chat(desk, visitor)
    question = f"Is it in stock? {uuid.uuid4().hex[:10]}"
    say(panel, question)
    row = desk.conversation_with(question)
    people = desk.get(f"conversations/{row['id']}/")["agents"]
    marta_id = next(one["id"] for one in people if one["name"].startswith("Marta"))
    forced = {"agent": marta_id, "force": True, "reason": "a test"}
    assert desk.post(f"conversations/{row['id']}/assign/", **forced).status_code == 200
    marta = opened(desk, agent_page(MARTA), row)
    henrik = agent_page(HENRIK)
    henrik.goto(f"{desk.base}/inbox/c/{row['id']}/?silent")
    expect(henrik.locator("company-faces .av")).to_have_count(1)
    expect(marta.locator("company-faces")).to_be_hidden()

    def choose(words: str) -> None:
        henrik.locator("thread-view menu-button[data-menu=more] > button").click()
        henrik.get_by_role("menuitem", name=words).click()

    choose("Whisper to the agent")
    henrik.keyboard.type("You may refund up to 15 euro")
    henrik.keyboard.press("Enter")
    whisper = marta.locator("message-log .aside.whisper")
    expect(whisper).to_contain_text("Whisper from \u2068Henrik")
    whisper.get_by_role("button", name="Use it in the reply").click()
    expect(marta.locator("composer-box textarea.text")).to_have_value(
        "You may refund up to 15 euro"
    )
    choose("Join the conversation")
    expect(panel.locator("#rows")).to_contain_text("Henrik (Supervisor) joined the conversation.")
    expect(marta.locator("message-log .sys")).to_contain_text(["joined the conversation"])
    choose("Let colleagues see me here")
    expect(marta.locator("company-faces .av")).to_have_count(1)
    choose("Take over")
    henrik.keyboard.type("She asked for me")
    henrik.keyboard.press("Enter")
    expect(henrik.locator("thread-view .facts")).to_contain_text("Assigned to you")
    marta.locator("for-me button").first.click()
    expect(marta.locator("for-me .menu")).to_contain_text("You watch")
    expect(panel.locator("#rows")).not_to_contain_text("refund")
    desk.post(f"conversations/{row['id']}/state/", state="resolved", reason="solved")


def test_a_promise_is_noted_and_kept(desk: Desk, agent_page: Agents, mail: dict[str, Any]) -> None:
    marta = opened(desk, agent_page(MARTA), mail)
    jonas = opened(desk, agent_page(JONAS), mail)
    marta.get_by_role("button", name="Add a task").click()
    marta.keyboard.type("Answer on the courier claim")
    marta.keyboard.press("Enter")
    tick = jonas.locator("task-list").get_by_label("Answer on the courier claim")
    tick.check()
    expect(marta.locator("task-list li.done")).to_contain_text("Answer on the courier claim")
