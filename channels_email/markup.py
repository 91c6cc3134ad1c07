"""HTML to text and back, in linear time and for any input (A4, I9, J8).

`to_text` is for reading, search and trimming, not for display: it needs no tree, so no
nesting can hurt it. Quotes become `> ` lines, so that the trimmer sees one shape.
"""

from __future__ import annotations

import html as entities
import re
from typing import Final


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_EVENT: Final = re.compile(r"<!--|<[!?]|<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,40})")
_TAG_END: Final = re.compile(r"""[^>"']*(?:(?:"[^"]*"|'[^']*')[^>"']*)*>""")
_HREF: Final = re.compile(
    r"""\bhref\s*=\s*(?:"([^"]{1,2000})"|'([^']{1,2000})'|([^\s>]{1,2000}))""", re.IGNORECASE
)
_ALT: Final = re.compile(r"""\balt\s*=\s*(?:"([^"]{1,200})"|'([^']{1,200})')""", re.IGNORECASE)
_HIDDEN: Final = re.compile(
    r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden|font-size\s*:\s*0(?![\d.])"
    r"|max-height\s*:\s*0(?![\d.])|\shidden(?=[\s=/>]|\Z)",
    re.IGNORECASE,
)
_TITLES: Final = re.compile(
    r"""\s(?!style|hidden)[a-z-]{1,30}\s*=\s*(?:"[^"]{0,2000}"|'[^']{0,2000}')""", re.IGNORECASE
)
_SPACE: Final = re.compile(r"[ \t\r\n\f\v\xa0\u200b]+")
_INVISIBLE: Final = {
    name: re.compile(f"</{name}", re.IGNORECASE)
    for name in ("script", "style", "title", "template", "textarea", "svg", "math", "object")
}
_VOID: Final = _names("area base br col embed hr img input link meta source track wbr")
_BLOCKS: Final = _names(
    "address article aside blockquote body center dd div dl dt fieldset figure footer form h1 h2"
    " h3 h4 h5 h6 header hr html li main nav ol p pre section table tbody tfoot thead tr ul"
)
_SPACED: Final = _names("p h1 h2 h3 h4 h5 h6 ul ol table pre blockquote")
_MAX_QUOTE: Final = 10
_FORGIVEN: Final = 8
MAX_CHARS: Final = 400_000
"""Characters of text in the markup that are read; twice what a body may have (A10)."""
MAX_TAGS: Final = 30_000
"""Of a page with more the tags are only taken off: no person wrote it by hand."""
_LONGEST_ENTITY: Final = 8
_BLOCK_TAG: Final = re.compile(
    r"</?(?:p|div|br|tr|li|ul|ol|table|h[1-6]|blockquote|pre|hr)\b[^<>]*>?", re.IGNORECASE
)
_ANY_TAG: Final = re.compile(r"<[/!?a-zA-Z][^<>]*>?")
_UNREAD: Final = re.compile(r"<(?:!--|(?:script|style|title|template)\b)", re.IGNORECASE)
_SPACE_ONLY: Final = re.compile(r"[ \t\f\v\xa0]+")
_LINES: Final = re.compile(r"[ \t\r\f\v\xa0\u200b]*\n\s*")
_LINK: Final = re.compile(r"https?://[^\s<>\"']{1,2000}")
_PARAGRAPH: Final = re.compile(r"\n(?:[ \t]*\n)+")


def _is_hidden(attributes: str) -> bool:
    """Whether a tag hides what is in it; words in its other attributes say nothing."""
    return bool(_HIDDEN.search(attributes) and _HIDDEN.search(_TITLES.sub(" ", attributes)))


