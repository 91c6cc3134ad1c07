"""Two things in one conversation: from a message on, the rest goes into one of its own."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from helpdesk.adapters import adapter_for
from helpdesk.events import Kind, locked, record
from helpdesk.models import (
    Agent,
    Conversation,
    Delivery,
    Direction,
    Message,
    State,
    Visibility,
)
from helpdesk.receipts import UNSETTLED
from helpdesk.services import assignments, conversations, promises
from helpdesk.services.unsending import show_last
from helpdesk.services.weave_lock import one_at_a_time
from helpdesk.services.weaving import WeaveError, waits_since

MOST = 500


@transaction.atomic
def split(message_id: uuid.UUID, *, by: Agent, following: bool) -> Conversation:
    """A new conversation of the same customer with this message and, if so, all after it.

    Its messages leave the old one, so nothing is doubled; answers to them come to the new one
    (inbound._split_off). Raises WeaveError, Message.DoesNotExist.
    """
    known = Message.objects.values_list("conversation_id", flat=True).get(pk=message_id)
    one_at_a_time()
    with locked(known) as origin:
        rows = _chosen(origin, message_id, following=following)
        _may_split(origin, rows)
        subject = rows[0].subject or origin.subject
        with conversations.started(origin.customer, origin.inbox, subject=subject) as made:
            made.split_from, made.language = origin, origin.language
            made.reply_inbox, made.reply_address = origin.reply_inbox, origin.reply_address
            made.priority = origin.priority
            unread = sum(_asks(one) and one.seq > origin.agent_read_seq for one in rows)
            _bring(made, rows)
            facts = {"messages": [str(one.pk) for one in rows]}
            record(made, Kind.SPLIT, by=by, payload={**facts, "from": origin.pk})
            record(origin, Kind.SPLIT, by=by, payload={**facts, "to": made.pk})
            made.unread, origin.unread = unread, max(0, origin.unread - unread)
            for one in (made, origin):
                show_last(one)
                _await(one, was_waiting=one is made or origin.waiting_since is not None)
            _take_up(made, origin, by)
    return made


def _chosen(origin: Conversation, message_id: uuid.UUID, *, following: bool) -> list[Message]:
    own: QuerySet[Message] = Message.objects.filter(conversation=origin).order_by("seq")
    first = own.get(pk=message_id)
    found = own.filter(seq__gte=first.seq) if following else own.filter(pk=first.pk)
    return list(found[: MOST + 1])


def _may_split(origin: Conversation, rows: list[Message]) -> None:
    if origin.merged_into_id is not None:
        raise WeaveError(_("This message belongs to a merged conversation. Undo the merge first."))
    if origin.state in {State.CLOSED, State.SPAM}:
        raise WeaveError(_("A closed conversation is not taken apart."))
    if adapter_for(origin.answered_by).capabilities.live:
        raise WeaveError(
            _("A chat is one talk in one window: what is split off could not be answered there.")
        )
    if len(rows) > MOST:
        raise WeaveError(_("At most %(n)d messages at once.") % {"n": MOST})
    said = {one.pk for one in rows if one.visibility == Visibility.PUBLIC}
    if not said:
        raise WeaveError(_("Choose a message of the customer's or an answer, not a note."))
    public = Message.objects.filter(conversation=origin, visibility=Visibility.PUBLIC)
    if not public.exclude(pk__in=said).exists():
        raise WeaveError(_("Nothing would be left: these are all its messages."))
    if Delivery.objects.filter(message__in=said, state__in=UNSETTLED).exists():
        raise WeaveError(_("One of these messages is still on its way. Wait until it is sent."))


def _asks(message: Message) -> bool:
    return message.direction == Direction.IN and "automated" not in message.meta


def _bring(made: Conversation, rows: list[Message]) -> None:
    """The messages get their places in the new history, each with its event."""
    for message in rows:
        public = message.visibility == Visibility.PUBLIC
        made.public_seq += public
        event = record(made, Kind.MESSAGE_BROUGHT, payload={"message": str(message.pk)})
        message.conversation, message.seq = made, event.seq
        message.public_seq = made.public_seq if public else None
        message.save(update_fields=["conversation", "seq", "public_seq"])
    Delivery.objects.filter(message__in=rows).update(conversation=made)


def _await(conversation: Conversation, *, was_waiting: bool) -> None:
    since = waits_since(conversation) if was_waiting else None
    if conversation.waiting_since != since:
        conversation.waiting_since = since
        promises.wait_changed(conversation)


def _take_up(made: Conversation, origin: Conversation, by: Agent) -> None:
    """The new one is with whom the old one is; else it waits in the line."""
    if origin.assignee is not None:
        assignments.give(made, origin.assignee, by=by, why="split")
    elif made.waiting_since is None and made.state == State.NEW:
        conversations.move(made, State.OPEN, by=by)
