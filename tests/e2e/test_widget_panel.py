"""The panel in Chromium: on a computer in English, and on a phone in Hebrew.

The server is the real one. Where a test needs a standing that the demo desk is not in (closed,
a full line), the socket's frames are told so on their way to the panel.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.e2e.conftest import Desk, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SCREENS: dict[str, tuple[str, dict[str, Any]]] = {
    "computer-en": ("en", {"viewport": {"width": 380, "height": 620}}),
    "phone-he": ("he", {**PHONE, "locale": "he-IL"}),
}
LINE = {"place": 2, "p50": 55, "p90": 115, "about": False, "longest": None, "why": ""}


@dataclass
class Visitor:
    """A panel on its own page, as a visitor sees it."""

    desk: Desk
    page: Page
    language: str
    key: str

    def open(self, **service: Any) -> Visitor:
        """Go there; the service's fields given here stand over what the server says."""
        if service:
            self.page.route_web_socket(re.compile("/ws/chat/"), lambda one: _told(one, service))
        self.page.goto(f"{self.desk.base}/chat/{self.key}/?language={self.language}")
        expect(self.page.locator("#home, #chat").first).to_be_attached()
        return self

    def say(self, text: str) -> dict[str, Any]:
        """Write a text; the conversation as agents have it."""
        if self.page.locator("#home").is_visible():
            self.page.click("#begin")
        self.page.fill("#text", text)
        self.page.press("#text", "Enter")
        expect(self.page.locator("#rows").get_by_text(text)).to_have_count(1)

        def arrived() -> dict[str, Any] | None:
            self.page.wait_for_timeout(50)  # his frames pass through this process: let them
            return self.desk.find(text)

        return until(arrived)

    def answered(self, conversation: dict[str, Any], **message: Any) -> None:
        """An agent answers."""
        path = f"conversations/{conversation['id']}/messages/"
        answer = self.desk.post(path, **message)
        assert answer.status_code == 201, answer.text


def _told(socket: WebSocketRoute, service: dict[str, Any]) -> None:
    server = socket.connect_to_server()
    answered: set[str] = set()

    def heard(text: str | bytes) -> None:
        frame = json.loads(text)
        if frame.get("service"):
            asked = service.get("questions", frame["service"]["questions"])
            frame["service"].update(service)
            frame["service"]["questions"] = [one for one in asked if one["id"] not in answered]
        socket.send(json.dumps(frame))

    def said(text: str | bytes) -> None:
        answered.update(json.loads(text).get("answers", ()))
        server.send(text)

    server.on_message(heard)
    socket.on_message(said)


@pytest.fixture(params=SCREENS)
def visitor(desk: Desk, new_page: Callable[..., Page], request: pytest.FixtureRequest) -> Visitor:
    language, options = SCREENS[request.param]
    shop = requests.get(f"{desk.base}/demo/shop/", timeout=10).text
    key = re.search(r'data-widget="([^"]+)"', shop)
    assert key
    return Visitor(desk, new_page(**options), language, key[1])


def unique(text: str) -> str:
    return f"{text} {uuid.uuid4().hex[:8]}"


