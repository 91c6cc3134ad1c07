"""Outlook's rich text: unpacked, and turned into HTML or text (B15, MS-OXRTFCP, MS-OXRTFEX)."""

from __future__ import annotations

import re
import struct
from typing import Final

from channels_email.charsets import clean, codec_name

MAX_RTF: Final = 1024 * 1024
"""Bytes that packed rich text may become; what is over is not read."""
_MAX_GROUPS: Final = 500

_DICTIONARY: Final = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    b"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_WINDOW: Final = 4096
_TOKEN: Final = re.compile(
    r"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|([^\\{}]+)", re.IGNORECASE
)
_NOT_SHOWN: Final = frozenset(
    ("fonttbl", "colortbl", "stylesheet", "listtable", "info", "generator", "pict", "object")
)
_SIGNS: Final = {
    "par": "\n", "line": "\n", "tab": "\t", "emdash": "—", "endash": "–", "bullet": "•",
    "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "cell": " ", "row": "\n",
}  # fmt: skip


def decompress(data: bytes) -> bytes:
    """The rich text in a PR_RTF_COMPRESSED value, as far as it goes; b"" when it is none."""
    if len(data) < 16:
        return b""
    _size, raw_size, magic, _sum = struct.unpack_from("<II4sI", data)
    limit = min(raw_size, MAX_RTF)
    if magic == b"MELA":
        return data[16 : 16 + limit]
    return _unpack(data, limit) if magic == b"LZFu" else b""


def _unpack(data: bytes, limit: int) -> bytes:
    out = bytearray(_DICTIONARY)
    whole = len(_DICTIONARY) + limit
    position, end = 16, len(data)
    while position < end and len(out) < whole:
        control = data[position]
        position += 1
        for bit in range(8):
            if position >= end or len(out) >= whole:
                break
            if not control >> bit & 1:
                out.append(data[position])
                position += 1
                continue
            if position + 1 >= end:
                return bytes(out[len(_DICTIONARY) : whole])
            token = data[position] << 8 | data[position + 1]
            position += 2
            # Offsets are places in a ring of 4,096 bytes; one at its end means the end.
            distance = (len(out) - (token >> 4)) % _WINDOW
            if distance == 0:
                return bytes(out[len(_DICTIONARY) : whole])
            _copy(out, distance, (token & 15) + 2)
    return bytes(out[len(_DICTIONARY) : whole])


def _copy(out: bytearray, distance: int, length: int) -> None:
    start = len(out) - distance
    if start < 0:
        out += b" " * length
        return
    for index in range(start, start + length):
        out.append(out[index])


def to_html(source: bytes) -> str:
    """The HTML that Outlook hid in rich text; "" when it was written as rich text."""
    if b"\\fromhtml" not in source[:2000]:
        return ""
    return clean(_Reducer(source, html=True).run())


def to_text(source: bytes) -> str:
    """The words of rich text."""
    return clean(_Reducer(source, html=False).run()).strip()


class _Reducer:
    """One pass; a group is two flags: whether it is shown, whether it is a piece of HTML."""

    def __init__(self, source: bytes, *, html: bool) -> None:
        self.source = source[:MAX_RTF].decode("latin-1")
        self.html = html
        self.codec = "cp1252"
        self.out: list[str] = []
        self.raw = bytearray()
        self.groups: list[tuple[bool, bool]] = []
        self.shown, self.tag, self.only_rtf = True, False, False
        self.starred = False
        self.to_skip = 0

    def run(self) -> str:
        for match in _TOKEN.finditer(self.source):
            word, number, code, sign, brace, text = match.groups()
            if brace:
                self._group(brace)
            elif word:
                self._word(word.lower(), int(number) if number else None)
            elif sign == "*":
                self.starred = True
                continue
            elif not self._visible():
                pass
            elif code:
                self._byte(int(code, 16))
            elif sign:
                self._write({"~": "\xa0", "_": "-", "\n": "\n", "\r": "\n"}.get(sign, sign))
            elif text:
                self._plain(text.replace("\r", "").replace("\n", ""))
            self.starred = False
        self._flush()
        text = "".join(self.out)
        # Letters beyond the first plane come as two halves.
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _visible(self) -> bool:
        return self.shown and (self.tag or not self.only_rtf)

    def _group(self, brace: str) -> None:
        if brace == "{":
            if len(self.groups) < _MAX_GROUPS:
                self.groups.append((self.shown, self.tag))
        elif self.groups:
            self.shown, self.tag = self.groups.pop()

    def _word(self, word: str, number: int | None) -> None:
        if word == "htmltag" and self.html:
            self.tag, self.shown = True, True
        elif word == "htmlrtf":
            self.only_rtf = number != 0
        elif self.starred or word in _NOT_SHOWN:
            self.shown = False
        elif word == "ansicpg" and number:
            self.codec = codec_name(f"cp{number}") or self.codec
        elif word == "u" and number is not None:
            if self._visible():
                self._write(chr(number % 0x10000))
            self.to_skip = 1
        elif word in _SIGNS and self._visible():
            self._write(_SIGNS[word])

    def _byte(self, byte: int) -> None:
        if self.to_skip:
            self.to_skip = 0
        else:
            self.raw.append(byte)

    def _plain(self, text: str) -> None:
        if self.to_skip and text:
            text, self.to_skip = text[1:], 0
        self._flush()
        self.out.append(text)

    def _write(self, text: str) -> None:
        self._flush()
        self.out.append(text)

    def _flush(self) -> None:
        if self.raw:
            self.out.append(self.raw.decode(self.codec, "replace"))
            self.raw.clear()
