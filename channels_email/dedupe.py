"""When two raw mails, or two letters, are the same one (F1).

The raw key needs no reading and holds whatever way a mail came: it decides before it is stored
twice. The content key is of the letter as it was read: it tells a broken sender's second mail
under an old Message-ID from the first one coming again, re-encoded on its way.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from channels_email.headers import parse_block
from channels_email.parsing import Letter
from channels_email.threads import ids

_TRACE: Final = re.compile(
    r"received|x-received|return-path|delivered-to|x-original-to|x-forwarded-(?:to|for)"
    r"|(?:x-)?envelope-(?:to|from)|arc-.*|authentication-results|received-spf|dkim-signature"
    r"|x-(?:spam|virus|ms-exchange|google|gm|forefront|microsoft)-?.*|status|x-(?:status|uid|uidl)"
)


def dedupe_key(body: bytes) -> str:
    """Names the raw mail: a hash without the traces of its route, and its Message-ID."""
    headers, start = parse_block(body, 0, len(body))
    digest = hashlib.sha256()
    for name, value in headers.fields:
        if not _TRACE.fullmatch(name):
            digest.update(name.encode("ascii") + b":" + b" ".join(value.split()) + b"\n")
    digest.update(b"\n" + body[start:].replace(b"\r\n", b"\n").rstrip())
    message_ids = ids([headers.first("message-id")])
    return f"{digest.hexdigest()}:{message_ids[0] if message_ids else ''}"[:200]


def content_key(letter: Letter) -> str:
    """Hash of sender, claimed date, words and files of a letter, however they were encoded."""
    digest = hashlib.sha256()
    sender = letter.sender.address if letter.sender else ""
    parts = [sender, letter.headers.first("date"), letter.text or letter.html]
    for part in parts:
        digest.update(" ".join(part.split()).encode("utf-8", "replace") + b"\0")
    for file in letter.files:
        digest.update(hashlib.sha256(file.data or b"").digest())
    return digest.hexdigest()
