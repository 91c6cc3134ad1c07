"""Header blocks of real mail: fields, encoded words and parameters; nothing here raises.

Rules B1-B5, B7 and C1. The stdlib parser is not used for this: it loses folded boundaries,
gives up on a missing blank line, and raises on several headers of the wild.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote_to_bytes

from channels_email.charsets import clean, codec_name, decode

MAX_BLOCK: Final = 256 * 1024
"""Bytes of one header block that are read (A10)."""
MAX_FIELD: Final = 64 * 1024
"""Bytes of one header field that are read (A10)."""

_FIELD: Final = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_KNOWN: Final = re.compile(
    rb"(?:from|to|cc|bcc|sender|subject|date|message-id|mime-version|content-[a-z-]+|reply-to"
    rb"|received|return-path|references|in-reply-to|x-[!-9;-~]+|[a-z]+-[a-z][a-z0-9-]*)[ \t]*:",
    re.IGNORECASE,
)
_WORD_MARK: Final = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?|\?=")
_MAX_WORD: Final = 4000
_CUT_WORD: Final = re.compile(r"[^\s?]{4,}\??")
_FOREIGN: Final = re.compile(rb"[^A-Za-z0-9+/=\s]|[A-Za-z] [A-Za-z]")
_MAX_VALUE: Final = 4_000
"""Characters of a parameter that are read; a name of 255 bytes needs half of it."""
_MAX_GUESSES: Final = 2
"""How often the letters of words in unknown charsets are looked at, in one field."""
_MAX_STREAMS: Final = 1000
_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64: Final = bytes(byte for byte in range(256) if byte not in _BASE64)
_BLANK_LINES: Final = re.compile(rb"(?:[ \t]*\r?\n)*")
_MBOX_LINES: Final = 3
_BLANKS: Final = re.compile(r"\s+")
_SECTION: Final = re.compile(r"(.+?)\*(\d{1,3})(\*?)\Z", re.DOTALL)
_MISSING_SEMICOLON: Final = re.compile(
    r"\s*([\w/.+-]{1,160}(?=\s))?\s*((?:file)?name\*?\s*=.*)", re.IGNORECASE | re.DOTALL
)
_SCANNED: Final = re.compile(r'[;"]')


class Headers:
    """The fields of one header block, in order, still as bytes; read through methods.

    `charset` is what raw 8-bit bytes mean when they are not UTF-8 (B7): the message's own.
    cut: a field or the block was over its limit (A10).
    """

    __slots__ = ("_named", "charset", "cut", "fields")

    def __init__(
        self, fields: list[tuple[str, bytes]], charset: str = "", *, cut: bool = False
    ) -> None:
        self.fields = fields
        self.charset = charset
        self.cut = cut
        self._named: dict[str, list[bytes]] = {}
        for name, value in fields:
            self._named.setdefault(name, []).append(value)

    def all(self, name: str) -> list[str]:
        """Every value of a field, unfolded, encoded words left as they are."""
        return [self._text(value) for value in self._named.get(name, ())]

    def first(self, name: str) -> str:
        """The first value of a field (B4), unfolded, or ""."""
        values = self._named.get(name)
        return self._text(values[0]) if values else ""

    def words(self, name: str) -> str:
        """The first value of a field as people read it: words decoded, one line."""
        return one_line(decode_words(self.first(name)))

    def eight_bit(self) -> bool:
        """Whether a field has raw bytes that are not UTF-8, so that `charset` matters."""
        return any(not value.isascii() and not _is_utf8(value) for _name, value in self.fields)

    def _text(self, value: bytes) -> str:
        return clean(decode(value, "", self.charset)).strip()


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def parse_block(data: bytes, start: int, end: int, limit: int = MAX_BLOCK) -> tuple[Headers, int]:
    """The fields between `start` and `end`, and the offset where the body begins (B1, B2).

    A leading mbox line and leading blank lines are passed over; without a blank line the
    body begins at the first line that cannot be a header. What is over `limit` bytes is
    passed over without being looked at.
    """
    fields: list[tuple[str, bytearray]] = []
    position = first = _skip_preamble(data, start, end)
    cut = False
    while position < end:
        if position - first >= limit:
            return _done(fields, True), _block_end(data, max(first, position - 2), end) or position
        line_end = data.find(b"\n", position, end)
        stop = end if line_end < 0 else line_end
        following = end if line_end < 0 else line_end + 1
        room = min(MAX_FIELD, limit - (position - first))
        cut = cut or stop - position > room
        line = data[position : min(stop, position + room)].rstrip(b"\r")
        if not line:
            return _done(fields, cut), following
        if line[:1] in b" \t":
            if fields:
                cut = not _extend(fields[-1][1], line) or cut
        elif match := _FIELD.match(line):
            name = match[1].decode("ascii").lower()
            fields.append((name, bytearray(line[match.end() :])))
        elif not _KNOWN.match(data, following, end):
            return _done(fields, cut), position
        position = following
    return _done(fields, cut), end


def _skip_preamble(data: bytes, start: int, end: int) -> int:
    """Past a byte order mark, blank lines and mbox lines, which only a whole message has."""
    if start:
        return start
    position = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    blank = _BLANK_LINES.match(data, position, end)
    position = blank.end() if blank else position
    for _line in range(_MBOX_LINES):
        if not data.startswith((b"From ", b">From "), position):
            break
        line_end = data.find(b"\n", position, end)
        if line_end < 0:
            break
        position = line_end + 1
    return position


def _block_end(data: bytes, start: int, end: int) -> int:
    """Where the body begins behind the next blank line; 0 without one."""
    bare = data.find(b"\n\n", start, end)
    full = data.find(b"\n\r\n", start, end if bare < 0 else bare)
    return full + 3 if full >= 0 else bare + 2 if bare >= 0 else 0


def _extend(field: bytearray, line: bytes) -> bool:
    """Add a folded line; False when the field is full."""
    room = MAX_FIELD - len(field)
    field += line[: max(0, room)]
    return room >= len(line)


def _done(fields: list[tuple[str, bytearray]], cut: bool) -> Headers:
    return Headers([(name, bytes(value)) for name, value in fields], cut=cut)


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
    position, guesses = 0, _MAX_GUESSES
    for start, end, word in _find_words(text):
        between = text[position:start]
        apart = bool(between.strip())
        if run and (apart or word[:2] != run[0][:2]):
            out.append(_decode_run(run, guess=guesses > 0))
            guesses -= not run[0][0]
            run = []
        if apart or not position:
            out.append(between)
        run.append(word)
        position = end
    if run:
        out.append(_decode_run(run, guess=guesses > 0))
    out.append(text[position:])
    return clean("".join(out))


def _find_words(text: str) -> Iterator[tuple[int, int, tuple[str, str, str]]]:
    """Where the words lie, and their charset, encoding and text; one pass.

    A beginning before the end of the last one replaces it, and a last word may lack its end.
    """
    opened: re.Match[str] | None = None
    for mark in _WORD_MARK.finditer(text):
        if mark[1]:
            opened = mark
        elif opened is not None:
            if mark.start() - opened.end() <= _MAX_WORD:
                yield opened.start(), mark.end(), _word(opened, text[opened.end() : mark.start()])
            opened = None
    if opened is not None and _CUT_WORD.fullmatch(text, opened.end()) and codec_name(opened[1]):
        yield opened.start(), len(text), _word(opened, text[opened.end() :].rstrip("?"))


def _word(opened: re.Match[str], text: str) -> tuple[str, str, str]:
    label = opened[1].partition("*")[0]
    return codec_name(label), opened[2].lower(), text


def _decode_run(run: list[tuple[str, str, str]], *, guess: bool) -> str:
    charset, encoding, _text = run[0]
    texts = [_as_bytes(word[2], charset) for word in run]
    if encoding == "q":
        data = b"".join(binascii.a2b_qp(text, header=True) for text in texts)
    elif all(b"=" in text or _letters(text) % 4 == 0 for text in texts):
        data = b"".join(decode_base64(text) for text in texts)
    else:
        data = decode_base64(b"".join(texts))
    return decode(data, charset, *(() if guess else ("cp1252", "iso-8859-15")))


def _as_bytes(text: str, charset: str) -> bytes:
    """A raw letter inside a word means itself in the word's charset, if it has it."""
    if text.isascii():
        return text.encode()
    try:
        return text.encode(charset or "utf-8")
    except (UnicodeError, LookupError):
        return text.encode("utf-8", "replace")


