"""One delivery as its adapter gets it: the words, what stands below them, files and threads."""

from __future__ import annotations

from helpdesk import file_links
from helpdesk.adapters import (
    Capabilities,
    FileLink,
    OutboundFile,
    Outgoing,
    Quote,
    adapter_for,
    hook_url,
)
from helpdesk.models import Attachment, Delivery, Direction, Inbox, Message

THREAD_IDS = 40
QUOTED = 20_000  # characters of what is answered


def pack(delivery: Delivery) -> Outgoing:
    """Everything that its adapter needs. Raises LookupError (no adapter), OSError (no file)."""
    message, conversation = delivery.message, delivery.conversation
    can = adapter_for(delivery.inbox).capabilities
    earlier = Message.objects.filter(
        conversation=conversation, inbox=delivery.inbox, seq__lt=message.seq
    ).exclude(external_id="")
    known = earlier.values_list("direction", "external_id")
    ids = list(reversed(known.order_by("-seq")[:THREAD_IDS]))
    if len(ids) == THREAD_IDS:
        ids[:0] = known.order_by("seq")[:1]
    incoming = [external for direction, external in ids if direction == Direction.IN]
    answered = _answered(delivery) if can.subject and incoming else None
    files, links = _files(message, can)
    addressed = message.meta.get("addressed") or {}
    automatic = str(message.meta.get("automatic") or "")
    return Outgoing(
        delivery_id=delivery.pk,
        message_id=message.pk,
        conversation_id=conversation.pk,
        to=delivery.to,
        to_name="" if automatic == "reply" else _name(delivery),
        body=message.body,
        html=message.html,
        subject=_subject(message, conversation.subject, answered),
        author_name=message.author.signed_name if message.author else "",
        files=files,
        links=links,
        message_ids=tuple(external for _direction, external in ids),
        in_reply_to=incoming[-1] if incoming else "",
        callback_url=hook_url(delivery.inbox),
        attempt=delivery.attempts,
        cc=tuple(addressed.get("cc") or ()),
        bcc=tuple(addressed.get("bcc") or ()),
        done=tuple(delivery.done),
        signature=str(message.meta.get("signature") or ""),
        quote=_quote(message, delivery.inbox, answered) if can.signs else None,
        automatic=automatic,
        approved=message.meta.get("approved") or {},
        tagged=bool(message.meta.get("tagged")),
        answers=str(message.meta.get("answers") or ""),
    )


def _answered(delivery: Delivery) -> Message | None:
    """The customer's message that this one answers: the last before it."""
    found = Message.objects.filter(
        conversation=delivery.conversation,
        inbox=delivery.inbox,
        direction=Direction.IN,
        seq__lt=delivery.message.seq,
    )
    return found.only("subject", "body", "meta", "created_at").order_by("-seq").first()


def _name(delivery: Delivery) -> str:
    """The customer's name, unless somebody else gets it."""
    addressed = delivery.message.meta.get("addressed") or {}
    return str(addressed.get("name", delivery.conversation.customer.name))


def _subject(message: Message, usual: str, answered: Message | None) -> str:
    """The subject of what is answered, since it may be a new one (E9)."""
    if message.author_id is None and message.subject:
        return message.subject
    return (answered.subject if answered else "") or usual


def _quote(message: Message, inbox: Inbox, answered: Message | None) -> Quote | None:
    """The words that a person of ours answers; below the words of robots stands nothing."""
    wanted = inbox.settings.get("quote_history", True)
    if not (wanted and answered and answered.body.strip() and message.author_id):
        return None
    return Quote(
        name=str(answered.meta.get("from_name") or ""),
        address=str(answered.meta.get("from") or ""),
        at=answered.created_at,
        text=answered.body.strip()[:QUOTED],
    )


def _files(
    message: Message, can: Capabilities
) -> tuple[tuple[OutboundFile, ...], tuple[FileLink, ...]]:
    """What travels with the message, and what is fetched from us since it is too big (K6)."""
    kept = [item for item in message.attachments.all() if item.file]
    big = [item for item in kept if can.links_over and item.size > can.links_over]
    files = tuple(_content(item) for item in kept if item not in big)
    return files, tuple(file_links.issue(item, since=message.created_at) for item in big)


def _content(item: Attachment) -> OutboundFile:
    with item.file.open("rb") as stored:
        return OutboundFile(item.name, item.content_type, stored.read(), item.content_id)
