"""Bytes to text for mail: labels that lie, labels nobody knows, and no exception ever.

Rules B18-B20 (labels) and A11 (characters that never reach the database).
"""

from __future__ import annotations

import codecs
import re
from encodings.aliases import aliases
from functools import lru_cache
from typing import Final

from channels_email.detecting import detect

_ALIASES: Final = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312_80": "gb18030",
    "gb_2312": "gb18030",
    "csgb2312": "gb18030",
    "cn_gb": "gb18030",
    "euc_cn": "gb18030",
    "x_gbk": "gb18030",
    "cp936": "gb18030",
    "hz_gb_2312": "hz",
    "ks_c_5601_1987": "cp949",
    "ks_c_5601_1989": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "ksc_5601": "cp949",
    "korean": "cp949",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "x_sjis": "cp932",
    "sjis": "cp932",
    "ms_kanji": "cp932",
    "windows_31j": "cp932",
    "cswindows31j": "cp932",
    "x_mac_japanese": "cp932",
    "x_euc_jp": "euc_jp",
    "big5": "big5hkscs",
    "x_x_big5": "big5hkscs",
    "latin1": "cp1252",
    "latin_1": "cp1252",
    "l1": "cp1252",
    "ansi": "cp1252",
    "x_ansi": "cp1252",
    "iso_ir_100": "cp1252",
    "x_user_defined": "cp1252",
    "us_ascii": "utf_8",
    "ascii": "utf_8",
    "ansi_x3_4_1968": "utf_8",
    "iso646_us": "utf_8",
    "unicode_1_1_utf_8": "utf_8",
    "x_utf_8": "utf_8",
    "unicode_1_1_utf_7": "utf_7",
    "unicode_2_0_utf_7": "utf_7",
    "x_unicode_2_0_utf_7": "utf_7",
    "logical": "iso8859_8",
    "visual": "iso8859_8",
    "tis_620": "cp874",
    "dos_874": "cp874",
    "koi8_ru": "koi8_u",
    "koi8": "koi8_r",
    "koi": "koi8_r",
    "macintosh": "mac_roman",
    "x_mac_roman": "mac_roman",
    "x_mac_ce": "mac_latin2",
    "x_mac_centraleurroman": "mac_latin2",
    "x_mac_icelandic": "mac_iceland",
    "x_mac_ukrainian": "mac_cyrillic",
    "x_mac_croatian": "mac_croatian",
    "iso_2022_jp": "iso2022_jp_ext",
    "csiso2022jp": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext",
    "unknown": "",
    "x_unknown": "",
    "default": "",
}
"""Labels with every run of other signs as one `_`; the wider charset where there is one."""
_ISO: Final = re.compile(r"iso_?8859_?(\d{1,2})(?:_.*)?\Z")
_WIDER: Final = {"1": "cp1252", "9": "cp1254", "11": "cp874"}
_PAGE: Final = re.compile(r"(?:x_)?(?:cp|win|windows|ms|ansi|dos|ibm)_?(?:cp)?_?(\d{3,5})\Z")
# Codecs that are not charsets of mail; some of them would run escapes found in the text.
_REFUSED: Final = frozenset(
    {"base64_codec", "bz2_codec", "hex_codec", "quopri_codec", "rot_13", "uu_codec"}
    | {"zlib_codec", "charmap", "idna", "mbcs", "oem", "palmos", "punycode", "undefined"}
    | {"raw_unicode_escape", "unicode_escape"}
)
_MODULES: Final = frozenset(
    {"koi8_u", "koi8_t", "kz1048", "cp720", "cp737", "cp856", "cp874", "cp875", "cp1006"}
    | {"mac_croatian", "mac_farsi", "mac_arabic", "mac_romanian", "utf_8_sig"}
)
_KNOWN: Final = {
    **{module: module for module in {*aliases.values(), *_MODULES} - _REFUSED},
    **{name: module for name, module in aliases.items() if module not in _REFUSED},
}
"""Every name that Python knows: asking it for one that it does not means reading its folders."""
_OTHER: Final = re.compile(r"[^a-z0-9]+")
_WRONG: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ISO2022: Final = re.compile(rb"\x1b(?:\$[@B]|\([IJ]|\$\(D)")
_ISO2022_KR: Final = re.compile(rb"\x1b\$\)C")
_JIS_ROWS: Final = re.compile(rb"\x1b(\$[@B]|\$\(D|\([BHIJ])([^\x1b]*)")
_SAMPLE: Final = 4096
_MOST_ESCAPES: Final = 20_000


def clean(text: str) -> str:
    """Without NUL, other C0 controls (TAB, LF and CR stay), surrogates and U+FFFE/FFFF (A11)."""
    return _WRONG.sub("", text)


def codec_name(label: str) -> str:
    """The Python codec for a charset label of the wild, or "" when nobody knows it (B18)."""
    return _codec(label[:80]) if label else ""


