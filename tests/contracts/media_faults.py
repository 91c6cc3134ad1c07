"""How each provider names a file in a call, and what goes wrong with one: rows of the table."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helpdesk.models import Inbox, Missing
from helpdesk.outbound_http import Answer, CutError, NotSentError, TooBigError
from tests.contracts.subject import Hook

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
PDF = b"%PDF-1.7\n" + b"\0" * 40
INNER = "http://169.254.169.254/latest/meta-data/"


@dataclass(frozen=True)
class Media:
    """hook: a signed call with a picture and, where the provider can, the words "look".

    at: a part of the URL that the picture itself is fetched from; asked: what is asked before, by
    a part of its URL. follows: whether a redirect is followed at all.
    """

    hook: Callable[[Any, Inbox], Hook]
    at: str
    asked: tuple[tuple[str, dict[str, Any]], ...] = ()
    words: str = "look"
    follows: bool = True


def _twilio(subject: Any, inbox: Inbox) -> Hook:
    url = "https://media.twiliocdn.com/AC1/ME1"
    picture = {"MediaUrl0": url, "MediaContentType0": "image/png", "NumMedia": "1"}
    return subject._signed(inbox, MessageSid="SM1", Body="look", SmsStatus="received", **picture)  # type: ignore[no-any-return]


def _telegram(subject: Any, inbox: Inbox) -> Hook:
    content = {"caption": "look", "photo": [{"file_id": "F", "width": 9, "height": 9}]}
    return subject._signed(inbox, 1, message=subject._message(1, **content))  # type: ignore[no-any-return]


def _whatsapp(subject: Any, inbox: Inbox) -> Hook:
    picture = {"id": "77", "mime_type": "image/png", "caption": "look"}
    return subject.said(inbox, subject.message(1, "image", image=picture))  # type: ignore[no-any-return]


def _messenger(subject: Any, inbox: Inbox) -> Hook:
    url = "https://scontent.xx.fbcdn.net/v/picture.png?oh=1"
    files = [{"type": "image", "payload": {"url": url}}]
    message = {"mid": "m_1", "text": "look", "attachments": files}
    return subject.events(inbox, subject.event(message=message))  # type: ignore[no-any-return]


def _line(subject: Any, inbox: Inbox) -> Hook:
    said = {"id": "77", "type": "image", "contentProvider": {"type": "line"}}
    return subject.events(inbox, subject.event(1, message=said))  # type: ignore[no-any-return]


def _viber(subject: Any, inbox: Inbox) -> Hook:
    url = "https://dl-media.viber.com/picture.png"
    return subject.message(inbox, 1, type="picture", text="look", media=url)  # type: ignore[no-any-return]


_META = "/v/picture.png"
ROWS: dict[tuple[str, str], Media] = {
    ("sms", "twilio"): Media(_twilio, "/AC1/ME1"),
    ("social", "twilio_whatsapp"): Media(_twilio, "/AC1/ME1"),
    ("social", "telegram"): Media(
        _telegram,
        "/file/bot",
        (("/getFile", {"ok": True, "result": {"file_path": "photos/a.png"}}),),
        follows=False,
    ),
    ("social", "whatsapp"): Media(
        _whatsapp, "lookaside.fbsbx.com", (("/77", {"url": "https://lookaside.fbsbx.com/a"}),)
    ),
    ("social", "messenger"): Media(_messenger, _META),
    ("social", "instagram"): Media(_messenger, _META),
    ("social", "line"): Media(_line, "/message/77/content", words=""),
    ("social", "viber"): Media(_viber, "dl-media.viber.com"),
}


@dataclass(frozen=True)
class Fault:
    """What the fetch is answered with, each time; what is missing then, "" if it is kept.

    kind: the media type by the content of what is kept.
    """

    answer: Answer | Exception
    missing: str
    kind: str = ""


def _page(status: int = 200) -> Answer:
    return Answer(status, {"content-type": "text/html; charset=utf-8"}, b"<p>Sign in</p>")


FAULTS: dict[str, Fault] = {
    "there": Fault(Answer(200, {"content-type": "image/png"}, PNG), "", "image/png"),
    "of another kind": Fault(
        Answer(200, {"content-type": "image/png"}, PDF), "", "application/pdf"
    ),
    "missing": Fault(Answer(404, {}, json.dumps({"error": "gone"}).encode()), Missing.GONE),
    "forbidden": Fault(_page(403), Missing.GONE),
    "a page instead": Fault(_page(), Missing.GONE),
    "too big": Fault(TooBigError("over"), Missing.TOO_BIG),
    "slow": Fault(CutError("no whole answer in the time it was given"), Missing.LATE),
    "not to be reached": Fault(NotSentError("no connection"), Missing.LATE),
    "ill": Fault(_page(503), Missing.LATE),
    "too fast": Fault(Answer(429, {}, b""), Missing.LATE),
    "sent on to an inner address": Fault(Answer(302, {"location": INNER}, b""), Missing.REFUSED),
}
