"""The router before real people: each chat lands where it should and says why, and nobody waits
unseen when an agent declines, looks away, hands over or closes the browser."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.e2e.conftest import Desk, until
from tests.e2e.test_chat import open_widget, say

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

MARTA, JONAS, AINO = (f"{name}@parley.example" for name in ("marta", "jonas", "aino"))
PEOPLE = ("marta", "jonas", "aino", "petra", "noam", "henrik", "admin")
BOSSES = ("henrik", "admin")
CARD = ".livebar .live.offer"
ACCEPT = f"{CARD} [data-do=accept]"

MakePage = Callable[..., Page]


@pytest.fixture(autouse=True)
def nobody_there(desk: Desk) -> Iterator[None]:
    """Nobody is there and nobody waits; afterwards the demo's agents are online again."""
    for name in PEOPLE:
        desk.put(f"{name}@parley.example", "offline")
    desk.end_chats()
    desk.write("UPDATE helpdesk_conversation SET state = 'pending' WHERE state IN ('new', 'open')")
    desk.write("UPDATE helpdesk_workitem SET state = 'done' WHERE state <> 'done'")
    yield
    desk.end_chats()
    for name in PEOPLE:
        desk.put(f"{name}@parley.example", "offline" if name in BOSSES else "online")


@pytest.fixture
def online(desk: Desk, agent_page: MakePage) -> Callable[[str], Page]:
    """An agent before his screen, who takes work."""

    def make(email: str) -> Page:
        page = agent_page(email, at="/inbox/")
        desk.put(email, "online")
        expect(page.locator(".rail .me-word")).to_have_text("Online")
        return page

    return make


def ask(
    desk: Desk, page: Page, words: str, language: str = "en", *, about: str = ""
) -> tuple[Frame, str]:
    """A visitor starts a chat with a question of his own; about: what he picks before it."""
    page.goto(f"{desk.base}/demo/shop/?language={language}")
    frame = open_widget(page)
    frame.wait_for_selector("[data-promise]:not(:empty)", state="attached")
    frame.click("#begin")
    if about:
        frame.select_option(".stackform select", about)
        frame.click(".stackform .primary")
    frame.wait_for_selector("#text", state="visible")
    question = f"{words} {uuid.uuid4().hex[:8]}"
    say(frame, question)
    return frame, question


def waiting(desk: Desk, question: str) -> dict[str, Any]:
    """His place in the line, as a supervisor sees it."""

    def look() -> dict[str, Any] | None:
        items: list[dict[str, Any]] = desk.get("queue/")["items"]
        return next((one for one in items if question in one["row"]["preview"]), None)

    return until(look)


def because(desk: Desk, question: str) -> str:
    """Why he still waits; the router says so with its next pass."""
    return str(waiting(desk, question)["because"])


def not_left_alone(frame: Frame) -> None:
    """The visitor sees his place in the line, or is offered another way to be answered."""
    expect(frame.locator("#queue.place, .leave").first).to_be_visible(timeout=30_000)


def again_offered(desk: Desk, question: str) -> bool:
    """Whether it is offered a second time."""
    found = waiting(desk, question)
    return (found["requeued"], found["state"]) == (True, "offered")


def offers_run_out(desk: Desk) -> None:
    """As if nobody had answered them for ten seconds."""
    desk.write("UPDATE helpdesk_workitem SET expires_at = now() WHERE state = 'offered'")


def owner(desk: Desk, question: str) -> str:
    row = desk.find(question)
    return row["assignee"]["name"] if row and row["assignee"] else ""


def why(desk: Desk, question: str) -> dict[str, Any]:
    found: dict[str, Any] = desk.get(f"conversations/{desk.conversation_with(question)['id']}/why/")
    return found


def test_a_polish_chat_goes_to_who_speaks_polish(
    desk: Desk, new_page: MakePage, online: Callable[[str], Page]
) -> None:
    jonas, marta = online(JONAS), online(MARTA)
    _frame, question = ask(desk, new_page(locale="pl-PL"), "Gdzie jest moja paczka?", "pl")
    expect(marta.locator(ACCEPT)).to_be_visible()
    expect(jonas.locator(CARD)).to_have_count(0)
    marta.reload()  # an offer outlives the page that shows it
    marta.locator(ACCEPT).click()
    expect(marta.locator("message-log").get_by_text(question)).to_have_count(1)
    expect(marta.locator(".livebar a.live")).to_contain_text([question])
    section = marta.locator("why-box")
    expect(section).to_contain_text("Marta Nowak")
    section.locator("summary").click()
    expect(section.locator("li", has_text="Jonas Weber")).to_contain_text("pl")


