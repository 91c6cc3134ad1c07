"""The whole product as a newcomer starts it (`manage.py up`) and a real Chromium before it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import psycopg
import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from helpdesk.embedded.accounts import service_account
from helpdesk.embedded.testing import scratch_folder
from helpdesk.sandbox.control import Control
from tests.e2e import sites
from tests.e2e.profiles import Profiles, profile
from tests.languagetool import LanguageTool, languagetool

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "parley-demo"
CHROMIUM = (
    os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def until(probe: Callable[[], T | None], seconds: float = 20.0) -> T:
    """Poll until the probe gives something true; its last value is in the failure."""
    deadline = time.monotonic() + seconds
    while True:
        found = probe()
        if found or time.monotonic() > deadline:
            assert found, f"nothing within {seconds} s"
            return found
        time.sleep(0.1)


@dataclass
class Desk:
    """A running desk and how to reach it."""

    ports: dict[str, int]
    state: Path
    base: str = ""
    sessions: dict[str, requests.Session] = field(default_factory=dict)

    def fake(self, name: str) -> Control:
        return Control(self.ports["FAKE_PORT"], name)

    def agent(self, email: str = "admin@parley.example") -> requests.Session:
        """A signed-in HTTP session."""
        if email not in self.sessions:
            session = self.signed_in(email)
            page = session.get(f"{self.base}/inbox/", timeout=10).text
            token = page.split('name="csrf-token" content="')[1].split('"')[0]
            session.headers["X-CSRFToken"] = token
            self.sessions[email] = session
        return self.sessions[email]

    def signed_in(self, email: str) -> requests.Session:
        """A sign-in of its own, without a browser."""
        session = requests.Session()
        page = session.get(f"{self.base}/login/", timeout=10).text
        token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        form = {"username": email, "password": PASSWORD, "csrfmiddlewaretoken": token}
        answer = session.post(f"{self.base}/login/", form, timeout=10, allow_redirects=False)
        assert answer.status_code == 302, answer.text
        return session

    def get(self, path: str, **params: Any) -> Any:
        answer = self.agent().get(f"{self.base}/api/v1/{path}", params=params, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, **body: Any) -> requests.Response:
        return self.agent().post(f"{self.base}/api/v1/{path}", json=body, timeout=10)

    def pick(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The newest active conversation that fits, however many others stand before it."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.get("conversations/", view="all", cursor=cursor)
            for row in page["results"]:
                if fits(row):
                    return dict(row)
            cursor = page["next"]
        raise LookupError

    def find(self, preview: str) -> dict[str, Any] | None:
        """The active conversation whose last message begins like this."""
        rows: list[dict[str, Any]] = self.get("conversations/", view="all")["results"]
        return next((row for row in rows if preview in row["preview"]), None)

    def put(self, email: str, presence: str) -> None:
        """An agent's presence; what he holds goes back to the line."""
        order = {"presence": presence, "hand_back": True}
        url = f"{self.base}/api/v1/presence/"
        answer = self.agent(email).post(url, json=order, timeout=10)
        if answer.status_code == 403:  # a new passkey, for one, ends all other sessions
            del self.sessions[email]
            answer = self.agent(email).post(url, json=order, timeout=10)
        assert answer.status_code == 200, answer.text

    def write(self, statement: str, *values: Any) -> None:
        """Change a row behind the product's back: so a test need not wait for its clocks."""
        parts = urlsplit(_environment(self.state)["DATABASE_URL"])
        folder, _slash, name = unquote(parts.path[1:]).rpartition("/")
        with psycopg.connect(
            host=folder, dbname=name, user=parts.username, password=parts.password
        ) as connection:
            connection.execute(statement, values)

    @contextlib.contextmanager
    def asking(self, label: str, *choices: str) -> Iterator[None]:
        """The widget asks this before the chat (with choices: one of them), and then no longer."""
        listed = self.agent().get(f"{self.base}/settings/widgets/", timeout=10).text
        (number,) = re.findall(r'href="/settings/widgets/(\d+)/"', listed)
        place = f"{self.base}/settings/widgets/{number}/"
        self._save_widget(place, label, choices)
        try:
            yield
        finally:
            self._save_widget(place)

    def _save_widget(self, place: str, label: str = "", choices: Iterable[str] = ()) -> None:
        page = self.agent().get(place, timeout=10).text
        hidden = re.findall(r'name="(csrfmiddlewaretoken|base)" value="([^"]+)"', page)
        form = {
            **dict(hidden),
            "title.en": "Birch & Linen help",
            "color": "#0f6a65",
            "position": "end",
            "tracking": "session",
            "rating": "on",
            "transcript": "on",
            "texts_per_minute": "30",
            "identity": "open",
            "identity_alg": "HS256",
        }
        if label:
            form |= {"question": "n1", "questions.n1.label.en": label}
            form["questions.n1.when"] = "before"
            form["questions.n1.kind"] = "choice" if choices else "text"
            form["questions.n1.choices.en"] = "\n".join(choices)
        answer = self.agent().post(place, form, timeout=10, allow_redirects=False)
        assert answer.status_code == 302, answer.text

    def end_chats(self) -> None:
        """No live chat of an earlier test is left, and how long they waited makes no rush."""
        for _page in range(20):
            rows = self.get("conversations/", view="live")["results"]
            going_on = [row["id"] for row in rows if row["state"] in {"new", "open"}]
            if not going_on:
                self.write("UPDATE helpdesk_slaclock SET started_at = started_at - interval '1h'")
                self.write("DELETE FROM helpdesk_rush")
                return
            for pk in going_on:
                self.post(f"conversations/{pk}/state/", state="resolved", reason="solved")
        pytest.fail("live chats do not end")

    def conversation_with(self, preview: str) -> dict[str, Any]:
        return until(lambda: self.find(preview))


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _environment(state: Path) -> dict[str, str]:
    """What the desk's programs were started with."""
    pairs = (line.partition("=") for line in (state / "parley.env").read_text().splitlines())
    return {name: value.strip("'\"") for name, _sign, value in pairs}


