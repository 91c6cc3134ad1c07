"""By which way a customer is answered: as an agent chooses, or when they have left a live chat."""

from __future__ import annotations

from django.utils.translation import gettext as _

from helpdesk.adapters import adapter_for
from helpdesk.events import Kind, locked, record
from helpdesk.models import Agent, Conversation, State
from helpdesk.selectors import ways
from helpdesk.services import legs

GONE = "gone"
"""In a conversation's context: the customer has left the live chat. "waits": the answer waits for
them there; "switched": it goes elsewhere until they are back.
"""


class NoSuchWayError(ValueError):
    """The customer cannot be reached like that from here."""


class UnsureError(ValueError):
    """Nobody vouches for the address, or that they want to be written to there: `code` says which.

    Whoever is sure says so.
    """

    def __init__(self, code: str) -> None:
        said = {
            "unverified": _("Nobody has shown that this address is theirs."),
            "no_consent": _("They have never written from here nor asked for answers here."),
        }
        super().__init__(said[code])
        self.code = code


def choose(
    conversation_id: int, *, by: Agent, inbox: int, address: str, sure: bool = False
) -> Conversation:
    """The next answers of a conversation go this way, until the customer writes elsewhere.

    sure: the agent was told what is doubtful about it and wants it all the same; the event keeps
    that. Raises NoSuchWayError for anything but one of selectors.ways.of(), UnsureError.
    """
    with locked(conversation_id) as conversation:
        for way in ways.of(conversation):
            if (way["inbox"], way["address"]) == (inbox, address):
                break
        else:
            msg = "The customer cannot be reached this way."
            raise NoSuchWayError(msg)
        if way["doubt"] and not sure:
            raise UnsureError(way["doubt"])
        _go(conversation, way, by=by, why="chosen")
        conversation.context = {k: v for k, v in conversation.context.items() if k != GONE}
    return conversation


def _go(
    conversation: Conversation, way: ways.Way, *, by: Agent | None, why: str, follow: bool = False
) -> None:
    own = way["inbox"] == conversation.inbox_id
    conversation.reply_inbox_id = None if own else way["inbox"]
    conversation.reply_address = "" if own else way["address"]
    facts = {name: way[name] for name in ("inbox", "name", "address", "channel", "provider")}
    facts |= {"why": why, "doubt": way["doubt"]}
    event = record(conversation, Kind.WAY_CHOSEN, by=by, payload=facts)
    if follow:
        legs.follow(conversation, event)


def left_waiting(conversation_id: int) -> bool:
    """A customer who still waits for an answer has left the live chat: it goes elsewhere.

    By a text while their question is of the last 24 hours and they have written to us like that,
    else by a letter, and only to an address that is surely theirs; else it waits in the chat
    (domain 2.4). The composer says so before anything is written. True if something changed.
    """
    with locked(conversation_id) as conversation:
        live = adapter_for(conversation.inbox).capabilities.live
        waits = conversation.waiting_since is not None and conversation.reply_inbox_id is None
        over = conversation.state in {State.CLOSED, State.SPAM, State.RESOLVED}
        if not live or not waits or over or GONE in conversation.context:
            return False
        way = ways.best(conversation)
        mark = "switched" if way else "waits"
        conversation.context = {**conversation.context, GONE: mark}
        if way:
            _go(conversation, way, by=None, why="left", follow=True)
        else:
            record(conversation, Kind.WAY_CHOSEN, payload={"why": "waits"})
    return True


def back(*conversation_ids: int) -> int:
    """Who had left the live chat is there again, and so are the answers; how many were away."""
    known = Conversation.objects.filter(pk__in=conversation_ids, context__has_key=GONE)
    away = list(known.values_list("pk", flat=True))
    for pk in away:
        with locked(pk) as conversation:
            rest = dict(conversation.context)
            mark = rest.pop(GONE, "")
            conversation.context = rest
            if not mark:
                continue
            if mark == "switched":
                conversation.reply_inbox_id, conversation.reply_address = None, ""
            event = record(conversation, Kind.WAY_CHOSEN, payload={"why": "back"})
            legs.follow(conversation, event)
    return len(away)
