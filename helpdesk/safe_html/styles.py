"""Inline styles that can colour and space a text, and nothing else (J3).

No value fetches (no url, no @import), covers (no position, no negative margin), hides or tracks.
What the sender hid is told by an inert mark, so that the reader may fold it and say so.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

MAX_STYLE: Final = 2000
HIDDEN: Final = "--hidden"
"""A property that no browser knows: "the sender did not show this"."""
_UNSEEN_MARK: Final = f"{HIDDEN}:1"


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ALLOWED: Final = _names(
    "color background-color font-family font-size font-style font-weight font-variant"
    " line-height text-align text-decoration text-indent text-transform vertical-align"
    " white-space word-break word-wrap overflow-wrap letter-spacing direction display"
    " width height max-width min-width max-height list-style-type border border-top border-right"
    " border-bottom border-left border-color border-style border-width border-collapse"
    " border-spacing border-radius padding padding-top padding-right padding-bottom padding-left"
    " margin margin-top margin-right margin-bottom margin-left"
)
_DISPLAYS: Final = _names("block inline inline-block table table-cell table-row")
_PLAIN: Final = re.compile(r"[\w\s#%.,()'\"+-]{1,300}\Z")
_FUNCTION: Final = re.compile(r"([\w-]*)\s*\(")
_COLOURS: Final = _names("rgb rgba hsl hsla")
_BAD_WORD: Final = re.compile(r"url|expression|import|image|behaviou?r|script", re.IGNORECASE)
_NEGATIVE: Final = re.compile(r"(?:\A|[\s,(])-\s*[\d.]")
_NUMBER: Final = re.compile(r"(\d{0,9}(?:\.\d{0,9})?)\s*(px|pt|em|rem|%)?\s*\Z")
_HUGE: Final = re.compile(r"\d{5}|[4-9]\d{3}|\de\+?\d", re.IGNORECASE)
_HEX: Final = re.compile(r"#[0-9a-fA-F]{3,8}\b")
_SMALLEST: Final = {"px": 6.0, "pt": 5.0, "em": 0.4, "rem": 0.4, "%": 40.0, None: 0.4}
_UNSEEN: Final = {
    "display": re.compile(r"none\Z"),
    "visibility": re.compile(r"hidden\Z|collapse\Z"),
    "opacity": re.compile(r"0*\.?0*\Z"),
    "max-height": re.compile(r"0+(?:\.0+)?(?:px|pt|em)?\Z"),
    "mso-hide": re.compile(r"all\Z"),
    HIDDEN: re.compile(r"1\Z"),
}


def safe(value: str, *, floats: bool) -> str:
    """The declarations of `value` that may stay; `floats`: may this element float."""
    kept = [_declaration(one, floats) for one in value[:MAX_STYLE].split(";")[:200]]
    unseen = [_UNSEEN_MARK] if _UNSEEN_MARK in kept else []
    return ";".join([one for one in kept if one and one != _UNSEEN_MARK] + unseen)


@lru_cache(maxsize=32_768)
def _declaration(declaration: str, floats: bool) -> str:
    name, sign, setting = declaration.partition(":")
    name, setting = name.strip().lower(), setting.replace("!important", "").strip()
    if not sign:
        return ""
    if (shape := _UNSEEN.get(name)) and shape.match(setting.lower()):
        return _UNSEEN_MARK
    return f"{name}:{setting}" if _may_stay(name, setting, floats=floats) else ""


def _may_stay(name: str, setting: str, *, floats: bool) -> bool:
    if name == "float":
        return floats and setting.lower() in {"left", "right", "none"}
    if name not in _ALLOWED or not _is_plain(setting):
        return False
    if name == "display":
        return setting.lower() in _DISPLAYS
    if "color" in name and setting.lower() == "transparent":
        return name != "color"
    numbers = _HEX.sub("", setting)
    return not (_NEGATIVE.search(numbers) or _HUGE.search(numbers) or _tiny(name, setting))


def _is_plain(setting: str) -> bool:
    """Words, numbers, colours and quoted names: nothing that calls or imports."""
    if not _PLAIN.match(setting) or _BAD_WORD.search(setting):
        return False
    if setting.count('"') % 2 or setting.count("'") % 2:
        return False
    return all(found.lower() in _COLOURS for found in _FUNCTION.findall(setting))


def _tiny(name: str, setting: str) -> bool:
    """Letters that nobody can read, and lines that lie on each other."""
    if name not in {"font-size", "line-height"}:
        return False
    match = _NUMBER.match(setting.lower())
    if match is None or not match[1].strip("."):
        return False
    return float(match[1]) < _SMALLEST[match[2]]