def test_an_order_question_goes_to_who_knows_orders(
    desk: Desk, new_page: MakePage, online: Callable[[str], Page]
) -> None:
    """What the visitor picks before the chat is a skill; who has it is asked."""
    jonas, aino = online(JONAS), online(AINO)
    with desk.asking("What is it about?", "Delivery", "Something else"):
        _frame, question = ask(desk, new_page(), "Where is my order?", about="Delivery")
        expect(aino.locator(ACCEPT)).to_be_visible()
    expect(jonas.locator(CARD)).to_have_count(0)
    aino.locator(ACCEPT).click()
    expect(aino.locator("message-log").get_by_text(question)).to_have_count(1)
    section = aino.locator("why-box")
    expect(section).to_contain_text("Aino Laine")
    section.locator("summary").click()
    expect(section.locator("li", has_text="Jonas Weber")).to_contain_text("Delivery")


def test_an_important_customer_comes_first_and_the_other_sees_his_place(
    desk: Desk, new_page: MakePage, online: Callable[[str], Page]
) -> None:
    """Jonas has room for one: the one who came later and is VIP."""
    usual, question = ask(desk, new_page(), "I was here first.")
    _frame, urgent = ask(desk, new_page(), "It is for the hotel.")
    vip = desk.conversation_with(urgent)["id"]
    desk.write(
        "UPDATE helpdesk_customer SET vip = true WHERE id ="
        " (SELECT customer_id FROM helpdesk_conversation WHERE id = %s)", vip
    )  # fmt: skip
    assert waiting(desk, question)["place"] > waiting(desk, urgent)["place"]
    not_left_alone(usual)
    with carrying(desk, JONAS, "Trainee"):
        jonas = online(JONAS)
        expect(jonas.locator(CARD)).to_contain_text(["Offered"])
        jonas.locator(ACCEPT).click()
        expect(jonas.locator("message-log").get_by_text(urgent)).to_have_count(1)
        expect(jonas.locator("why-box")).to_contain_text("Jonas Weber")
        expect(usual.locator("#queue.place")).to_contain_text("next")
        until(lambda: because(desk, question) in {"full", "reserved"})


@contextmanager
def carrying(desk: Desk, email: str, profile: str) -> Iterator[None]:
    """An agent who carries something else for a while."""
    told = desk.get("queue/")
    name = email.partition("@")[0]
    (agent,) = [one["id"] for one in told["agents"] if name in one["name"].lower()]
    known = {one["name"]: one["id"] for one in told["steering"]["profiles"]}
    desk.post(f"queue/agents/{agent}/", profile=known[profile])
    try:
        yield
    finally:
        desk.post(f"queue/agents/{agent}/", profile=known["Usual"])


def test_what_one_declines_another_gets(
    desk: Desk, new_page: MakePage, online: Callable[[str], Page]
) -> None:
    first, second = online(JONAS), online(AINO)
    _frame, question = ask(desk, new_page(), "Is it washable?")
    until(lambda: first.locator(ACCEPT).count() or second.locator(ACCEPT).count())
    asked, other = (first, second) if first.locator(ACCEPT).count() else (second, first)
    since = waiting(desk, question)["since"]
    asked.keyboard.press("Alt+x")
    expect(asked.locator(CARD)).to_have_count(0)
    expect(other.locator(ACCEPT)).to_be_visible()
    assert (waiting(desk, question)["since"], waiting(desk, question)["requeued"]) == (since, True)
    other.keyboard.press("Alt+a")
    expect(other.locator("message-log").get_by_text(question)).to_have_count(1)
    told = why(desk, question)
    assert told["state"] == "active"
    assert any("Said no" in one["sentence"] for one in told["agents"])


def test_who_looks_away_is_passed_over(
    desk: Desk, new_page: MakePage, online: Callable[[str], Page]
) -> None:
    """Two offers unanswered: he is not asked again until he says that he is back."""
    jonas = online(JONAS)
    frame, question = ask(desk, new_page(), "Anybody there?")
    expect(jonas.locator(ACCEPT)).to_be_visible()
    since = waiting(desk, question)["since"]
    offers_run_out(desk)
    until(lambda: again_offered(desk, question))
    offers_run_out(desk)
    expect(jonas.locator("main away-bar")).to_be_visible()
    until(lambda: because(desk, question) == "nobody")
    waits = waiting(desk, question)
    assert (waits["state"], waits["requeued"], waits["since"]) == ("queued", True, since)
    not_left_alone(frame)
    jonas.locator("main away-bar [data-do=back]").click()
    jonas.locator(ACCEPT).click()
    until(lambda: owner(desk, question) == "Jonas Weber")


