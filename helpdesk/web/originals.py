"""A message's HTML as it may be shown: cleaned once more, self-contained, and bounded in time.

The channel has cleaned it when it came (by its rules of then); nothing here trusts that. What is
too odd to be cleaned in a bounded time is refused, and the text of the message stands.
"""

from __future__ import annotations

import base64
import re
from typing import Final

import nh3
from django.utils.safestring import SafeString

from helpdesk.files import INLINE
from helpdesk.models import Message

POLICY: Final = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:;"
    " style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
MAX_CHARS: Final = 2 * 1024 * 1024
MAX_TAGS: Final = 50_000
MAX_DEPTH: Final = 300
MAX_PICTURE: Final = 1024 * 1024
MAX_PICTURES: Final = 5 * 1024 * 1024


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_VOID: Final = _names("area base br col embed hr img input link meta source track wbr")
_CID: Final = re.compile(r"""src="cid:([^"]{1,255})\"""")
_TAGS: Final = _names(
    "p div span br hr b strong i em u s sub sup small big center font a img table thead tbody"
    " tfoot tr td th caption colgroup col ul ol li dl dt dd blockquote pre code h1 h2 h3 h4 h5"
    " h6 abbr address del ins"
)
_STYLES: Final = _names(
    "color background-color font-family font-size font-style font-weight line-height"
    " text-align text-decoration text-indent text-transform vertical-align white-space"
    " word-break direction width height max-width min-width list-style-type border border-top"
    " border-right border-bottom border-left border-color border-style border-width"
    " border-collapse border-spacing padding padding-top padding-right padding-bottom"
    " padding-left margin margin-top margin-right margin-bottom margin-left"
)
_EVERYWHERE: Final = {"title", "align", "valign", "dir", "lang", "style", "bgcolor"}


def _attribute(_tag: str, name: str, value: str) -> str | None:
    """A safe value, or None: no address but that of a part of the mail is ever fetched."""
    if name == "src":
        return value if value.lower().startswith("cid:") else None
    if name == "style" and ("url" in value.lower() or "\\" in value):
        return None
    return value


_CLEANER: Final = nh3.Cleaner(
    tags=set(_TAGS),
    clean_content_tags={"script", "style", "title", "iframe", "object", "svg", "math", "template"},
    attributes={
        "*": _EVERYWHERE | {"width", "height"},
        "a": {"href"},
        "img": {"src", "alt"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan"},
        "table": {"border", "cellpadding", "cellspacing"},
        "font": {"color", "size", "face"},
        "ol": {"start", "type"},
    },
    attribute_filter=_attribute,
    filter_style_properties=set(_STYLES),
    strip_comments=True,
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
    url_schemes={"http", "https", "mailto", "tel", "cid"},
    url_relative="deny",
)


def shown(message: Message) -> SafeString | None:
    """The message's HTML, safe and with its own pictures inside; None where it is refused.

    Pictures from outside stay away: they would tell their sender who reads, when and where.
    """
    source = message.html
    if len(source) > MAX_CHARS or not _is_shallow(source):
        return None
    cleaned = _CLEANER.clean(source)
    return SafeString(_with_pictures(cleaned, message))


def _is_shallow(source: str) -> bool:
    """One linear scan: the parser is quadratic on what nests without end."""
    depth = deepest = 0
    for number, tag in enumerate(_TAG.finditer(source)):
        if tag[2].lower() in _VOID:
            continue
        depth = max(0, depth - 1) if tag[1] else depth + 1
        deepest = max(deepest, depth)
        if number > MAX_TAGS or deepest > MAX_DEPTH:
            return False
    return True


def _with_pictures(source: str, message: Message) -> str:
    """Its own pictures become part of the page: a sandboxed page may fetch nothing."""
    named = {one.content_id: one for one in message.attachments.all() if one.content_id}
    left = MAX_PICTURES
    known: dict[str, str] = {}

    def picture(found: re.Match[str]) -> str:
        nonlocal left
        name = found[1]
        if name not in known:
            known[name] = 'alt=""'
            file = named.get(name) or named.get(f"<{name}>")
            fits = file and file.file and file.size <= min(left, MAX_PICTURE)
            if file and fits and file.content_type in INLINE:
                left -= file.size
                with file.file.open("rb") as stored:
                    data = base64.b64encode(stored.read()).decode()
                known[name] = f'src="data:{file.content_type};base64,{data}"'
        return known[name]

    return _CID.sub(picture, source)
