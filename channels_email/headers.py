"""Header blocks of real mail: fields, encoded words and parameters; nothing here raises.

Rules B1-B5, B7 and C1. The stdlib parser is not used for this: it loses folded boundaries,
gives up on a missing blank line, and raises on several headers of the wild.
"""

from __future__ import annotations

import binascii
import re
from typing import Final
from urllib.parse import unquote_to_bytes

from channels_email.charsets import clean, decode

MAX_BLOCK: Final = 256 * 1024
"""Bytes of one header block that are read (A10)."""
MAX_FIELD: Final = 64 * 1024
"""Bytes of one header field that are read (A10)."""

_FIELD: Final = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_KNOWN: Final = re.compile(
    rb"(?:from|to|cc|subject|date|message-id|mime-version|content-[a-z-]+|reply-to|received"
    rb"|return-path|references|in-reply-to|x-[!-9;-~]+)[ \t]*:",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?((?:[^?]|\?(?!=)){0,4000})\?=")
_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]")
_BLANKS: Final = re.compile(r"\s+")
_SECTION: Final = re.compile(r"(.+?)\*(\d{1,3})(\*?)\Z", re.DOTALL)
_SCANNED: Final = re.compile(r'[;"]')


class Headers:
    """The fields of one header block, in order, still as bytes; read through methods.

    `charset` is what raw 8-bit bytes mean when they are not UTF-8 (B7): the message's own.
    """

    __slots__ = ("charset", "fields")

    def __init__(self, fields: list[tuple[str, bytes]], charset: str = "") -> None:
        self.fields = fields
        self.charset = charset

    def all(self, name: str) -> list[str]:
        """Every value of a field, unfolded, encoded words left as they are."""
        return [self._text(value) for key, value in self.fields if key == name]

    def first(self, name: str) -> str:
        """The first value of a field (B4), unfolded, or ""."""
        for key, value in self.fields:
            if key == name:
                return self._text(value)
        return ""

    def words(self, name: str) -> str:
        """The first value of a field as people read it: words decoded, one line."""
        return one_line(decode_words(self.first(name)))

    def _text(self, value: bytes) -> str:
        return clean(decode(value, self.charset)).strip()


def parse_block(data: bytes, start: int, end: int) -> tuple[Headers, int]:
    """The fields between `start` and `end`, and the offset where the body begins (B1, B2).

    A leading mbox line and leading blank lines are passed over; without a blank line the
    body begins at the first line that cannot be a header.
    """
    fields: list[tuple[str, bytearray]] = []
    position = _skip_preamble(data, start, end)
    first = position
    while position < end:
        line_end = data.find(b"\n", position, end)
        stop = end if line_end < 0 else line_end
        following = end if line_end < 0 else line_end + 1
        line = data[position : min(stop, position + MAX_FIELD)].rstrip(b"\r")
        if not line:
            return _done(fields), following
        if line[:1] in b" \t":
            if fields and position - first < MAX_BLOCK:
                _extend(fields[-1][1], line)
        elif match := _FIELD.match(line):
            if position - first < MAX_BLOCK:
                name = match[1].decode("ascii").lower()
                fields.append((name, bytearray(line[match.end() :])))
        elif not _KNOWN.match(data, following, end):
            return _done(fields), position
        position = following
    return _done(fields), end


def _skip_preamble(data: bytes, start: int, end: int) -> int:
    position = start
    while position < end:
        line_end = data.find(b"\n", position, end)
        if line_end < 0:
            break
        line = data[position : min(line_end, position + 1000)].strip()
        if line and not (line.startswith((b"From ", b">From ")) and position - start < MAX_FIELD):
            break
        if position == start and not line and start:
            # A part of a multipart may have no headers at all: its blank line is the border.
            break
        position = line_end + 1
    return position


def _extend(field: bytearray, line: bytes) -> None:
    if len(field) < MAX_FIELD:
        field += line[: MAX_FIELD - len(field)]


def _done(fields: list[tuple[str, bytearray]]) -> Headers:
    return Headers([(name, bytes(value)) for name, value in fields])


def one_line(text: str) -> str:
    """`text` without controls, each run of white space as one blank."""
    return _BLANKS.sub(" ", clean(text)).strip()


