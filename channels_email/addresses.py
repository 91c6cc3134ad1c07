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
MAX_CHUNK: Final = 4000

BIDI: Final = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_NO_BIDI: Final = dict.fromkeys(map(ord, BIDI))
_TOKEN: Final = re.compile(r'=\?[^?\s]{1,80}\?[bBqQ]\?[^?]{0,4000}\?=|\\.|[",;:<>()]', re.DOTALL)
_COMMENT: Final = re.compile(r"\(((?:[^()\\]|\\.)*)\)", re.DOTALL)
_BLANK: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address (lower case, domain in A-labels) and the name shown with it."""

    address: str
    name: str = ""


def parse(value: str) -> list[Mailbox]:
    """The mailboxes of an address header; entries without an address are left out.

    Groups, comments, source routes, stray commas and open quotes are accepted. At most
    MAX_ADDRESSES are read (A10).
    """
    if not value:
        return []
    chunks, clean_end = _split(value, quotes=True)
    if not clean_end:
        chunks, _ = _split(value, quotes=False)
    boxes = (_mailbox(chunk) for chunk in chunks[: 2 * MAX_ADDRESSES])
    return [box for box in boxes if box is not None][:MAX_ADDRESSES]


def normal(address: str) -> str:
    """An address as an identity: lower case, IDN domain as A-labels, no blanks (D1, D7)."""
    local, sign, domain = _BLANK.sub("", address).lower().rpartition("@")
    if not sign:
        return domain[:MAX_ADDRESS]
    if not domain.isascii():
        with contextlib.suppress(UnicodeError):
            domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain.rstrip('.')}"[:MAX_ADDRESS]


def display_name(text: str) -> str:
    """A name fit to show: words decoded, no quotes, controls or bidi tricks, 200 characters."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    text = text.replace('\\"', '"').replace("\\\\", "\\")
    name = one_line(decode_words(text).translate(_NO_BIDI)).strip("\"' ")
    return name[:MAX_NAME].strip()


def without_tag(address: str) -> str:
    """The address without its +tag: how inboxes are matched (D7)."""
    local, sign, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}{sign}{domain}"


def _split(value: str, *, quotes: bool) -> tuple[list[str], bool]:
    """Split at the commas and semicolons that separate; False when a quote stayed open."""
    chunks: list[str] = []
    begin, quoted, angle, depth = 0, False, False, 0
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
        elif sign == ":" and value.find("@", begin, match.start()) < 0:
            begin = match.end()
    chunks.append(value[begin:])
    return chunks, not (quoted or depth or angle)


def _mailbox(chunk: str) -> Mailbox | None:
    chunk = chunk[:MAX_CHUNK].strip()
    if not chunk:
        return None
    opened = chunk.rfind("<")
    if opened >= 0:
        inside = chunk[opened + 1 :].partition(">")[0]
        name = chunk[:opened]
    else:
        comments = _COMMENT.findall(chunk)
        inside = _COMMENT.sub(" ", chunk).strip()
        name = comments[-1] if comments else ""
        if "@" in inside and _BLANK.search(inside):
            words = inside.split()
            inside = next(word for word in words if "@" in word)
            name = name or " ".join(word for word in words if word is not inside)
    if inside.startswith("@"):
        inside = inside.rpartition(":")[2]
    address = normal(one_line(inside.translate(_NO_BIDI)).removeprefix("mailto:"))
    if "@" not in address.strip("@"):
        return None
    return Mailbox(address, display_name(name))
