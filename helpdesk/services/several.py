"""One text of an agent that goes as several messages, each with an outbox row of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from helpdesk.adapters import Capabilities
from helpdesk.models import Attachment, DeliveryState, Message
from helpdesk.portions import portions

_WHOLE = Capabilities()
_LAST = ("card", "quick")


def several(
    message: Message, files: list[Attachment], can: Capabilities | None
) -> Iterator[tuple[Message, list[Attachment]]]:
    """The messages that an unsaved one becomes, in order, each with its files.

    The first is the given one, with the sender's own id: a repeat finds it. It says what is
    answered; files, and what stands below the words, go with the last. The outbox sends a
    conversation's messages one after the other, so their order holds.
    """
    can = can or _WHOLE
    texts = portions(message.body, can.max_chars, can.max_bytes) if can.splits else []
    if len(texts) < 2 or message.meta.get("approved"):
        yield message, files
        return
    whole, first = message.meta, message.pk
    for place, text in enumerate(texts):
        last = place == len(texts) - 1
        one = message if place == 0 else _next(message, place)
        one.body = text
        one.meta = {name: value for name, value in whole.items() if last or name not in _LAST}
        one.meta["portion"] = {"of": str(first), "n": place + 1, "all": len(texts)}
        if place:
            one.meta.pop("answers", None)
        yield one, files if last else []


def _next(first: Message, place: int) -> Message:
    return Message(
        conversation=first.conversation,
        inbox=first.inbox,
        direction=first.direction,
        visibility=first.visibility,
        author=first.author,
        created_at=first.created_at + timedelta(microseconds=place),
    )


def held_with(message: Message) -> list[Message]:
    """The others of one text that wait to leave, the last first: they are taken back together."""
    of = (message.meta.get("portion") or {}).get("of")
    if of is None:
        return []
    others = Message.objects.filter(conversation=message.conversation_id, meta__portion__of=of)
    waiting = others.filter(delivery__state=DeliveryState.QUEUED, delivery__before__isnull=False)
    return list(waiting.exclude(pk=message.pk).order_by("-seq"))


def said_whole(message: Message) -> str:
    """The words of a text as its author wrote them, blanks between its messages aside."""
    of = (message.meta.get("portion") or {}).get("of")
    if of is None:
        return message.body
    parts = Message.objects.filter(conversation=message.conversation_id, meta__portion__of=of)
    return "\n".join(parts.order_by("seq").values_list("body", flat=True))
