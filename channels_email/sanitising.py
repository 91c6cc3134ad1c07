"""HTML that is safe to show: an allow-list on a real HTML5 parser, behind a guard (J1-J7).

The sanitiser's parser is quadratic on hostile input (100,000 open <div> take it 20 s), so a
linear scan counts nesting, formatting and attributes first; what fails is shown as text.
"""

from __future__ import annotations

import re
from typing import Final

import nh3

VERSION: Final = 1
"""Raise it when the rules change, so that stored HTML can be sanitised again (J1)."""
MAX_CHARS: Final = 2 * 1024 * 1024
MAX_DEPTH: Final = 500
MAX_ATTRIBUTES: Final = 10_000
MAX_ENTITIES: Final = 100_000
MAX_CLONED: Final = 4_000_000
"""Sum over all tags of the bytes of formatting tags open there: HTML5 repeats these tags in
each block that they reach into, so this bounds what the output may grow by."""
MAX_VALUE: Final = 500
MAX_STYLE: Final = 2000


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,40})")
_RUN: Final = re.compile(r"[\s/\"']+")
_DATA_URI: Final = re.compile(r"\bdata:[\w/+.;=-]{0,100};base64,[A-Za-z0-9+/=]*", re.IGNORECASE)
# Elements that never nest by being left open.
_FLAT: Final = _names(
    "area base br col embed hr img input link meta param source track wbr"
    " p li td th tr dt dd option optgroup tbody thead tfoot colgroup html head body"
)
_FORMATTING: Final = _names("a b big code em font i nobr s small strike strong tt u")

TAGS: Final = _names(
    "p div span br hr b strong i em u s sub sup small big center font a img table thead tbody"
    " tfoot tr td th caption colgroup col ul ol li dl dt dd blockquote pre code h1 h2 h3 h4 h5 h6"
    " abbr address del ins"
)
_WITH_CONTENT: Final = _names(
    "script style title iframe object embed applet form input button select textarea svg math"
    " meta link base noscript template audio video"
)
_EVERYWHERE: Final = _names("title align valign dir lang style bgcolor width height")
_ATTRIBUTES: Final = {
    "*": set(_EVERYWHERE),
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
}
_STYLES: Final = _names(
    "color background-color font-family font-size font-style font-weight font-variant"
    " line-height text-align text-decoration text-indent text-transform vertical-align"
    " white-space word-break word-wrap overflow-wrap letter-spacing direction unicode-bidi"
    " width height max-width min-width max-height list-style-type border border-top border-right"
    " border-bottom border-left border-color border-style border-width border-collapse"
    " border-spacing padding padding-top padding-right padding-bottom padding-left margin"
    " margin-top margin-right margin-bottom margin-left"
)
_PLAIN_VALUE: Final = re.compile(r"[\w\s#%.,()'\"+-]{1,300}\Z")
_BAD_VALUE: Final = re.compile(
    r"url|expression|import|image|behaviou?r|script|var\(", re.IGNORECASE
)
_NEGATIVE: Final = re.compile(r"-\s*[\d.]")
_ZERO: Final = re.compile(r"\s*0*(?:\.0+)?\s*(?:[a-z%]{0,4})\s*\Z", re.IGNORECASE)
_BLANK: Final = re.compile(r"[\x00-\x20\x7f-\xa0]+")


def sanitise(source: str) -> str | None:
    """The displayable HTML of `source`, or None when only its text may be shown (A4, J7).

    Remote images are dropped; `cid:` images stay for the core to point at attachments.
    """
    if len(source) > MAX_CHARS:
        return None
    source = _DATA_URI.sub("", source)
    if not is_tame(source):
        return None
    return _CLEANER.clean(source).strip()


def is_tame(source: str) -> bool:
    """Whether the sanitiser will take linear time for `source`; itself one linear scan (J7)."""
    if source.count("&") > MAX_ENTITIES:
        return False
    scan = _Scan(source)
    starts = _TAG.finditer(source)
    match = next(starts, None)
    while match is not None:
        following = next(starts, None)
        end = following.start() if following else len(source)
        scan.tag(match[2].lower(), match.start(), end, closing=bool(match[1]))
        if scan.depth > MAX_DEPTH or scan.cloned > MAX_CLONED or scan.crowded:
            return False
        match = following
    return True


class _Scan:
    """Counts what the parser would hold open; knows nothing of which tags close which."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.depth = self.cloned = self.crowded = 0
        self._open: dict[str, list[int]] = {}
        self._formatting = 0

    def tag(self, name: str, start: int, end: int, *, closing: bool) -> None:
        """One tag, with everything up to the next: wherever its quotes really end, it is there."""
        self.cloned += self._formatting
        if end - start > MAX_ATTRIBUTES:
            runs = sum(1 for _ in _RUN.finditer(self.source, start, end))
            self.crowded |= runs > MAX_ATTRIBUTES
        if name in _FLAT:
            return
        weights = self._open.setdefault(name, [])
        if not closing:
            weight = 0
            if name in _FORMATTING:
                weight = self.source.rfind(">", start, end) - start
                weight = end - start if weight < 0 else weight
            weights.append(weight)
            self.depth += 1
            self._formatting += weight
        elif weights:
            self.depth -= 1
            self._formatting -= weights.pop()


def _attribute(tag: str, name: str, value: str) -> str | None:
    """One attribute of one allowed tag: its safe value, or None to drop it (J3-J5)."""
    if name == "style":
        return _style(value, floats=tag == "table") or None
    if name == "src":
        address = _BLANK.sub("", value)
        return address if address.lower().startswith("cid:") else None
    if name == "href":
        address = value.strip()
        unwanted = len(address) > MAX_STYLE or _BLANK.sub("", address).lower().startswith("cid:")
        return None if unwanted else address
    return value[:MAX_VALUE]


def _style(value: str, *, floats: bool) -> str:
    kept = []
    for declaration in value[:MAX_STYLE].split(";")[:200]:
        name, sign, setting = declaration.partition(":")
        name, setting = name.strip().lower(), setting.replace("!important", "").strip()
        if not sign or not (name in _STYLES or (floats and name == "float")):
            continue
        if not _PLAIN_VALUE.match(setting) or _BAD_VALUE.search(setting):
            continue
        if setting.count('"') % 2 or setting.count("'") % 2:
            continue
        if name.startswith("margin") and _NEGATIVE.search(setting):
            continue
        if name == "font-size" and _ZERO.match(setting):
            continue
        kept.append(f"{name}:{setting}")
    return ";".join(kept)


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
