"""Who wrote a letter, as far as it can be known: the author, where they want answers, warnings.

Rules D1-D6. Settings of the inbox: `groups` (lists of ours that rewrite the sender),
`trust_reply_to` (a form writes from our own address), `authserv_id` (whose
Authentication-Results are believed). Nothing here believes what a stranger could have written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from channels_email import addresses, lookalikes, owned
from channels_email.addresses import Mailbox
from channels_email.headers import parse_block
from channels_email.parsing import Letter
from helpdesk.models import Inbox

REPLY_ELSEWHERE: Final = "reply_to_elsewhere"
DMARC_FAILED: Final = "dmarc_failed"
LOOKALIKE: Final = "lookalike"
NAMED_ELSEWHERE: Final = "named_elsewhere"
_COMMENT: Final = re.compile(r"\([^()]{0,500}\)")
_RESULT: Final = re.compile(r"\bdmarc\s*=\s*([a-z]{1,20})", re.IGNORECASE)
_DOMAIN: Final = re.compile(r"\bheader\.from\s*=\s*\"?@?([^\s;\"]{1,255})", re.IGNORECASE)
_VIA: Final = re.compile(r"\s(?:via|per|über|através|przez|via:)\s", re.IGNORECASE)
_QUOTED: Final = re.compile(r"\A[>|\s]*")
_LABEL: Final = re.compile(r"\*{0,2}[^\W\d_][^:：\n]{0,30}?\*{0,2}\s?[:：]\*{0,2}\s*(.*)\Z")
_ADDRESS: Final = re.compile(r"[^\s<>@()\[\],;:\"]{1,64}@[^\s<>@()\[\],;:\"]{1,255}")
_FORWARD: Final = re.compile(
    r"\s*\[?(?:fwd?|wg|tr|rv|vs|vb|doorst|enc|pd|i|továbbítva|fs|ref|ilt|vl|πρθ|vedresendt|"
    r"videresendt|vidarebefordrat|přep|předáno|proslijeđeno|posredovano|пересл|fw|转发|轉寄|転送|"
    r"전달|הועבר|إعادة توجيه)\s?[:：]",
    re.IGNORECASE,
)
_LOOKED_AT: Final = 400  # lines in which the head of a forwarded letter is looked for
_MIN_FIELDS: Final = 3


@dataclass(slots=True)
class Author:
    """sender: None where nobody usable is named. reply_to: "" where it is the sender.

    authenticated: our own trusted server says that the From domain sent it. dmarc: its verdict,
    "" where it said none. resembles: the domain of ours that theirs looks like. forwarded: whom
    the body says that it was forwarded from.
    """

    sender: Mailbox | None
    ourselves: bool = False
    reply_to: str = ""
    dmarc: str = ""
    authenticated: bool = False
    warnings: list[str] = field(default_factory=list)
    resembles: str = ""
    forwarded: Mailbox | None = None


def author(inbox: Inbox, letter: Letter) -> Author:
    """What a letter says of its author, judged from one inbox."""
    found = Author(letter.sender)
    asked = letter.reply_to[0] if letter.reply_to else None
    if letter.sender and addresses.without_tag(letter.sender.address) in owned.groups(inbox):
        found.sender, asked = _behind_group(letter) or letter.sender, None
    elif letter.sender and addresses.without_tag(letter.sender.address) in owned.addresses(inbox):
        found.ourselves = True
        trusted = bool(inbox.settings.get("trust_reply_to"))
        found.sender, asked = (asked if trusted else None), None
    if asked and found.sender and not owned.is_own(inbox, asked.address):
        found.reply_to = asked.address if asked.address != found.sender.address else ""
        if found.reply_to and not _same_house(asked.address, found.sender.address):
            found.warnings.append(REPLY_ELSEWHERE)
    if found.sender:
        _judge(inbox, letter, found)
        _unmask(inbox, found)
        if is_forward(letter.subject):
            found.forwarded = forwarded(letter)
    return found


def is_forward(subject: str) -> bool:
    """Whether a subject begins as forwarded letters do, in the languages of the common clients."""
    return _FORWARD.match(subject) is not None


def _behind_group(letter: Letter) -> Mailbox | None:
    """Who wrote to a group of ours that put its own address into From (D3)."""
    name = letter.sender.name if letter.sender else ""
    plain = _VIA.split(f"{name} ")[0].strip("' \"") if name else ""
    for header in ("x-original-from", "x-original-sender"):
        for box in addresses.parse(letter.headers.first(header)):
            return Mailbox(box.address, box.name or plain)
    for box in letter.reply_to:
        if letter.sender is None or box.address != letter.sender.address:
            return Mailbox(box.address, box.name or plain)
    return None


def _unmask(inbox: Inbox, found: Author) -> None:
    """Say so where the sender is dressed up as us, or as somebody else."""
    sender = found.sender
    if sender is None or found.ourselves:
        return
    found.resembles = lookalikes.resembles(sender.address, owned.addresses(inbox))
    if found.resembles:
        found.warnings.append(LOOKALIKE)
    if lookalikes.named_as(sender.name, sender.address):
        found.warnings.append(NAMED_ELSEWHERE)


def _judge(inbox: Inbox, letter: Letter, found: Author) -> None:
    """Read the one verdict that we believe: the topmost of the server that we named (D6)."""
    trusted = str(inbox.settings.get("authserv_id") or "").strip().lower()
    if not trusted or letter.sender is None:
        return
    for value in letter.headers.all("authentication-results"):
        plain = _COMMENT.sub(" ", value[:4000])
        server, _semicolon, results = plain.partition(";")
        if server.lower().split()[:1] != [trusted]:
            continue
        verdict, domain = _RESULT.search(results), _DOMAIN.search(results)
        found.dmarc = verdict[1].lower() if verdict else "none"
        named = addresses.normal(f"x@{domain[1]}") if domain else ""
        written = addresses.normal(f"x@{letter.sender.address.rpartition('@')[2]}")
        found.authenticated = found.dmarc == "pass" and named == written and not found.ourselves
        if found.dmarc == "fail":
            found.warnings.append(DMARC_FAILED)
        return


def forwarded(letter: Letter) -> Mailbox | None:
    """Whom a forwarded letter was from: of the attached one, else of the block in the text (D5)."""
    for file in letter.files:
        if file.content_type == "message/rfc822" and file.data:
            headers, _start = parse_block(file.data, 0, min(len(file.data), 256 * 1024))
            for box in addresses.parse(headers.first("from")):
                return box
    return _inline(letter.text)


def _inline(text: str) -> Mailbox | None:
    """The first address of the first block of at least three "Label: value" lines with one.

    Clients name the sender first in it, whatever the language.
    """
    lines = [_QUOTED.sub("", line[:1000]).strip() for line in text.split("\n")[:_LOOKED_AT]]
    block: list[str] = []
    for line in [*lines, ""]:
        match = _LABEL.match(line.translate(dict.fromkeys(map(ord, addresses.BIDI))))
        if match:
            block.append(match[1])
            continue
        if len(block) >= _MIN_FIELDS and (box := _first_box(block)):
            return box
        block = []
    return None


def _first_box(block: list[str]) -> Mailbox | None:
    for value in block:
        if not _ADDRESS.search(value):
            continue
        readable = value.replace("[mailto:", "<").replace("]", ">")
        for box in addresses.parse(readable):
            return box
    return None


def _same_house(one: str, other: str) -> bool:
    a, b = (each.rpartition("@")[2] for each in (one, other))
    return a == b or a.endswith(f".{b}") or b.endswith(f".{a}")
