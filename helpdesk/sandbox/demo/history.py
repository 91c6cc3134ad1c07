"""Ninety days of conversations: plans and dialogues become threads."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from helpdesk.models import Agent, Attachment, Inbox, Message, State
from helpdesk.sandbox.demo.desk import SPEAKS, Desk, Person
from helpdesk.sandbox.demo.dialogues import Dialogue, dialogues, spam, spoken
from helpdesk.sandbox.demo.goods import SHELVES
from helpdesk.sandbox.demo.outcomes import OUR_ADDRESS, Outcomes
from helpdesk.sandbox.demo.people import KNOWN, Someone
from helpdesk.sandbox.demo.plans import KINDS, Plan, gap, newest
from helpdesk.sandbox.demo.thread import Thread
from helpdesk.sandbox.demo.vocabulary import BESIDES, TAGS
from helpdesk.services.conversations import REOPEN_WINDOW

Files = dict[tuple[str, int], list[Attachment]]
_FOREVER = datetime.max.replace(tzinfo=UTC)
_TRIES = 80
_REGARDS = {
    "en": "Best wishes",
    "pl": "Pozdrawiam",
    "sl": "Lep pozdrav",
    "he": "בברכה",
    "fi": "Terveisin",
    "ru": "С уважением",
}
_WHY_RESOLVED = ("Answered", "Refunded", "Replaced", "Passed on", "No answer needed")
_WHY_ASIDE = ("Waiting for the linen mill", "Waiting for the courier", "Waiting for accounting")
_THREADED = "email"


class History:
    """Makes threads. files: attachments that are still to be used, by (topic, turn)."""

    def __init__(
        self,
        desk: Desk,
        people: list[Someone],
        files: Files,
        *,
        dice: random.Random,
        now: datetime,
    ) -> None:
        self._desk = desk
        self._dice = dice
        self._now = now
        self._files = files
        self._outcomes = Outcomes(dice, now)
        self._known = {persona.key: person for persona, person in zip(KNOWN, people, strict=False)}
        self._by_kind = {
            kind: [person for person in people if kind in person.addresses]
            for kind in KINDS.values()
        }
        self._busy: dict[tuple[str, str], list[tuple[datetime, datetime]]] = {}

    def thread(self, plan: Plan) -> Thread:
        """The conversation of a plan; by mail when nobody is free on the planned channel."""
        for _ in range(_TRIES):
            person = self._person(plan)
            dialogue = self._dialogue(plan, person)
            turns = self._turns(plan, dialogue)
            gaps = [gap(plan.channel, speaker, self._dice) for speaker, _text in turns[1:]]
            end = newest(plan, self._now, self._dice)
            start = end - sum(gaps, timedelta())
            if self._free(plan, person, start, end):
                times = [start]
                for each in gaps:
                    times.append(times[-1] + each)
                return _Telling(self, plan, person, dialogue).tell(
                    list(zip(times, turns, strict=True))
                )
        return self.thread(replace(plan, channel=_THREADED))

    def _person(self, plan: Plan) -> Someone:
        if plan.who in self._known:
            return self._known[plan.who]
        found = self._dice.choice(self._by_kind[KINDS[plan.channel]])
        return self._person(plan) if plan.waits and found.known else found

    def _dialogue(self, plan: Plan, person: Someone) -> Dialogue:
        if plan.state == State.SPAM:
            return self._dice.choice(spam())
        found = dialogues(person.row.language)
        if plan.channel != _THREADED:
            found = tuple(one for one in found if one.topic != "wholesale")
        return self._dice.choice(found)

    def _turns(self, plan: Plan, dialogue: Dialogue) -> list[tuple[str, str]]:
        """The dialogue up to the point where the state leaves it."""
        turns = list(dialogue.turns)
        if plan.state in {State.RESOLVED, State.CLOSED, State.SPAM}:
            return turns
        speakers = "".join(speaker for speaker, _text in turns)
        if plan.state == State.NEW or plan.waits:
            return turns[:1]
        last = "A"
        # In an open chat we spoke last: who waits for us right now is in plans.LIVE.
        waits = plan.late or (plan.channel != "chat" and self._dice.random() < 0.6)
        if plan.state == State.OPEN and waits:
            last = "C"
        stops = [place for place, speaker in enumerate(speakers) if speaker == last]
        return turns[: self._dice.choice(stops) + 1]

    def _free(self, plan: Plan, person: Someone, start: datetime, end: datetime) -> bool:
        """Only mail starts a second thread beside an open one; elsewhere the old one goes on."""
        if plan.channel == _THREADED:
            return True
        until = end + REOPEN_WINDOW + timedelta(hours=1)
        if plan.state != State.CLOSED:
            until = _FOREVER
        taken = self._busy.setdefault((plan.channel, person.addresses[KINDS[plan.channel]]), [])
        if any(start < busy_until and busy_from < until for busy_from, busy_until in taken):
            return False
        taken.append((start, until))
        return True

    def inbox(self, plan: Plan) -> Inbox:
        """The inbox of a plan's channel."""
        return self._desk.inboxes[plan.channel]

    def worker(self, plan: Plan, language: str) -> tuple[Agent, Person]:
        """Who answers: the planned one, else most often somebody who speaks the language."""
        workers = self._desk.workers[self.inbox(plan).pk]
        for agent, person in workers:
            if person.key == plan.taker:
                return agent, person
        weights = [
            6 if language in {SPEAKS.get(skill) for skill in person.skills} else 1
            for _agent, person in workers
        ]
        (found,) = self._dice.choices(workers, weights)
        return found

    def file(self, topic: str, turn: int) -> tuple[Attachment, ...]:
        """The file that belongs to a turn, while there are some."""
        left = self._files.get((topic, turn), [])
        return (left.pop(),) if left else ()

    @property
    def dice(self) -> random.Random:
        """The one source of chance."""
        return self._dice

    @property
    def now(self) -> datetime:
        """The moment of seeding."""
        return self._now

    @property
    def outcomes(self) -> Outcomes:
        """What became of answers."""
        return self._outcomes


