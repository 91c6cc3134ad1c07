"""A small square picture, read to its pixels and written anew: what came with them is gone.

Only one kind goes in: the PNG that our own page draws of whatever the agent chose (the browser
has the decoders, in its sandbox; the desk has none). Nothing of the sent file is kept but its
pixels: no EXIF, no place, no comment, no trailing archive, no transparency.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

SIDE = 128
MOST_BYTES = 120_000  # 128 × 128 × 4 bytes that cannot be compressed, and what a PNG adds
SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MOST_CHUNKS = 2000
_FORMS = {2: 3, 6: 4}  # colour types with eight bits a channel: RGB, RGB with transparency


class BadPictureError(ValueError):
    """This is no picture that can be kept."""


def square(data: bytes) -> bytes:
    """The same picture as a new RGB PNG of SIDE × SIDE. Raises BadPictureError.

    Its size is told by the header before anything is unpacked, and unpacking stops at the byte
    after the last one that such a picture has: a bomb never grows.
    """
    if len(data) > MOST_BYTES or not data.startswith(SIGNATURE):
        raise BadPictureError("not a PNG of this size")
    head, packed = b"", []
    for kind, body in _chunks(data):
        if not head:
            head = body if kind == b"IHDR" else b"-"
        elif kind == b"IDAT":
            packed.append(body)
    channels = _channels(head)
    return _written(_rows(_unpacked(b"".join(packed), channels), channels))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and content of each chunk, up to the end; a wrong sum or a torn one is refused."""
    place = len(SIGNATURE)
    for _number in range(_MOST_CHUNKS):
        if len(data) < place + 12:
            break
        size, kind = struct.unpack_from(">I4s", data, place)
        end = place + 8 + size
        if size > MOST_BYTES or len(data) < end + 4:
            break
        body = data[place + 8 : end]
        if struct.unpack_from(">I", data, end)[0] != zlib.crc32(kind + body):
            break
        if kind == b"IEND":
            return
        yield kind, body
        place = end + 4
    raise BadPictureError("a torn PNG")


def _channels(head: bytes) -> int:
    if len(head) != 13:
        raise BadPictureError("no header")
    width, height, depth, form, packing, filtering, lacing = struct.unpack(">IIBBBBB", head)
    plain = depth == 8 and not packing and not filtering and not lacing
    if (width, height) != (SIDE, SIDE) or not plain or form not in _FORMS:
        raise BadPictureError(f"not {SIDE} × {SIDE} plain pixels")
    return _FORMS[form]


def _unpacked(packed: bytes, channels: int) -> bytes:
    size = SIDE * (1 + SIDE * channels)
    opener = zlib.decompressobj()
    try:
        pixels = opener.decompress(packed, size + 1)
    except zlib.error:
        raise BadPictureError("broken pixels") from None
    if len(pixels) != size or not opener.eof or opener.unused_data:
        raise BadPictureError("more or fewer pixels than the header says")
    return pixels


def _rows(filtered: bytes, channels: int) -> Iterator[tuple[int, bytes]]:
    """Filter and RGB bytes of every row; see-through pixels come to lie on white."""
    width = SIDE * channels
    above = bytes(width)
    for start in range(0, len(filtered), width + 1):
        kind = filtered[start]
        if kind > 4:
            raise BadPictureError("no such filter")
        row = bytearray(filtered[start + 1 : start + 1 + width])
        for at in range(width):
            left = row[at - channels] if at >= channels else 0
            corner = above[at - channels] if at >= channels else 0
            row[at] = (row[at] + _guess(kind, left, above[at], corner)) & 255
        above = bytes(row)
        yield kind, _flat(above) if channels == 4 else above


def _flat(row: bytes) -> bytes:
    clear = [255 - one for one in row[3::4]]
    flat = bytearray(SIDE * 3)
    for channel in range(3):
        flat[channel::3] = bytes(
            (one * (255 - gone) + 255 * gone) // 255
            for one, gone in zip(row[channel::4], clear, strict=True)
        )
    return bytes(flat)


def _guess(kind: int, left: int, up: int, corner: int) -> int:
    """What a filter foretells of a byte (PNG, section 9.2)."""
    if kind < 3:
        return (0, left, up)[kind]
    if kind == 3:
        return (left + up) // 2
    guess = left + up - corner
    by_left, by_up, by_corner = abs(guess - left), abs(guess - up), abs(guess - corner)
    if by_left <= by_up and by_left <= by_corner:
        return left
    return up if by_up <= by_corner else corner


def _written(rows: Iterator[tuple[int, bytes]]) -> bytes:
    """A new PNG, each row with the filter that the browser found best for it."""
    filtered = bytearray()
    above = bytes(SIDE * 3)
    for kind, row in rows:
        filtered.append(kind)
        filtered += bytes(
            (
                row[at]
                - _guess(kind, row[at - 3] if at > 2 else 0, up, above[at - 3] if at > 2 else 0)
            )
            & 255
            for at, up in enumerate(above)
        )
        above = row
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(filtered), 9)), (b"IEND", b""))
    return SIGNATURE + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