def inside(page: Page) -> None:
    """Nothing is wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_closed_hours_offer_a_message_that_arrives(visitor: Visitor) -> None:
    week = [[day, "08:00", "18:00"] for day in range(5)]
    opens = "2030-01-07T07:00:00+00:00"
    closed = {"open": False, "promise": "offline", "opens_at": opens, "closes_at": None}
    page = visitor.open(**closed, hours=week, tz="Europe/Warsaw", offer_email=True).page
    expect(page.locator("details table tr")).to_have_count(7)
    inside(page)
    page.click("#write")
    text = unique("Can I still change the address?")
    page.fill("form textarea.input", text)
    page.fill("input[type=email]", "tom@ashworth")
    page.click(".btn.primary")
    expect(page.locator("input[type=email]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("input[type=email]")).to_be_focused()
    page.fill("input[type=email]", "tom@ashworth.example")
    page.check("input[type=checkbox]")

    page.route("**/form/", lambda route: route.abort())
    page.click(".btn.primary")
    expect(page.locator("p.error[role=alert]").locator("visible=true")).to_be_visible()
    expect(page.locator("form textarea.input")).to_have_value(text)
    page.unroute("**/form/")
    page.wait_for_timeout(3_000)  # one who types needs longer than a robot
    page.click(".btn.primary")
    expect(page.locator(".fin")).to_contain_text("tom@ashworth.example")
    assert visitor.desk.conversation_with(text)["channel"] == "email"


def test_a_place_in_line_with_a_range_and_one_question_at_a_time(visitor: Visitor) -> None:
    about = {"id": "about", "kind": "choice", "label": "what is it about?", "when": "waiting"}
    order = {"id": "order", "kind": "text", "label": "which order?", "when": "waiting"}
    questions = [
        {**about, "choices": ["An order", "A return"], "required": False},
        {**order, "choices": [], "required": True},
    ]
    page = visitor.open(promise="queue", queue=LINE, questions=questions, offer_email=True).page
    visitor.say(unique("Where is my parcel?"))
    expect(page.locator("#queue .no")).to_have_text("2")
    expect(page.locator("#queue")).to_contain_text("1–2")
    expect(page.locator(".quick")).to_contain_text("what is it about?")
    page.get_by_text("An order").click()
    expect(page.locator(".quick")).to_contain_text("which order?")
    expect(page.locator(".quick .word")).to_have_count(0)  # required: nothing to skip
    page.fill(".quick input", "BL-20419")
    page.click(".quick .btn")
    expect(page.locator(".quick")).to_have_count(0)
    inside(page)


def test_one_in_line_may_leave_and_gets_the_answer_by_e_mail(visitor: Visitor) -> None:
    page = visitor.open(promise="queue", queue=LINE, questions=[], offer_email=True).page
    conversation = visitor.say(unique("Do you ship to Oslo?"))
    page.click(".leave button")
    address = f"{uuid.uuid4().hex[:8]}@visitor.example"
    page.fill(".leave input[type=email]", address)
    page.click(".leave .btn.primary")
    expect(page.locator(".leave .error").locator("visible=true")).to_be_visible()  # no consent
    page.check(".leave input[type=checkbox]")
    page.click(".leave .btn.primary")
    expect(page.locator(".leave [role=status]")).to_be_visible()
    text = str(visitor.desk.get(f"conversations/{conversation['id']}/"))
    assert address in text


def test_the_end_asks_once_more_then_for_a_rating(visitor: Visitor) -> None:
    page = visitor.open().page
    conversation = visitor.say(unique("Is it washable?"))
    answer = unique("Yes, at 40 degrees")
    visitor.answered(conversation, body=answer)
    expect(page.locator("#rows").get_by_text(answer)).to_have_count(1)
    page.click("#foot button")
    expect(page.locator(".confirm .btn").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".confirm")).to_have_count(0)
    page.click("#foot button")
    page.click(".confirm .btn:not(.quiet)")
    expect(page.locator(".stars input")).to_have_count(5)
    page.click(".btn.primary")
    expect(page.locator(".stars + p.error")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".stars .f")).not_to_have_count(0)
    page.click(".pick label")
    page.fill("textarea.input", "Fast and kind.")
    page.click(".btn.primary")
    expect(page.locator(".tickmark")).to_be_visible()
    expect(page.locator(".stars")).to_have_count(0)
    inside(page)
    state = f"conversations/{conversation['id']}/"
    until(lambda: visitor.desk.get(state)["row"]["state"] == "resolved")


def test_cards_and_quick_replies(visitor: Visitor) -> None:
    page = visitor.open().page
    conversation = visitor.say(unique("Do you have it in sage?"))
    card = {
        "title": "Linen duvet set, sage",
        "price": "€64.00",
        "url": "https://shop.example/sage",
        "buttons": [{"label": "Look at it", "url": "https://shop.example/sage"}],
    }
    visitor.answered(conversation, body="Here it is", card=card, quick=["Yes please", "No"])
    link = page.locator(".card a.btn")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    page.get_by_role("button", name="Yes please").click()
    expect(page.locator(".msg.out .bub", has_text="Yes please")).to_have_count(1)
    expect(page.locator(".chips")).to_have_count(0)
    thread = f"conversations/{conversation['id']}/"

    def stored() -> list[str]:
        return [one["body"] for one in visitor.desk.get(thread)["messages"]]

    until(lambda: "Yes please" in stored())
    assert stored().count("Yes please") == 1


def test_only_harmless_addresses_become_links(visitor: Visitor) -> None:
    page = visitor.open().page
    conversation = visitor.say(unique("Which links?"))
    body = (
        "https://shop.example/a?b=1, www.shop.example. help@shop.example "
        "javascript:alert(1) data:text/html,x https://shop.example/\u202egpj.exe"
    )
    visitor.answered(conversation, body=body)
    links = page.locator("#rows .msg:not(.out) .bub a")
    expect(links).to_have_count(4)
    found = links.evaluate_all("(all) => all.map((one) => one.href)")
    assert found == [
        "https://shop.example/a?b=1",
        "https://www.shop.example/",
        "mailto:help@shop.example",
        "https://shop.example/",
    ]


def test_emoji_by_keyboard(visitor: Visitor) -> None:
    page = visitor.open().page
    page.click("#begin")
    page.fill("#text", "Thanks ")
    page.click("#emoji")
    expect(page.locator(".emojis button").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".emojis")).to_have_count(0)
    expect(page.locator("#text")).to_be_focused()
    assert page.input_value("#text").startswith("Thanks ")
    assert len(page.input_value("#text")) > len("Thanks ")
    page.click("#emoji")
    page.keyboard.press("Escape")
    expect(page.locator("#emoji")).to_be_focused()


def test_a_pasted_picture_is_sent_and_shown(visitor: Visitor) -> None:
    page = visitor.open().page
    visitor.say(unique("I send a picture"))
    page.evaluate(
        """async () => {
          const canvas = new OffscreenCanvas(40, 30);
          canvas.getContext("2d").fillRect(0, 0, 20, 20);
          const data = new DataTransfer();
          const blob = await canvas.convertToBlob();
          data.items.add(new File([blob], "porch.png", { type: "image/png" }));
          const paste = { clipboardData: data, bubbles: true, cancelable: true };
          document.getElementById("text").dispatchEvent(new ClipboardEvent("paste", paste));
        }"""
    )
    expect(page.locator(".files .att")).to_have_count(1)
    expect(page.locator(".files progress")).to_have_count(0)
    page.click(".snd")
    expect(page.locator("#rows .pic img")).to_have_count(1)
    expect(page.locator(".files .att")).to_have_count(0)


def test_a_picture_of_the_screen_is_cut_by_keyboard(visitor: Visitor) -> None:
    if visitor.language == "he":
        pytest.skip("phones have no picture of the screen")
    page = visitor.page
    page.add_init_script(
        """navigator.mediaDevices.getDisplayMedia = async () => {
          const canvas = document.createElement("canvas");
          canvas.width = 400;
          canvas.height = 200;
          const draw = () => canvas.getContext("2d").fillRect(0, 0, 400, 200);
          setInterval(draw, 50);
          return canvas.captureStream(20);
        };"""
    )
    visitor.open()
    visitor.say(unique("Look at this"))
    page.click("#attach")
    page.click(".menu.up button:last-child")
    expect(page.locator(".stage canvas")).to_be_visible()
    page.locator(".edges input").first.focus()
    for _ in range(50):
        page.keyboard.press("ArrowRight")
    page.click(".btn.primary")
    expect(page.locator(".files .att")).to_have_count(1)
    expect(page.locator("#text")).to_be_visible()


def test_the_menu_shuts_first_and_remembers_the_sound(visitor: Visitor) -> None:
    page = visitor.open().page
    visitor.say(unique("Hello"))
    page.click("#menu")
    sound = page.locator("[role=switch]").first
    expect(sound).to_have_attribute("aria-checked", "true")
    sound.click()
    expect(sound).to_have_attribute("aria-checked", "false")
    page.keyboard.press("Escape")
    expect(page.locator(".menu")).to_have_count(0)
    expect(page.locator("#menu")).to_be_focused()
    page.reload()
    page.click("#menu")
    expect(page.locator("[role=switch]").first).to_have_attribute("aria-checked", "false")


def test_the_questions_before_travel_with_the_first_text(visitor: Visitor) -> None:
    page = visitor.page
    sent: list[dict[str, Any]] = []
    page.on(
        "websocket",
        lambda socket: socket.on("framesent", lambda data: sent.append(json.loads(data))),
    )
    asked = {"id": "n", "kind": "name", "label": "Your name?", "choices": [], "when": "before"}
    needed = {"promise": "online", "queue": None, "questions": [{**asked, "required": True}]}
    visitor.open(**needed)
    page.click("#begin")  # before the server has said what it asks: nobody slips past a question
    page.click(".sheet .btn.primary")
    expect(page.locator(".sheet [aria-invalid=true]")).to_be_focused()
    page.fill(".sheet input", "Tom")
    page.click(".sheet .btn.primary")
    page.fill("#text", unique("Here I am"))
    page.press("#text", "Enter")
    expect(page.locator("#rows .msg.out")).to_have_count(1)
    texts = [one for one in sent if one["type"] == "send"]
    assert not sent or texts[0]["answers"] == {"n": "Tom"}


def test_targets_are_large_enough(visitor: Visitor) -> None:
    page = visitor.open().page
    visitor.say(unique("Big enough?"))
    page.click("#menu")
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, .stars label, summary")]
          .filter((one) => one.checkVisibility() && one.offsetWidth > 1)
          .filter((one) => one.offsetWidth < 44 || one.offsetHeight < 44)
          .map((one) => `${one.id || one.textContent} ${one.offsetWidth}x${one.offsetHeight}`)"""
    )
    assert not small
