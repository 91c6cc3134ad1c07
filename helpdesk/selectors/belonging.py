"""Which conversation a letter belongs to, and whether its sender may join it (E1-E5, AUT-14).

A channel brings signs; here it is decided what they are worth. A sign that is signed was made
for somebody: whoever shows it may speak, and is called unverified if they take no part. One that
anybody can copy (the id of a letter, a number in a subject) admits only who takes part already.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Q

from helpdesk.adapters import InboundMessage
from helpdesk.kept import STAND_INS, Kept, among
from helpdesk.models import Agent, Conversation, Customer, Inbox, Message
from helpdesk.selectors import recipients

NOBODY = "@sender.invalid"
REFERENCES = 100
MEMORY = 1.0  # seconds; see remembered()
_addresses: ContextVar[dict[str, Any] | None] = ContextVar("addresses", default=None)


@dataclass(frozen=True, slots=True)
class Place:
    """conversation: None begins a new one. unverified: its sender takes no part in it.
    possible: the one that a sign named, and whose sender may not join it.
    """

    conversation: Conversation | None = None
    unverified: bool = False
    possible: int | None = None


def is_vouched_for(inbound: InboundMessage) -> bool:
    """Whether our own mail server vouches for the address that the letter shows (D6)."""
    return inbound.meta.get("authenticated") is True


def claimed_agent(inbound: InboundMessage) -> Agent | None:
    """The agent whose address the letter shows, whoever wrote it."""
    if inbound.sender.kind != "email" or not _may_be_an_agents(inbound.sender.address):
        return None
    return next(iter(_agent().ask(address=inbound.sender.address)), None)


def _may_be_an_agents(address: str) -> bool:
    """False where a look a moment ago, in remembered(), found no agent of this address."""
    known, now = _addresses.get(), time.monotonic()
    if known is None or not address.isascii():
        return True
    if known.get("until", 0.0) < now:
        active = Agent.objects.filter(is_active=True).values_list("email", flat=True)
        known.update({"until": now + MEMORY, "upper": {one.upper() for one in active}})
    return address.upper() in known["upper"]


@contextmanager
def remembered() -> Iterator[None]:
    """Inside, it is read once in MEMORY seconds which addresses are agents'."""
    token = _addresses.set({})
    try:
        yield
    finally:
        _addresses.reset(token)


@lru_cache(maxsize=1)
def _agent() -> Kept[Agent]:
    mine = Agent.objects.filter(email__iexact=STAND_INS["address"], is_active=True)
    return Kept(mine.order_by("pk")[:1])


def place(
    inbox: Inbox,
    customer: Customer,
    inbound: InboundMessage,
    agent: Agent | None = None,
    *,
    known: Collection[Message],
) -> Place:
    """Where the letter belongs; the first sign in the order of E1 that admits its sender wins.

    known: the letters() that it names.
    """
    possible: int | None = None
    joined = {one.conversation_id: one.conversation for one in known}
    for pk, signed in _signs(customer, inbound, known):
        conversation = joined.get(pk) or _joined(pk)
        if conversation is None:  # deleted: E8
            continue
        if agent or takes_part(conversation, customer, inbox, inbound.sender.address):
            return Place(conversation)
        if not _is_of(conversation, inbox):
            continue
        if signed and _may_speak(customer, inbound):
            return Place(conversation, unverified=True)
        possible = possible or conversation.pk
    return Place(possible=None if customer.blocked_at else possible)


def takes_part(conversation: Conversation, customer: Customer, inbox: Inbox, address: str) -> bool:
    """Whether a person takes part: theirs (under any of their addresses), written to or copied,
    or of the same company where the inbox lets companies share (E3).
    """
    if conversation.customer_id == customer.pk:
        return True
    if customer.blocked_at is not None or address.endswith(NOBODY):
        return False
    shares = inbox.settings.get("company_joins") is True and customer.company_id is not None
    if shares and conversation.customer.company_id == customer.company_id:
        return True
    if not _is_of(conversation, inbox):
        return False
    return address.lower() in recipients.participants(conversation, inbox)


def _may_speak(customer: Customer, inbound: InboundMessage) -> bool:
    """A stranger with a signed sign: not who is blocked or nobody, and not by a forward (E4)."""
    nobody = inbound.sender.address.endswith(NOBODY)
    return not (customer.blocked_at or nobody or inbound.meta.get("forward"))


def _is_of(conversation: Conversation, inbox: Inbox) -> bool:
    """Whether it was ever held by way of this inbox."""
    if inbox.pk in {conversation.inbox_id, conversation.reply_inbox_id}:
        return True
    return Message.objects.filter(conversation=conversation, inbox=inbox).exists()


def _joined(pk: int) -> Conversation | None:
    return Conversation.objects.select_related("customer").filter(pk=pk).first()


def _signs(
    customer: Customer, inbound: InboundMessage, letters: Collection[Message]
) -> Iterator[tuple[int, bool]]:
    """The conversations that the letter names, best sign first, and whether it is signed."""
    known = {one.external_id: one.conversation_id for one in letters}
    if inbound.conversation_id:
        yield _split_off(inbound.conversation_id, customer, known, inbound), True
    seen: set[int] = set()
    for reference in inbound.references[:REFERENCES]:
        if reference in known and known[reference] not in seen:
            seen.add(known[reference])
            yield known[reference], False
    if inbound.marked_id:
        yield inbound.marked_id, True
    if inbound.subject_id:
        yield inbound.subject_id, False


def letters(inbox: Inbox, ids: Iterable[str]) -> list[Message]:
    """Letters of this inbox by their ids, with their conversations; empty ids match nothing (E5).

    Columns that place() does not look at are read when they are asked for.
    """
    wanted = [one for one in ids if one.strip()]
    return _letters().ask(inbox=inbox.pk, ids=wanted) if wanted else []


@lru_cache(maxsize=1)
def _letters() -> Kept[Message]:
    named = Message.objects.filter(among("external_id", STAND_INS["ids"]), inbox=STAND_INS["inbox"])
    talk = [f"conversation__{name}" for name in ("inbox", "reply_inbox", "state")]
    looked_at = ("external_id", "direction", *talk, "conversation__customer__company")
    return Kept(named.select_related("conversation__customer").only(*looked_at))


def _split_off(
    named: int, customer: Customer, known: dict[str, int], inbound: InboundMessage
) -> int:
    """Where the answered message is now: it may have been split off the conversation named."""
    if not known:
        return named
    mine = Conversation.objects.filter(Q(customer=customer), split_from=named)
    newer = set(mine.values_list("pk", flat=True))
    found = (known[one] for one in inbound.references if known.get(one) in newer)
    return next(found, named)
