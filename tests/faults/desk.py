"""What agents, customers and Twilio do to the desk over HTTP. It runs in threads: no database."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import requests

from channels_sms.providers.twilio_signature import signature

CSRF = "c" * 32
AUTH_TOKEN = "token"
PATIENCE = 60.0


@dataclass
class Desk:
    """The addresses of a running desk and the cookies of an agent."""

    base: str
    cookies: dict[str, str]
    hook: str
    number: str

    def browser(self) -> requests.Session:
        session = requests.Session()
        session.cookies.update(self.cookies)
        session.headers["X-CSRFToken"] = CSRF
        return session

    def reply(self, browser: requests.Session, conversation: int, body: str) -> int:
        """An agent's answer; the screen repeats it with the same id until it is taken."""
        url = f"{self.base}/api/v1/conversations/{conversation}/messages/"
        order = {"body": body, "client_id": str(uuid.uuid4())}
        return persist(browser, url, json=order).status_code

    def sms(self, browser: requests.Session, phone: str, sid: str, body: str) -> int:
        """Twilio's signed call for one text of a customer."""
        form = {
            "MessageSid": sid,
            "AccountSid": "AC1",
            "From": phone,
            "To": self.number,
            "Body": body,
            "SmsStatus": "received",
        }
        headers = {"X-Twilio-Signature": signature(AUTH_TOKEN, self.hook, form.items())}
        return persist(browser, self.hook, data=form, headers=headers).status_code

    def shown(self, conversation: int) -> list[str]:
        """The texts that the agent's screen shows, in its order."""
        browser, pages = self.browser(), []
        before: dict[str, int] = {}
        url = f"{self.base}/api/v1/conversations/{conversation}/messages/"
        while True:
            page = browser.get(url, params=before, timeout=30).json()
            pages.append([one["body"] for one in page["messages"]])
            if not page["more"]:
                browser.close()
                return [body for part in reversed(pages) for body in part]
            before = {"before": page["messages"][0]["seq"]}


@dataclass
class Pace:
    """Keeps the senders at most `ahead` messages before the desk; `done` is set by the test."""

    ahead: int
    sent: int = 0
    done: int = 0

    def step(self) -> None:
        """Wait for a turn to send one message."""
        deadline = time.monotonic() + PATIENCE
        while self.sent - self.done > self.ahead and time.monotonic() < deadline:
            time.sleep(0.05)
        self.sent += 1


@dataclass
class Visitor:
    """A visitor whose network lets no socket through: each text is one POST."""

    address: str
    token: str = ""
    acks: dict[str, int] = field(default_factory=dict)

    def say(self, browser: requests.Session, body: str) -> int:
        """Say one text until it is taken; the last HTTP status."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        order = {"cid": str(uuid.uuid4()), "body": body}
        answer = persist(browser, f"{self.address}messages/", json=order, headers=headers)
        if answer.status_code == 201:
            said = answer.json()
            self.token = said["token"]
            self.acks[body] = said["seq"]
        return answer.status_code

    def sees(self, browser: requests.Session) -> list[str]:
        """The texts in his window, by public seq."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = browser.get(f"{self.address}events/?after=0", headers=headers, timeout=30)
        return [one["body"] for one in answer.json()["messages"]]


def persist(browser: requests.Session, url: str, **order: Any) -> requests.Response:
    """POST until there is an answer below 500, as the real senders do."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            answer = browser.post(url, timeout=30, **order)
        except requests.RequestException:
            if time.monotonic() > deadline:
                raise
        else:
            if answer.status_code < 500 or time.monotonic() > deadline:
                return answer
        time.sleep(0.2)
