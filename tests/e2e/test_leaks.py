"""What colleagues say among themselves never reaches a customer, by whatever way (T-16).

Secrets are written into a chat, a mail and a text; then everything that the customers got is
searched. In each place a public message is found, so the search itself is known to work.
"""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk, until
from tests.e2e.test_chat import say, start_chat
from tests.e2e.test_mail import letter, send
from tests.e2e.test_phones import write

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
OWNER, SUPERVISOR = "marta@parley.example", "henrik@parley.example"


class Secrets:
    """Words of our own for one conversation, and one that the customer shall read."""

    KINDS = (
        *("note", "mention", "ask", "answer", "help", "whisper", "task", "reason"),
        *("draft", "tag", "stranger"),
    )

    def __init__(self) -> None:
        self.public = f"public{uuid.uuid4().hex}"
        self.word = {kind: f"{kind}{uuid.uuid4().hex[:20]}" for kind in self.KINDS}

    def check(self, place: str, text: str) -> None:
        """Nothing of ours is in it, and the public words are."""
        assert self.public in text, f"{place}: the search finds nothing at all"
        found = [kind for kind, word in self.word.items() if word in text]
        assert not found, f"{place} tells the customer of: {found}"


def post(desk: Desk, who: str, path: str, code: int = 201, **body: Any) -> Any:
    answer = desk.agent(who).post(f"{desk.base}/api/v1/{path}", json=body, timeout=10)
    assert answer.status_code == code, answer.text
    return answer.json()


def beside(desk: Desk, pk: int, secrets: Secrets) -> None:
    """What has not been sent, how it is filed, and another customer's mail in the same thread."""
    word = secrets.word
    draft = {"mode": "reply", "text": word["draft"], "base": 0}
    path = f"{desk.base}/api/v1/conversations/{pk}/draft/"
    kept = desk.agent(OWNER).put(path, json=draft, timeout=10)
    if kept.status_code == 409:  # a neighbour has begun one here
        draft["base"] = kept.json()["draft"]["version"]
        kept = desk.agent(OWNER).put(path, json=draft, timeout=10)
    assert kept.status_code == 200, kept.text
    assert desk.post(f"conversations/{pk}/tags/", add=[word["tag"]]).status_code == 200
    send(desk, letter(f"Another thing {word['stranger']}", f"Mine is {word['stranger']}"))
    other = desk.conversation_with(word["stranger"])["id"]
    assert desk.post(f"conversations/{other}/merge/", into=pk).status_code == 200


def work_together(desk: Desk, pk: int, secrets: Secrets) -> None:
    """Everything that colleagues do in a conversation, and at last one answer to the customer."""
    word = secrets.word
    agents = {
        one["name"].split()[0]: one["id"] for one in desk.get(f"conversations/{pk}/")["agents"]
    }
    first = next(name for name in ("Jonas", "Aino", "Petra", "Noam") if name in agents)
    colleague, asked_one = f"{first.lower()}@parley.example", agents[first]
    path = f"conversations/{pk}/messages/"
    inside = {"internal": True}
    forced = {"force": True, "reason": word["reason"]}
    post(desk, OWNER, f"conversations/{pk}/assign/", 200, agent=agents["Marta"], **forced)
    post(desk, OWNER, path, body=word["note"], **inside)
    post(desk, OWNER, path, body=f"@{first} {word['mention']}", mentions=[asked_one], **inside)
    asked = post(desk, OWNER, path, body=word["ask"], paper="ask", to=[asked_one], **inside)
    answer = {"body": word["answer"], "paper": "ask", "re": asked["id"]}
    post(desk, colleague, path, **answer, **inside)
    post(desk, OWNER, path, body=word["help"], paper="ask", help=True, **inside)
    post(desk, SUPERVISOR, path, body=word["whisper"], paper="whisper", **inside)
    due = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    post(desk, OWNER, f"conversations/{pk}/tasks/", text=word["task"], due_at=due)
    beside(desk, pk, secrets)
    post(desk, SUPERVISOR, f"conversations/{pk}/join/", 200)
    post(desk, SUPERVISOR, f"conversations/{pk}/takeover/", 200, reason=word["reason"])
    post(desk, SUPERVISOR, path, body=secrets.public)


