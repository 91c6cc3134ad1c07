"""The sanitiser: an allow-list on a real HTML5 parser, behind a guard (J1-J7, SEC-2).

Its answer is a fixed point: cleaned again it stays as it is, so a browser that parses it sees
the tree that was looked at.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import nh3

from helpdesk.safe_html import marks, styles
from helpdesk.safe_html.guarding import is_tame

VERSION: Final = 3
"""Raise it when the rules change: `manage.py reclean_mail` then cleans what is kept again."""
MAX_CHARS: Final = 2 * 1024 * 1024
MAX_VALUE: Final = 500
MAX_ADDRESS: Final = 2000
_ROUNDS: Final = 4
_SHORT: Final = 300


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


TAGS: Final = _names(
    "p div span br hr b strong i em u s sub sup small big center font a img table thead tbody"
    " tfoot tr td th caption colgroup col ul ol li dl dt dd blockquote pre code h1 h2 h3 h4 h5 h6"
    " abbr address del ins"
)
_WITH_CONTENT: Final = _names(
    "script style title iframe object embed applet form input button select textarea svg math"
    " meta link base noscript template audio video marquee frameset noframes noembed xmp"
    " plaintext canvas dialog portal"
)
_ATTRIBUTES: Final = {
    "*": set(_names("title align valign dir lang style bgcolor width height class id")),
    "a": {"href"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "col": {"span"},
    "table": {"border", "cellpadding", "cellspacing"},
    "font": {"color", "size", "face"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"type", "value"},
    "blockquote": {"type"},
}
_DATA_URI: Final = re.compile(r"\bdata:[\w/+.;=-]{0,100};base64,[A-Za-z0-9+/=]*", re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_BLANK: Final = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_WEB: Final = re.compile(r"(https?):[/\\]*", re.IGNORECASE)
_SCHEME: Final = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)
_LENGTH: Final = re.compile(r"\d{1,4}%?\Z")


def clean(source: str) -> str | None:
    """The part of `source` that is safe to keep and show; None where only text may be shown.

    Never raises, takes linear time, and clean(clean(x)) == clean(x). Addresses of pictures stay,
    those of other hosts too: `show` decides what is fetched, and how.
    """
    if len(source) > MAX_CHARS:
        return None
    plain = _CONTROL.sub("", source.encode("utf-8", "replace").decode())
    cleaned = _DATA_URI.sub("", plain)
    for _round in range(_ROUNDS):
        if not is_tame(cleaned):
            return None
        before, cleaned = cleaned, _CLEANER.clean(cleaned).strip()
        if before == cleaned:
            return cleaned
    # Still moving: no mail does that by chance.
    return cleaned if is_tame(cleaned) and _CLEANER.clean(cleaned).strip() == cleaned else None


def _attribute(tag: str, name: str, value: str) -> str | None:
    """One attribute of one allowed tag: its safe value, or None to drop it (J3-J5)."""
    return (_known if len(value) <= _SHORT else _judged)(tag, name, value)


def _judged(tag: str, name: str, value: str) -> str | None:
    match name:
        case "style":
            return styles.safe(value, floats=tag == "table") or None
        case "class" | "id":
            return marks.mark(name, value)
        case "src" | "href":
            return _picture(value) if name == "src" else _link(value)
        case "width" | "height":
            return value if _LENGTH.match(value) else None
    if tag == "blockquote" and name == "type":
        return "cite" if value.lower() == "cite" else None
    # A link's title could tell another address than the one behind it.
    return None if tag == "a" and name == "title" else value[:MAX_VALUE]


# Mails say the same thing a thousand times, and each is looked at twice.
_known: Final = lru_cache(maxsize=32_768)(_judged)


def _picture(value: str) -> str | None:
    address = _BLANK.sub("", value)
    if address[:4].lower() == "cid:":
        return f"cid:{address[4:]}" if 4 < len(address) <= MAX_VALUE else None
    return _web("https:" + address if address.startswith("//") else address)


def _link(value: str) -> str | None:
    address = _BLANK.sub("", value)
    if not _WEB.match(address):
        address = value.strip()
    if not _SCHEME.match(address) or len(address) > MAX_ADDRESS:
        return None
    return _web(address) if _WEB.match(address) else address


def _web(address: str) -> str | None:
    """An http(s) address that two parsers read alike: browsers take a backslash for a slash."""
    if not _WEB.match(address) or len(address) > MAX_ADDRESS:
        return None
    scheme, rest = _WEB.sub(r"\1://", address, count=1).split("://", 1)
    path = rest.replace("\\", "/")
    whole = f"{scheme.lower()}://{path}"
    try:
        return whole if urlsplit(whole).hostname else None
    except ValueError:
        return None


_CLEANER: Final = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(_WITH_CONTENT),
    attributes=_ATTRIBUTES,
    attribute_filter=_attribute,
    strip_comments=True,
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
    url_schemes={"http", "https", "mailto", "tel", "cid"},
    url_relative="deny",
)
