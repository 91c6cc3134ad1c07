"""SEC-1: what a visitor sends is text on every screen, however he sends it.

Forty payloads go through every inlet of the widget, by the addresses that browsers use; then
Chromium opens every screen that shows them. A payload that runs is counted, and so is one that
only the Content-Security-Policy stopped.
"""

from __future__ import annotations

import json
import secrets
import smtplib
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formataddr
from typing import Any
from urllib.parse import quote

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from helpdesk.sandbox.demo.desk import WIDGET_KEY
from tests.e2e import mails
from tests.e2e.conftest import Desk, until
from tests.safe_html.payloads import FAMILIES
from tests.security.payloads import PAYLOADS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
QUESTION = "Order"
LONGEST = 190  # of a name or a title
PROBE = """
  window.__hits = [];
  window.__xss = (x) => { window.__hits.push(`ran: ${x}`); };
  addEventListener("securitypolicyviolation", (event) => {
    window.__hits.push(`stopped: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
  });
"""


@dataclass
class Talk:
    """One visitor: his conversation, his token, and what he sent everywhere."""

    pk: int
    token: str
    payload: str


def visit(desk: Desk, payload: str) -> Talk:
    """One visitor who puts the payload wherever something can be put."""
    base, key, escaped = f"{desk.base}/chat/{WIDGET_KEY}", secrets.token_urlsafe(16), quote(payload)
    shop = f"https://shop.example/{payload}?utm_source={escaped}&utm_campaign={escaped}&q={escaped}"
    page = {"url": shop, "title": payload, "referrer": f"https://news.example/?q={escaped}"}
    session = requests.Session()
    session.headers.update({"User-Agent": FIREFOX, "Origin": desk.base})

    def post(door: str, frame: dict[str, Any], status: int = 200) -> Any:
        answer = session.post(f"{base}/{door}", json=frame, timeout=20)
        assert answer.status_code == status, (door, answer.status_code, answer.text)
        return answer.json()

    def hit(kind: str, **data: Any) -> None:
        body = {"visitor": "", "visit": key, "kind": kind, "page": page, "data": data}
        post("hit/", {**body, "language": "en", "screen": [1440, 900]})

    hit("page")
    hit("search", query=payload, results=0)
    thing = {"name": payload, "price": 5, "url": payload, "image": payload}
    hit("cart", items=[thing], value=5, currency="EUR", step=payload)
    hit("set", name=payload, plan=payload)
    name = payload.replace("/", "\u2215").replace("\\", "\u2216")
    files = {"file": (f"{name}.txt", b"hello")}
    file = session.post(f"{base}/attachments/", files=files, timeout=20).json()
    session.headers["Authorization"] = f"Bearer {file['token']}"
    sent = post(
        "messages/",
        {
            "cid": str(uuid.uuid4()),
            "body": payload,
            "name": payload,
            "page": {**page, "visit": key},
            "visit": key,
            "attachments": [file["id"]],
            "answers": {QUESTION.lower(): payload},
            "language": "en",
        },
        201,
    )
    post("do/", {"type": "rate", "score": 1, "text": payload, "solved": False})
    form = {"name": payload, "email": f"{key.strip('-_')}@mail.example", "text": payload}
    more = {"consent": True, "page": page, "trap": "", "took": 9000}
    post("form/", {**form, **more}, 201)
    return Talk(sent["conversation"], file["token"], payload)


@pytest.fixture(scope="module")
def talks(desk: Desk) -> list[Talk]:
    with desk.asking(QUESTION), ThreadPoolExecutor(4) as crowd:
        made = list(crowd.map(lambda one: visit(desk, one), together()))
    for one in made:
        events = desk.get(f"conversations/{one.pk}/")["events"]
        assert any(event["kind"] == "customer_answered" for event in events), one.payload
    return made


@pytest.fixture
def watched(agent_page: Callable[..., Page]) -> Page:
    page = agent_page("admin@parley.example")
    page.context.add_init_script(PROBE)
    return page


def look(page: Page, address: str, ready: str) -> None:
    """Open a screen, let it settle, and find that nothing ran and nothing had to be stopped."""
    answer = page.goto(address, wait_until="commit")
    assert answer is None or answer.status < 400, (address, answer.status)
    expect(page.locator(ready).first).to_be_attached()
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30)))")
    assert page.evaluate("window.__hits") == [], address


