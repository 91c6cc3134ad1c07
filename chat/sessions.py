"""A visitor's session: opened by token, grows a customer and a conversation with the first text."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import transaction

from chat import here, questions, service, tokens
from chat.appearance import Widget
from chat.kept import Kept
from chat.models import VisitorSession, VisitorUpload
from chat.visits import talks
from helpdesk import by_customer, inbound
from helpdesk.adapters import InboundFile, InboundMessage, Person
from helpdesk.models import (
    Agent,
    Attachment,
    Conversation,
    Inbox,
    Message,
    Presence,
    Visibility,
)
from helpdesk.realtime import payloads

MAX_MESSAGES = 200
PRESENT_FOR = 10.0


@dataclass(slots=True)
class Visitor:
    """What a socket or request keeps of its visitor: ids only, so that it stays small.

    address: what he is found by; subject: who the site says he is, "" for a stranger.
    hidden: the last public seq that he may not see any more, 0: he sees all.
    """

    session_id: int
    inbox: Inbox
    token: str
    conversation_id: int | None
    language: str
    address: str
    subject: str = ""
    customer_id: int | None = None
    network: str = ""
    enforced: bool = False
    hidden: int = 0


class UnknownWidgetError(LookupError):
    """There is no such widget, or it is switched off."""


def widget(key: str) -> Inbox:
    """The chat inbox of a widget key. Raises UnknownWidgetError."""
    known = "\x00" not in key
    inbox = known and Inbox.objects.filter(key=key, channel="chat", enabled=True).first()
    if not inbox:
        raise UnknownWidgetError(key)
    return inbox


def open_session(
    inbox: Inbox, token: str, *, language: str = "", sitting: str = "", network: str = ""
) -> Visitor:
    """The session of a token; a new visitor for an empty, malformed, spent or foreign one.

    A new visitor costs no row until he writes. A well-formed token that we do not know yet is
    kept: its first text may be on its way by another tab, upload or request. Where a widget
    enforces identity, a stranger sees what was said since his page was opened (`sitting`, as
    welcome() gave it) and nothing older, and an old proof of who he is opens nothing.
    """
    enforced = Widget.of(inbox).identity == "enforced"
    language = language[:8].replace("\x00", "")
    try:
        holder = tokens.holder(token) if tokens.well_formed(token) else None
        if holder is None and not tokens.well_formed(token):
            raise tokens.SpentError
        session = holder.session if holder else None
        if session and (session.inbox_id != inbox.pk or (enforced and _outdated(session))):
            raise tokens.SpentError
    except tokens.SpentError:
        holder, session, token = None, None, tokens.fresh()
    if holder is None or session is None:
        address = tokens.digest(token)[:40]
        return Visitor(0, inbox, token, None, language, address, network=network, enforced=enforced)
    visitor = Visitor(
        session.pk,
        inbox,
        holder.token,
        session.conversation_id,
        session.language or language,
        session.address,
        session.subject,
        session.customer_id,
        network,
        enforced and not session.subject,
    )
    if holder.late or visitor.enforced:
        sat = None if holder.late else tokens.since(sitting, token)
        visitor.hidden = _newest(session.conversation_id) if sat is None else sat
    return visitor


def _outdated(session: VisitorSession) -> bool:
    return bool(session.verified_until and session.verified_until < datetime.now(UTC))


def _newest(conversation_id: int | None) -> int:
    found = Conversation.objects.filter(pk=conversation_id or 0)
    return found.values_list("public_seq", flat=True).first() or 0


def keep(visitor: Visitor, page: dict[str, Any]) -> VisitorSession:
    """The session's row, made at the first text; racing tabs end with one row."""
    if visitor.session_id:
        return VisitorSession.objects.get(pk=visitor.session_id)
    session, _created = VisitorSession.objects.get_or_create(
        token_sha256=tokens.digest(visitor.token),
        defaults={
            "inbox": visitor.inbox,
            "address": visitor.address,
            "network": visitor.network,
            "language": visitor.language,
            "page_url": page.get("url", "")[:500].replace("\x00", ""),
            "page_title": page.get("title", "")[:200].replace("\x00", ""),
            "seen_at": datetime.now(UTC),
        },
    )
    visitor.session_id = session.pk
    return session


