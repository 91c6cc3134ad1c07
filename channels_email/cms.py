"""What an S/MIME message is, and what an opaque-signed one says (B16, RFC 5652, RFC 8551).

Only the shell is opened: no certificate is looked at and nothing is verified. The reader
takes BER as well as DER, since mail programs write strings in pieces of unknown length.
"""

from __future__ import annotations

import binascii
import zlib
from dataclasses import dataclass
from typing import Final

from channels_email.headers import decode_base64

MAX_INFLATED: Final = 50 * 1024 * 1024
"""Bytes that a compressed message may become."""

_SIGNED: Final = bytes.fromhex("2a864886f70d010702")
_ENVELOPED: Final = bytes.fromhex("2a864886f70d010703")
_AUTH_ENVELOPED: Final = bytes.fromhex("2a864886f70d0109100117")
_COMPRESSED: Final = bytes.fromhex("2a864886f70d0109100109")
_KINDS: Final = {
    _SIGNED: "signed",
    _ENVELOPED: "encrypted",
    _AUTH_ENVELOPED: "encrypted",
    _COMPRESSED: "compressed",
}
_SEQUENCE, _OID, _OCTETS, _OCTET_PIECES, _EXPLICIT = 0x30, 0x06, 0x04, 0x24, 0xA0
_MAX_ELEMENTS: Final = 100_000


class _WrongError(ValueError):
    """Not the structure that was looked for."""


@dataclass(frozen=True, slots=True)
class Shell:
    """kind: signed, encrypted or compressed. content: the mail inside, when it can be had."""

    kind: str
    content: bytes | None = None


def open_shell(data: bytes) -> Shell | None:
    """The shell of a smime.p7m; None when the bytes are none."""
    if not data.startswith(b"\x30"):
        data = decode_base64(data.replace(b"-----BEGIN PKCS7-----", b"").partition(b"-----END")[0])
    try:
        reader = _Reader(data)
        reader.enter(_SEQUENCE)
        kind = _KINDS.get(reader.take(_OID), "")
        if kind in ("", "encrypted"):
            return Shell(kind) if kind else None
        content = _content(reader, kind)
    except (_WrongError, IndexError, zlib.error, binascii.Error):
        return None
    return Shell(kind, content)


def _content(reader: _Reader, kind: str) -> bytes | None:
    reader.enter(_EXPLICIT)
    reader.enter(_SEQUENCE)
    reader.skip()  # the version
    reader.skip()  # the algorithms of the digest or of the compression
    reader.enter(_SEQUENCE)
    reader.take(_OID)
    if reader.data[reader.position] != _EXPLICIT:
        return None  # signed apart from its content
    reader.enter(_EXPLICIT)
    content = reader.octets()
    if kind == "compressed":
        return zlib.decompressobj().decompress(content, MAX_INFLATED)
    return content


class _Reader:
    """Goes through elements in order; never recurses, never looks at more than there is."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0
        self.left = _MAX_ELEMENTS

    def head(self) -> tuple[int, int]:
        """Tag and length of the element here; length -1 when it ends by a mark."""
        self.left -= 1
        if self.left < 0:
            raise _WrongError("too many elements")
        tag = self.data[self.position]
        length = self.data[self.position + 1]
        self.position += 2
        if length == 0x80:
            return tag, -1
        if length > 0x80:
            count = length & 0x7F
            if count > 8:
                raise _WrongError("length of a length")
            length = int.from_bytes(self.data[self.position : self.position + count])
            self.position += count
        return tag, length

    def enter(self, wanted: int) -> int:
        """Step into an element; its length."""
        tag, length = self.head()
        if tag != wanted:
            raise _WrongError(f"tag {tag}")
        return length

    def take(self, wanted: int) -> bytes:
        """The content of a plain element."""
        length = self.enter(wanted)
        if not 0 <= length <= len(self.data) - self.position:
            raise _WrongError("length")
        self.position += length
        return self.data[self.position - length : self.position]

    def skip(self) -> None:
        """Past the element here, whatever is in it."""
        depth = 0
        while True:
            tag, length = self.head()
            if length < 0:
                depth += 1
            elif tag == 0 and length == 0:
                depth -= 1
            else:
                self.position += length
            if depth <= 0:
                return

    def octets(self) -> bytes:
        """A string of octets, whole or in pieces; one that is cut short counts as far as it is."""
        tag, length = self.head()
        if tag == _OCTETS:
            return self.data[self.position : self.position + max(length, 0)]
        if tag != _OCTET_PIECES:
            raise _WrongError(f"tag {tag}")
        end = len(self.data) if length < 0 else self.position + length
        pieces = []
        while self.position < min(end, len(self.data)) and self.data[self.position] == _OCTETS:
            _tag, size = self.head()
            pieces.append(self.data[self.position : self.position + max(size, 0)])
            self.position += max(size, 0)
        return b"".join(pieces)
