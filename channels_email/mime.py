"""The tree of parts of one message, and their decoded content; linear, never recursive by luck.

Rules A10, A12, B10, B11. Our own splitter over offsets instead of the stdlib's line-by-line
parser: that one recurses per level, loses parts whose boundary is folded, and needs seconds
for a 25 MiB attachment. Here the bytes are searched, never copied, until a leaf is decoded.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from channels_email.charsets import codec_name
from channels_email.headers import (
    MAX_BLOCK,
    Headers,
    decode_base64,
    decode_words,
    parse_block,
    parse_parameters,
)

MAX_DEPTH: Final = 50
MAX_PARTS: Final = 1000
MAX_NESTED: Final = 3
"""How often a part may hold a message that had to be unpacked first."""

_TYPE: Final = re.compile(r"\s*([\w!#$&^.+-]{1,80})\s*/\s*([\w!#$&^.+-]{1,80})")
_GUESS: Final = re.compile(
    rb"\n--([^\r\n]{1,200}?)(?:--)?[ \t]*\r?\n(?:Content-|\r?\n)", re.IGNORECASE
)
_UU_BEGIN: Final = re.compile(rb"^begin [0-7]{3,4} ", re.MULTILINE)
_UU_END: Final = re.compile(rb"^end\r?$", re.MULTILINE)
_BLANK_LINES: Final = 1000
_SOFT_BREAK: Final = re.compile(rb"=[ \t]{1,80}\r?\n")
_CODED_LINE: Final = re.compile(rb"[A-Za-z0-9+/]{30}|[A-Za-z0-9+/]{4,}={1,2}\s*\Z")
_UU_LINE: Final = re.compile(rb"[!-M][ -`]*")
_QUOTED_PRINTABLE: Final = frozenset(("quoted-printable", "quotedprintable", "qp"))
_UUENCODE: Final = frozenset(("x-uuencode", "uuencode", "x-uue", "uue"))
_IDENTITY: Final = frozenset(("7bit", "8bit", "binary", "7-bit", "8-bit"))
_ENCODINGS: Final = _QUOTED_PRINTABLE | _UUENCODE | _IDENTITY | {"base64"}

# What one message may cost, whatever its parts say (A10): bytes of the headers of parts,
# bytes looked at for delimiters, lines that only look like one, and searches for a lost one.
_PART_HEADERS: Final = 512 * 1024
_LEAST_HEADERS: Final = 1024
_SCANNED: Final = 256 * 1024 * 1024
_MISSES: Final = 50_000
_GUESSES: Final = 20
_GUESS_BYTES: Final = 64 * 1024


@dataclass(slots=True)
class Part:
    """One part: its fields, its type (lower case) and where its content lies in `data`."""

    headers: Headers
    data: bytes
    start: int
    end: int
    type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    disposition_parameters: dict[str, str] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)

    @property
    def main(self) -> str:
        """The type before the slash."""
        return self.type.partition("/")[0]

    @property
    def filename(self) -> str:
        """The name the sender gave, first source that has one (C1); "" without."""
        return (
            self.disposition_parameters.get("filename", "") or self.parameters.get("name", "")
        ).strip()

    @property
    def encoding(self) -> str:
        """The first transfer encoding that is one, in its plain spelling; "" without (B4, B10)."""
        for value in self.headers.all("content-transfer-encoding"):
            word = decode_words(value).lower().partition(";")[0].strip("\"'., \t")
            if word in _ENCODINGS:
                return word
        return ""

    def read_fields(self, default: str) -> None:
        """Type, disposition and their parameters out of the headers."""
        self.type, self.parameters = _content_type(self.headers, default)
        value = self.headers.first("content-disposition")
        self.disposition, self.disposition_parameters = parse_parameters(value)


class Tree:
    """A parsed message: `root` and the bytes that its parts point into.

    notes: what was cut by a cap or repaired, for the record (`parts_over_limit`, …).
    """

    def __init__(self, data: bytes) -> None:
        self.notes: list[str] = []
        self._count = 0
        self._headers = _PART_HEADERS
        self._scanned = _SCANNED
        self._misses = _MISSES
        self._guesses = _GUESSES
        self.root = self._part(data, 0, len(data), 0, "text/plain")
        self._reread(self.root)

    def content(self, part: Part) -> bytes:
        """The content of a leaf with its transfer encoding undone as far as possible (B10)."""
        data = part.data[part.start : part.end]
        encoding = part.encoding
        if encoding == "base64":
            return data if part.main == "text" and _is_prose(data) else decode_base64(data)
        if encoding in _QUOTED_PRINTABLE:
            return binascii.a2b_qp(_SOFT_BREAK.sub(b"=\n", data) if b"= " in data else data)
        if encoding in _UUENCODE:
            return _uudecode(data)
        return data

    def within(self, data: bytes, depth: int) -> Part | None:
        """The parts of a message that was packed in another; None when there is no room left."""
        if depth > MAX_NESTED or self._count >= MAX_PARTS:
            self.note("parts_over_limit")
            return None
        part = self._part(data, 0, len(data), depth, "text/plain")
        self._reread(part)
        return part

    def note(self, note: str) -> None:
        """Record once what was cut or repaired."""
        if note not in self.notes:
            self.notes.append(note)

    def leaves(self, part: Part) -> Iterator[Part]:
        """Every part without parts, in order."""
        if not part.parts:
            yield part
        for child in part.parts:
            yield from self.leaves(child)

    def _part(self, data: bytes, start: int, end: int, depth: int, default: str) -> Part:
        self._count += 1
        limit = MAX_BLOCK if not start else max(_LEAST_HEADERS, self._headers)
        headers, body = parse_block(data, start, end, min(limit, MAX_BLOCK))
        if start:
            self._headers -= min(body - start, self._headers)
        if headers.cut:
            self.note("header_over_limit")
        part = Part(headers, data, body, end)
        part.read_fields(default)
        if part.main == "multipart":
            if depth >= MAX_DEPTH:
                self.note("depth_over_limit")
                part.type = "application/octet-stream"
            else:
                self._split(part, depth)
        return part

    def _reread(self, root: Part) -> None:
        """Raw 8-bit fields of parts mean what the message's own charset says (B7)."""
        leaves = list(self.leaves(root))
        texts = (part for part in leaves if part.main == "text")
        charset = next((part.parameters["charset"] for part in texts if _has_charset(part)), "")
        root.headers.charset = charset
        for part in leaves:
            if charset and part.headers.eight_bit():
                part.headers.charset = charset
                part.read_fields(part.type)

    def _split(self, part: Part, depth: int) -> None:
        boundary = part.parameters.get("boundary", "").rstrip()
        ranges = self._ranges(part, boundary.encode("utf-8", "replace")) if boundary else []
        if not ranges and part.encoding in {"base64"} | _QUOTED_PRINTABLE:
            # Forbidden, and done (B11).
            part.data = self.content(part)
            part.start, part.end = 0, len(part.data)
            ranges = self._ranges(part, boundary.encode("utf-8", "replace")) if boundary else []
        if not ranges and (guess := self._guess(part)):
            self.note("boundary_guessed")
            ranges = self._ranges(part, guess)
        if not ranges:
            # Multipart in name only: its text is still a text (B11).
            self.note("multipart_without_parts")
            part.type = "text/plain"
            _drop_delimiter(part, boundary)
            return
        default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
        for start, end in ranges:
            if self._count >= MAX_PARTS:
                self.note("parts_over_limit")
                break
            part.parts.append(self._part(part.data, start, end, depth + 1, default))

    def _guess(self, part: Part) -> bytes:
        """The boundary that the lines themselves show, when the field has none that fits."""
        if not self._guesses:
            return b""
        self._guesses -= 1
        begin = max(0, part.start - 1)
        match = _GUESS.search(part.data, begin, min(part.end, begin + _GUESS_BYTES))
        if match is None and part.data.startswith(b"--", part.start):
            match = _GUESS.match(b"\n" + part.data[part.start : min(part.end, part.start + 1000)])
        return match[1] if match else b""

    def _ranges(self, part: Part, boundary: bytes) -> list[tuple[int, int]]:
        """Where the parts between delimiter lines lie; a missing last delimiter is forgiven."""
        data, delimiter = part.data, b"--" + boundary
        ranges: list[tuple[int, int]] = []
        opened = -1
        position = self._find(data, delimiter, part.start, part.start, part.end)
        while position >= 0 and len(ranges) <= MAX_PARTS:
            after = position + len(delimiter)
            line_end = data.find(b"\n", after, part.end)
            stop = part.end if line_end < 0 else line_end
            rest = data[after : min(stop, after + 200)].strip()
            if rest in (b"", b"--"):
                if opened >= 0:
                    ranges.append((opened, _before_newline(data, opened, position)))
                elif rest:
                    self._misses -= 1
                opened = -1 if rest else min(stop + 1, part.end)
            else:
                self._misses -= 1
            position = self._find(data, delimiter, stop, part.start, part.end)
        if opened >= 0:
            ranges.append((opened, part.end))
        return ranges

    def _find(self, data: bytes, delimiter: bytes, position: int, start: int, end: int) -> int:
        """The next delimiter at the beginning of a line, or -1, also when enough was searched."""
        if position == start and data.startswith(delimiter, start, end):
            return start
        if self._misses <= 0 or self._scanned <= 0:
            self.note("structure_over_limit")
            return -1
        found = data.find(b"\n" + delimiter, position, end)
        self._scanned -= (end if found < 0 else found) - position
        return found + 1 if found >= 0 else -1