class _Writer:
    """Collects lines: white space folded, quote depth as `> ` in front.

    blank: an empty line is due before the next line; the value is the quote depth it came at.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.pieces: list[str] = []
        self.quote = 0
        self.blank: int | None = None

    def text(self, text: str, *, pre: bool) -> None:
        if pre:
            first, *rest = text.split("\n")
            self.pieces.append(first)
            for line in rest:
                self.break_line(force=True, raw=True)
                self.pieces.append(line)
            return
        self.pieces.append(_SPACE.sub(" ", text) if text != "\xa0" else text)

    def break_line(self, *, force: bool = False, raw: bool = False, spaced: bool = False) -> None:
        """End the line; an empty one counts only when forced. `raw` keeps its white space."""
        written = "".join(self.pieces) if self.pieces else ""
        line = written.rstrip() if raw else _SPACE.sub(" ", written).strip()
        self.pieces.clear()
        # A line of nothing but a hard space is how editors write an empty line.
        spaced = spaced or (not line and "\xa0" in written)
        if line or force:
            if self.blank is not None and self.lines:
                self.lines.append(self._quoted("", min(self.blank, self.quote)))
            self.blank = None
            self.lines.append(self._quoted(line, self.quote))
        if spaced and self.blank is None:
            self.blank = self.quote

    def _quoted(self, line: str, depth: int) -> str:
        return ("> " * min(depth, _MAX_QUOTE) + line).rstrip() if depth else line


class _Reducer:
    """One pass over the markup; state is a few counters, never a tree."""

    def __init__(self, source: str, *, hide: bool) -> None:
        self.source = source
        self.hide = hide
        self.out = _Writer()
        self.pre = 0
        self.links: list[str] = []
        self.hidden: tuple[str, int] | None = None
        self.unclosed = 0
        self.room = MAX_CHARS

    def run(self) -> str:
        source, position = self.source, 0
        while self.room > 0 and (match := _EVENT.search(source, position)):
            self._text(source[position : match.start()])
            if match[0] == "<!--":
                end = source.find("-->", match.end())
                position = len(source) if end < 0 else end + 3
                continue
            end = self._tag_end(match.end())
            if end < 0:
                position = len(source)
                break
            position = end
            if match[2]:
                attributes = source[match.end() : end]
                position = self._tag(match[2].lower(), bool(match[1]), attributes, end)
        if self.room > 0:
            self._text(source[position:])
        self.out.break_line()
        return "\n".join(self.out.lines)

    def _tag_end(self, start: int) -> int:
        """The offset after the `>`; quotes are honoured until too many never close."""
        if self.unclosed < _FORGIVEN:
            if match := _TAG_END.match(self.source, start):
                return match.end()
            self.unclosed += 1
        return self.source.find(">", start) + 1 or -1

    def _text(self, text: str) -> None:
        if text and self.hidden is None:
            text = text[: self.room * _LONGEST_ENTITY]
            self.room -= len(text)
            self.out.text(entities.unescape(text), pre=bool(self.pre))

    def _tag(self, name: str, closing: bool, attributes: str, end: int) -> int:
        if self.hidden is not None:
            self._inside_hidden(name, closing)
            return end
        if not closing and name in _INVISIBLE:
            if attributes.rstrip("> ").endswith("/"):
                return end
            close = _INVISIBLE[name].search(self.source, end)
            return close.start() if close else len(self.source)
        hideable = self.hide and not closing and name not in _VOID and name != "body"
        if hideable and _is_hidden(attributes):
            self.hidden = (name, 1)
            return end
        self._layout(name, closing, attributes)
        return end

    def _inside_hidden(self, name: str, closing: bool) -> None:
        assert self.hidden is not None
        hidden, depth = self.hidden
        if name == hidden:
            depth += -1 if closing else 1
            self.hidden = (hidden, depth) if depth > 0 else None

    def _layout(self, name: str, closing: bool, attributes: str) -> None:
        out = self.out
        if name == "br":
            out.break_line(force=True)
        elif name in ("td", "th"):
            out.pieces.append(" " if not closing else "")
        elif name == "a":
            self._link(closing, attributes)
        elif name == "img" and (match := _ALT.search(attributes)):
            out.pieces.append(entities.unescape(match[1] or match[2]))
        elif name in _BLOCKS:
            out.break_line(raw=bool(self.pre), spaced=name in _SPACED)
            if name == "blockquote":
                out.quote = max(0, out.quote + (-1 if closing else 1))
            elif name == "pre":
                self.pre = max(0, self.pre + (-1 if closing else 1))
            elif name == "li" and not closing:
                out.pieces.append("- ")
            elif name == "hr":
                out.pieces.append("----")
                out.break_line()

    def _link(self, closing: bool, attributes: str) -> None:
        if not closing:
            match = _HREF.search(attributes)
            target = (match[1] or match[2] or match[3] or "") if match else ""
            self.links.append(entities.unescape(target).strip())
            return
        target = self.links.pop() if self.links else ""
        if not target.startswith(("http://", "https://")):
            return
        if target.rstrip("/") not in "".join(self.out.pieces[-4:]):
            self.out.pieces.append(f" <{target}>")


def to_text(source: str) -> str:
    """The readable text of HTML: hidden parts left out, links, lists and lines kept (J8).

    When everything is hidden, or a hidden part never ends, it is shown: losing words is worse.
    """
    if source.count("<") > MAX_TAGS:
        return _without_tags(source)
    reducer = _Reducer(source, hide=True)
    text = reducer.run().strip("\n")
    if text and reducer.hidden is None:
        return text
    return _Reducer(source, hide=False).run().strip("\n")


def _without_tags(source: str) -> str:
    """The text of a huge page: hidden scripts and every tag go, blocks end lines."""
    kept: list[str] = []
    position = 0
    for _time in range(MAX_TAGS):
        opened = _UNREAD.search(source, position)
        if opened is None:
            break
        kept.append(source[position : opened.start()])
        name = opened[0][1:].lower()
        end = source.find("-->" if name == "!--" else f"</{name}", opened.end())
        end = source.find(">", end) + 1 if end >= 0 else 0
        if not end:
            position = len(source)
            break
        position = end
    kept.append(source[position:])
    text = _ANY_TAG.sub("", _BLOCK_TAG.sub("\n", "".join(kept)))
    text = _SPACE_ONLY.sub(" ", entities.unescape(text[: MAX_CHARS * 2]))
    return _LINES.sub("\n", text).strip()


def from_text(text: str) -> str:
    """Simple HTML of plain text: paragraphs, line breaks and links, everything escaped (K2)."""
    paragraphs = _PARAGRAPH.split(text.replace("\r\n", "\n").strip("\n"))
    return "\n".join(
        f'<p dir="auto">{_linked(paragraph)}</p>' for paragraph in paragraphs if paragraph.strip()
    )


def _linked(text: str) -> str:
    out: list[str] = []
    position = 0
    for match in _LINK.finditer(text):
        address = match[0].rstrip(".,;:!?)]}")
        out.append(entities.escape(text[position : match.start()]))
        out.append(f'<a href="{entities.escape(address)}">{entities.escape(address)}</a>')
        position = match.start() + len(address)
    out.append(entities.escape(text[position:]))
    return "".join(out).replace("\n", "<br>\n")
