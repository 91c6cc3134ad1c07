"""What mails are packed in: winmail.dat and the shells of S/MIME, byte by byte."""

from __future__ import annotations

import struct
import zlib

Property = tuple[int, int, bytes]
"""Type, number and value."""


def tnef(
    *files: tuple[str, bytes],
    body: str = "",
    html: str = "",
    rtf: bytes = b"",
    content_id: str = "",
) -> bytes:
    """A winmail.dat with files under long names, and a body in one form."""
    out = struct.pack("<IH", 0x223E9F78, 1)
    out += _attribute(1, 0x9007, 6, struct.pack("<II", 1252, 0))
    message: list[Property] = []
    if body:
        message.append((0x1F, 0x1000, body.encode("utf-16-le") + b"\0\0"))
    if html:
        message.append((0x102, 0x1013, html.encode()))
    if rtf:
        message.append((0x102, 0x1009, rtf))
    out += _attribute(1, 0x9003, 6, properties(*message)) if message else b""
    for name, data in files:
        out += _attribute(2, 0x9002, 6, bytes(14))
        out += _attribute(2, 0x8010, 1, name.encode("cp1252", "replace")[:12] + b"\0")
        out += _attribute(2, 0x800F, 6, data)
        about: list[Property] = [(0x1F, 0x3707, name.encode("utf-16-le") + b"\0\0")]
        about += [(0x1E, 0x3712, content_id.encode() + b"\0")] if content_id else []
        out += _attribute(2, 0x9005, 6, properties(*about))
    return out


def _attribute(level: int, name: int, kind: int, data: bytes) -> bytes:
    head = struct.pack("<BHHI", level, name, kind, len(data))
    return head + data + struct.pack("<H", sum(data) & 0xFFFF)


def properties(*rows: Property) -> bytes:
    """A block of MAPI properties; one with a name of its own among them."""
    named = struct.pack("<HH", 0x03, 0x8001) + bytes(16) + struct.pack("<III", 0, 5, 7)
    out = struct.pack("<I", len(rows) + 1) + named
    for kind, number, value in rows:
        out += struct.pack("<HHII", kind, number, 1, len(value)) + value + bytes(-len(value) % 4)
    return out


def packed_rtf(source: bytes) -> bytes:
    """Rich text in Outlook's compression, every token of it a plain byte."""
    tokens = b"".join(b"\0" + source[start : start + 8] for start in range(0, len(source), 8))
    # The end: a reference to the place that is written next.
    at = (207 + len(source)) % 4096
    if len(source) % 8:
        last = 9 + (len(source) % 8)
        head = tokens[: -(len(source) % 8) - 1]
        tokens = head + bytes([1 << (len(source) % 8)]) + tokens[len(head) + 1 :]
        assert last
    else:
        tokens += b"\1"
    tokens += struct.pack(">H", at << 4)
    return struct.pack("<II4sI", len(tokens) + 12, len(source), b"LZFu", 0) + tokens


def der(tag: int, *content: bytes) -> bytes:
    """One element of known length."""
    data = b"".join(content)
    if len(data) < 0x80:
        return bytes([tag, len(data)]) + data
    size = len(data).to_bytes((len(data).bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(size)]) + size + data


def endless(tag: int, *content: bytes) -> bytes:
    """One element that ends by a mark."""
    return bytes([tag, 0x80]) + b"".join(content) + b"\0\0"


_DATA = der(6, bytes.fromhex("2a864886f70d010701"))
_SHA256 = der(0x30, der(6, bytes.fromhex("608648016503040201")))


def signed(content: bytes, *, pieces: int = 0) -> bytes:
    """An opaque-signed p7m (its signature left out); `pieces`: written as BER of that size."""
    kind = der(6, bytes.fromhex("2a864886f70d010702"))
    if not pieces:
        inner = der(0x30, _DATA, der(0xA0, der(4, content)))
        return der(0x30, kind, der(0xA0, der(0x30, der(2, b"\1"), der(0x31, _SHA256), inner)))
    parts = [der(4, content[at : at + pieces]) for at in range(0, len(content), pieces)]
    inner = endless(0x30, _DATA, endless(0xA0, endless(0x24, *parts)))
    return endless(
        0x30, kind, endless(0xA0, endless(0x30, der(2, b"\1"), der(0x31, _SHA256), inner))
    )


def compressed(content: bytes) -> bytes:
    """A compressed p7m (RFC 3274)."""
    kind = der(6, bytes.fromhex("2a864886f70d0109100109"))
    way = der(0x30, der(6, bytes.fromhex("2a864886f70d0109100308")))
    inner = der(0x30, _DATA, der(0xA0, der(4, zlib.compress(content))))
    return der(0x30, kind, der(0xA0, der(0x30, der(2, b"\0"), way, inner)))


def enveloped() -> bytes:
    """An encrypted p7m; nothing in it can be read."""
    kind = der(6, bytes.fromhex("2a864886f70d010703"))
    inner = der(0x30, _DATA, _SHA256, der(0x80, bytes(range(64))))
    return der(0x30, kind, der(0xA0, der(0x30, der(2, b"\0"), der(0x31), inner)))
