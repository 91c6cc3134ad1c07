"""Reads of what comes in: the quarantine, one payload's way, and how each way in is doing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from helpdesk import alarms
from helpdesk.models import (
    Agent,
    ChannelHealth,
    Delivery,
    Heartbeat,
    InboundEvent,
    InboundState,
    Inbox,
    InboxHealth,
    Message,
    Ringing,
    UnknownName,
    WebhookEndpoint,
)
from helpdesk.permissions import Action, can, visible

PAGE = 50
LATELY = timedelta(days=7)
MOST_COUNTED = 100
MAX_SHOWN = 64 * 1024
_SAID = ("Quarantine", "InboxBroken")  # the bar names each of these itself
_SILENT = {"worker": "WorkerSilent", "sweeper": "SweeperSilent"}
SILENT = timedelta(seconds=60)
"""Looked at by the bar itself: who tells of alarms may be what has stopped."""
_LENGTH = Func(F("body"), function="octet_length", output_field=IntegerField())


def quarantined(user: Agent, *, before: int = 0) -> tuple[list[Any], int]:
    """A page of what could not be read, newest first, and where the next one begins (0: no more).

    Payloads stay in the database; `length` says how long each is.
    """
    rows = visible(user, InboundEvent).filter(state=InboundState.QUARANTINED)
    if before:
        rows = rows.filter(pk__lt=before)
    rows = rows.select_related("inbox").defer("body").annotate(length=_LENGTH).order_by("-pk")
    found = list(rows[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else 0


def reason(event: InboundEvent) -> str:
    """The last line of an error: what went wrong, without the way there."""
    return (event.error.strip().splitlines() or [""])[-1][:200]


def trouble(event: InboundEvent) -> str:
    """What went wrong, in words for who is no programmer; reason() has the exact ones."""
    name, _colon, words = reason(event).partition(": ")
    kind = name.rpartition(".")[2]
    if kind == "UnreadableError" and words:
        return words
    return {
        "ReaderKilledError": _("Reading it took more time or memory than one message may."),
        "EmptyMailError": _("There is nothing in it."),
        "UnicodeDecodeError": _("It is written in signs that could not be told."),
        "RecursionError": _("It is nested too deeply."),
    }.get(kind, _("Our reader stumbled over it. Read it again after the next update."))


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a payload or to what became of it."""

    at: datetime | None
    text: str
    detail: str = ""
    fault: bool = False


def event(user: Agent, pk: int) -> InboundEvent | None:
    """One payload that this user may see; without its bytes."""
    rows = visible(user, InboundEvent).select_related("inbox", "message__conversation__customer")
    return rows.defer("body").annotate(length=_LENGTH).filter(pk=pk).first()


def events_of(user: Agent, message_id: UUID) -> list[InboundEvent]:
    """Every payload that became this message, first come first."""
    rows = visible(user, InboundEvent).filter(message_id=message_id)
    rows = rows.select_related("inbox", "message__conversation__customer").defer("body")
    return list(rows.annotate(length=_LENGTH).order_by("pk")[:20])


def payload(user: Agent, pk: int) -> bytes | None:
    """The raw bytes of one payload."""
    body = visible(user, InboundEvent).filter(pk=pk).values_list("body", flat=True).first()
    return None if body is None else bytes(body)


def steps(one: InboundEvent) -> list[Step]:
    """The way of a payload from its arrival to its message and the answers to it."""
    head: dict[str, Any] = one.headers
    sender, named = str(head.get("mail_from", "")), str(head.get("rcpt", ""))
    envelope = f"{sender} → {named}" if sender or named else ""
    found = [Step(one.received_at, _("Received: %(way)s") % {"way": _way(head)}, envelope)]
    if one.state == InboundState.NEW:
        words = _("Waits to be read; tries so far: %(n)d") % {"n": one.attempts}
        found.append(Step(one.next_at, words, reason(one), fault=bool(one.error)))
    elif one.state == InboundState.QUARANTINED:
        words = _("Could not be read; tries: %(n)d") % {"n": one.attempts}
        found.append(Step(None, words, reason(one), fault=True))
    elif one.state == InboundState.DISCARDED:
        found.append(Step(one.finished_at, _("Discarded"), one.discard_reason, fault=True))
    else:
        words = _("Read by version %(version)d of the parser") % {"version": one.parser_version}
        found.append(Step(one.finished_at, words, one.error))
    return found + (_filed(one.message) if one.message else [])


def _way(head: dict[str, Any]) -> str:
    parts = [str(head.get("via") or _("by webhook"))]
    parts += [str(head[name]) for name in ("folder", "uid") if head.get(name)]
    return " · ".join(parts)


def _filed(message: Message) -> list[Step]:
    conversation = message.conversation
    found = [
        Step(message.created_at, _("Customer"), str(conversation.customer)),
        Step(message.created_at, _("Message %(n)d") % {"n": message.seq}, message.subject),
    ]
    answers = Delivery.objects.filter(conversation=conversation, message__seq__gt=message.seq)
    for one in answers.select_related("message").order_by("pk")[:20]:
        words = _("Answer %(n)d: %(state)s") % {
            "n": one.message.seq,
            "state": one.get_state_display(),
        }
        fault = one.state in {"failed", "expired"}
        found.append(Step(one.updated_at, words, one.error or one.to, fault=fault))
    return found


