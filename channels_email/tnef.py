"""winmail.dat: the files and the text that Outlook packed into one attachment (B15, MS-OXTNEF).

Our own reader: the only library for it rests since 2021 and sets no limits. Every step goes
forward through the bytes, and what does not fit ends the reading, keeping what was found.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from typing import Final

from channels_email import rtf
from channels_email.charsets import decode

MAGIC: Final = b"\x78\x9f\x3e\x22"
MAX_FILES: Final = 200
_MAX_ATTRIBUTES: Final = 5000
_MAX_PROPERTIES: Final = 5000

_BODY, _CODEPAGE, _PROPERTIES = 0x800C, 0x9007, 0x9003
_NEW_FILE, _FILE_DATA, _FILE_TITLE, _FILE_PROPERTIES = 0x9002, 0x800F, 0x8010, 0x9005

_TEXT8, _TEXT16, _BINARY, _OBJECT = 0x1E, 0x1F, 0x102, 0x0D
_SIZES: Final = {
    **dict.fromkeys((0x02, 0x03, 0x04, 0x0A, 0x0B), 4),
    **dict.fromkeys((0x05, 0x06, 0x07, 0x14, 0x40), 8),
    0x48: 16,
}
_MANY: Final = 0x1000
_NAMED: Final = 0x8000
_P_BODY, _P_RTF, _P_HTML = 0x1000, 0x1009, 0x1013
_P_LONG_NAME, _P_NAME, _P_SHOWN_NAME = 0x3707, 0x3704, 0x3001
_P_DATA, _P_TYPE, _P_CONTENT_ID = 0x3701, 0x370E, 0x3712
_TYPE: Final = re.compile(r"[\w!#$&^.+-]{1,60}/[\w!#$&^.+-]{1,59}\Z")


@dataclass(slots=True)
class PackedFile:
    """A file of a winmail.dat, as its sender named it."""

    name: str = ""
    content_type: str = ""
    content_id: str = ""
    data: bytes = b""


@dataclass(slots=True)
class Packed:
    """What was found; `text` and `html` may both be empty. whole: nothing was cut or odd."""

    text: str = ""
    html: str = ""
    files: list[PackedFile] = field(default_factory=list)
    whole: bool = True


def unpack(data: bytes) -> Packed | None:
    """The content of a winmail.dat; None when the bytes are no TNEF."""
    if not data.startswith(MAGIC):
        return None
    packed = Packed()
    try:
        _Unpacker(data, packed).run()
    except (struct.error, IndexError, ValueError):
        packed.whole = False
    return packed


class _Unpacker:
    def __init__(self, data: bytes, packed: Packed) -> None:
        self.data = data
        self.packed = packed
        self.codepage = "cp1252"

    def run(self) -> None:
        position = len(MAGIC) + 2
        for _number in range(_MAX_ATTRIBUTES):
            if position + 9 > len(self.data):
                return
            _level, name, _type, size = struct.unpack_from("<BHHI", self.data, position)
            start = position + 9
            if start + size > len(self.data):
                raise ValueError("an attribute is longer than the file")
            self._attribute(name, start, start + size)
            position = start + size + 2
        self.packed.whole = False

    def _attribute(self, name: int, start: int, end: int) -> None:
        data, files = self.data, self.packed.files
        if name == _CODEPAGE and end - start >= 4:
            self.codepage = f"cp{struct.unpack_from('<I', data, start)[0]}"
        elif name == _BODY and not self.packed.text:
            self.packed.text = self._text(data[start:end])
        elif name == _PROPERTIES:
            self._message(_properties(data, start, end))
        elif name == _NEW_FILE:
            if len(files) >= MAX_FILES:
                raise ValueError("too many files")
            files.append(PackedFile())
        elif not files:
            return
        elif name == _FILE_DATA:
            files[-1].data = data[start:end]
        elif name == _FILE_TITLE:
            files[-1].name = files[-1].name or self._text(data[start:end])
        elif name == _FILE_PROPERTIES:
            self._file(files[-1], _properties(data, start, end))

    def _message(self, properties: dict[int, tuple[int, bytes]]) -> None:
        packed = self.packed
        packed.text = packed.text or self._value(properties, _P_BODY)
        if _P_HTML in properties:
            packed.html = self._value(properties, _P_HTML)
        elif _P_RTF in properties:
            source = rtf.decompress(properties[_P_RTF][1])
            packed.html = rtf.to_html(source)
            if not packed.html and not packed.text:
                packed.text = rtf.to_text(source)

    def _file(self, file: PackedFile, properties: dict[int, tuple[int, bytes]]) -> None:
        names = (self._value(properties, key) for key in (_P_LONG_NAME, _P_NAME, _P_SHOWN_NAME))
        file.name = next(filter(None, names), file.name)
        declared = self._value(properties, _P_TYPE).lower()
        file.content_type = declared if _TYPE.match(declared) else ""
        file.content_id = self._value(properties, _P_CONTENT_ID).strip("<> ")
        if _P_DATA in properties and not file.data:
            kind, data = properties[_P_DATA]
            # An object begins with the 16 bytes of its interface.
            file.data = data[16:] if kind == _OBJECT else data
        if file.data.startswith(MAGIC):
            file.content_type = "application/ms-tnef"

    def _value(self, properties: dict[int, tuple[int, bytes]], key: int) -> str:
        kind, data = properties.get(key, (_TEXT8, b""))
        if kind == _TEXT16:
            return decode(data[: len(data) // 2 * 2], "utf-16-le").rstrip("\0")
        return self._text(data)

    def _text(self, data: bytes) -> str:
        return decode(data.rstrip(b"\0"), self.codepage).replace("\r\n", "\n").replace("\r", "\n")


def _properties(data: bytes, start: int, end: int) -> dict[int, tuple[int, bytes]]:
    """The MAPI properties between two offsets: number to type and first value."""
    found: dict[int, tuple[int, bytes]] = {}
    (count,) = struct.unpack_from("<I", data, start)
    position = start + 4
    for _number in range(min(count, _MAX_PROPERTIES)):
        if position + 4 > end:
            break
        kind, number = struct.unpack_from("<HH", data, position)
        position += 4
        if number >= _NAMED:
            position = _after_name(data, position)
        value, position = _first_value(data, position, end, kind)
        if value is not None:
            found.setdefault(number, (kind & ~_MANY, value))
    return found


def _after_name(data: bytes, position: int) -> int:
    kind, size = map(int, struct.unpack_from("<II", data, position + 16))
    if kind == 0:
        return position + 24
    return position + 24 + size + -size % 4


def _first_value(data: bytes, position: int, end: int, kind: int) -> tuple[bytes | None, int]:
    """The first value of a property and where the next property begins."""
    base = kind & ~_MANY
    size = _SIZES.get(base)
    many = bool(kind & _MANY) or size is None
    count = 1
    if many:
        (count,) = struct.unpack_from("<I", data, position)
        position += 4
    if size is not None:
        return data[position : position + size], position + size * count
    if base not in (_TEXT8, _TEXT16, _BINARY, _OBJECT):
        raise ValueError(f"type {kind:x}")
    first: bytes | None = None
    for _value in range(min(count, _MAX_PROPERTIES)):
        (size,) = struct.unpack_from("<I", data, position)
        position += 4
        if position + size > end:
            raise ValueError("a value is longer than its attribute")
        first = data[position : position + size] if first is None else first
        position += size + -size % 4
    return first, position