def test_a_transfer_moves_the_chat(
    desk: Desk, new_page: MakePage, online: Callable[[str], Page]
) -> None:
    jonas = online(JONAS)
    frame, question = ask(desk, new_page(), "Is it linen?")
    jonas.locator(ACCEPT).click()
    expect(jonas.locator("message-log").get_by_text(question)).to_have_count(1)
    aino = online(AINO)
    jonas.locator("thread-view menu-button[data-menu=assign] > button").click()
    jonas.locator("thread-view menu-button[data-menu=assign] .opt", has_text="Aino").click()
    expect(aino.locator(".livebar a.live")).to_contain_text([question])
    until(lambda: owner(desk, question) == "Aino Laine")
    row = desk.conversation_with(question)
    said = f"All linen. {uuid.uuid4().hex[:8]}"
    answer = desk.agent(AINO).post(
        f"{desk.base}/api/v1/conversations/{row['id']}/messages/", json={"body": said}, timeout=10
    )
    assert answer.status_code == 201
    expect(frame.locator("#rows").get_by_text(said)).to_have_count(1)


def test_nobody_just_leaves_with_live_chats(
    desk: Desk, new_page: MakePage, online: Callable[[str], Page]
) -> None:
    jonas = online(JONAS)
    _frame, question = ask(desk, new_page(), "One moment?")
    jonas.locator(ACCEPT).click()
    until(lambda: owner(desk, question) == "Jonas Weber")
    jonas.locator(".rail .me-button").click()
    jonas.locator(".rail [data-presence-value=break]").click()
    bar = jonas.locator("main away-bar")
    expect(bar).to_contain_text("You have 1 live chat")
    expect(jonas.locator(".rail .me-word")).to_have_text("Online")
    bar.locator("[data-do=hand]").click()
    expect(jonas.locator(".rail .me-word")).to_have_text("On a break")
    until(lambda: why(desk, question)["state"] == "queued")


def test_a_closed_browser_leaves_nobody_unseen(
    desk: Desk, new_page: MakePage, online: Callable[[str], Page]
) -> None:
    """Two minutes after his last sign of life his chat waits again, then somebody else has it."""
    jonas = online(JONAS)
    frame, question = ask(desk, new_page(), "Still there?")
    since = waiting(desk, question)["since"]
    jonas.locator(ACCEPT).click()
    until(lambda: owner(desk, question) == "Jonas Weber")
    jonas.context.close()
    desk.write(
        "UPDATE helpdesk_agent SET last_seen_at = now() - interval '2 minutes' WHERE email = %s",
        JONAS,
    )
    until(lambda: why(desk, question)["state"] == "queued")
    assert waiting(desk, question)["since"] == since
    not_left_alone(frame)
    aino = online(AINO)
    aino.locator(ACCEPT).click()
    until(lambda: owner(desk, question) == "Aino Laine")


def test_the_queue_page_lives(
    desk: Desk, new_page: MakePage, agent_page: MakePage, online: Callable[[str], Page]
) -> None:
    """A supervisor sees who waits and why, and gives him to an agent with two clicks."""
    page = agent_page("henrik@parley.example")
    page.goto(f"{desk.base}/queue/")
    _frame, question = ask(desk, new_page(), "Hello?")
    row = page.locator("#items tr", has_text=question)
    expect(row).to_be_visible()
    expect(row).to_contain_text("Nobody online fits")
    jonas = online(JONAS)
    desk.put(JONAS, "busy")
    expect(page.locator("#agents tr", has_text="Jonas")).to_contain_text("Busy")
    desk.put(JONAS, "online")
    expect(row).to_contain_text("Offered to")
    row.locator("menu-button > button").click()
    row.locator(".opt", has_text="Jonas").click()
    until(lambda: owner(desk, question) == "Jonas Weber")
    expect(row).to_have_count(0)
    expect(jonas.locator(".livebar a.live")).to_contain_text([question])


def test_who_gives_no_sign_is_asked_and_then_gets_nothing_new(
    desk: Desk, new_page: MakePage, agent_page: MakePage
) -> None:
    page = agent_page(JONAS, at="/inbox/", own=True)
    page.clock.install()
    page.reload()
    desk.put(JONAS, "online")
    word, bar = page.locator(".rail .me-word"), page.locator("main away-bar")
    expect(word).to_have_text("Online")
    page.clock.fast_forward("16:00")
    expect(bar).to_contain_text("Are you still there?")
    bar.get_by_role("button", name="I am here").click()
    expect(bar).to_be_hidden()
    page.clock.fast_forward("16:00")
    expect(bar).to_contain_text("Are you still there?")
    page.clock.fast_forward("01:10")
    expect(word).to_have_text("Not responding")
    expect(bar).to_contain_text("You did not respond")
    frame, question = ask(desk, new_page(), "Anybody?")
    until(lambda: because(desk, question) == "nobody")
    not_left_alone(frame)
    bar.get_by_role("button", name="I am back").click()
    expect(page.locator(ACCEPT)).to_be_visible()