@pytest.fixture(scope="session")
def spelling() -> Iterator[LanguageTool]:
    """A LanguageTool. SPELLING_PORT: where a desk that runs already expects it."""
    with languagetool(int(os.environ.get("SPELLING_PORT", "0"))) as made:
        yield made


@pytest.fixture(scope="session")
def desk(spelling: LanguageTool) -> Iterator[Desk]:
    """`manage.py up` on free ports with the demo data, stopped at the end.

    E2E_STATE_DIR: the state folder of a desk that runs already, for those who write tests.
    """
    names = ("PORT", "SMTP_PORT", "FAKE_PORT", "FAKE_SMTP_PORT")
    if running := os.environ.get("E2E_STATE_DIR"):
        found = _environment(Path(running))
        ports = {name: int(found[name]) for name in names}
        yield Desk(ports, Path(running), f"http://127.0.0.1:{ports['PORT']}")
        return
    folder = scratch_folder(service_account())
    ports = dict(zip(names, free_ports(4), strict=True))
    log = folder / "up.log"
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_ENCRYPTION_KEYS"}
        and not name.startswith(("DJANGO_", "PYTEST"))
    }
    env = inherited | {name: str(port) for name, port in ports.items()}
    env["STATE_DIR"] = str(folder / "var")
    env["SPELLING_URL"] = spelling.base
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up"], cwd=ROOT, env=env, stdout=out, stderr=out
        )
    made = Desk(ports, folder / "var", f"http://127.0.0.1:{ports['PORT']}")
    try:
        until(lambda: _up(made, process, log), 180)
        yield made
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def _up(made: Desk, process: subprocess.Popen[bytes], log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{made.base}/healthz") as answer:  # noqa: S310
        return bool(answer.status == 200)
    return False


site = sites.site


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium. Its event loop owns this thread: async tests cannot share the process."""
    if CHROMIUM is None:
        pytest.fail("Chromium is missing: install the package `chromium` or set CHROMIUM")
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """Script errors and CSP violations of every page; none is tolerated."""
    found: list[str] = []
    yield found
    assert not found


def _page(context: BrowserContext, faults: list[str]) -> Page:
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda line: (
            faults.append(line.text)
            if line.type == "error" and "Content Security Policy" in line.text
            else None
        ),
    )
    return page


@pytest.fixture
def new_page(browser: Browser, faults: list[str]) -> Iterator[Callable[..., Page]]:
    """Pages of separate people: each call is a fresh browser profile."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> Page:
        contexts.append(profile(browser, options))
        return _page(contexts[-1], faults)

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def profiles(browser: Browser, desk: Desk) -> Profiles:
    return Profiles(browser, desk.base)


@pytest.fixture
def agent_page(desk: Desk, profiles: Profiles, faults: list[str]) -> Iterator[Callable[..., Page]]:
    """A page of a signed-in agent; at: what it shows first, if the test does not go there.

    Its profile has been somebody else's, and is empty but for the files of the product. own: it is
    left with what cannot be taken back (a clock that stands).
    """
    lent: list[tuple[str, BrowserContext]] = []

    def make(
        email: str = "marta@parley.example", *, at: str = "", own: bool = False, **options: Any
    ) -> Page:
        size = {"width": 1440, "height": 900}
        key, context = profiles.lend({"viewport": size, **options}, own=own)
        lent.append((key, context))
        cookies = desk.signed_in(email).cookies
        context.add_cookies(
            [{"name": name, "value": value, "url": desk.base} for name, value in cookies.items()]
        )
        page = _page(context, faults)
        if at:
            page.goto(f"{desk.base}{at}", timeout=60_000)
        return page

    yield make
    for key, context in lent:
        profiles.take_back(key, context)
