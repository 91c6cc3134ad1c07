"""The JSON shapes that screens, sockets and the API share; made once per event.

Times are ISO 8601 in UTC. Names are for display only and never markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from helpdesk.models import (
    Agent,
    Attachment,
    Conversation,
    Customer,
    Direction,
    Draft,
    Message,
    ScheduledReply,
    Task,
    Visibility,
)
from helpdesk.realtime.reading_notes import told

Payload = dict[str, Any]

ARRIVED_STATES = frozenset({"sent", "delivered", "read"})
RECALLED_STATES = frozenset(
    {"failed", "expired", "uncertain", "retry", "queued", "delayed", "bounced", "complained"}
)


def stamp(moment: datetime | None) -> str | None:
    """ISO 8601 with milliseconds in UTC, or None."""
    return moment.isoformat(timespec="milliseconds") if moment else None


def initials(name: str) -> str:
    """One or two letters for an avatar, in any script."""
    words = [word for word in name.split() if word[:1].isalpha()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[0] for word in words]
    return "".join(letters).upper() or "?"


def hue(name: str) -> int:
    """A quiet avatar tint (0–359) that is the same on every screen and avoids pure red."""
    return 30 + (sum(ord(char) * 7 for char in name) % 30) * 10


def agent(person: Agent) -> Payload:
    """An agent as a face: name, initials, tint, photo; signed: the name before customers."""
    name = person.display_name
    return {
        "id": person.pk,
        "name": name,
        "initials": initials(name),
        "hue": hue(name),
        "photo": photo(person),
        "signed": person.signed_name,
    }


def photo(person: Agent) -> str:
    """The path of the agent's photo, "" without one; who has left is shown by letters again."""
    return f"/faces/{person.photo}.png" if person.photo and person.is_active else ""


def visitor_face(face: Payload) -> Payload:
    """The customer's view of agent(): an allow-list, under the name that customers know."""
    name = face["signed"]
    return {
        "name": name,
        "initials": initials(name),
        "hue": face["hue"],
        "photo": face["photo"],
    }


def visitor_agent(person: Agent) -> Payload:
    """Who answers, as the widget's head shows them: as called in a chat, with their one line."""
    face = visitor_face(agent(person))
    return {**face, "name": person.called, "bio": person.bio}


def customer_brief(customer: Customer) -> Payload:
    """A customer as a row shows him."""
    name = str(customer)
    return {
        "id": customer.pk,
        "name": name,
        "initials": initials(name),
        "hue": hue(name),
        "language": customer.language,
        "vip": customer.vip,
    }


FACE = ("email", "first_name", "last_name", "public_name", "photo", "is_active")
"""What agent() reads beside the number."""
ROW = (
    *("last_seq", "state", "subject", "last_preview", "last_direction", "unread"),
    *("last_message_at", "waiting_since", "due_at", "promised_at", "late_from", "priority"),
    *("tags", "merged_into", "created_at", "customer_got_seq", "customer_read_seq"),
    *("customer__name", "customer__language", "customer__vip"),
    *("inbox__channel", "inbox__provider", "inbox__name"),
    *(f"assignee__{name}" for name in FACE),
)
"""What row() reads, for only()."""


def row(conversation: Conversation) -> Payload:
    """A line of the inbox. Reads only the conversation and its joined customer, inbox, assignee."""
    inbox = conversation.inbox
    return {
        "id": conversation.pk,
        "seq": conversation.last_seq,
        "customer": customer_brief(conversation.customer),
        "channel": inbox.channel,
        "provider": inbox.provider,
        "inbox": {"id": inbox.pk, "name": inbox.name},
        "assignee": agent(conversation.assignee) if conversation.assignee else None,
        "state": conversation.state,
        "subject": conversation.subject,
        "preview": conversation.last_preview,
        "direction": conversation.last_direction,
        "unread": conversation.unread,
        "last_message_at": stamp(conversation.last_message_at),
        "waiting_since": stamp(conversation.waiting_since),
        "due_at": stamp(conversation.due_at),
        "promised_at": stamp(conversation.promised_at),
        "late_from": stamp(conversation.late_from),
        "priority": conversation.priority,
        "tags": conversation.tags,
        "merged_into": conversation.merged_into_id,
        "created_at": stamp(conversation.created_at),
        "customer_got_seq": conversation.customer_got_seq,
        "customer_read_seq": conversation.customer_read_seq,
    }


def attachment(item: Attachment) -> Payload:
    """A file; without content it has no url, and `missing` says why."""
    return {
        "id": str(item.pk),
        "name": item.name,
        "size": item.size,
        "type": item.content_type,
        "stored": bool(item.file),
        "url": f"/attachments/{item.pk}/" if item.file else "",
        "missing": item.missing,
    }


def task(item: Task) -> Payload:
    """Something we promised. Needs the assignee joined."""
    return {
        "id": item.pk,
        "text": item.text,
        "due_at": stamp(item.due_at),
        "done_at": stamp(item.done_at),
        "assignee": agent(item.assignee) if item.assignee else None,
    }


