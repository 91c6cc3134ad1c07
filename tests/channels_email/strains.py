"""Mails made to cost time or memory: each family grows to any size."""

from __future__ import annotations

import base64
import random
import struct
from collections.abc import Callable
from typing import Final

Family = Callable[[int], bytes]
_HEAD: Final = b"From: a@x.example\nSubject: s\n"
_HTML: Final = _HEAD + b"Content-Type: text/html; charset=utf-8\n\n"
_MIXED: Final = _HEAD + b'Content-Type: multipart/mixed; boundary="b"\n\n'


def _fill(unit: bytes, size: int) -> bytes:
    return (unit * (size // len(unit) + 1))[:size]


def _body(head: bytes, unit: bytes) -> Family:
    return lambda size: head + _fill(unit, size - len(head))


def _field(name: str, unit: bytes, end: bytes = b"") -> Family:
    """One field of that size, folded as far as it must be to be read."""
    return lambda size: name.encode() + b": " + _fill(unit, size) + end + b"\n\nx"


def _folded(name: str, unit: bytes) -> Family:
    return lambda size: name.encode() + b": a@x.example" + _fill(b"\n " + unit, size) + b"\n\nx"


def _nested(size: int) -> bytes:
    head = b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n'
    levels = size // (len(head) + 4)
    return _HEAD + b"".join(head % (level, level) for level in range(levels)) + b"\nhello"


def _nested_wide(size: int) -> bytes:
    """Fifty levels about one long text, so that each level looks at all of it."""
    head = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(49)
    )
    return _HEAD + head + b"\n" + _fill(b"text\n-", size - len(head))


def _prefixes(size: int) -> bytes:
    """Boundaries that begin one another, and lines that nearly are one."""
    head = b"".join(
        b'Content-Type: multipart/mixed; boundary="%s"\n\n--%s\n' % (b"b" * n, b"b" * n)
        for n in range(1, 40)
    )
    return _HEAD + head + b"\n" + _fill(b"--bbbbbbbbbx\n", size)


def _parts(size: int) -> bytes:
    count = 10_000
    each = max(1, size // count - 40)
    part = b"--b\nContent-Type: text/plain\n\n" + b"x" * each + b"\n"
    return _MIXED + _fill(part, size)


def _named_parts(size: int) -> bytes:
    """A thousand parts whose names are floods of encoded words."""
    name = _fill(b"=?utf-8?q?=C5=BC?= ", max(100, size // 1000 - 80))
    part = b'--b\nContent-Type: image/png; name="' + name + b'"\n\nx\n'
    return _MIXED + _fill(part, size)


def _rfc2231(size: int) -> bytes:
    names = b"".join(b"; filename*%d*=%%C5%%BC" % (n % 1000) for n in range(size // 22))
    return _HEAD + b"Content-Disposition: attachment" + names + b"\n\nx"


def _junk_charset(size: int) -> bytes:
    draw = random.Random(7)
    return _HEAD + b"Content-Type: text/plain; charset=utf-8\n\n" + draw.randbytes(size)


def _labels(size: int) -> bytes:
    """Encoded words under charsets that nobody knows, each another one."""
    words = b" ".join(b"=?x-%d?q?=E9=E8=E7=E6?=" % n for n in range(size // 26))
    return b"Subject: " + words + b"\n\nx"


def _gzip_like(size: int) -> bytes:
    draw = random.Random(8)
    coded = base64.encodebytes(b"\x1f\x8b\x08" + draw.randbytes(size * 3 // 4))
    head = b"Content-Type: application/gzip; name=a.gz\nContent-Transfer-Encoding: base64\n\n"
    return _HEAD + head + coded


def _tnef_flood(size: int) -> bytes:
    """winmail.dat of nothing but beginnings of files and properties without end."""
    one = struct.pack("<BHHI", 2, 0x9002, 6, 0) + b"\0\0"
    props = struct.pack("<I", 0xFFFFFFFF) + struct.pack("<HHI", 0x1003, 0x1000, 0xFFFFFFFF)
    many = struct.pack("<BHHI", 1, 0x9003, 6, len(props)) + props + b"\0\0"
    data = struct.pack("<IH", 0x223E9F78, 1) + _fill(many + one, size * 3 // 4)
    head = b"Content-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n\n"
    return _HEAD + head + base64.encodebytes(data)


def _rtf_bomb(size: int) -> bytes:
    """Compressed rich text in which every token repeats seventeen bytes."""
    tokens = _fill(b"\xff" + b"\x00\x0f" * 8, size * 3 // 4 - 100)
    rtf = struct.pack("<II4sI", len(tokens) + 12, 0x7FFFFFFF, b"LZFu", 0) + tokens
    value = struct.pack("<I", 1) + struct.pack("<HHII", 0x102, 0x1009, 1, len(rtf)) + rtf
    value += bytes(-len(rtf) % 4)
    data = struct.pack("<IH", 0x223E9F78, 1) + struct.pack("<BHHI", 1, 0x9003, 6, len(value))
    head = b"Content-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n\n"
    return _HEAD + head + base64.encodebytes(data + value + b"\0\0")


def _ber_flood(size: int) -> bytes:
    """A signed p7m of elements without length in one another."""
    data = (
        b"\x30\x80\x06\x09" + bytes.fromhex("2a864886f70d010702") + b"\xa0\x80\x30\x80\x02\x01\x01"
    )
    head = b"Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\n"
    return _HEAD + head + base64.encodebytes(data + _fill(b"\x31\x80", size * 3 // 4))


_ALT: Final = _HEAD + b"Content-Type: multipart/alternative; boundary=b\n\n"

FAMILIES: Final[dict[str, Family]] = {
    "deep nesting": _nested,
    "deep nesting about one text": _nested_wide,
    "10,000 parts": _parts,
    "parts with floods of words": _named_parts,
    "boundary prefixes": _prefixes,
    "delimiters only": _body(_MIXED, b"--b\n"),
    "closing delimiters only": _body(_MIXED, b"--b--\n"),
    "lost boundary": _body(_HEAD + b"Content-Type: multipart/mixed\n\n", b"\n--aa aa\nx"),
    "endless headers": lambda size: _HEAD + _fill(b"A: b\n", size) + b"\nx",
    "one endless header": _field("Subject", b"word "),
    "encoded words": _folded("Subject", b"=?utf-8?q?=C5=BC?="),
    "encoded words without end": _field("Subject", b"=?a?q?"),
    "charsets nobody knows": _labels,
    "open comments": _field("To", b"("),
    "open quotes": _field("To", b'"a" "'),
    "open brackets": _field("To", b"<a@b "),
    "100,000 addresses": _folded("To", b"a@b.example,"),
    "escapes in addresses": _field("To", b"\\("),
    "references": _folded("References", b"<abc@x.example>"),
    "name continuations": _rfc2231,
    "base64 garbage": _body(
        _HEAD + b"Content-Type: application/x\nContent-Transfer-Encoding: base64\n\n", b"A=="
    ),
    "base64 of one letter a line": _body(
        _HEAD + b"Content-Type: application/x\nContent-Transfer-Encoding: base64\n\n", b"A\n"
    ),
    "quoted-printable soft breaks": _body(
        _HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n", b"=\n"
    ),
    "quoted-printable escapes": _body(
        _HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n", b"=C5=BC"
    ),
    "uuencode": _body(_HEAD + b"Content-Transfer-Encoding: uuencode\n\n", b"\n"),
    "newlines": _body(_HEAD + b"\n", b"\n"),
    "returns": _body(_HEAD + b"\nx", b"\r"),
    "flowed quotes": _body(_HEAD + b"Content-Type: text/plain; format=flowed\n\n", b"> \n"),
    "quote signs": _body(_HEAD + b"Content-Type: text/plain; format=flowed\n\n", b">"),
    "pgp armour": _body(_HEAD + b"\n", b"-----BEGIN PGP SIGNED MESSAGE-----\n"),
    "bytes of no charset": _junk_charset,
    "half-broken utf-8": _body(
        _HEAD + b"Content-Type: text/plain; charset=utf-8\n\n", b"\xc5\xbc\xff"
    ),
    "escapes of iso-2022": _body(_HEAD + b"\n", b"\x1b$B-!\x1b(B"),
    "utf-7": _body(_HEAD + b"Content-Type: text/plain; charset=utf-7\n\n", b"+AGE-+"),
    "nul bytes": _body(_HEAD + b"\nx", b"\0"),
    "gzip-like file": _gzip_like,
    "winmail.dat flood": _tnef_flood,
    "rich text bomb": _rtf_bomb,
    "signature shells": _ber_flood,
    "html unclosed": _body(_HTML, b"<div>"),
    "html unclosed hidden": _body(_HTML, b"<div style='display:none'>"),
    "html entities": _body(_HTML, b"&amp;&#x41;&nbsp;"),
    "html tables": _body(_HTML, b"<table><tr><td>1</td><td>2</td></tr></table>"),
    "html open tags": _body(_HTML, b'<a "'),
    "html comments": _body(_HTML, b"<!--"),
    "html blockquotes": _body(_HTML, b"<blockquote>a"),
    "html links": _body(_HTML, b'<a href="https://x.example/">x</a>'),
    "html styles": _body(_HTML, b"<style>"),
    "html white space": _body(_HTML, b"<p> \n\t &nbsp;"),
    "html pictures": _body(_HTML, b'<img src="cid:a@b">'),
    "alternatives": _body(_ALT, b"--b\nContent-Type: text/html\n\n<p>x\n"),
}
