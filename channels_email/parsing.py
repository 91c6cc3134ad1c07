"""One raw message to one `Letter`: the guarded reader; only an empty input is refused.

Rules A3, A10, B8, B9, B12-B17, C3, C4, C7. Knows nothing of Django or of inboxes, so that the
fake mailbox and the tests can read mail the same way.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz
from typing import Final

from channels_email import addresses
from channels_email.addresses import Mailbox
from channels_email.bodies import MAX_BODY_CHARS, LetterFile, read_body
from channels_email.charsets import clean, decode
from channels_email.headers import Headers, decode_words, parse_block
from channels_email.mime import Tree

MAX_MESSAGE: Final = 50 * 1024 * 1024
MAX_SUBJECT: Final = 300
MAX_REFERENCES: Final = 100
_ROOM_FOR_MARKS: Final = 1000

_log = logging.getLogger(__name__)
_ISO_DATE: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?(?:\.\d+)?\s*"
    r"(?:Z|(?:UTC|GMT)|([+-])(\d\d):?(\d\d))?"
)
_COMMENT: Final = re.compile(r"\([^()]{0,100}\)")
_FUTURE: Final = timedelta(minutes=10)
_PAST: Final = datetime(1990, 1, 1, tzinfo=UTC)


class EmptyMailError(ValueError):
    """There is nothing at all to read."""


@dataclass(slots=True)
class Letter:
    """What a mail says; every text is clean for the database (A11).

    sent_at: the claimed time (UTC), None when missing or absurd (B9). notes: what was cut,
    repaired or odd. content_type: of the whole message.
    """

    headers: Headers
    sender: Mailbox | None = None
    reply_to: list[Mailbox] = field(default_factory=list)
    to: list[Mailbox] = field(default_factory=list)
    cc: list[Mailbox] = field(default_factory=list)
    subject: str = ""
    sent_at: datetime | None = None
    content_type: str = "text/plain"
    text: str = ""
    html: str = ""
    files: list[LetterFile] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read(data: bytes, *, max_file: int) -> Letter:
    """The letter in `data`; files over `max_file` bytes come without content (C7).

    Raises EmptyMailError when there is nothing but white space, and nothing else ever: what
    the full reader cannot take is read by the tolerant one, with the message attached (A3).
    """
    if not data.strip():
        raise EmptyMailError("the message is empty")
    try:
        return _read(data, max_file)
    except Exception as error:  # noqa: BLE001  nothing may escape (A3); the raw mail stays
        _log.warning("mail read by the tolerant reader", exc_info=error)
        return _degraded(data, max_file)


def _read(data: bytes, max_file: int) -> Letter:
    notes = []
    if len(data) > MAX_MESSAGE:
        data = data[:MAX_MESSAGE]
        notes.append("message_over_limit")
    if _has_old_line_ends(data):
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    tree = Tree(data)
    body = read_body(tree, max_file)
    letter = _with_headers(tree.root.headers)
    letter.content_type = tree.root.type
    letter.notes += [*notes, *tree.notes, *body.notes]
    letter.html = body.html
    letter.files = body.files
    letter.text = clean(body.text).strip("\n").rstrip()
    if len(letter.text) > MAX_BODY_CHARS + _ROOM_FOR_MARKS:
        _cut_text(letter)
    return letter


def _has_old_line_ends(data: bytes) -> bool:
    """Whether the headers end their lines with CR alone (B1)."""
    blank = data.find(b"\r\r")
    if blank < 0:
        return b"\n" not in data
    return data[blank + 2 : blank + 3] != b"\n" and data.find(b"\n", 0, blank) < 0


def _with_headers(headers: Headers) -> Letter:
    letter = Letter(headers)
    senders = addresses.parse(headers.first("from"))
    letter.sender = senders[0] if senders else None
    letter.reply_to = addresses.parse(headers.first("reply-to"))
    letter.to = addresses.parse(", ".join(headers.all("to")))
    letter.cc = addresses.parse(", ".join(headers.all("cc")))
    letter.subject = headers.words("subject")[:MAX_SUBJECT]
    if len(letter.to) >= addresses.MAX_ADDRESSES or len(letter.cc) >= addresses.MAX_ADDRESSES:
        letter.notes.append("addresses_over_limit")
    if sum(value.count("<") for value in headers.all("references")) > MAX_REFERENCES:
        letter.notes.append("references_over_limit")
    date = headers.first("date")
    letter.sent_at = parse_date(date)
    if date and letter.sent_at is None:
        letter.notes.append("date_ignored")
    return letter


def _cut_text(letter: Letter) -> None:
    """A text made of HTML that is over the limit: the rest is in the HTML (A10)."""
    if not letter.html:
        whole = letter.text.encode()
        letter.files = [
            *letter.files,
            LetterFile("message.txt", whole, "text/plain; charset=utf-8", len(whole)),
        ]
    letter.text = letter.text[:MAX_BODY_CHARS] + "\n[…]"
    letter.notes.append("text_over_limit")


def parse_date(value: str) -> datetime | None:
    """The claimed time in UTC; odd zones count as UTC; None before 1990 or in the future (B9)."""
    try:
        moment = _iso_date(value) or _mail_date(value)
    except Exception:  # noqa: BLE001  the stdlib parser raises whatever its input suggests
        return None
    if moment is None:
        return None
    return moment if _PAST <= moment <= datetime.now(UTC) + _FUTURE else None


def _iso_date(value: str) -> datetime | None:
    match = _ISO_DATE.match(value.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second = map(int, match.groups("0")[:6])
    moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    if match[7]:
        sign = -1 if match[7] == "-" else 1
        moment -= sign * timedelta(hours=int(match[8]), minutes=int(match[9]))
    return moment


def _mail_date(value: str) -> datetime | None:
    parts = parsedate_tz(_COMMENT.sub(" ", decode_words(value))[:200])
    if parts is None:
        return None
    moment = datetime(*parts[:6], tzinfo=UTC)
    offset = parts[9] or 0
    return moment - timedelta(seconds=offset) if abs(offset) < 24 * 3600 else moment


def _degraded(data: bytes, max_file: int) -> Letter:
    """From, subject and some text by the simplest means, and the message itself as a file."""
    data = data[:MAX_MESSAGE]
    try:
        headers, start = parse_block(data, 0, len(data))
        letter = _with_headers(headers)
    except Exception:  # noqa: BLE001
        letter, start = Letter(Headers([])), 0
    text = decode(data[start : start + MAX_BODY_CHARS]).replace("\r\n", "\n").replace("\r", "\n")
    letter.text = text.strip()
    size = len(data)
    kept = data if size <= max_file else None
    letter.files = [LetterFile("message.eml", kept, "message/rfc822", size)]
    letter.notes.append("degraded")
    return letter
