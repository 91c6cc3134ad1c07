"""Live traffic for looking at a busy day: customers write from outside, by the real protocols.

Chat goes through the widget's HTTP fallback, mail through SMTP, text messages and Telegram
through the fake providers' webhooks. Demo agents may answer through the services.
"""

from __future__ import annotations

import logging
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import requests
from django.conf import settings
from django.db.models import Q

from helpdesk.models import Conversation, Customer, Direction, Message, Role, State
from helpdesk.outbox import NoAddressError
from helpdesk.permissions import agents_for
from helpdesk.sandbox.control import SandboxError
from helpdesk.sandbox.demo.dialogues import Dialogue, dialogues, spoken
from helpdesk.sandbox.demo.goods import SHELVES
from helpdesk.sandbox.personas import Persona, inbox_of, write
from helpdesk.services import messages
from helpdesk.services.conversations import IllegalTransitionError

log = logging.getLogger(__name__)

DEVICES = {"chat": 50, "email": 20, "sms": 15, "telegram": 15}
_KINDS = {"email": "email", "sms": "phone", "telegram": "telegram"}
_NAMES = {"chat": "chat", "email": "mail", "sms": "sms", "telegram": "telegram"}
_TIMEOUT_SECONDS = 15
_MOMENT = {
    "en": "One moment please, I am looking it up.",
    "pl": "Chwileczkę, już sprawdzam.",
    "sl": "Trenutek, prosim, takoj preverim.",
    "he": "רגע אחד, הבדיקה כבר מתחילה.",
    "fi": "Pieni hetki, tarkistan asian.",
    "ru": "Одну минуту, сейчас посмотрю.",
}


@dataclass(slots=True)
class Tally:
    """What was sent, by device, and how many sends failed."""

    seed: int
    sent: Counter[str] = field(default_factory=Counter)
    answered: int = 0
    failed: int = 0

    def line(self) -> str:
        """The summary that the command ends with."""
        parts = ", ".join(f"{_NAMES[device]} {self.sent[device]}" for device in DEVICES)
        return f"sent {self.sent.total()} ({parts}), failed {self.failed}, seed {self.seed}"


@dataclass(slots=True)
class Visit:
    """One customer at one device, with what he has still to say."""

    device: str
    persona: Persona
    texts: list[str]
    token: str = ""
    thread: dict[str, str] = field(default_factory=dict)