def mails(desk: Desk) -> list[EmailMessage]:
    """Every mail that has left."""
    found = []
    for entry in desk.fake("mailbox").sends():
        raw = entry["raw"]
        data = raw.encode() if isinstance(raw, str) else bytes(raw)
        decoded = base64.b64decode(data, validate=True) if b":" not in data[:200] else data
        found.append(message_from_bytes(decoded, policy=policy.default))
    return found


def parts_of(mail: EmailMessage) -> dict[str, str]:
    """The words of each part, and of the head."""
    parts = {
        one.get_content_type(): str(one.get_content())
        for one in mail.walk()
        if not one.is_multipart()
    }
    return {**parts, "head": "\n".join(f"{name}: {value}" for name, value in mail.items())}


def test_a_chat_tells_nothing(desk: Desk, new_page: Callable[..., Page]) -> None:
    secrets = Secrets()
    frames: list[str] = []
    visitor = new_page()
    visitor.on(
        "websocket",
        lambda one: one.on("framereceived", lambda data: frames.append(str(data))),
    )
    panel = start_chat(desk, visitor)
    question = f"Is it in stock? {uuid.uuid4().hex[:10]}"
    say(panel, question)
    pk = desk.conversation_with(question)["id"]
    token = re.findall(r'"token":"([^"]+)"', "".join(frames))[-1]
    key = re.findall(r"/chat/([^/]+)/", panel.url)[0]
    events = f"{desk.base}/chat/{key}/events/"
    headers = {"Authorization": f"Bearer {token}"}

    def poll(after: int, wait: int) -> str:
        query = {"after": after, "wait": wait}
        return requests.get(events, query, headers=headers, timeout=40).text

    with ThreadPoolExecutor(1) as alone:
        asked: Future[list[str]] = alone.submit(lambda: [poll(n, 3) for n in (1, 1, 2, 2, 2)])
        work_together(desk, pk, secrets)
        expect(panel.locator("#rows").get_by_text(secrets.public)).to_be_visible()
        polled = "".join(asked.result(60))
    secrets.check("the socket", "".join(frames))
    secrets.check("the long poll", polled + poll(0, 0))
    secrets.check("the chat's page", panel.content())
    assert "joined the conversation" in panel.content()

    address = f"{uuid.uuid4().hex[:10]}@example.org"
    asked_for = requests.post(
        f"{desk.base}/chat/{key}/do/",
        json={"type": "transcript", "email": address},
        headers=headers,
        timeout=10,
    )
    secrets.check("the answer to the visitor", asked_for.text + poll(0, 0))
    copy = until(lambda: [one for one in mails(desk) if address in str(one["To"])], 30)
    parts = parts_of(copy[0])
    assert {"text/plain", "text/html"} <= set(parts)
    for kind in ("text/plain", "text/html"):
        secrets.check(f"the copy by mail, {kind}", parts[kind])
    secrets.check("the copy by mail", "".join(parts.values()))


def test_a_mail_tells_nothing(desk: Desk) -> None:
    secrets, mark = Secrets(), uuid.uuid4().hex[:12]
    send(desk, letter(f"Where is it {mark}", f"Where is it? {mark}"))
    work_together(desk, desk.conversation_with(mark)["id"], secrets)
    subject = f"Re: Where is it {mark}"
    sent = until(lambda: [one for one in mails(desk) if one["Subject"] == subject], 30)
    assert len(sent) == 1, "one answer, and no other mail"
    secrets.check("the mail", "".join(parts_of(sent[0]).values()))
    whole = "".join("".join(parts_of(one).values()) for one in mails(desk))
    secrets.check("all mail that left", whole)


def test_a_text_tells_nothing(desk: Desk) -> None:
    secrets, mark = Secrets(), uuid.uuid4().hex[:12]
    write(desk, "sms", f"Where is it? {mark}")
    work_together(desk, desk.conversation_with(mark)["id"], secrets)

    def sent() -> str:
        told = [str(entry) for entry in desk.fake("twilio").sends()]
        return "".join(told) if secrets.public in "".join(told) else ""

    secrets.check("all texts that left", until(sent, 30))
    outside = [str(desk.fake(name).sends()) for name in ("telegram", "mailbox")]
    assert not [word for word in secrets.word.values() if word in "".join(outside)]