def together() -> list[str]:
    """The payloads, several in one text: a page shows as many at once, and is opened as seldom."""
    found = [""]
    for one in PAYLOADS:
        if len(found[-1]) + len(one) > LONGEST:
            found.append("")
        found[-1] += one
    return found


def go(page: Page, base: str, pk: int, ready: str, *, whole: bool = False) -> None:
    """A conversation, by its row as agents go to it, or (whole) as a page that the server draws.

    A page costs ten times as much as a switch; both draw the same, from the same facts.
    """
    row = page.locator(f"inbox-list a.row[data-id='{pk}']")
    if whole or not row.count():
        look(page, f"{base}/inbox/c/{pk}/", ready)
        return
    row.click()
    expect(page).to_have_url(f"{base}/inbox/c/{pk}/")
    expect(page.locator(f"message-log > .talk:not(.away) {ready}").first).to_be_visible()
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30)))")
    assert page.evaluate("window.__hits") == [], pk


def test_nothing_that_visitors_send_runs(
    desk: Desk, talks: list[Talk], watched: Page, browser: Browser
) -> None:
    look(watched, f"{desk.base}/visitors/", "#rows tr")
    until(lambda: watched.locator("#rows tr").count() >= len(talks))
    watched.locator("#rows tr").first.click()
    for one in talks[:8]:
        body = f"Answer {one.payload}"
        answered = desk.post(f"conversations/{one.pk}/messages/", body=body)
        assert answered.status_code in {200, 201}, answered.text
    for view in ("all", "unassigned"):
        look(watched, f"{desk.base}/inbox/{view}/", "inbox-list .row")
    for number, one in enumerate(talks):
        go(watched, desk.base, one.pk, ".msg", whole=number % 5 == 0)
        words = one.payload.strip("\u202e\u2028")[:20].split("\u2028")[0].strip()
        expect(watched.locator("message-log > .talk:not(.away)")).to_contain_text(words)
    watched.locator("search-box input").fill("answer")
    expect(watched.locator("inbox-list mark").first).to_be_visible()
    assert watched.evaluate("window.__hits") == []
    look(watched, f"{desk.base}/leads/", "body")
    look(watched, f"{desk.base}/queue/", "#items tr")
    for screen in ("customer", "inboundevent", "delivery", "lead", "inbox"):
        look(watched, f"{desk.base}/admin/helpdesk/{screen}/", "#content")
    look(watched, f"{desk.base}/admin/chat/ban/", "#content")
    look(watched, f"{desk.base}/settings/audit/", ".page")
    people = [desk.get(f"conversations/{one.pk}/")["customer"]["id"] for one in talks[:8]]
    for pk in people[:3]:
        look(watched, f"{desk.base}/customers/{pk}/privacy/", ".page")
    assert watched.evaluate("window.__hits") == []


def test_nothing_in_an_imported_sheet_runs(desk: Desk, watched: Page) -> None:
    """Names of columns, cells, and the name of the file."""
    told = "\n".join(
        ",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in (one, f"n{n}@xss.example"))
        for n, one in enumerate(PAYLOADS)
    ).encode("utf-8", "ignore")
    head = f'"{PAYLOADS[0].replace(chr(34), chr(34) * 2)}",email\n'.encode()
    look(watched, f"{desk.base}/settings/import/", "input[type=file]")
    file = {"name": "<img src=x onerror=__xss(1)>.csv", "mimeType": "text/csv"}
    watched.locator("input[type=file]").set_input_files(
        {**file, "buffer": head + told}  # type: ignore[arg-type]
    )
    watched.get_by_role("button", name="Look", exact=True).click()
    expect(watched.get_by_text("What would happen")).to_be_visible()
    assert watched.evaluate("window.__hits") == []


def test_nothing_runs_in_the_panel(desk: Desk, talks: list[Talk], browser: Browser) -> None:
    """His own words, a file's name, and an answer that quotes them."""
    for one in talks[:8]:
        desk.post(f"conversations/{one.pk}/messages/", body=one.payload)
    with browser.new_context() as context:
        context.add_init_script(PROBE)
        page = context.new_page()
        address = f"{desk.base}/chat/{WIDGET_KEY}/?language=en"
        page.goto(address)
        for one in talks[:12]:
            kept = json.dumps(json.dumps(one.token))
            page.evaluate(f"localStorage.setItem('parley.{WIDGET_KEY}.token', {kept})")
            look(page, f"{address}&host={quote(one.payload)}&theme={quote(one.payload)}", "body")
            expect(page.locator("#rows")).to_contain_text("__xss")
            assert page.evaluate("window.__hits") == []