def send(
    visitor: Visitor,
    *,
    cid: uuid.UUID,
    body: str,
    attachments: list[uuid.UUID] | None = None,
    name: str = "",
    page: dict[str, Any] | None = None,
    answers: dict[str, str] | None = None,
) -> Message:
    """Store a visitor's text; the same cid gives the same message. Commit before returning.

    answers: what he replied to the questions before his first text.
    """
    if visitor.conversation_id is None or attachments or answers:
        met = visitor.conversation_id
        message = _first(
            visitor, cid, body, attachments or [], name=name, page=page or {}, answers=answers or {}
        )
        if message.conversation_id != met:
            talks.meet(visitor.inbox, page or {}, message.conversation_id)
        return message
    inbound_message = _translated(visitor, cid, body, visitor.conversation_id)
    message, _created = inbound.receive(visitor.inbox, inbound_message)
    if message.conversation_id != visitor.conversation_id:
        _follow(visitor, message)
        talks.meet(visitor.inbox, page or {}, message.conversation_id)
    return message


def _first(
    visitor: Visitor,
    cid: uuid.UUID,
    body: str,
    attachments: list[uuid.UUID],
    *,
    name: str,
    page: dict[str, Any],
    answers: dict[str, str],
) -> Message:
    """The first text makes session, customer and conversation, once, whatever races."""
    with transaction.atomic():
        session = VisitorSession.objects.select_for_update().get(pk=keep(visitor, page).pk)
        visitor.conversation_id = session.conversation_id
        stored = _uploads(session, attachments)
        message, _created = inbound.receive(
            visitor.inbox,
            _translated(visitor, cid, body, session.conversation_id, name=name, stored=stored),
        )
        if session.conversation_id != message.conversation_id:
            session.conversation_id = message.conversation_id
            session.customer_id = message.conversation.customer_id
            session.save(update_fields=["conversation", "customer"])
        if answers:
            questions.keep(visitor.inbox, message.conversation_id, answers, strict=False)
    visitor.conversation_id, visitor.customer_id = session.conversation_id, session.customer_id
    return message


def _translated(
    visitor: Visitor,
    cid: uuid.UUID,
    body: str,
    conversation_id: int | None,
    *,
    name: str = "",
    stored: tuple[uuid.UUID, ...] = (),
) -> InboundMessage:
    return InboundMessage(
        sender=Person(
            kind="account" if visitor.subject else "visitor",
            address=visitor.subject or visitor.address,
            name=name,
            language=visitor.language,
            verified=True,
        ),
        body=body,
        client_id=cid,
        conversation_id=conversation_id,
        stored=stored,
    )


def _follow(visitor: Visitor, message: Message) -> None:
    """A closed conversation was continued by a new one: the session moves along."""
    visitor.conversation_id = message.conversation_id
    VisitorSession.objects.filter(pk=visitor.session_id).update(
        conversation_id=message.conversation_id
    )


def _uploads(session: VisitorSession, ids: list[uuid.UUID]) -> tuple[uuid.UUID, ...]:
    """Those of the named files that this very visitor uploaded."""
    own = VisitorUpload.objects.filter(session=session, attachment_id__in=ids)
    return tuple(own.values_list("attachment_id", flat=True))


def upload(visitor: Visitor, name: str, data: bytes) -> Attachment:
    """Keep a visitor's file until the text that carries it."""
    with transaction.atomic():
        session = keep(visitor, {})
        attachment = inbound.keep_file(InboundFile(name=name, data=data, size=len(data)))
        VisitorUpload.objects.create(session=session, attachment=attachment)
    return attachment


def file_of(visitor: Visitor, attachment_id: uuid.UUID) -> Attachment | None:
    """A file that this visitor may open: of his conversation's public messages, or his upload."""
    if visitor.conversation_id is None:
        return None
    return Attachment.objects.filter(
        pk=attachment_id,
        message__conversation_id=visitor.conversation_id,
        message__visibility=Visibility.PUBLIC,
    ).first()


