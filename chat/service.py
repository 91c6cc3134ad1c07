"""Where a visitor stands: open or closed, his place, what we still ask, how it ended.

`state()` is the "service" of welcome, heartbeat and the `service` push.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef

from chat import questions, waiting
from chat.appearance import Widget
from chat.hours import opening, promised, weekly
from chat.kept import Kept
from helpdesk.models import BusinessHours, Conversation, CustomerIdentity, Inbox, Rating, State
from helpdesk.realtime import payloads
from helpdesk.sla import written
from helpdesk.sla.calendar import Calendar

if TYPE_CHECKING:
    from chat.sessions import Visitor

OFFER_AFTER = 120  # seconds of waiting, his own or expected, from which on we offer e-mail
ENDED = frozenset({State.RESOLVED, State.CLOSED})
ACTIVE = frozenset({State.NEW, State.OPEN, State.PENDING, State.ON_HOLD, State.SNOOZED})
MAIL_FRESH = 30.0
HOURS_FRESH = 30.0


def capacity(inbox: Inbox) -> tuple[int, float, bool]:
    """(chats that could start now, P50 of a newcomer's wait in seconds, open now).

    The P50 is infinite while nobody serves the widget; in a rush nobody is invited. Cached for a
    few seconds.
    """
    queue = waiting.queue(inbox)
    found = queue.estimate()
    free = 0 if queue.rush else max(0, queue.free - len(queue.waiting))
    is_open = opening(calendar_of(inbox), datetime.now(UTC)).open
    return free, float(found.p50) if found else float("inf"), is_open


def conversation_of(visitor: Visitor) -> Conversation | None:
    """The visitor's conversation with all that state() reads of it; one query."""
    if visitor.conversation_id is None:
        return None
    mail = CustomerIdentity.objects.filter(customer=OuterRef("customer"), kind="email")
    return (
        Conversation.objects.filter(pk=visitor.conversation_id)
        .select_related("rating", "merged_into")
        .annotate(has_mail=Exists(mail))
        .first()
    )


def state(visitor: Visitor, conversation: Conversation | None = None) -> dict[str, Any]:
    """All of "service". conversation: as conversation_of() read it, else it is read here."""
    inbox = visitor.inbox
    conversation = conversation or conversation_of(visitor)
    turn = waiting.turn_of(conversation) if conversation else None
    going = conversation.merged_into or conversation if conversation else None
    taken = going is not None and going.state in ACTIVE and turn is None
    given = conversation.answers if conversation else {}
    left = conversation is not None and conversation.reply_inbox_id is not None
    # Promised by now and nobody has answered: also one who has an agent gets another way.
    overdue = bool(conversation and conversation.context.get("alternatives")) and not left
    widget = _widget(inbox)
    standing = _standing(inbox, turn, is_open=widget["open"], taken=taken, left=left)
    if overdue:
        standing["offer_email"] = mail_inbox(inbox) is not None
    return {
        **widget,
        **standing,
        "overdue": overdue,
        "ended": going is not None and going.state in ENDED,
        "rating": None if visitor.hidden else _rating(conversation),
        "questions": questions.open_ones(inbox, visitor.language, given),
        "email_known": left or bool(getattr(conversation, "has_mail", False)),
        "left": left,
    }


def glances(visitors: Iterable[Visitor]) -> dict[int, Conversation]:
    """By its id, the few columns of each visitor's conversation that tell whether anything has
    happened; one query.
    """
    few = (
        "last_seq",
        "public_seq",
        "state",
        "assignee_id",
        "reply_inbox_id",
        "waiting_since",
        "merged_into_id",
    )
    talking = {one.conversation_id for one in visitors} - {None}
    return Conversation.objects.only(*few).in_bulk(talking) if talking else {}


def again(visitor: Visitor, seen: Conversation, last: dict[str, Any]) -> dict[str, Any]:
    """state() where nothing has happened in the conversation since `last`: without a query of
    his own.
    """
    turn = waiting.turn_of(seen)
    taken = seen.state in ACTIVE and turn is None
    return _explained(last, _moved(visitor, last, turn, taken=taken, left=last["left"]))


def refreshed(visitor: Visitor, last: dict[str, Any]) -> dict[str, Any]:
    """state() for one who still waits, without a query of his own; else state() itself.

    A place that got worse is explained: somebody more urgent came.
    """
    queue = waiting.queue(visitor.inbox)
    turn = queue.turns.get(visitor.conversation_id or 0)
    if turn is None:
        return state(visitor)
    return _explained(last, _moved(visitor, last, turn))


def _moved(
    visitor: Visitor,
    last: dict[str, Any],
    turn: waiting.Turn | None,
    *,
    taken: bool = False,
    left: bool = False,
) -> dict[str, Any]:
    widget = _widget(visitor.inbox)
    standing = _standing(visitor.inbox, turn, is_open=widget["open"], taken=taken, left=left)
    return {**last, **widget, **standing}


def _explained(last: dict[str, Any], fresh: dict[str, Any]) -> dict[str, Any]:
    if last["queue"] and fresh["queue"] and fresh["queue"]["place"] > last["queue"]["place"]:
        fresh["queue"]["why"] = "urgent"
    return fresh


def calendar_of(inbox: Inbox) -> Calendar | None:
    """When somebody is promised: the widget's own hours, else those of its queue; None: always."""
    own = promised(Widget.of(inbox).hours)
    if own or inbox.queue_id is None:
        return own
    return _queue_hours.of(inbox)


def _calendar_of_queue(inbox: Inbox) -> Calendar | None:
    kept = BusinessHours.objects.filter(queues=inbox.queue_id).first()
    return written.read(kept.calendar) if kept else None


def _widget(inbox: Inbox) -> dict[str, Any]:
    """What is the same for all visitors of the widget."""
    calendar = calendar_of(inbox)
    now = opening(calendar, datetime.now(UTC))
    return {
        "open": now.open,
        "opens_at": payloads.stamp(now.opens_at),
        "closes_at": payloads.stamp(now.closes_at),
        "hours": weekly(calendar),
        "tz": calendar.zone if calendar else "UTC",
    }


def _standing(
    inbox: Inbox,
    turn: waiting.Turn | None,
    *,
    is_open: bool,
    taken: bool = False,
    left: bool = False,
) -> dict[str, Any]:
    """His place and what we promise. taken: he is not (or no longer) in the queue."""
    queue = waiting.queue(inbox, turn)
    found = queue.estimate(turn)
    outside = turn is None and not taken and not queue.accepts
    waits = found is not None and found.p50 > 0 and not taken
    if not queue.online or (not taken and (outside or not is_open)):
        promise = "offline"
    else:
        promise = "queue" if waits else "online"
    long = found is not None and waits and found.p50 > OFFER_AFTER
    own = turn is not None and datetime.now(UTC) - turn[0] > timedelta(seconds=OFFER_AFTER)
    offered = not left and not taken and (promise == "offline" or long or own)
    place = None
    if turn is not None and found is not None and promise == "queue":
        place = {
            "place": queue.ahead_of(turn) + 1,
            "p50": found.p50,
            "p90": found.p90,
            "about": found.about,
            "longest": found.longest,
            "why": "",
        }
    return {
        "promise": promise,
        "waits": turn is not None,
        "queue": place,
        "offer_email": offered and mail_inbox(inbox) is not None,
    }


def _rating(conversation: Conversation | None) -> dict[str, Any] | None:
    rating: Rating | None = getattr(conversation, "rating", None)
    if rating is None:
        return None
    return {"score": rating.score, "text": rating.text, "solved": rating.solved}


def mail_inbox(inbox: Inbox) -> Inbox | None:
    """The e-mail inbox of a widget: the chosen one, else the first that shares a team with it."""
    return _mail.of(inbox)


def _find_mail(inbox: Inbox) -> Inbox | None:
    usable = Inbox.objects.filter(channel="email", enabled=True)
    chosen = Widget.of(inbox).email_inbox
    found = usable.filter(pk=chosen).first() if chosen else None
    return found or usable.filter(teams__inboxes=inbox).order_by("pk").first()


_mail = Kept(_find_mail, MAIL_FRESH)
_queue_hours = Kept(_calendar_of_queue, HOURS_FRESH)


def forget(inbox_id: int) -> None:
    """Read everything about a widget anew next time."""
    for kept in (_mail, _queue_hours, waiting.queues, waiting.served):
        kept.forget(inbox_id)
