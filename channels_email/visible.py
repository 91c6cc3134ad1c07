"""The part of a reply that its author wrote: found by shapes, not words, in linear time.

Rules I1-I9. A view only: the full text is always kept, so in doubt nothing is cut. Each line
is looked at alone and only its first 1,000 characters; there is no pattern over the body.
"""

from __future__ import annotations

import re
from typing import Final

from channels_email.addresses import BIDI

MAX_CHARS: Final = 200_000
MARKER: Final = "##- "
"""How our own "reply above this line" begins, in every language (I8)."""

_NO_BIDI: Final = dict.fromkeys(map(ord, BIDI))
_LINE: Final = 1000
_ADDRESS: Final = re.compile(r"[^\s<>@()\[\]]{1,64}@[^\s<>@()\[\]]{1,255}")
_TIME: Final = re.compile(r"(?<!\d)\d{1,2}[:.h時시]\s?\d{2}(?!\d)")
_DATE: Final = re.compile(
    r"(?<!\d)(?:\d{4}[-./年년]\s?\d{1,2}|\d{1,2}[-./]\s?\d{1,2}[-./]\s?\d{2,4}|(?:19|20)\d{2})(?!\d)"
)
_LABEL: Final = re.compile(r"\*{0,2}[^\W\d_][^:：\n]{0,30}?\*{0,2}\s?[:：]\*{0,2}(?:\s+\S|\s*\Z)")
_RULE: Final = re.compile(r"[-_=*─—]{3,}\s*\Z")
_TITLED_RULE: Final = re.compile(r"-{2,}\s*[^\s-][^\n]{0,60}[^\s-]\s*-{2,}\s*\Z|-{5,}[^-]{1,60}\Z")
_SIGNATURE: Final = re.compile(r"--\s?\Z")
_SIGNATURE_LINES: Final = 12
_ATTRIBUTION_LINES: Final = 3
_HEADER_LINES: Final = 3


def visible_text(text: str) -> str:
    """The author's words of a reply, or `text` itself when nothing is surely a quote.

    Never empty for a text that is not (I1). Text below or between quotes is the author's
    and keeps its quotes (I4).
    """
    if len(text) > MAX_CHARS:
        return text
    lines = text.split("\n")
    shapes = [_shape(line) for line in lines]
    end = _quote_start(shapes)
    end = _without_trailing_quote(shapes, end)
    end = _without_signature(shapes, end)
    kept = "\n".join(lines[:end]).strip("\n").rstrip()
    return kept if kept.strip() else text


def _shape(line: str) -> str:
    line = line[:_LINE]
    return (line if line.isascii() else line.translate(_NO_BIDI)).strip()


def _quote_start(shapes: list[str]) -> int:
    """The line where a quote without `>` begins that runs to the end; len() without one."""
    for index, line in enumerate(shapes):
        if not line:
            continue
        if line.startswith(MARKER):
            return _above_attribution(shapes, index)
        if _TITLED_RULE.match(line) and _labels(shapes, _next(shapes, index + 1)) >= 2:
            return index
        if _is_header_block(shapes, index):
            before = _previous(shapes, index - 1)
            return before if before >= 0 and _RULE.match(shapes[before]) else index
        if _opens_unmarked_quote(shapes, index):
            return index
    return len(shapes)


def _labelled(shapes: list[str], index: int) -> bool:
    return index >= 0 and _LABEL.match(shapes[index]) is not None


def _labels(shapes: list[str], index: int) -> int:
    """How many "Label: value" lines follow each other from `index` (12 are enough)."""
    count = 0
    while index + count < len(shapes) and count < 12 and _LABEL.match(shapes[index + count]):
        count += 1
    return count


def _is_header_block(shapes: list[str], index: int) -> bool:
    """The block of fields above a quoted message, in any language: at least three of them,
    one with an address and one with a date and a time (I3).
    """
    if _labelled(shapes, index - 1):
        return False  # looked at already, from its first line
    count = _labels(shapes, index)
    if count < _HEADER_LINES:
        return False
    block = shapes[index : index + count]
    dated = any(_TIME.search(line) and _DATE.search(line) for line in block)
    return dated and any(_ADDRESS.search(line) for line in block)


def _opens_unmarked_quote(shapes: list[str], index: int) -> bool:
    """An attribution over a quote without `>`: address, date, time and a last colon."""
    line = shapes[index]
    if not line.endswith((":", "：")) or _is_quoted(line) or len(line) > 300:
        return False
    if not (_ADDRESS.search(line) and _TIME.search(line) and _DATE.search(line)):
        return False
    following = _next(shapes, index + 1)
    return following < len(shapes) and not _is_quoted(shapes[following])


def _without_trailing_quote(shapes: list[str], end: int) -> int:
    """Cut the last `>` block and its attribution when nothing but a signature follows it."""
    last = end - 1
    while last >= 0 and not _is_quoted(shapes[last]):
        last -= 1
    if last < 0 or not _only_signature(shapes[last + 1 : end]):
        return end
    first = last
    while first > 0 and (_is_quoted(shapes[first - 1]) or _blank_inside(shapes, first - 1)):
        first -= 1
    return _above_attribution(shapes, first)


def _is_quoted(line: str) -> bool:
    return line.startswith(">")


def _blank_inside(shapes: list[str], index: int) -> bool:
    return not shapes[index] and index > 0 and _is_quoted(shapes[index - 1])


def _only_signature(rest: list[str]) -> bool:
    written = [line for line in rest if line]
    return not written or (
        _SIGNATURE.match(written[0]) is not None and len(written) <= _SIGNATURE_LINES
    )


def _above_attribution(shapes: list[str], first: int) -> int:
    """Where the attribution over line `first` begins (up to three wrapped lines), or `first`."""
    bottom = _previous(shapes, first - 1)
    if bottom < 0 or first - bottom > 3:
        return first
    for count in range(1, _ATTRIBUTION_LINES + 1):
        top = bottom - count + 1
        if top < 0 or not shapes[top] or _is_quoted(shapes[top]):
            break
        if _is_attribution(" ".join(shapes[top : bottom + 1])):
            return _widened(shapes, top, bottom)
    return first


def _is_attribution(line: str) -> bool:
    """By shape: somebody's address or a date with a time, ending in a colon or nearly so."""
    if len(line) > 400:
        return False
    address, dated = _ADDRESS.search(line), _DATE.search(line)
    timed = _TIME.search(line)
    if line.endswith((":", "：")):
        return bool(address or dated or timed)
    return bool(timed and (address or dated))


def _widened(shapes: list[str], top: int, bottom: int) -> int:
    """A wrapped attribution starts where its paragraph starts, if that is near and dated."""
    first = top
    while first > 0 and shapes[first - 1] and bottom - first + 1 < _ATTRIBUTION_LINES:
        first -= 1
    whole = first == 0 or not shapes[first - 1]
    sentence = shapes[top - 1].endswith((".", "!", "?"))
    if first == top or not whole or sentence:
        return top
    return first if _DATE.search(shapes[first]) or _TIME.search(shapes[first]) else top


def _without_signature(shapes: list[str], end: int) -> int:
    """Cut a `-- ` line and what follows, when that is short and something is above it (I7)."""
    for index in range(max(1, end - _SIGNATURE_LINES - 1), end):
        if _SIGNATURE.match(shapes[index]) and any(shapes[:index]):
            return index
    return end


def _next(shapes: list[str], index: int) -> int:
    while index < len(shapes) and not shapes[index]:
        index += 1
    return index


def _previous(shapes: list[str], index: int) -> int:
    while index >= 0 and not shapes[index]:
        index -= 1
    return index
