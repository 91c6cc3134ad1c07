r"""A text as the bytes of short messages, and back: GSM 03.38 (data coding 0) or UCS-2 (8). Pure.

As in channels_sms.segments: no part ends within an escaped sign or a surrogate pair.
"""

from __future__ import annotations

from dataclasses import dataclass

GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPED = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E,
    "|": 0x40, "€": 0x65,
}  # fmt: skip
PLAIN = {sign: code for code, sign in enumerate(GSM) if sign != "\x1b"}
BACK = {code: sign for sign, code in ESCAPED.items()}
OTHERS = {
    1: "ascii", 3: "latin-1", 5: "iso2022_jp_2", 6: "iso8859_5", 7: "iso8859_8", 8: "utf-16-be",
    0x0E: "euc_kr", 0x18: "utf-16-be",
}  # fmt: skip
BINARY = (2, 4)  # octets that are no text: a ring tone, a setting, an application's
ONE = {0: (160, 153), 8: (140, 134)}  # octets of a lone text, and beside the header of a part


@dataclass(frozen=True, slots=True)
class Part:
    """of: the reference that its parts share; number counts from 1."""

    of: int
    number: int
    total: int


def encoded(text: str) -> tuple[int, list[bytes]]:
    """The data coding and the pieces of one sign each: what must not be torn apart."""
    try:
        return 0, [_gsm(sign) for sign in text]
    except KeyError:
        return 8, [sign.encode("utf-16-be", "surrogatepass") for sign in text]


def _gsm(sign: str) -> bytes:
    return bytes((0x1B, ESCAPED[sign])) if sign in ESCAPED else bytes((PLAIN[sign],))


def parts(text: str, reference: int) -> tuple[int, list[bytes]]:
    """The data coding and the bytes of each short message, with a header (UDH) if several."""
    coding, signs = encoded(text)
    alone, joined = ONE[coding]
    if sum(map(len, signs)) <= alone:
        return coding, [b"".join(signs)]
    found = [b""]
    for sign in signs:
        if len(found[-1]) + len(sign) > joined:
            found.append(b"")
        found[-1] += sign
    head = bytes((5, 0, 3, reference % 256, len(found)))
    return coding, [head + bytes((n,)) + one for n, one in enumerate(found, 1)]


def decoded(data: bytes, coding: int, *, header: bool) -> tuple[str, Part | None]:
    """The words of a short message, and which part of a longer text they are."""
    part = None
    if header and data:
        end = 1 + data[0]
        part, data = _part(data[1:end]), data[end:]
    if coding in OTHERS:
        return data.decode(OTHERS[coding], "replace"), part
    return _plain(data), part


def _plain(data: bytes) -> str:
    found, escape = [], False
    for code in data:
        if escape:
            found.append(BACK.get(code, GSM[code] if code < len(GSM) else " "))
            escape = False
        elif code == 0x1B:
            escape = True
        else:
            found.append(GSM[code] if code < len(GSM) else "?")
    return "".join(found)


def _part(header: bytes) -> Part | None:
    at = 0
    while at + 2 <= len(header):
        kind, length = header[at], header[at + 1]
        told = header[at + 2 : at + 2 + length]
        if kind == 0 and len(told) == 3:
            return Part(told[0], told[2], told[1])
        if kind == 8 and len(told) == 4:
            return Part(told[0] * 256 + told[1], told[3], told[2])
        at += 2 + length
    return None
