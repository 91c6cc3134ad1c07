"""Older messages in a mail that no program marked: by the fields or the line over them (I3)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from helpdesk.safe_html.line_shapes import is_address, is_dated, is_timed, is_titled_rule
from helpdesk.safe_html.trees import Node

INLINE: Final = frozenset(
    ("", "a", "b", "i", "u", "em", "strong", "span", "font", "small", "img", "tt", "code")
)
_FIELD: Final = re.compile(r"([^\s:：][^:：]{0,30})[:：]\s*\S")
_LINE: Final = 1000
_ATTRIBUTION: Final = 300
_FIELDS: Final = 3
_HEAD: Final = 5
_BOLD: Final = re.compile(r"font-weight:\s*(?:bold|[6-9]00)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is seen. first: the node that it begins with. cited: in a quote already."""

    first: Node
    words: str
    cited: bool
    ruled: bool


def heads(root: Node) -> Iterator[Node]:
    """The nodes with which an older message seems to begin, in the order of the text."""
    lines = list(_lines(root))
    for index, line in enumerate(lines):
        before = lines[index - 1] if index else None
        titled = before is not None and is_titled_rule(before.words)
        if _is_field_block(lines[index : index + _HEAD], titled=titled):
            yield before.first if before is not None and titled else line.first
        elif _is_attribution(line) and index + 1 < len(lines) and not lines[index + 1].cited:
            yield line.first


def _is_field_block(lines: list[Line], *, titled: bool) -> bool:
    """Three "Label: value" lines with the sender first and a time, set off from the rest.

    What sets them off: a rule, or a title between dashes; with bold labels alone it must be
    four. A form that somebody filled in has an "E-mail:" of its own.
    """
    ruled = titled or lines[0].ruled
    if not (ruled or _is_bold(lines[0].first)):
        return False
    rows: list[str] = []
    for line in lines:
        if not (field := _FIELD.match(line.words)):
            break
        if len(rows) < _FIELDS and "mail" in field[1].lower():
            return False
        rows.append(line.words)
    if len(rows) < (_FIELDS if ruled else _FIELDS + 1) or not any(
        is_timed(row) and is_dated(row) for row in rows
    ):
        return False
    return is_address(rows[0]) or (is_dated(rows[0]) and is_address(rows[1]))


def _is_attribution(line: Line) -> bool:
    """The line over an old message that says everything: who, the day, the time, a last colon."""
    words = line.words
    if line.cited or len(words) > _ATTRIBUTION or not words.endswith((":", "：")):
        return False
    return is_address(words) and is_dated(words) and is_timed(words)


def _is_bold(node: Node) -> bool:
    for _level in range(3):
        if node.name in {"b", "strong"} or _BOLD.search(node.attributes.get("style", "")):
            return True
        if node.parent is None or node.name not in INLINE:
            break
        node = node.parent
    return False


def _lines(root: Node) -> Iterator[Line]:
    """The lines with words; an address behind a link counts as if it were written."""
    stack: list[tuple[Node, Node, bool]] = [(root, root, False)]
    first: Node | None = None
    house, quoted, ruled = root, False, False
    pieces: list[str] = []
    while stack:
        node, block, cited = stack.pop()
        if block is not house or node.name not in INLINE:
            if first is not None:
                yield Line(first, " ".join("".join(pieces)[:_LINE].split()), quoted, ruled)
                ruled = False
            first, house, quoted = None, block, cited
            pieces.clear()
        if node.name == "hr":
            ruled = True
        elif not node.name and node.weight:
            first = first or (node if node.parent else None)
            pieces.append(html.unescape(node.raw[:_LINE]))
        elif not node.name:
            pieces.append(" ")
        target = node.attributes.get("href", "") if node.name == "a" else ""
        if target.startswith("mailto:") and node.weight:
            stack.append((Node("", f" <{target[7:]}>", weight=1), block, cited))
        inner = block if node.name in INLINE else node
        within = cited or node.name == "blockquote"
        stack.extend((child, inner, within) for child in reversed(node.children))
    if first is not None:
        yield Line(first, " ".join("".join(pieces)[:_LINE].split()), quoted, ruled)