def _has_charset(part: Part) -> bool:
    return bool(codec_name(part.parameters.get("charset", "")))


def _drop_delimiter(part: Part, boundary: str) -> None:
    """A multipart of its last delimiter only: the text before it, or else behind it (B11)."""
    line = f"--{boundary}--".encode("utf-8", "replace")
    found = part.data.find(line, part.start, part.end) if boundary else -1
    if found < 0:
        return
    if part.data[part.start : found].strip():
        part.end = found
    else:
        part.start = found + len(line)


def _before_newline(data: bytes, start: int, end: int) -> int:
    """The end of a part: the line end before a delimiter belongs to the delimiter."""
    if end > start and data[end - 1 : end] == b"\n":
        end -= 1
        if end > start and data[end - 1 : end] == b"\r":
            end -= 1
    return end


def _content_type(headers: Headers, default: str) -> tuple[str, dict[str, str]]:
    """The first valid Content-Type and its parameters (B4); none means `default` (B10).

    A value without a type may still say the charset or the name.
    """
    params: dict[str, str] = {}
    for value in headers.all("content-type"):
        word, found = parse_parameters(value)
        if match := _TYPE.match(word):
            return f"{match[1]}/{match[2]}".lower(), found
        params = params or found
    return default, params


def _is_prose(data: bytes) -> bool:
    """Text that only says that it is base64: words with blanks between them (B10)."""
    line = data[:400].strip().partition(b"\n")[0].strip()
    return line.count(b" ") * 20 > len(line) and not _CODED_LINE.search(line)


def _uudecode(data: bytes) -> bytes:
    if data.count(b"\n\n") > _BLANK_LINES:
        for run in (256, 16, 2):
            data = data.replace(b"\n" * run, b"\n")
    begin = _UU_BEGIN.search(data)
    start = data.find(b"\n", begin.end()) + 1 if begin else 0
    end = _UU_END.search(data, start)
    out = []
    for match in _UU_LINE.finditer(data, start, end.start() if end else len(data)):
        try:
            out.append(binascii.a2b_uu(match[0]))
        except binascii.Error:
            continue
    return b"".join(out)