def _letters(text: bytes) -> int:
    return len(text.translate(None, _NOT_BASE64))


def decode_base64(data: bytes) -> bytes:
    """Base64 as far as it goes: junk skipped, padding forgiven, streams joined (B10)."""
    padding = data.find(b"=")
    if padding < 0 or not _letters(data[padding : padding + 4096]):
        return _decode_letters(data if padding < 0 else data[:padding])
    if _FOREIGN.search(data, padding, padding + 2000):
        return _decode_letters(data[:padding])  # a list's footer behind the end, in plain text
    sections = data.split(b"=", _MAX_STREAMS)
    if len(sections) > _MAX_STREAMS:
        return _decode_letters(data)
    return b"".join(map(_decode_letters, sections))


def _decode_letters(data: bytes) -> bytes:
    letters = data.translate(None, _NOT_BASE64)
    rest = len(letters) % 4
    return binascii.a2b_base64(letters[:-1] if rest == 1 else letters + b"=" * (-rest % 4))


def parse_parameters(value: str) -> tuple[str, dict[str, str]]:
    """The word before the first `;` (lower case) and the parameters, decoded (B2, C1).

    RFC 2231 continuations come in any order and may mix encoded and plain segments;
    RFC 2047 words are decoded although the standard forbids them here.
    """
    pieces = _split_parameters(value)
    pieces[:1] = _first_word(pieces[0])
    main = decode_words(pieces[0]).strip().lower()
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for piece in pieces[1:200]:
        name, sign, raw = piece.partition("=")
        name = name.strip().lower()
        if not sign or not name:
            continue
        text = _unquote(raw[:_MAX_VALUE])
        if match := _SECTION.match(name):
            section = sections.setdefault(match[1].strip(), {})
            section.setdefault(int(match[2]), (text, bool(match[3])))
        elif name.endswith("*"):
            sections.setdefault(name[:-1].strip(), {}).setdefault(-1, (text, True))
        else:
            plain.setdefault(name, decode_words(text[:_MAX_VALUE]))
    return main, plain | {name: _join_sections(parts) for name, parts in sections.items()}


def _first_word(piece: str) -> list[str]:
    """The word and the parameter that some senders put behind it without a semicolon."""
    if match := _MISSING_SEMICOLON.match(piece):
        return [match[1] or "", match[2]]
    return [piece]


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
