"""Bytes to text for mail: labels that lie, labels nobody knows, and no exception ever.

Rules B18-B20 (labels) and A11 (characters that never reach the database).
"""

from __future__ import annotations

import codecs
import re
from typing import Final

_ALIASES: Final = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "big5": "big5hkscs",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "utf8": "utf-8",
    "utf8mb4": "utf-8",
    "x-utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "logical": "iso-8859-8",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "x-windows-874": "cp874",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-centraleurroman": "mac_latin2",
    "x-mac-ce": "mac_latin2",
    "x-mac-greek": "mac_greek",
    "x-mac-turkish": "mac_turkish",
    "x-user-defined": "cp1252",
    "iso-2022-jp": "iso2022_jp_ext",
    "csiso2022jp": "iso2022_jp_ext",
}
# Codecs that are not charsets of mail; some of them would run escapes found in the text.
_REFUSED: Final = frozenset(
    ("unicode_escape", "raw_unicode_escape", "undefined", "idna", "punycode", "mbcs", "oem")
)
_WRONG: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ISO2022: Final = re.compile(rb"\x1b(?:\$[@B]|\([IJ]|\$\(D)")
_ISO2022_KR: Final = re.compile(rb"\x1b\$\)C")
_JIS_ROWS: Final = re.compile(rb"\x1b(\$[@B]|\([BIJ])([^\x1b]*)")
_SAMPLE: Final = 4096


def clean(text: str) -> str:
    """Without NUL, other C0 controls (TAB, LF and CR stay), surrogates and U+FFFE/FFFF (A11)."""
    return _WRONG.sub("", text)


def codec_name(label: str) -> str:
    """The Python codec for a charset label of the wild, or "" when nobody knows it (B18)."""
    name = label.strip().strip("\"'").lower().removeprefix("charset=").strip("\"' ;,.")
    name = name.partition("*")[0].partition(";")[0].strip()
    name = _ALIASES.get(name, name)
    candidates = (name, f"cp{name}", name.replace("-", ""), name.removeprefix("x-"))
    for candidate in candidates:
        try:
            info = codecs.lookup(candidate)
        except (LookupError, ValueError, UnicodeError):
            continue
        # Only CPython's own flag tells text codecs from base64, zlib and rot13.
        if info.name.replace("-", "_") not in _REFUSED and getattr(info, "_is_text_encoding", True):
            return info.name
    return ""


def decode(data: bytes, label: str = "") -> str:
    """The text of `data`, whatever the label says; never raises (B18, B19).

    The label wins unless it is unknown or provably wrong: ISO-2022 escapes without any
    8-bit byte, or valid multi-byte UTF-8 under a single-byte label.
    """
    name = codec_name(label)
    if data.isascii() and b"\x1b" in data:
        return clean(_escaped(data, name))
    if data.isascii() and name not in ("utf-7", "hz") and not name.startswith("utf-16"):
        return clean(data.decode("ascii"))
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return clean(data.decode("utf-16", "replace"))
    return clean(_eight_bit(data, name))


def _eight_bit(data: bytes, name: str) -> str:
    utf8 = _as_utf8(data)
    if utf8 is not None and (name in ("", "utf-8") or _single_byte(name)):
        return utf8
    if name in ("", "utf-8"):
        return _guess(data)
    try:
        return data.decode(name)
    except (UnicodeError, ValueError):
        return utf8 if utf8 is not None else _replaced(data, name)


def _as_utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _single_byte(name: str) -> bool:
    """True for codecs in which every byte is a character, so that UTF-8 shows as mojibake."""
    return name.startswith(("cp125", "cp8", "iso8859", "koi8", "mac", "cp437", "cp720", "cp737"))


def _replaced(data: bytes, name: str) -> str:
    try:
        return data.decode(name, "replace")
    except (UnicodeError, ValueError, LookupError):
        return data.decode("latin-1")


def _guess(data: bytes) -> str:
    """Unlabelled 8-bit bytes that are not valid UTF-8: half-broken UTF-8 or cp1252 (B19)."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(1 for char in text[:_SAMPLE] if char > "\x7f" and char != "\ufffd")
    if whole > broken:
        return text
    return data.decode("cp1252", "replace")


def _escaped(data: bytes, name: str) -> str:
    """Seven-bit text with escape sequences: ISO-2022 whatever its label (B18, B19)."""
    if _ISO2022_KR.search(data):
        return _replaced(data, "iso2022_kr")
    if not _ISO2022.search(data):
        return _replaced(data, name or "ascii")
    try:
        return data.decode("iso2022_jp_ext")
    except UnicodeDecodeError:
        return _with_vendor_rows(data)


def _with_vendor_rows(data: bytes) -> str:
    """ISO-2022-JP with the rows NEC and IBM added: each segment read as Shift_JIS."""
    first = data.find(b"\x1b")
    out = [data[:first].decode("ascii", "replace")]
    for match in _JIS_ROWS.finditer(data, first):
        shift, segment = match.groups()
        if shift.startswith(b"$"):
            out.append(_to_sjis(segment).decode("cp932", "replace"))
        elif shift == b"(I":
            out.append(bytes(byte | 0x80 for byte in segment).decode("cp932", "replace"))
        else:
            out.append(segment.decode("ascii", "replace"))
    return "".join(out)


def _to_sjis(segment: bytes) -> bytes:
    out = bytearray()
    for row, cell in zip(segment[::2], segment[1::2], strict=False):
        lead = (row - 0x21 >> 1) + (0x81 if row < 0x5F else 0xC1)
        odd = 0x1F if cell < 0x60 else 0x20
        trail = cell + (odd if row % 2 else 0x7E)
        out += bytes((lead & 0xFF, trail & 0xFF))
    return bytes(out)