def welcome(visitor: Visitor, last_seq: int) -> dict[str, Any]:
    """Snapshot after `last_seq`: conversation, messages, who is online."""
    agents = online_agents(visitor.inbox)
    frame: dict[str, Any] = {
        "type": "welcome",
        "token": visitor.token,
        "identified": bool(visitor.subject),
        "conversation": visitor.conversation_id,
        "state": "",
        "last_seq": 0,
        "read_seq": 0,
        "agent_read_seq": 0,
        "messages": [],
        "agents": agents[:3],
        "online": bool(agents),
        "service": service.state(visitor),
        "server_time": payloads.stamp(datetime.now(UTC)),
    }
    if visitor.enforced:
        frame["sitting"] = tokens.sitting(visitor.hidden, visitor.token)
    if visitor.conversation_id is not None:
        here.seen(visitor.conversation_id)
        frame.update(snapshot(visitor.conversation_id, last_seq, visitor.hidden))
    return frame


def snapshot(conversation_id: int, after: int, hidden: int = 0) -> dict[str, Any]:
    """Public messages after a public seq, and the marks. Never an internal note."""
    conversation = Conversation.objects.select_related("merged_into").get(pk=conversation_id)
    after = max(after if after <= conversation.public_seq else 0, hidden)
    found = Message.objects.filter(
        conversation_id=conversation_id, visibility=Visibility.PUBLIC, public_seq__gt=after
    )
    page = list(
        found.select_related("author", "inbox")
        .prefetch_related("attachments")
        .order_by("-public_seq")[:MAX_MESSAGES]
    )
    return {
        # Merged by us: for its visitor it goes on as what it was merged into does.
        "state": (conversation.merged_into or conversation).state,
        "last_seq": conversation.public_seq,
        "read_seq": conversation.customer_read_seq,
        "agent_read_seq": _agent_read(conversation),
        "messages": [
            payloads.visitor_message(payloads.message(one, list(one.attachments.all())))
            for one in reversed(page)
        ],
    }


def _agent_read(conversation: Conversation) -> int:
    """The newest public seq of the customer's that an agent has seen."""
    seen = Message.objects.filter(
        conversation=conversation,
        visibility=Visibility.PUBLIC,
        seq__lte=conversation.agent_read_seq,
    )
    return seen.order_by("-public_seq").values_list("public_seq", flat=True).first() or 0


def online_agents(inbox: Inbox) -> list[dict[str, Any]]:
    """Agents who are there right now for this widget, as customers see them."""
    found = Agent.objects.filter(
        presence=Presence.ONLINE,
        is_active=True,
        last_seen_at__gte=datetime.now(UTC) - by_customer.SEEN_WITHIN,
        memberships__active=True,
        memberships__team__inboxes=inbox,
    ).distinct()
    return [payloads.visitor_agent(one) for one in found.order_by("-last_seen_at")[:6]]


class Beat(NamedTuple):
    """One who wants a heartbeat. last: the seq and the service that the one before told."""

    visitor: Visitor
    last: tuple[int, dict[str, Any]] | None = None


class Pulse(NamedTuple):
    """A heartbeat's frame, and the `last` of the next one."""

    frame: dict[str, Any]
    last: tuple[int, dict[str, Any]] | None


def glances(beats: list[Beat]) -> dict[int, Conversation]:
    """What pulse() needs for all of them, in one query; they are known to be connected."""
    found = service.glances(beat.visitor for beat in beats)
    here.seen(*found)
    return found


def pulse(beat: Beat, found: dict[int, Conversation]) -> Pulse:
    """What a heartbeat tells: newest public seq, who is there, where he stands. Reads only.

    found: his glance and others'. While nothing has happened in his conversation, no more is read.
    """
    visitor, last = beat
    glance = found.get(visitor.conversation_id or 0)
    if last and glance and glance.last_seq == last[0] and glance.merged_into_id is None:
        standing = service.again(visitor, glance, last[1])
    else:
        standing = service.state(visitor)
    agents = present(visitor.inbox)
    frame = {
        "last_seq": glance.public_seq if glance else 0,
        "agents": agents[:3],
        "online": bool(agents),
        "service": standing,
    }
    return Pulse(frame, (glance.last_seq, standing) if glance else None)


def present(inbox: Inbox) -> list[dict[str, Any]]:
    """online_agents(), read at most once in ten seconds for all visitors of a widget."""
    return _present.of(inbox)


_present = Kept(online_agents, PRESENT_FOR)
