"""Which charset unlabelled bytes are in: by the letters that its languages write most (B18).

A last resort behind labels and valid UTF-8. It looks at 2,000 bytes, knows the charsets that
mail still comes in, and when nothing fits says cp1252.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

FALLBACK: Final = "cp1252"
_SAMPLE: Final = 2048
_FEWEST: Final = 4
"""Fewer bytes above 127 than this prove nothing."""

_RUSSIAN: Final = "оеаинтсрвлкмдпуяыьгзбчйхжюё"
_LETTERS: Final = (
    ("cp1251", _RUSSIAN + "іїєґ"),
    ("koi8-r", _RUSSIAN),
    ("iso8859-5", _RUSSIAN),
    ("cp866", _RUSSIAN),
    ("cp1253", "αοιετνσηρπκμυλςόίάήέύώδγχθφβωξζψ"),
    ("cp1255", "יוהלאשרתמבנכדעקחפגטסזםןךץף"),
    ("cp1256", "اليمنرتوبةعدسفحقكجطشخصذضزثهىإأءغظئؤ"),
    ("cp874", "านรอกเงยมวลท่ี้" + "".join(map(chr, range(0x0E01, 0x0E4F)))),
)
"""Charsets in which most of a word is above 127, with the small letters, the usual ones first."""
_LATIN: Final = (
    ("cp1252", "äöüßéèàçñáíóúâêîôûãõåæøëïìòùœÄÖÜÉÈÀÅØÆÇÑ’“”–„…«»¿¡€°·´"),
    ("cp1250", "ąćęłńóśźżáéíýčďěňřšťůúžőűäöüßđăľŚŻŹŁČŠŽŘÁÉÍŐ’“”–„…«»€°"),
    ("iso8859-2", "ąćęłńóśźżáéíýčďěňřšťůúžőűäöüßđăľŚŻŹŁČŠŽŘÁÉÍŐ°"),
    ("cp1254", "çğıöşüâîûÇĞİÖŞÜ’“”–…"),
    ("cp1257", "āčēģīķļņšūžąęėįųõäöüĀČĒŠŪŽĄĘĖ’“”–„…"),
)
_HIGH: Final = re.compile(rb"[\x80-\xff]")
_PAIRS: Final = re.compile(rb"[\x80-\xff][\x40-\xff]")
_MULTI: Final = ("cp932", "euc_jp", "cp949", "gb18030", "big5")


def detect(data: bytes) -> str:
    """The codec that fits `data` best; cp1252 when nothing does."""
    first = _HIGH.search(data)
    if first is None:
        return FALLBACK
    start = data.rfind(b"\n", max(0, first.start() - 64), first.start()) + 1
    sample = data[max(start, first.start() - 64) :][:_SAMPLE]
    high = len(_HIGH.findall(sample))
    if high < _FEWEST:
        return FALLBACK
    letters = sum(1 for byte in sample if 65 <= byte <= 90 or 97 <= byte <= 122)
    if high > letters:
        if name := _east_asian(sample):
            return name
        return _best(sample, _LETTERS) or FALLBACK
    return _best(sample, _LATIN) or FALLBACK


def _decoded(sample: bytes, name: str) -> str | None:
    """The sample as text, a cut last character forgiven; None when it is not in that codec."""
    try:
        return codecs.getincrementaldecoder(name)().decode(sample)
    except (UnicodeError, LookupError):
        return None


def _best(sample: bytes, candidates: tuple[tuple[str, str], ...]) -> str:
    """The candidate whose usual letters make up most of what is above 127."""
    best, name = 0.55, ""
    for candidate, usual in candidates:
        text = _decoded(sample, candidate)
        if text is None:
            continue
        above = [char for char in text if char > "\x7f" and char != "\xa0"]
        if not above:
            continue
        known = frozenset(usual + usual.upper())
        frequent = frozenset(usual[:12]) if candidates is _LETTERS else known
        share = sum(1.0 for char in above if char in known) / len(above)
        share = (share + sum(1.0 for char in above if char in frequent) / len(above)) / 2
        if share > best + 0.02:
            best, name = share, candidate
    return name


def _east_asian(sample: bytes) -> str:
    """A charset of two bytes a character, told by where the leading bytes lie."""
    for name in _MULTI:
        text = _decoded(sample, name)
        if text is None:
            continue
        above = [char for char in text if char > "\x7f"]
        if above and _fits(name, above, sample):
            return name
    return ""


def _fits(name: str, above: list[str], sample: bytes) -> bool:
    count = len(above)
    kana = sum(1 for char in above if "\u3041" <= char <= "\u30fe")
    if name in ("cp932", "euc_jp"):
        halves = sum(1 for char in above if "\uff61" <= char <= "\uff9f")
        return kana * 5 >= count and halves * 5 <= count
    if name == "cp949":
        hangul = sum(1 for char in above if "\uac00" <= char <= "\ud7a3")
        leads = [pair[0] for pair in _PAIRS.findall(sample)]
        return hangul * 10 >= count * 8 and all(lead <= 0xC8 for lead in leads if lead >= 0xB0)
    han = sum(1 for char in above if "\u4e00" <= char <= "\u9fff" or "\u3000" <= char <= "\u303f")
    han += sum(1 for char in above if "\uff01" <= char <= "\uff5e")
    if han * 10 < count * 9:
        return False
    leads = [pair[0] for pair in _PAIRS.findall(sample)]
    common = (0xB0, 0xD7) if name == "gb18030" else (0xA4, 0xC6)
    usual = sum(1 for lead in leads if common[0] <= lead <= common[1] or 0xA1 <= lead <= 0xA3)
    return usual * 10 >= len(leads) * 8
