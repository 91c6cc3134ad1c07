"""Mailboxes out of address headers: split on the raw syntax, words decoded after (B6)."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from typing import Final

from channels_email.headers import decode_words, one_line

MAX_ADDRESSES: Final = 1000
MAX_NAME: Final = 200
MAX_ADDRESS: Final = 320

BIDI: Final = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_NO_BIDI: Final = dict.fromkeys(map(ord, BIDI))
_TOKEN: Final = re.compile(r'=\?[^?\s]{1,80}\?[bBqQ]\?[^?]{0,4000}\?=|\\.|[",;:<>()]', re.DOTALL)
_QUOTED_LOCAL: Final = re.compile(r'"[^"]{0,64}"@')
_ESCAPED: Final = re.compile(r'\\(["\\])')
_PARENTHESIS: Final = re.compile(r"\\.|[()]", re.DOTALL)
_BLANK: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address (lower case, domain in A-labels) and the name shown with it."""

    address: str
    name: str = ""


def parse(value: str) -> list[Mailbox]:
    """The mailboxes of an address header; entries without an address are left out.

    Groups, comments, source routes, stray commas and open quotes are accepted. At most
    MAX_ADDRESSES are read (A10). Only when the raw text holds no address at all, encoded
    words may hold one: then there is none that they could stand in for (B6).
    """
    if not value:
        return []
    boxes = _boxes(value)
    if not boxes and "=?" in value:
        boxes = _boxes(decode_words(value))[:1]
    return boxes


def _boxes(value: str) -> list[Mailbox]:
    chunks, clean_end = _split(value, quotes=True)
    if not clean_end:
        chunks, _ = _split(value, quotes=False)
    boxes: list[Mailbox] = []
    for chunk in chunks[: 2 * MAX_ADDRESSES]:
        if (box := _mailbox(chunk)) is not None:
            boxes.append(box)
            if len(boxes) == MAX_ADDRESSES:
                break
    return boxes


def normal(address: str) -> str:
    """An address as an identity: lower case, IDN domain as A-labels, no blanks (D1, D7)."""
    if not _QUOTED_LOCAL.match(address):
        address = _BLANK.sub("", address)
    local, sign, domain = address.lower().rpartition("@")
    domain = _BLANK.sub("", domain)
    if not sign:
        return domain[:MAX_ADDRESS]
    if not domain.isascii():
        with contextlib.suppress(UnicodeError):
            domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain.rstrip('.')}"[:MAX_ADDRESS]


def display_name(text: str) -> str:
    """A name fit to show: words decoded, no quotes, controls or bidi tricks, 200 characters."""
    text = _bare(text.strip())
    if "\\" in text:
        text = _ESCAPED.sub(r"\1", text)
    name = _bare(one_line(decode_words(text).translate(_NO_BIDI)))
    return name[:MAX_NAME].strip()


def _bare(text: str) -> str:
    """Without the quotes around it, as often as they stand there; a lone one goes as well."""
    for _time in range(3):
        if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
            text = text[1:-1].strip()
        elif text.count('"') == 1:
            text = text.strip('" ')
    return text


def without_tag(address: str) -> str:
    """The address without its +tag: how inboxes are matched (D7)."""
    local, sign, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}{sign}{domain}"


def _split(value: str, *, quotes: bool) -> tuple[list[str], bool]:
    """Split at the commas and semicolons that separate; False when a quote stayed open."""
    chunks: list[str] = []
    begin, quoted, angle, depth = 0, False, False, 0
    last = value.rfind(";")
    for match in _TOKEN.finditer(value):
        sign = match[0]
        if sign == '"' and quotes and not depth:
            quoted = not quoted
        elif quoted or len(sign) > 1:
            continue
        elif sign in "()":
            depth = max(0, depth + (1 if sign == "(" else -1))
        elif depth:
            continue
        elif sign in "<>":
            angle = sign == "<"
        elif angle:
            continue
        elif sign in ",;":
            chunks.append(value[begin : match.start()])
            begin = match.end()
        elif sign == ":" and match.end() <= last and value.find("@", begin, match.start()) < 0:
            # A group has an end; without one the colon belongs to a name.
            begin = match.end()
    chunks.append(value[begin:])
    return chunks, not (quoted or depth or angle)


def _mailbox(chunk: str) -> Mailbox | None:
    chunk = chunk.strip()
    if not chunk:
        return None
    opened = chunk.rfind("<")
    if opened >= 0:
        inside = chunk[opened + 1 :].partition(">")[0]
        name = chunk[:opened].strip(" \t<") or chunk[opened:].partition(">")[2].strip(" \t>")
        if name.startswith("(") and name.endswith(")"):
            name = name[1:-1]
    else:
        inside, name = _without_comments(chunk)
        inside = inside.strip()
        if "@" in inside and _BLANK.search(inside) and not _QUOTED_LOCAL.match(inside):
            words = inside.split()
            inside = next(word for word in words if "@" in word)
            name = name or " ".join(word for word in words if word is not inside)
    if "=?" in inside:
        inside = one_line(decode_words(inside))
        if opened < 0 and ("<" in inside or " " in inside):
            return None  # a whole mailbox in words: see `parse`
    inside = inside.strip()
    if inside.startswith("@"):
        inside = inside.rpartition(":")[2]
    address = normal(_tidy(one_line(inside.translate(_NO_BIDI))))
    if "@" not in address.strip("@"):
        return None
    return Mailbox(address, display_name(name))


def _tidy(address: str) -> str:
    """Without what people put around an address by mistake."""
    if address[:7].lower() == "mailto:":
        address = address[7:]
    if address.startswith('"') and '"@' not in address:
        address = address.strip('"')
    return address.strip("<>,;[]' ") if not address.endswith("]") else address.strip("<>,;' ")


def _without_comments(text: str) -> tuple[str, str]:
    """The text outside its parentheses, and the last comment; nested ones are one."""
    if "(" not in text or text.lstrip().startswith(('"', "=?")):
        return text, ""
    out: list[str] = []
    comment, depth, position, begin = "", 0, 0, 0
    for match in _PARENTHESIS.finditer(text):
        if match[0] == "(":
            depth += 1
            if depth == 1:
                out.append(text[position : match.start()])
                begin = match.end()
        elif match[0] == ")" and depth:
            depth -= 1
            if not depth:
                comment, position = text[begin : match.start()], match.end()
    out.append(text[position:] if not depth else "")
    return " ".join(out), comment
