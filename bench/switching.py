"""Switching between live chats in a real browser: from the key to the painted thread.

    .venv/bin/python -m bench.switching [--chats 5] [--messages 40] [--rounds 100]

One agent holds some chats, each with so many messages; Chromium opens every one once and is then
taken from chat to chat by the keys Alt+1, Alt+2, … Told is what the browser itself measures (Event
Timing, in steps of 8 ms): from the key to the picture that shows what it did; a switch whose first
picture does not show the other chat's words is an error. What the browser did in a switch (layouts,
styles, script, milliseconds of its thread) is told as well: it depends less on what else the
machine does. Needs Chromium.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from playwright.sync_api import Page, sync_playwright

from bench.stack import desk, session_cookie

WORK = (
    *("LayoutCount", "RecalcStyleCount", "LayoutDuration", "RecalcStyleDuration"),
    *("ScriptDuration", "TaskDuration"),
)
WATCH = """() => {
  window.took = [];
  window.words = [];
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (one.name === "keydown") window.took.push(one.duration);
  }).observe({ type: "event", durationThreshold: 16 });
  const painted = (then) => requestAnimationFrame(() => {
    const line = new MessageChannel();
    line.port1.onmessage = then;
    line.port2.postMessage(0);
  });
  const shown = () => document.querySelector("message-log > .talk:not(.away)")?.textContent || "";
  addEventListener("keydown", (event) => {
    if (event.key !== "Alt") painted(() => window.words.push(shown()));
  }, true);
}"""
PAUSE_MS = 300


def main() -> None:
    """Fill a desk, open a browser, print p50, p95 and the worst of the switches."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=5)
    parser.add_argument("--messages", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=100)
    chosen = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        raise SystemExit("no Chromium (CHROMIUM names it)")
    with desk() as [(base, _pid)]:
        import django

        django.setup()
        cookie, talks = _chats(chosen.chats, chosen.messages)
        with _page(chromium, base, cookie) as page:
            page.locator(".livebar a.live").nth(chosen.chats - 1).wait_for()
            for number, words in enumerate(talks, 1):
                page.keyboard.press(f"Alt+{number}")
                page.locator("message-log > .talk:not(.away)", has_text=words).wait_for()
            page.wait_for_timeout(1000)
            page.evaluate(WATCH)
            places = [turn % chosen.chats for turn in range(chosen.rounds)]
            with _work(page) as work:
                for place in places:
                    page.keyboard.press(f"Alt+{place + 1}")
                    page.wait_for_timeout(PAUSE_MS)
            # A key whose picture came within 16 ms is not told of; Alt itself shows nothing.
            took = page.evaluate("window.took")[-len(places) :]
            seen = page.evaluate("window.words")
    late = sum(talks[place] not in words for place, words in zip(places, seen, strict=True))
    if late:
        raise SystemExit(f"{late} of {len(places)} switches did not show the chat at once")
    print(f"{chosen.chats} chats of {chosen.messages} messages, {chosen.rounds} switches")
    cuts = statistics.quantiles(took, n=20)
    print(f"  switch         p50 {cuts[9]:4.0f}  p95 {cuts[18]:4.0f}  max {max(took):.0f} ms")
    each = {name: work[name] / len(places) for name in WORK}
    print(f"  work of each   {', '.join(f'{name} {each[name]:.1f}' for name in WORK)}")


@contextmanager
def _work(page: Page) -> Iterator[dict[str, float]]:
    """Filled at the end with what the page's thread did meanwhile; durations in ms."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def read() -> dict[str, float]:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return {one["name"]: one["value"] for one in metrics}

    before, done = read(), dict.fromkeys(WORK, 0.0)
    yield done
    after = read()
    for name in WORK:
        done[name] = (after[name] - before[name]) * (1000 if "Duration" in name else 1)
    session.detach()


@contextmanager
def _page(chromium: str, base: str, cookie: str) -> Iterator[Page]:
    """The agent's inbox in a browser; no ORM in here: Playwright runs a loop in this thread."""
    with sync_playwright() as play:
        flags = ["--no-sandbox", "--disable-gpu"]
        browser = play.chromium.launch(executable_path=chromium, args=flags)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": base}])
        page = context.new_page()
        page.goto(f"{base}/inbox/")
        yield page
        browser.close()


def _chats(number: int, messages: int) -> tuple[str, list[str]]:
    """(the agent's cookie, a text that only this chat has, in the order of the strip)."""
    from helpdesk.models import Agent, Conversation, Customer, Inbox, Message, Team

    agent = Agent.objects.create(email="bench@parley.example", first_name="Bench")
    team = Team.objects.create(name="Bench")
    team.members.add(agent)
    inbox = Inbox.objects.create(name="Bench", channel="chat")
    inbox.teams.add(team)
    now = datetime.now(UTC)
    marks = []
    for one in range(number):
        since = now - timedelta(minutes=number - one)
        talk = Conversation.objects.create(
            customer=Customer.objects.create(name=f"Customer {one}"),
            inbox=inbox,
            state="open",
            assignee=agent,
            last_preview="Where is it?",
            last_direction="in",
            last_message_at=since,
            waiting_since=since,
            last_seq=messages,
            public_seq=messages,
        )
        mark = f"Parcel {uuid.uuid4().hex[:8]}"
        marks.append(mark)
        Message.objects.bulk_create(_texts(talk, agent, mark))
    return session_cookie(agent), marks


def _texts(talk: Any, agent: Any, mark: str) -> Iterator[Any]:
    """As many messages as the conversation says it has, in turn from both sides."""
    from helpdesk.models import Message

    for seq in range(1, talk.last_seq + 1):
        incoming = seq % 2 == 0
        yield Message(
            conversation=talk,
            inbox=talk.inbox,
            seq=seq,
            public_seq=seq,
            direction="in" if incoming else "out",
            author=None if incoming else agent,
            visibility="public",
            body=f"{mark} has not come yet, line {seq}. " * 3,
            created_at=talk.last_message_at - timedelta(seconds=talk.last_seq - seq),
        )


if __name__ == "__main__":
    main()