class _Telling:
    """One conversation while it is being told."""

    def __init__(self, history: History, plan: Plan, person: Someone, dialogue: Dialogue) -> None:
        self.history = history
        self.plan = plan
        self.person = person
        self.dialogue = dialogue
        self.dice = history.dice
        self.inbox = history.inbox(plan)
        self.agent, self.colleague = history.worker(plan, person.row.language)
        self.address = person.addresses[KINDS[plan.channel]]
        shelf = SHELVES[person.row.language]
        self.facts = {
            "customer": person.first_name,
            "agent": self.colleague.first,
            "product": self.dice.choice(shelf.products),
            "colour": self.dice.choice(shelf.colours),
            "order": f"BL-{self.dice.randrange(19000, 20500)}",
            "amount": f"€{self.dice.randrange(20, 180)}",
            "city": person.row.city,
        }

    def tell(self, turns: list[tuple[datetime, tuple[str, str]]]) -> Thread:
        """Every turn in its time, then the end that the plan asks for."""
        mail = self.plan.channel == _THREADED
        subject = self._words(self.dialogue.subject, "C") if mail else ""
        thread = Thread(
            self.person.row, self.inbox, subject=subject, at=turns[0][0], dice=self.dice
        )
        thread.row.tags = self._tags()
        done = self.plan.state in {State.RESOLVED, State.CLOSED}
        thanks = done and turns[-1][1][0] == "C" and self.dice.random() < 0.25
        for number, (at, (speaker, text)) in enumerate(turns):
            if thanks and number == len(turns) - 1:
                self._resolve(thread, at - timedelta(seconds=4))
            self._turn(thread, at, number, speaker, text, last=number == len(turns) - 1)
        self._end(thread, turns[-1][0])
        return thread

    def _tags(self) -> list[str]:
        """What an agent would have marked it with: most by their topic, a few besides."""
        if self.plan.state in {State.NEW, State.SPAM} or self.plan.waits:
            return []
        found = [TAGS[self.dialogue.topic]] if self.dice.random() < 0.7 else []
        return found + ([self.dice.choice(BESIDES)] if self.dice.random() < 0.12 else [])

    def _turn(
        self, thread: Thread, at: datetime, number: int, speaker: str, text: str, *, last: bool
    ) -> None:
        words = self._words(text, speaker)
        files = self.history.file(self.dialogue.topic, number)
        if speaker == "C":
            self._customer_writes(thread, at, words, files)
        elif speaker == "N":
            thread.noted(at, self.agent, words)
        else:
            self._agent_answers(thread, at, words, files, last=last)
        if number == 0 and self.plan.state not in {State.NEW, State.SPAM}:
            routed = at + timedelta(milliseconds=self.dice.randrange(300, 1900))
            if self.plan.channel == "chat" or self.dice.random() < 0.5:
                thread.give(routed, self.agent, by=None, why="round robin")

    def _customer_writes(
        self, thread: Thread, at: datetime, words: str, files: tuple[Attachment, ...]
    ) -> None:
        meta: dict[str, Any] = {"from": self.address}
        if self.plan.channel == _THREADED:
            words = f"{words}\n\n{_REGARDS[self.person.row.language]}\n{self.person.first_name}"
            meta |= {
                "from_name": self.person.row.name,
                "to": [{"address": OUR_ADDRESS, "name": "Birch & Linen"}],
            }
        external_id = self.history.outcomes.incoming_id(self.plan.channel, self.address)
        thread.received(at, words, meta=meta, external_id=external_id, files=files)

    def _agent_answers(
        self,
        thread: Thread,
        at: datetime,
        words: str,
        files: tuple[Attachment, ...],
        *,
        last: bool,
    ) -> None:
        message = thread.sent(at, self.agent, words, files=files)
        if self.plan.channel == "chat":
            if self.dice.random() < 0.8:
                thread.shown_to_customer(at + timedelta(seconds=self.dice.randrange(1, 7)))
            return
        if not last and thread.row.state == State.OPEN and self.dice.random() < 0.4:
            thread.move(at, State.PENDING, by=self.agent, reason="answered")
        self._deliver(thread, message, last=last)

    def _deliver(self, thread: Thread, message: Message, *, last: bool) -> None:
        outcome = self.history.outcomes.next(
            self.plan.channel, self.address, message.created_at, last=last
        )
        thread.settle(message, outcome, by=self.agent)

    def _end(self, thread: Thread, at: datetime) -> None:
        state = self.plan.state
        soon = at + timedelta(seconds=self.dice.randrange(5, 40))
        if state in {State.RESOLVED, State.CLOSED}:
            self._resolve(thread, soon)
            if state == State.CLOSED:
                thread.move(soon + REOPEN_WINDOW, State.CLOSED, by=None, reason="window")
        elif state == State.SPAM:
            thread.move(soon + timedelta(minutes=20), State.SPAM, by=self.agent)
            thread.read_by_agent()
        elif state == State.PENDING and thread.row.state != State.PENDING:
            thread.move(at, State.PENDING, by=self.agent, reason="answered")
        elif state in {State.ON_HOLD, State.SNOOZED}:
            thread.put_aside(
                soon,
                state,
                by=self.agent,
                reason=self.dice.choice(_WHY_ASIDE),
                due_at=self.history.now + timedelta(hours=self.dice.randrange(4, 150)),
            )
        elif state == State.OPEN:
            self._leave_open(thread, soon)

    def _leave_open(self, thread: Thread, at: datetime) -> None:
        """An open one has an owner, or had one, and its owner may have seen the newest text."""
        if self.plan.waits:
            return
        if thread.row.assignee is None:
            thread.give(at, self.agent, by=self.agent, why="by hand")
        if self.plan.channel != "chat" and self.dice.random() < 0.15:
            thread.take_away(at, by=self.agent)
        elif self.dice.random() < 0.4:
            thread.read_by_agent()

    def _resolve(self, thread: Thread, at: datetime) -> None:
        why = self.dice.choice(_WHY_RESOLVED)
        thread.read_by_agent()
        thread.move(at, State.RESOLVED, by=self.agent, reason=why)
        thread.row.reason = why

    def _words(self, text: str, speaker: str) -> str:
        him, us = self.person.gender, self.colleague.gender
        if speaker == "C":
            return spoken(text, self.facts, speaker=him, listener=us)
        return spoken(text, self.facts, speaker=us, listener=him)