class Traffic:
    """Sends `rate` messages a minute until it is stopped; the same seed says the same things."""

    def __init__(self, *, rate: float, seed: int, answer: bool, warn: Callable[[str], object]):
        self.tally = Tally(seed)
        self._rate = rate
        self._answer = answer
        self._warn = warn
        self._dice = random.Random(seed)  # noqa: S311  made-up customers need no secrets
        self._visits: list[Visit] = []
        self._answers: dict[str, tuple[str, bool]] = {}
        self._started = datetime.now(UTC)
        self._http = requests.Session()
        self._people = self._load_people()
        self._chat = inbox_of("chat")
        self._devices = [
            device for device in DEVICES if inbox_of(device) is not None and self._able(device)
        ]

    @property
    def ready(self) -> bool:
        """Whether there is a desk to write to and somebody to write."""
        return bool(self._devices)

    def run(self, stop: threading.Event, *, minutes: float) -> Tally:
        """Write until `stop` is set or the minutes (0: no end) are over."""
        end = time.monotonic() + minutes * 60 if minutes else float("inf")
        due = time.monotonic()
        while not stop.is_set() and (now := time.monotonic()) < end:
            if now >= due:
                self._write_one()
                due = max(due, now - 5) + self._dice.expovariate(self._rate / 60)
            if self._answer:
                self._answer_one()
            stop.wait(max(0.0, min(due - time.monotonic(), end - now, 0.5)))
        self._http.close()
        return self.tally

    def _load_people(self) -> list[Persona]:
        """Customers of the desk, with the addresses that it knows."""
        people = []
        for row in Customer.objects.prefetch_related("identities")[:500]:
            known = {one.kind: one.address for one in row.identities.all()}
            language = row.language if row.language in SHELVES else "en"
            people.append(
                Persona(
                    key=str(row.pk),
                    name=row.name,
                    language=language,
                    phone=known.get("phone", ""),
                    telegram=known.get("telegram", ""),
                    email=known.get("email", ""),
                )
            )
        return people

    def _able(self, device: str) -> list[Persona]:
        """Who can write by this device: anybody can open the widget."""
        kind = _KINDS.get(device)
        return [one for one in self._people if kind is None or getattr(one, kind)]

    def _write_one(self) -> None:
        """One message: the next of a visit, or the first of a new one."""
        if not self._visits or self._dice.random() < 0.35:
            self._visits.append(self._new_visit())
        visit = self._dice.choice(self._visits)
        text = visit.texts.pop(0)
        if not visit.texts:
            self._visits.remove(visit)
        try:
            self._send(visit, text)
        except (SandboxError, requests.RequestException) as error:
            self.tally.failed += 1
            self._warn(f"{visit.device}: {error}")
        else:
            self.tally.sent[visit.device] += 1

    def _new_visit(self) -> Visit:
        weights = [DEVICES[device] for device in self._devices]
        (device,) = self._dice.choices(self._devices, weights)
        persona = self._dice.choice(self._able(device))
        dialogue = self._dice.choice(dialogues(persona.language))
        return Visit(device, persona, self._script(dialogue, persona))

    def _script(self, dialogue: Dialogue, persona: Persona) -> list[str]:
        """What the customer says in turn; what answers it is remembered for the agents."""
        shelf = SHELVES[persona.language]
        facts = {
            "customer": persona.name.split(" ")[0],
            "agent": "",
            "product": self._dice.choice(shelf.products),
            "colour": self._dice.choice(shelf.colours),
            "order": f"BL-{self._dice.randrange(20500, 99999)}",
            "amount": f"€{self._dice.randrange(20, 180)}",
            "city": "Leeds",
        }
        gender = self._dice.choice("mf")
        said = [
            (speaker, spoken(text, facts, speaker=gender, listener=gender))
            for speaker, text in dialogue.turns
            if speaker != "N"
        ]
        for number, (speaker, text) in enumerate(said[:-1]):
            if speaker == "C" and said[number + 1][0] == "A":
                self._answers[text] = (said[number + 1][1], number + 2 >= len(said) - 1)
        return [text for speaker, text in said if speaker == "C"]

    def _send(self, visit: Visit, text: str) -> None:
        if visit.device == "chat":
            self._chat_text(visit, text)
            return
        facts = write(visit.persona, visit.device, text, visit.thread)
        if facts:
            visit.thread = {"subject": f"Re: {facts['subject']}", "answering": facts["id"]}

    def _chat_text(self, visit: Visit, text: str) -> None:
        assert self._chat is not None  # chat is only chosen when there is a widget
        headers = {"Authorization": f"Bearer {visit.token}"} if visit.token else {}
        answer = self._http.post(
            f"{settings.PUBLIC_BASE_URL}/chat/{self._chat.key}/messages/",
            json={"cid": str(uuid.uuid4()), "body": text},
            headers=headers,
            timeout=_TIMEOUT_SECONDS,
        )
        if answer.status_code != requests.codes.created:
            raise SandboxError(f"HTTP {answer.status_code}")
        visit.token = answer.json()["token"]

    def _answer_one(self) -> None:
        """A demo agent answers who has waited longest since the start, after a few seconds."""
        edge = datetime.now(UTC) - timedelta(seconds=self._dice.uniform(3, 12))
        waiting = (
            Conversation.objects.filter(
                Q(state__in=(State.NEW, State.OPEN)),
                waiting_since__gte=self._started,
                waiting_since__lte=edge,
            )
            .select_related("inbox", "assignee")
            .order_by("waiting_since")
            .first()
        )
        if waiting is None:
            return
        workers = agents_for(waiting.inbox).filter(role=Role.AGENT)
        agent = waiting.assignee or self._dice.choice(list(workers) or [None])
        if agent is None:
            return
        text, final = self._answer_to(waiting)
        try:
            messages.reply(waiting.pk, by=agent, body=text, then="resolved" if final else "")
        except (IllegalTransitionError, NoAddressError, messages.RejectedError) as error:
            log.info("no answer to %s: %s", waiting.pk, error)
        else:
            self.tally.answered += 1

    def _answer_to(self, conversation: Conversation) -> tuple[str, bool]:
        last = (
            Message.objects.filter(conversation=conversation, direction=Direction.IN)
            .order_by("-seq")
            .values_list("body", flat=True)
            .first()
        )
        moment = _MOMENT.get(conversation.language, _MOMENT["en"])
        return self._answers.get((last or "").strip(), (moment, False))
