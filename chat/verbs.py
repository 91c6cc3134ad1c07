"""What a visitor does beside writing, by frame: one function for the socket and for HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from chat import frames, identity, questions, service, sessions
from chat.appearance import Widget
from chat.hours import zone
from helpdesk import by_customer, inbound
from helpdesk.by_customer import RefusedError
from helpdesk.models import Inbox
from helpdesk.realtime import groups, publish

Frame = dict[str, Any]
MAX_ADDRESS = 320
MAX_WORDS = 4000
TYPING = ("composing", "paused", "gone")


def perform(visitor: sessions.Visitor, frame: Frame) -> Frame:
    """Do what a frame asks and give the reply, which may be an error the panel can explain.

    Safe to repeat. Raises FrameError for a frame that breaks the protocol.
    """
    kind = frame["type"]
    try:
        return {**VERBS[kind](visitor, frame), "type": REPLIES[kind]}
    except RefusedError as error:
        code = {"code": error.code, "retryable": error.retryable}
        return {"type": "error", "for": kind, **code}


def _conversation(visitor: sessions.Visitor) -> int:
    if visitor.conversation_id is None:
        raise RefusedError("refused")
    return visitor.conversation_id


def _mail(visitor: sessions.Visitor) -> Inbox:
    found = service.mail_inbox(visitor.inbox)
    if found is None:
        raise RefusedError("no_email")
    return found


def _answers(visitor: sessions.Visitor, frame: Frame) -> Frame:
    questions.keep(visitor.inbox, _conversation(visitor), frames.answers_of(frame))
    return {}


def _leave(visitor: sessions.Visitor, frame: Frame) -> Frame:
    address = frames.text(frame, "email", MAX_ADDRESS)
    if frames.truth(frame, "consent") is not True:
        raise RefusedError("consent")
    by_customer.leave(_conversation(visitor), _mail(visitor), address)
    return {}


def _end(visitor: sessions.Visitor, frame: Frame) -> Frame:
    by_customer.end(_conversation(visitor))
    return {}


def _rate(visitor: sessions.Visitor, frame: Frame) -> Frame:
    score, words = frames.whole(frame, "score"), frames.text(frame, "text", MAX_WORDS)
    solved = frames.truth(frame, "solved")
    if not Widget.of(visitor.inbox).rating:
        raise RefusedError("refused")
    by_customer.rate(_conversation(visitor), score=score, text=words, solved=solved)
    return {}


def _transcript(visitor: sessions.Visitor, frame: Frame) -> Frame:
    address = frames.text(frame, "email", MAX_ADDRESS)
    widget = Widget.of(visitor.inbox)
    if not widget.transcript:
        raise RefusedError("refused")
    language = visitor.language or visitor.inbox.language
    by_customer.transcript(
        _conversation(visitor),
        _mail(visitor),
        address,
        title=widget.title_in(language),
        after=visitor.hidden,
        language=language,
        zone=zone(widget.hours.tz if widget.hours else "UTC"),
    )
    return {}


def _press(visitor: sessions.Visitor, frame: Frame) -> Frame:
    """A reply becomes a text of his, once for each button; a link is only recorded."""
    message, number = frames.key(frame, "message"), frames.whole(frame, "button")
    button = by_customer.press(_conversation(visitor), message, number)
    if "reply" not in button:
        return {}
    cid = frames.key(frame, "cid") if frame.get("cid") else uuid.uuid5(message, str(number))
    said = sessions.send(visitor, cid=cid, body=button["reply"])
    return {
        "cid": str(cid),
        "id": str(said.pk),
        "seq": said.public_seq,
        "conversation": said.conversation_id,
    }


def _seen(visitor: sessions.Visitor, frame: Frame) -> Frame:
    """The browser has (`got`), or has shown (`read`), messages up to a seq."""
    mark = frames.whole(frame, "seq")
    if visitor.conversation_id is not None:
        inbound.customer_seen(visitor.conversation_id, **{frame["type"]: mark})
    return {}


def typing(visitor: sessions.Visitor, frame: Frame) -> Frame | None:
    """What the agents hear of his typing; None while there is no conversation."""
    if visitor.conversation_id is None:
        return None
    said = frames.text(frame, "state", 20) or ("composing" if frame.get("on") else "paused")
    return {
        "type": "typing",
        "conversation": visitor.conversation_id,
        "from": "customer",
        "on": said == "composing",
        "state": said if said in TYPING else "paused",
    }


def _typing(visitor: sessions.Visitor, frame: Frame) -> Frame:
    heard = typing(visitor, frame)
    if heard:
        publish.send(groups.inbox(visitor.inbox.pk), heard)
    return {}


def _identify(visitor: sessions.Visitor, frame: Frame) -> Frame:
    token = frames.text(frame, "token", identity.MAX_TOKEN + 1)
    claims = identity.verify(visitor.inbox, token)
    known = identity.identify(visitor, claims)
    return {"token": known.token, "conversation": known.conversation_id, "name": claims.name}


def _sign_out(visitor: sessions.Visitor, frame: Frame) -> Frame:
    identity.sign_out(visitor, everywhere=frames.truth(frame, "everywhere") is True)
    return {}


VERBS: dict[str, Callable[[sessions.Visitor, Frame], Frame]] = {
    "answers": _answers,
    "leave": _leave,
    "end": _end,
    "rate": _rate,
    "transcript": _transcript,
    "press": _press,
    "read": _seen,
    "got": _seen,
    "typing": _typing,
    "identify": _identify,
    "sign_out": _sign_out,
}
REPLIES = {
    "answers": "answered",
    "leave": "left",
    "end": "ended",
    "rate": "rated",
    "transcript": "transcript_sent",
    "press": "pressed",
    "read": "ok",
    "got": "ok",
    "typing": "ok",
    "identify": "identified",
    "sign_out": "signed_out",
}
ASKING = ("answers", "leave", "end", "rate", "transcript", "press")
