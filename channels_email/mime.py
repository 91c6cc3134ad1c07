"""The tree of parts of one message, and their decoded content; linear, never recursive by luck.

Rules A10, A12, B10, B11. Our own splitter over offsets instead of the stdlib's line-by-line
parser: that one recurses per level, loses parts whose boundary is folded, and needs seconds
for a 25 MiB attachment. Here the bytes are searched, never copied, until a leaf is decoded.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field
from typing import Final

from channels_email.charsets import decode
from channels_email.headers import Headers, decode_base64, decode_words, parse_block
from channels_email.headers import parse_parameters as parameters

MAX_DEPTH: Final = 50
MAX_PARTS: Final = 1000

_TYPE: Final = re.compile(r"\s*([\w!#$&^.+-]{1,80})\s*/\s*([\w!#$&^.+-]{1,80})")
_GUESS: Final = re.compile(
    rb"(?:\A|\n)--([^\r\n]{1,200}?)(?:--)?[ \t]*\r?\n(?:Content-|\r?\n)", re.IGNORECASE
)
_UU_BEGIN: Final = re.compile(rb"^begin [0-7]{3,4} ", re.MULTILINE)


@dataclass(slots=True)
class Part:
    """One part: its fields, its type (lower case) and where its content lies in the message."""

    headers: Headers
    type: str
    parameters: dict[str, str]
    disposition: str
    disposition_parameters: dict[str, str]
    start: int
    end: int
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


class Tree:
    """A parsed message: `root` and the bytes that its parts point into.

    notes: what was cut by a cap or repaired, for the record (`parts_over_limit`, …).
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.notes: list[str] = []
        self._count = 0
        self.root = self._part(0, len(data), 0, "text/plain")

    def content(self, part: Part) -> bytes:
        """The content of a leaf with its transfer encoding undone as far as possible (B10)."""
        data = self.data[part.start : part.end]
        encoding = part.headers.first("content-transfer-encoding").lower()
        encoding = encoding.partition(";")[0].strip("\"' \t")
        if encoding == "base64":
            return decode_base64(data)
        if encoding in ("quoted-printable", "quotedprintable", "qp"):
            return binascii.a2b_qp(data)
        if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
            return _uudecode(data)
        return data

    def text(self, part: Part) -> str:
        """The content of a text leaf, decoded, with LF line ends."""
        text = decode(self.content(part), part.parameters.get("charset", ""))
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _part(self, start: int, end: int, depth: int, default: str) -> Part:
        self._count += 1
        headers, body = parse_block(self.data, start, end)
        kind, params = _content_type(headers, default)
        disposition, disposition_params = parameters(headers.first("content-disposition"))
        part = Part(headers, kind, params, disposition, disposition_params, body, end)
        if part.main == "multipart":
            if depth >= MAX_DEPTH:
                self._note("depth_over_limit")
                part.type = "application/octet-stream"
            else:
                self._split(part, depth)
        return part

    def _split(self, part: Part, depth: int) -> None:
        boundary = part.parameters.get("boundary", "").rstrip()
        ranges = self._ranges(part, boundary.encode("utf-8", "replace")) if boundary else []
        if not ranges and (guess := _GUESS.search(self.data, part.start, part.end)):
            self._note("boundary_guessed")
            ranges = self._ranges(part, guess[1])
        if not ranges:
            # Multipart in name only: its text is still a text (B11).
            self._note("multipart_without_parts")
            part.type = "text/plain"
            return
        default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
        for start, end in ranges:
            if self._count >= MAX_PARTS:
                self._note("parts_over_limit")
                break
            part.parts.append(self._part(start, end, depth + 1, default))

    def _ranges(self, part: Part, boundary: bytes) -> list[tuple[int, int]]:
        """Where the parts between delimiter lines lie; a missing last delimiter is forgiven."""
        data, delimiter = self.data, b"--" + boundary
        ranges: list[tuple[int, int]] = []
        opened = -1
        position = data.find(delimiter, part.start, part.end)
        while position >= 0 and len(ranges) <= MAX_PARTS:
            after = position + len(delimiter)
            line_end = data.find(b"\n", after, part.end)
            stop = part.end if line_end < 0 else line_end
            rest = data[after : min(stop, after + 200)].strip()
            at_line_start = position == part.start or data[position - 1 : position] == b"\n"
            if at_line_start and rest in (b"", b"--"):
                if opened >= 0:
                    ranges.append((opened, _before_newline(data, opened, position)))
                opened = -1 if rest else min(stop + 1, part.end)
            position = data.find(delimiter, after, part.end)
        if opened >= 0:
            ranges.append((opened, part.end))
        return ranges

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)


def _before_newline(data: bytes, start: int, end: int) -> int:
    """The end of a part: the line end before a delimiter belongs to the delimiter."""
    if end > start and data[end - 1 : end] == b"\n":
        end -= 1
        if end > start and data[end - 1 : end] == b"\r":
            end -= 1
    return end


def _content_type(headers: Headers, default: str) -> tuple[str, dict[str, str]]:
    """The first valid Content-Type and its parameters (B4); none means `default` (B10)."""
    for value in headers.all("content-type"):
        if match := _TYPE.match(decode_words(value)):
            _word, params = parameters(value)
            return f"{match[1]}/{match[2]}".lower(), params
    return default, {}


def _uudecode(data: bytes) -> bytes:
    begin = _UU_BEGIN.search(data)
    out = []
    for line in data[begin.end() if begin else 0 :].split(b"\n")[1 if begin else 0 :]:
        stripped = line.rstrip(b"\r")
        if stripped == b"end":
            break
        try:
            out.append(binascii.a2b_uu(stripped))
        except binascii.Error:
            continue
    return b"".join(out)