def delivery(message: Message) -> Payload | None:
    """What became of an outgoing message, or None where the channel is live or it is a note."""
    record = getattr(message, "delivery", None)
    if record is None:
        return None
    return {
        "state": record.state,
        "next_at": stamp(record.next_at) if record.state == "retry" else None,
        "held_until": (
            stamp(record.next_at) if record.state == "queued" and record.before else None
        ),
        "taken_back": bool(record.state == "cancelled" and record.before and not record.attempts),
        "error": record.error if record.state in RECALLED_STATES else "",
        "code": record.error_code if record.state in RECALLED_STATES else "",
    }


def draft(item: Draft, files: Sequence[Attachment]) -> Payload:
    """A draft, for the one who writes it, with its files as far as they still wait."""
    return {
        "mode": item.mode,
        "text": item.text,
        "files": [attachment(one) for one in files],
        "to": item.to,
        "version": item.version,
        "updated_at": stamp(item.updated_at),
    }


def scheduled(item: ScheduledReply) -> Payload:
    """A reply that is to leave later, or one that could not. Needs `by` joined."""
    return {
        "id": item.pk,
        "by": agent(item.by),
        "body": item.body,
        "files": item.attachments,
        "due_at": stamp(item.due_at),
        "state": item.state,
        "reason": item.reason,
        "error": item.error,
        "then": item.then,
        "cancel_if_customer_writes": item.cancel_if_customer_writes,
    }


def message(item: Message, files: list[Attachment] | None = None) -> Payload:
    """One message as agents see it. Needs author, inbox, delivery and attachments joined."""
    stored = list(item.attachments.all()) if files is None else files
    internal = item.visibility == Visibility.INTERNAL
    return {
        "id": str(item.pk),
        "conversation": item.conversation_id,
        "seq": item.seq,
        "public_seq": item.public_seq,
        "client_id": str(item.client_id) if item.client_id else None,
        "direction": item.direction,
        "internal": internal,
        "channel": item.inbox.channel,
        "provider": item.inbox.provider,
        "author": agent(item.author) if item.author else None,
        "subject": item.subject,
        "body": item.body,
        "has_html": bool(item.html),
        "pictures": item.meta.get("pictures"),
        "full_text": item.meta.get("full_text", ""),
        "from": item.meta.get("from", ""),
        "reading": told(item.meta.get("notes")),
        "letter": letter(item),
        **social(item),
        "automated": bool(item.meta.get("automated")),
        "auto_reply": bool(item.meta.get("auto_reply")),
        "line": bool(item.meta.get("line")),
        "opt": item.meta.get("opt", ""),
        "call": item.meta.get("call"),
        "paper": item.meta.get("paper", "note") if internal else "",
        "rule": item.meta.get("rule", "") if internal else "",
        "to": item.meta.get("to") or [],
        "mentions": item.meta.get("mentions") or [],
        "re": item.meta.get("re"),
        "card": item.meta.get("card"),
        "quick": item.meta.get("quick") or [],
        "attachments": [attachment(one) for one in stored],
        "delivery": delivery(item),
        "at": stamp(item.created_at),
    }


def letter(item: Message) -> Payload | None:
    """What only letters have: other recipients, where they want answers, what is odd about them.

    missed: which copies of an answer were refused, though it left.
    """
    meta = item.meta
    if not ({"warnings", "addressed", "signature"} & meta.keys()):
        return None
    chosen = meta.get("addressed") or {}
    inbound = item.direction == Direction.IN
    record = getattr(item, "delivery", None)
    arrived = record is not None and record.state in ARRIVED_STATES
    return {
        "missed": record.error if arrived and record else "",
        "name": meta.get("from_name", ""),
        "cc": [one["address"] for one in meta.get("cc") or []] if inbound else chosen.get("cc", []),
        "bcc": chosen.get("bcc", []),
        "to": chosen.get("to", ""),
        "reply_to": meta.get("reply_to", ""),
        "warnings": meta.get("warnings", []),
        "resembles": meta.get("resembles", ""),
        "lying": meta.get("lying", []),
        "possible": meta.get("possible"),
        "offered": meta.get("offered"),
        "handed_over": (meta.get("handed_over") or {}).get("from"),
        "outside": bool(meta.get("outside")),
        "signature": meta.get("signature", ""),
    }


def social(item: Message) -> Payload:
    """What only social networks have: changes after the fact, shapes other than text, answers."""
    meta = item.meta
    return {
        "external_id": item.external_id,
        "answers": meta.get("answers", ""),
        "shape": meta.get("shape"),
        "reactions": meta.get("reactions", []),
        "our_reaction": meta.get("our_reaction"),
        "edited_at": meta.get("edited"),
        "first_body": meta.get("first_body", ""),
        "deleted_at": meta.get("deleted"),
        "echo": bool(meta.get("echo")),
        "approved": bool(meta.get("approved")),
        "portion": meta.get("portion"),
    }


def visitor_message(payload: Payload) -> Payload:
    """The customer's view of a public message payload: an allow-list, never the whole."""
    author = payload["author"]
    return {
        "id": payload["id"],
        "seq": payload["public_seq"],
        "client_id": payload["client_id"],
        "direction": payload["direction"],
        "author": visitor_face(author) if author else None,
        "body": payload["body"],
        "card": payload["card"],
        "quick": payload["quick"],
        "attachments": [
            {key: item[key] for key in ("id", "name", "size", "type", "stored")}
            for item in payload["attachments"]
        ],
        "at": payload["at"],
    }
