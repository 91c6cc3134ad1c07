"""Simulated customers: they go through the real doors, and the tally is true."""

from __future__ import annotations

import io
import re
import smtplib
import threading
from pathlib import Path
from typing import Any, Self

import pytest
import requests
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from helpdesk import inbound
from helpdesk.adapters import InboundMessage, Person
from helpdesk.models import Conversation, Inbox, Message
from helpdesk.sandbox import personas
from helpdesk.sandbox.control import SandboxError
from helpdesk.sandbox.demo.seed import seed
from helpdesk.sandbox.demo.traffic import Traffic

LINE = re.compile(
    r"sent (\d+) \(chat (\d+), mail (\d+), sms (\d+), telegram (\d+)\), failed (\d+), seed (\d+)\n"
)


class Doors:
    """What would go out to the web server, the listener and the fake providers."""

    def __init__(self) -> None:
        self.chat: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        self.hooks: list[tuple[str, dict[str, Any]]] = []
        self.mails: list[Any] = []
        self.broken = False

    def post(self, url: str, *, json: dict[str, Any], headers: dict[str, str], **_: Any) -> Any:
        if self.broken:
            raise requests.ConnectionError("refused")
        self.chat.append({"url": url, **json})
        self.tokens.append(headers.get("Authorization", ""))
        answer = requests.Response()
        answer.status_code = 201
        answer._content = b'{"token": "t-%d"}' % len(self.chat)
        return answer


@pytest.fixture
def doors(
    db: None, monkeypatch: pytest.MonkeyPatch, settings: LazySettings, tmp_path: Path
) -> Doors:
    settings.MEDIA_ROOT = tmp_path
    seed(small=True)
    found = Doors()

    class Control:
        def __init__(self, _port: int, fake: str) -> None:
            self.fake = fake

        def incoming(self, **order: Any) -> None:
            if found.broken:
                raise SandboxError("not running")
            found.hooks.append((self.fake, order))

    class Smtp:
        def __init__(self, *_: Any, **__: Any) -> None:
            if found.broken:
                raise ConnectionRefusedError

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            return

        def send_message(self, mail: Any, *_: Any) -> None:
            found.mails.append(mail)

    monkeypatch.setattr(personas, "Control", Control)
    monkeypatch.setattr(smtplib, "SMTP", Smtp)
    monkeypatch.setattr(
        requests.Session, "post", lambda _self, url, **more: found.post(url, **more)
    )
    return found


def run(*options: str) -> tuple[int, ...]:
    out = io.StringIO()
    call_command("simulate_traffic", *options, stdout=out, stderr=io.StringIO())
    line = LINE.fullmatch(out.getvalue())
    assert line, out.getvalue()
    return tuple(int(number) for number in line.groups())


def test_every_door_is_used_and_counted(doors: Doors) -> None:
    sent, chat, mail, sms, telegram, failed, number = run(
        "--rate", "6000", "--minutes", "0.03", "--seed", "5"
    )
    assert (failed, number) == (0, 5)
    assert sent == chat + mail + sms + telegram > 20
    assert (len(doors.chat), len(doors.mails)) == (chat, mail)
    fakes = [fake for fake, _order in doors.hooks]
    assert (fakes.count("twilio"), fakes.count("telegram")) == (sms, telegram)
    assert min(chat, mail, sms, telegram) > 0
    assert len({one["cid"] for one in doors.chat}) == chat
    assert any(token.startswith("Bearer t-") for token in doors.tokens)
    assert any(str(mail["Subject"]).startswith("Re: ") for mail in doors.mails)


def test_the_same_seed_says_the_same(doors: Doors) -> None:
    said = []
    for _ in range(2):
        doors.chat.clear()
        traffic = Traffic(rate=60, seed=11, answer=False, warn=lambda _text: None)
        for _number in range(20):
            traffic._write_one()
        said.append([one["body"] for one in doors.chat])
    assert said[0] == said[1] != []


def test_failures_are_counted(doors: Doors) -> None:
    doors.broken = True
    sent, *_parts, failed, _seed = run("--rate", "6000", "--minutes", "0.01")
    assert sent == 0
    assert failed > 0


def test_it_stops_when_told(doors: Doors) -> None:
    stop = threading.Event()
    stop.set()
    traffic = Traffic(rate=60, seed=1, answer=False, warn=lambda _text: None)
    assert traffic.run(stop, minutes=0).sent.total() == 0


def test_agents_answer_what_was_asked(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    traffic = Traffic(rate=60, seed=11, answer=True, warn=lambda _text: None)
    question, (answer, _final) = next(iter(traffic._answers.items()), ("", ("", False)))
    while not question:
        traffic._write_one()
        question, (answer, _final) = next(iter(traffic._answers.items()), ("", ("", False)))
    widget = Inbox.objects.get(channel="chat")
    person = Person("visitor", "v9", "Vera", verified=True)
    asked, _ = inbound.receive(widget, InboundMessage(person, question))
    Conversation.objects.filter(pk=asked.conversation_id).update(waiting_since=traffic._started)
    monkeypatch.setattr(traffic._dice, "uniform", lambda _low, _high: -1.0)
    before = Message.objects.count()
    traffic._answer_one()
    assert traffic.tally.answered == 1
    assert Message.objects.count() == before + 1
    said = Message.objects.order_by("-seq").filter(conversation=asked.conversation_id)[0]
    assert said.body == answer
    assert said.author is not None
    assert said.author.role == "agent"


def test_refusals(doors: Doors, settings: LazySettings) -> None:
    with pytest.raises(CommandError, match="above 0"):
        call_command("simulate_traffic", "--rate", "0")
    Inbox.objects.update(enabled=False)
    with pytest.raises(CommandError, match="seed_demo"):
        call_command("simulate_traffic")
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("simulate_traffic")
