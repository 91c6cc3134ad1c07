"""Filing talks of another helpdesk: each once, as conversations that are over, with their times."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from django.db import transaction

from helpdesk import audit
from helpdesk.adapters import Person
from helpdesk.events import Kind
from helpdesk.exchange.shapes import READERS, Fault
from helpdesk.exchange.talks import Said, Talk, UnreadableError, Who
from helpdesk.models import (
    Act,
    Agent,
    Conversation,
    ConversationEvent,
    Customer,
    Direction,
    ImportedTalk,
    ImportRun,
    Inbox,
    Message,
    State,
    Visibility,
)
from helpdesk.services import customers, erasing
from helpdesk.services.leads import InvalidLeadError, typed_email, typed_phone
from helpdesk.services.text import clean, clean_line, mask_cards, preview

MOST_BODY = 200_000
MOST_FAULTS = 100
Progress = Callable[[dict[str, int]], None]


@dataclass
class Report:
    """What became of a file: made, known (here already), erased (left out), empty, faulty."""

    counts: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def add(self, what: str) -> None:
        """One more."""
        self.counts[what] = self.counts.get(what, 0) + 1


def read(file: Path) -> list[Any]:
    """The values of a file: JSON lines, or one JSON value (a list is its elements).

    Raises UnreadableError.
    """
    data = file.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        whole = orjson.loads(data)
        return whole if isinstance(whole, list) else [whole]
    except orjson.JSONDecodeError:
        pass
    found = []
    for number, line in enumerate(data.splitlines(), 1):
        if line.strip():
            try:
                found.append(orjson.loads(line))
            except orjson.JSONDecodeError as error:
                msg = f"line {number}: {error}"
                raise UnreadableError(msg) from None
    return found


def bring(
    source: str,
    data: Iterable[Any],
    inbox: Inbox,
    *,
    by: Agent | None = None,
    name: str = "",
    progress: Progress | None = None,
) -> Report:
    """File everything; what is here already stays as it is, so a broken run is simply run again.

    Raises UnreadableError where the file as a whole is none of this source's.
    """
    report = Report()
    agents = {one.email.lower(): one for one in Agent.objects.all()}
    for one in READERS[source](data):
        if isinstance(one, tuple):
            report.add("faulty")
            report.faults = [*report.faults, one][:MOST_FAULTS]
        else:
            report.add(_file(source, one, inbox, agents))
        if progress and sum(report.counts.values()) % 100 == 0:
            progress(report.counts)
    with transaction.atomic():
        facts = {"counts": report.counts, "faults": report.faults}
        run = ImportRun.objects.create(
            source=source, name=name[:200], by=by, at=datetime.now(UTC), report=facts
        )
        told = {what: (0, many) for what, many in report.counts.items()}
        audit.record(Act.IMPORTED, run, by=by, changes={"source": ("", source), **told})
    return report


def _file(source: str, talk: Talk, inbox: Inbox, agents: dict[str, Agent]) -> str:
    said = [one for one in talk.said if one.text or one.files]
    if not said:
        return "empty"
    kind, address = _address(source, talk.who)
    if erasing.is_erased(kind, address):
        return "erased"
    with transaction.atomic():
        if ImportedTalk.objects.filter(source=source, key=talk.key).exists():
            return "known"
        person = Person(kind, address, name=clean_line(talk.who.name, 200))
        customer = customers.held(customers.find_or_create(person).pk)
        conversation = _conversation(talk, said, inbox, customer)
        _messages(conversation, said, {"imported": source, "from": address}, agents)
        ImportedTalk.objects.create(source=source, key=talk.key, conversation=conversation)
    return "made"


def _address(source: str, who: Who) -> tuple[str, str]:
    """How the customer is known: by mail, by phone, else by what the other desk called them."""
    try:
        if who.email and (mail := typed_email(who.email)):
            return "email", mail
    except InvalidLeadError:
        pass
    try:
        if who.phone and (phone := typed_phone(who.phone)):
            return "phone", phone
    except InvalidLeadError:
        pass
    return "imported", clean_line(f"{source}:{who.key}", 320)


def _conversation(talk: Talk, said: list[Said], inbox: Inbox, customer: Customer) -> Conversation:
    public = sum(not one.internal for one in said)
    last = said[-1]
    made = Conversation.objects.create(
        customer=customer,
        inbox=inbox,
        state=State.CLOSED,
        subject=mask_cards(clean_line(talk.subject, 300)),
        language=customer.language,
        last_seq=len(said),
        public_seq=public,
        agent_read_seq=len(said),
        last_message_at=last.at,
        last_preview=preview(mask_cards(last.text)),
        last_direction=Direction.IN if last.incoming else Direction.OUT,
        resolved_at=last.at,
    )
    Conversation.objects.filter(pk=made.pk).update(created_at=talk.began)
    return made


def _messages(
    conversation: Conversation, said: list[Said], facts: dict[str, str], agents: dict[str, Agent]
) -> None:
    rows, events, public = [], [], 0
    for seq, one in enumerate(said, 1):
        public += not one.internal
        incoming = one.incoming and not one.internal
        author = None if incoming else agents.get(one.author.lower())
        meta = facts if incoming else {"imported": facts["imported"]}
        if not incoming and author is None:
            meta["said_by"] = clean_line(one.author, 120)
        row = Message(
            conversation=conversation,
            inbox=conversation.inbox,
            seq=seq,
            public_seq=None if one.internal else public,
            direction=Direction.IN if incoming else Direction.OUT,
            visibility=Visibility.INTERNAL if one.internal else Visibility.PUBLIC,
            author=author,
            body=_body(one),
            meta=meta,
            sent_at=one.at,
            created_at=one.at,
        )
        rows.append(row)
        kind = Kind.MESSAGE_RECEIVED if incoming else Kind.MESSAGE_SENT
        events.append(
            ConversationEvent(
                conversation=conversation,
                seq=seq,
                kind=Kind.NOTE_ADDED if one.internal else kind,
                payload={"message": str(row.pk)},
                actor=author,
                created_at=one.at,
            )
        )
    Message.objects.bulk_create(rows)
    ConversationEvent.objects.bulk_create(events)


def _body(one: Said) -> str:
    """The words, card numbers masked; files are named: their contents stay with the other desk."""
    names = [f"[{clean_line(name, 200)}]" for name in one.files]
    return mask_cards(clean("\n".join(filter(None, [one.text, *names])), MOST_BODY))