def ways(inboxes: list[Inbox]) -> dict[int, list[ChannelHealth]]:
    """How the ways of these inboxes are doing, by inbox; one query."""
    found: dict[int, list[ChannelHealth]] = {}
    for one in ChannelHealth.objects.filter(inbox__in=inboxes).order_by("way"):
        found.setdefault(one.inbox_id, []).append(one)
    return found


def unknown_names(inbox: Inbox) -> list[UnknownName]:
    """What its provider sends and its adapter does not know: kinds of messages first; one query."""
    return list(UnknownName.objects.filter(inbox=inbox).order_by("-kind", "-last_seen")[:50])


def unknown_kinds(inboxes: list[Inbox]) -> dict[int, list[str]]:
    """The kinds of messages of the last week that could not be shown, by inbox; one query."""
    week = datetime.now(UTC) - LATELY
    rows = UnknownName.objects.filter(inbox__in=inboxes, kind="type", last_seen__gte=week)
    found: dict[int, list[str]] = {}
    for pk, name in rows.order_by("name").values_list("inbox_id", "name"):
        found.setdefault(pk, []).append(name)
    return found


def advice(way: ChannelHealth) -> str:
    """What somebody could do about a way that does not work."""
    texts = {
        "sign_in": _("Check user name and password, then resume."),
        "reconnect": _("Connect the mailbox again: the permission has ended or was withdrawn."),
        "unreachable": _("The server cannot be reached. It is tried again by itself."),
        "server": _("The server refuses. It is tried again by itself."),
        "webhook": _("Check the secret at the provider and here."),
        "token": _("The provider refuses our token: open the set-up and enter a new one."),
        "subscribe": _("The provider does not call us any more: open the set-up and connect."),
    }
    return texts.get(way.advice, "")


def last_received(inboxes: list[Inbox]) -> dict[int, datetime]:
    """When something last came into each inbox; one query, a look-up in the index for each."""
    rows = InboundEvent.objects.filter(inbox=OuterRef("pk")).order_by("-received_at")
    newest = Subquery(rows.values("received_at")[:1])
    found = Inbox.objects.filter(pk__in=[one.pk for one in inboxes]).order_by()
    return {pk: at for pk, at in found.values_list("pk", newest) if at is not None}


@dataclass(frozen=True, slots=True)
class Troubles:
    """What the bar on every page says. unread: payloads in quarantine, counted to a hundred.

    webhooks: number and name of those that were switched off because nothing arrived.
    alarms: what else rings, in words.
    """

    inboxes: tuple[Inbox, ...]
    unread: int
    webhooks: tuple[tuple[int, str], ...] = ()
    alarms: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.inboxes or self.unread or self.webhooks or self.alarms)


def troubles(user: Agent) -> Troubles:
    """What is wrong with the ways in, for those who can do something about it; one query."""
    rows = asked(user)
    return told([] if rows is None else rows)


def asked(user: Agent) -> QuerySet[Any, Any] | None:
    """What troubles() reads: inboxes by name, payloads without one; None for who is not told."""
    if not can(user, Action.SEE_QUARANTINE):
        return None
    failing = ChannelHealth.objects.filter(broken=True).values("inbox")
    found: QuerySet[Inbox] = visible(user, Inbox).filter(enabled=True)
    found = found.filter(Q(health=InboxHealth.BROKEN) | Q(pk__in=failing)).order_by("name")
    held = visible(user, InboundEvent).filter(state=InboundState.QUARANTINED)
    unread = held.values("pk", name=Value(""), of=Value("unread"))[:MOST_COUNTED]
    ringing = Ringing.objects.filter(over_at=None, told_at__isnull=False)
    ringing = ringing.exclude(name__in=_SAID).order_by()
    silent = Heartbeat.objects.filter(name__in=_SILENT, beat_at__lt=Now() - SILENT).order_by()
    silent = silent.annotate(number=Value(0, output_field=BigIntegerField()))
    rows: list[QuerySet[Any, Any]] = [
        unread,
        ringing.values("pk", "name", of=Value("alarm"))[:20],
        silent.values("number", "name", of=Value("silent")),
    ]
    if can(user, Action.EDIT_API):
        stopped = WebhookEndpoint.objects.filter(enabled=False, stopped_at__isnull=False)
        rows.append(stopped.order_by("name").values("pk", "name", of=Value("webhook"))[:5])
    return found.values("pk", "name", of=Value("inbox"))[:5].union(*rows, all=True)


def told(rows: Iterable[Mapping[str, Any]]) -> Troubles:
    """The troubles in rows of asked()."""
    known = list(rows)
    inboxes = tuple(Inbox(pk=one["pk"], name=one["name"]) for one in known if one["of"] == "inbox")
    webhooks = tuple((one["pk"], one["name"]) for one in known if one["of"] == "webhook")
    rings = {one["name"] for one in known if one["of"] == "alarm"}
    rings |= {_SILENT[one["name"]] for one in known if one["of"] == "silent"}
    words = tuple(str(alarms.WORDS[name]) for name in alarms.WORDS if name in rings)
    unread = sum(one["of"] == "unread" for one in known)
    return Troubles(inboxes, unread, webhooks, words)


def late(way: ChannelHealth) -> int:
    """Minutes since a failing way last worked, or since it fails."""
    since = way.worked_at or way.failing_since
    return 0 if since is None else int((datetime.now(UTC) - since).total_seconds() // 60)