def post_mails(desk: Desk, mark: str) -> list[EmailMessage]:
    """Mails whose HTML, subject, names of people and of files are payloads, ten at once."""
    hostile = [*FAMILIES.values(), *PAYLOADS]
    sent = []
    with smtplib.SMTP("127.0.0.1", desk.ports["SMTP_PORT"], timeout=20) as server:
        for number, start in enumerate(range(0, len(hostile), 10)):
            some = [one.replace("\ud800", "").replace("\udfff", "") for one in hostile[start:][:10]]
            line, other = (" ".join(some[at].replace("\x00", "").split()) for at in (0, -1))
            mail = mails.phishing(mark, "".join(f"<div>{one}</div>" for one in some))
            mail.replace_header("Subject", f"{mark} {line[:90]} {other}"[:200])
            mail.replace_header("From", formataddr((line[:60], f"xss{number}@evil.example")))
            mail["Cc"] = formataddr((other[:60], f"cc{number}@evil.example"))
            for name in (line, other):
                mail.add_attachment(
                    b"<script>__xss(1)</script>", "text", "html", filename=f"{name}.html"
                )
            server.send_message(mail, f"xss{number}@evil.example", [mails.HELP])
            sent.append(mail)
    return sent


def test_nothing_in_a_mail_runs(desk: Desk, watched: Page) -> None:
    """Outlets: row and toast, card, page of the mail, search, customer, raw mail in the admin."""
    mark, blocked, called = f"held{secrets.token_hex(4)}", list[str](), list[str]()
    watched.on("console", lambda line: blocked.append(line.text) if "script" in line.text else None)
    watched.on("request", lambda one: called.append(one.url) if "evil" in one.url else None)
    look(watched, f"{desk.base}/inbox/all/", "inbox-list .row")
    sent = post_mails(desk, mark)

    def arrived() -> list[dict[str, Any]] | None:
        rows = desk.get("conversations/", view="all")["results"]
        mine = [row for row in rows if mark in row["subject"]]
        return mine if len(mine) == len(sent) else None

    rows = until(arrived, 90)
    expect(watched.locator("inbox-list .row", has_text=mark).first).to_be_visible()
    assert watched.evaluate("window.__hits") == []
    for number, row in enumerate(rows):
        go(watched, desk.base, row["id"], ".mailcard", whole=number % 5 == 0)
        watched.get_by_role("button", name="Show original").click()
        frame = watched.frame_locator("iframe.original")
        expect(frame.get_by_text(mark).first).to_be_visible()
        expect(frame.locator("script, iframe, form, input, base, meta[http-equiv]")).to_have_count(
            0
        )
        assert watched.evaluate("window.__hits") == []
    watched.locator("search-box input").fill(mark)
    expect(watched.locator("inbox-list mark").first).to_be_visible()
    assert watched.evaluate("window.__hits") == []
    for row in rows[:3]:
        look(watched, f"{desk.base}/customers/{row['customer']['id']}/", "main")
    look(watched, f"{desk.base}/admin/helpdesk/inboundevent/", "#content")
    watched.locator("#result_list tbody a[href*='/change/']").first.click()
    raw = watched.locator("a[href$='/raw/']")
    expect(raw).to_be_visible()
    assert watched.evaluate("window.__hits") == []
    watched.goto(f"{desk.base}{raw.get_attribute('href')}")
    expect(watched.locator("body")).to_contain_text("Message-ID")
    assert [one for one in blocked if "Blocked script" in one or "Security Policy" in one] == []
    assert called == []


def test_a_hostile_page_moves_nothing(desk: Desk, browser: Browser) -> None:
    """SEC-20: the panel and the loader look at origin and source of every message."""
    with browser.new_context() as context:
        context.add_init_script(PROBE)
        page = context.new_page()
        page.goto(f"{desk.base}/demo/shop/")
        page.wait_for_function("typeof window.Parley === 'function'")
        before = page.locator("iframe").count()
        page.evaluate(
            """() => {
              const frame = document.createElement("iframe");
              frame.srcdoc = "";
              document.body.append(frame);
              for (const type of ["open", "close", "size", "ready", "unread", "identify", "__xss"])
                for (const origin of ["*", location.origin])
                  window.postMessage({ type, parley: type, height: 9999, count: 99 }, origin);
            }"""
        )
        page.wait_for_timeout(200)
        assert page.locator("iframe").count() == before + 1, "the panel did not open by itself"
        assert page.evaluate("window.__hits") == []