def decode_words(text: str) -> str:
    """RFC 2047 words decoded as mail in the wild needs it; the rest stays (B5).

    Neighbours of one charset and encoding are joined as bytes first, because senders cut
    multi-byte characters between words; the white space between words vanishes.
    """
    if "=?" not in text:
        return text
    out: list[str] = []
    run: list[tuple[str, str, str]] = []
    position = 0
    for match in _WORD.finditer(text):
        between = text[position : match.start()]
        word = (match[1].partition("*")[0].lower(), match[2].lower(), match[3])
        if run and (between.strip() or word[:2] != run[0][:2]):
            out.append(_decode_run(run))
            run = []
        if between.strip() or not position:
            out.append(between)
        run.append(word)
        position = match.end()
    if run:
        out.append(_decode_run(run))
    out.append(text[position:])
    return clean("".join(out))


def _decode_run(run: list[tuple[str, str, str]]) -> str:
    charset, encoding, _text = run[0]
    texts = [word[2].encode("utf-8", "replace") for word in run]
    if encoding == "q":
        data = b"".join(binascii.a2b_qp(text, header=True) for text in texts)
    elif all(len(_NOT_BASE64.sub(b"", text)) % 4 == 0 or b"=" in text for text in texts):
        data = b"".join(decode_base64(text) for text in texts)
    else:
        data = decode_base64(b"".join(texts))
    return decode(data, charset)


def decode_base64(data: bytes) -> bytes:
    """Base64 as far as it goes: junk skipped, padding forgiven, streams joined (B10)."""
    sections = data.split(b"=")
    if len(sections) > 1000:
        sections = [b"".join(sections)]
    out = []
    for section in sections:
        letters = _NOT_BASE64.sub(b"", section)
        if len(letters) % 4 == 1:
            letters = letters[:-1]
        if letters:
            out.append(binascii.a2b_base64(letters + b"=" * (-len(letters) % 4)))
    return b"".join(out)


def parse_parameters(value: str) -> tuple[str, dict[str, str]]:
    """The word before the first `;` (lower case) and the parameters, decoded (B2, C1).

    RFC 2231 continuations come in any order and may mix encoded and plain segments;
    RFC 2047 words are decoded although the standard forbids them here.
    """
    pieces = _split_parameters(value)
    main = decode_words(pieces[0]).strip().lower() if pieces else ""
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for piece in pieces[1:200]:
        name, sign, raw = piece.partition("=")
        name = name.strip().lower()
        if not sign or not name:
            continue
        text = _unquote(raw)
        if match := _SECTION.match(name):
            section = sections.setdefault(match[1].strip(), {})
            section.setdefault(int(match[2]), (text, bool(match[3])))
        elif name.endswith("*"):
            sections.setdefault(name[:-1].strip(), {}).setdefault(-1, (text, True))
        else:
            plain.setdefault(name, decode_words(text))
    return main, plain | {name: _join_sections(parts) for name, parts in sections.items()}


def _split_parameters(value: str) -> list[str]:
    pieces: list[str] = []
    begin, quoted = 0, False
    for match in _SCANNED.finditer(value):
        if match[0] == '"':
            backslashes = value[: match.start()][-2:]
            if not (quoted and backslashes.endswith("\\") and backslashes != "\\\\"):
                quoted = not quoted
        elif not quoted:
            pieces.append(value[begin : match.start()])
            begin = match.end()
    rest = value[begin:]
    if quoted and ";" in rest:
        # A quote that never closes: what follows the semicolon is still parameters.
        return [*pieces, *rest.split(";")]
    return [*pieces, rest]


def _unquote(raw: str) -> str:
    text = raw.strip()
    if text.startswith('"'):
        text = text[1:].removesuffix('"')
        # Only these two: a backslash before anything else is a Windows path, not an escape.
        text = text.replace('\\"', '"').replace("\\\\", "\\")
    return text


def _join_sections(parts: dict[int, tuple[str, bool]]) -> str:
    ordered = [parts[number] for number in sorted(parts)]
    charset = ""
    first, encoded = ordered[0]
    if encoded and first.count("'") >= 2:
        charset, _language, first = first.split("'", 2)
        ordered[0] = (first, True)
    if not any(encoded for _text, encoded in ordered):
        return decode_words("".join(text for text, _encoded in ordered))
    data = b"".join(
        unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace")
        for text, encoded in ordered
    )
    return clean(decode(data, charset))