@lru_cache(maxsize=2048)
def _codec(label: str) -> str:
    name = label.strip("\"' ").lower().removeprefix("charset=").strip("\"' ;,.")
    name = _OTHER.sub("_", name.partition("*")[0].partition(";")[0]).strip("_")
    if name in _ALIASES:
        name = _ALIASES[name]
    elif match := _ISO.match(name):
        name = _WIDER.get(match[1], f"iso8859_{match[1]}")
    elif match := _PAGE.match(name):
        name = _ALIASES.get(f"cp{match[1]}", f"cp{match[1]}")
    elif name.startswith(("utf8", "utf_8")):
        name = "utf_8"
    bare = name.removeprefix("x_")
    for candidate in (name, bare, bare.replace("_", ""), f"cp{name}"):
        if module := _KNOWN.get(candidate):
            return codecs.lookup(module).name
    return ""


def decode(data: bytes, label: str = "", *hints: str) -> str:
    """The text of `data`, whatever the label says; never raises (B18, B19).

    The label wins unless it is unknown or provably wrong: ISO-2022 escapes without any
    8-bit byte, or valid multi-byte UTF-8 under a label of another charset. Then the hints
    (labels of the HTML or of the message), then the letters themselves decide.
    """
    name = codec_name(label)
    if data.isascii() and b"\x1b" in data:
        return clean(_escaped(data, name))
    if data.isascii() and (name not in ("utf-7", "hz") and b"\x00" not in data[:_SAMPLE]):
        return clean(data.decode("ascii"))
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return clean(data.decode("utf-16", "replace"))
    if name.startswith("utf-16"):
        return clean(data.decode(_endian(data, name), "replace"))
    if data.isascii() and name not in ("utf-7", "hz"):
        return clean(data.decode("ascii"))
    return clean(_eight_bit(data, name, hints))


def _endian(data: bytes, name: str) -> str:
    """UTF-16 without a byte order mark: the half that is mostly zero is the upper one."""
    sample = data[:_SAMPLE]
    if name != "utf-16":
        return name
    return "utf-16-be" if sample[::2].count(0) >= sample[1::2].count(0) else "utf-16-le"


def _eight_bit(data: bytes, name: str, hints: tuple[str, ...]) -> str:
    utf8 = _as_utf8(data)
    if utf8 is not None and (name in ("", "utf-8") or _single_byte(name) or _surely(utf8, data)):
        return utf8
    if name in ("", "utf-8") and (text := _half_broken(data)):
        return text
    for candidate in (name, *map(codec_name, hints)):
        if candidate and candidate != "utf-8":
            try:
                return data.decode(candidate)
            except (UnicodeError, ValueError):
                continue
    if utf8 is not None:
        return utf8
    if name in ("", "utf-8"):
        return _replaced(data, detect(data))
    return _replaced(data, name)


def _surely(utf8: str, data: bytes) -> bool:
    """Five characters of valid UTF-8 are no chance, also under a label of two bytes each."""
    return len(utf8) + 5 <= len(data) and sum(1 for char in utf8[:_SAMPLE] if char > "\x7f") >= 5


def _as_utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _single_byte(name: str) -> bool:
    """True for codecs in which every byte is a character, so that UTF-8 shows as mojibake."""
    return name.startswith(("cp125", "cp8", "iso8859", "koi8", "mac", "cp437", "cp7", "tis"))


def _replaced(data: bytes, name: str) -> str:
    try:
        return data.decode(name, "replace")
    except (UnicodeError, ValueError, LookupError):
        return data.decode("latin-1")


def _half_broken(data: bytes) -> str:
    """UTF-8 that is mostly whole, its broken bytes as U+FFFD; "" when it is something else."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(1 for char in text[:_SAMPLE] if char > "\x7f" and char != "\ufffd")
    return text if whole > broken else ""


def _escaped(data: bytes, name: str) -> str:
    """Seven-bit text with escape sequences: ISO-2022 whatever its label (B18, B19)."""
    if _ISO2022_KR.search(data):
        return _replaced(data, "iso2022_kr")
    if not _ISO2022.search(data):
        return _replaced(data, name or "ascii")
    try:
        return data.decode("iso2022_jp_ext")
    except UnicodeDecodeError:
        if data.count(b"\x1b") > _MOST_ESCAPES:
            return _replaced(data, "iso2022_jp_ext")
        return _with_vendor_rows(data)


def _with_vendor_rows(data: bytes) -> str:
    """ISO-2022-JP with the rows NEC and IBM added: each segment read as Shift_JIS."""
    first = data.find(b"\x1b")
    out = [data[:first].decode("ascii", "replace")]
    for match in _JIS_ROWS.finditer(data, first):
        shift, segment = match.groups()
        if shift == b"$(D":
            out.append((b"\x1b$(D" + segment + b"\x1b(B").decode("iso2022_jp_ext", "replace"))
        elif shift.startswith(b"$"):
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
