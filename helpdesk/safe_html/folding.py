"""Quotes, signatures and what the sender hid, folded in place: by structure, not by words (I3).

A fold is a range of siblings inside one parent, so that its element never cuts another one in
two. In doubt nothing is folded (I2), and never everything (I1). Every node is looked at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from helpdesk.safe_html import marks, styles, unmarked
from helpdesk.safe_html.line_shapes import is_address, is_dated, is_timed
from helpdesk.safe_html.tail_words import (
    CONFIDENTIAL,
    RECIPIENT,
    is_device_line,
    is_scanner_line,
    may_be_disclaimer,
)
from helpdesk.safe_html.trees import Node, text, walk
from helpdesk.safe_html.unmarked import INLINE as _INLINE

QUOTED: Final = "quoted"
SIGNATURE: Final = "signature"
HIDDEN: Final = "hidden"

_NO_PLACE: Final = frozenset(
    ("table", "tbody", "thead", "tfoot", "tr", "colgroup", "ul", "ol", "dl", "a", "p", "pre")
)
_TOP_RULE: Final = re.compile(r"(?:\A|;)border-top:\s*solid|(?:\A|;)border-top:[^;]*\bsolid")
_OTHER_SIDES: Final = re.compile(r"(?:\A|;)border(?:-left|-right|-bottom)?:\s*(?:none|medium none)")
_FIELD: Final = re.compile(r"(?:\A|\n)\s*[^\s:：][^:：\n]{0,30}[:：]\s*\S")
_DATED: Final = re.compile(r"\d")
_ATTRIBUTION: Final = 300
_SIGNATURE_WEIGHT: Final = 800
_TAILS: Final = 4
_TAIL_WEIGHT: Final = 4000
_LEVELS: Final = 4
_LINE_NODES: Final = 12
_TRIES: Final = 50
"""Beginnings of an old message or a signature that are looked at: each may reach to the end."""


@dataclass(frozen=True, slots=True)
class Fold:
    """From one sibling to another, both inside."""

    kind: str
    first: Node
    last: Node

    @property
    def weight(self) -> int:
        inside = self.first.siblings[self.first.place : self.last.place + 1]
        return sum(node.weight for node in inside)


def folds(root: Node) -> list[Fold]:
    """What of a mail is folded; none lies in another."""
    found = _Folding(root)
    found.old_message()
    found.quotes()
    found.signatures()
    found.tails()
    found.hidden()
    return found.made


class _Folding:
    def __init__(self, root: Node) -> None:
        self.root = root
        self.made: list[Fold] = []
        self.inside: set[Node] = set()
        self.left = root.weight

    def add(self, kind: str, first: Node, last: Node) -> bool:
        """Fold, unless nothing would be left to see or there is no place for it."""
        fold = Fold(kind, first, last)
        parent = first.parent
        if parent is None or parent.name in _NO_PLACE or fold.weight == 0:
            return False
        if fold.weight >= self.left:
            return False
        self.left -= fold.weight
        self.made.append(fold)
        self.inside.update(parent.children[first.place : last.place + 1])
        return True

    def open_nodes(self) -> Iterable[Node]:
        """The nodes that no fold holds, in the order of the text."""
        stack = self.root.children[::-1]
        while stack:
            node = stack.pop()
            if node in self.inside:
                continue
            yield node
            if node not in self.inside:
                stack.extend(reversed(node.children))

    def old_message(self) -> None:
        """A block of fields, marked, ruled or told by its shape: all under it is older."""
        marked = (
            node
            for node in islice(filter(_may_head, walk(self.root)), _TRIES)
            if node.marked(marks.HEADER) or _is_field_block(node)
        )
        told = (node for node in unmarked.heads(self.root) if not _is_cited(_outermost(node)))
        for node in chain(marked, islice(told, _TRIES)):
            first = _outermost(node)
            if first.above is not None and first.above.name == "hr":
                first = _outermost(first.above)
            if first.parent and self.add(QUOTED, first, first.parent.children[-1]):
                return

    def quotes(self) -> None:
        """Marked quotes, cited blocks, and a plain blockquote with nothing of the author below."""
        end = _last_words(self.root)
        for node in self.open_nodes():
            if node.name == "blockquote":
                quoted = node.marked(marks.QUOTE) or "type" in node.attributes or node in end
            else:
                quoted = node.marked(marks.QUOTE) and not _is_answered_inside(node)
            if quoted:
                first = _with_attribution(node, self.inside)
                if first is not node:
                    self.take_back(first)
                self.add(QUOTED, first, node)

    def take_back(self, first: Node) -> None:
        """An attribution that was cited by itself is one with the quote under it (iOS Mail)."""
        last = self.made[-1] if self.made else None
        node = last.first if last else None
        for _level in range(_LEVELS):
            if last and node is first:
                self.left += self.made.pop().weight
                return
            node = node.parent if node else None

    def signatures(self) -> None:
        tries = 0
        for node in self.open_nodes():
            if node.marked(marks.SIGNATURE) and node.name:
                self.add(SIGNATURE, node, node)
            elif tries < _TRIES and not node.name and node.weight <= 2 and _is_dashes(node):
                tries += 1
                first = _outermost(node, alone=True)
                last = first
                for following in first.siblings[first.place + 1 :]:
                    if following in self.inside:
                        break
                    last = following
                fold = Fold(SIGNATURE, first, last)
                if 2 < fold.weight <= _SIGNATURE_WEIGHT:
                    self.add(SIGNATURE, first, last)

    def tails(self) -> None:
        """The last paragraphs: device lines, what scanners add, disclaimers (I7)."""
        for _paragraph in range(_TAILS):
            last = _last_text(self.root, self.inside)
            paragraph = last and _paragraph_of(last, self.inside)
            if not paragraph or not _is_tail(*paragraph) or not self.add(SIGNATURE, *paragraph):
                return

    def hidden(self) -> None:
        for node in self.open_nodes():
            unseen = styles.HIDDEN in node.attributes.get("style", "")
            if unseen and node.name in {"div", "span", "p", "table", "center"}:
                self.add(HIDDEN, node, node)


def _may_head(node: Node) -> bool:
    """Whether a node is marked as the head of an old message, or ruled like one."""
    if node.name and node.marked(marks.HEADER):
        return True
    style = node.attributes.get("style", "")
    ruled = node.name == "div" and _TOP_RULE.search(style) and _OTHER_SIDES.search(style)
    return bool(ruled)


def _is_field_block(node: Node) -> bool:
    """Outlook's header of an old message: three fields or more."""
    return len(_FIELD.findall(text(node))) >= 3


def _outermost(node: Node, *, alone: bool = False) -> Node:
    """The highest element that begins with this node (alone: and holds nothing else)."""
    while node.parent is not None and node.parent.parent is not None:
        if node.above is not None or node.parent.name in {"td", "th", "li"}:
            return node
        if alone and node.parent.weight != node.weight:
            return node
        node = node.parent
    return node


def _last_words(root: Node) -> set[Node]:
    """The elements after which there is nothing more to see."""
    found: set[Node] = set()
    node: Node | None = root
    while node is not None:
        found.add(node)
        node = next((one for one in reversed(node.children) if one.weight), None)
    return found


def _last_text(root: Node, inside: set[Node]) -> Node | None:
    """The last node that shows something and that no fold holds."""
    node, emptied = root, 0
    while emptied < _TRIES:
        shown = (one for one in reversed(node.children) if one.weight and one not in inside)
        following = next(shown, None)
        if following is not None:
            node = following
        elif node.parent is None or not node.children:
            return None if node is root else node
        else:
            # All of it is folded: what stands over it is the last.
            inside.add(node)
            emptied += 1
            node = node.parent
    return None


def _paragraph_of(node: Node, inside: set[Node]) -> tuple[Node, Node] | None:
    """The paragraph of its own that ends with this node, or None (I2).

    An element of a block, or what stands between an empty line and the end of its parent.
    """
    while node.name in _INLINE and node.parent is not None and node.parent.parent is not None:
        if node.parent.name not in _INLINE and node.parent.weight != node.weight:
            break
        node = node.parent
    first = node
    while first.place and first.name in _INLINE:
        before = first.siblings[first.place - 1]
        if before.name not in _INLINE or before in inside:
            break
        first = before
    if not _stands_alone(first):
        return None
    house = first.parent
    if house and house.name == "p" and first.place == 0 and node.place == len(house.children) - 1:
        return house, house
    return first, node


def _stands_alone(first: Node) -> bool:
    """Whether nothing is over it, or an empty line: a paragraph, two breaks, or an empty block."""
    over = 0
    while first.above is None and first.parent is not None and first.parent.parent is not None:
        over += sum(bool(one.name) for one in first.siblings[: first.place])
        first = first.parent
    if first.name == "p" or (first.above is not None and first.above.name == "p"):
        return True
    gap = first.siblings[first.above.place + 1 if first.above else 0 : first.place]
    empty = [one for one in gap if one.name]
    block = first.name not in _INLINE or (first.above and first.above.name not in _INLINE)
    return over + len(empty) >= (1 if block else 2)


def _is_tail(first: Node, last: Node) -> bool:
    nodes = first.siblings[first.place : last.place + 1]
    if sum(one.weight for one in nodes) > _TAIL_WEIGHT:
        return False
    words = " ".join(" ".join(text(one, _TAIL_WEIGHT) for one in nodes).split())
    if is_device_line(words) or is_scanner_line(words):
        return True
    long_enough = may_be_disclaimer(len(words), ascii_only=words.isascii())
    return bool(long_enough and CONFIDENTIAL.search(words) and RECIPIENT.search(words))


def _is_answered_inside(node: Node) -> bool:
    """Whether the author wrote between or under the blocks that this element quotes (I4)."""
    seen = False
    for child in node.children:
        if child.name == "blockquote":
            seen = True
        elif seen and child.weight and not child.marked(marks.SIGNATURE):
            return True
    return False


def _with_attribution(node: Node, inside: set[Node]) -> Node:
    """The line "On … somebody wrote:" that stands over a quote, or the quote itself."""
    before = node.above
    if before is None or before in inside or before.name in {"hr", "blockquote"}:
        return node
    if before.marked(marks.CITE):
        return before
    if before.weight > _ATTRIBUTION:
        return node
    if before.name in _INLINE:
        return _line_over(node, inside) or node
    words = text(before, 600).strip()
    lone = bool(before.name) and before.name != "br"
    if lone and "\n" not in words and words.endswith((":", "：")) and _DATED.search(words):
        return before
    return node


def _line_over(node: Node, inside: set[Node]) -> Node | None:
    """Where the line right over a quote begins, when it says who wrote it and when."""
    assert node.above is not None
    first = node.above
    while first.place and node.place - first.place < _LINE_NODES:
        before = first.siblings[first.place - 1]
        if before.name not in _INLINE or before in inside:
            break
        first = before
    line = node.siblings[first.place : node.above.place + 1]
    words = " ".join(text(one, _ATTRIBUTION) for one in line).strip()
    if len(words) > _ATTRIBUTION or not words.endswith((":", "：")):
        return None
    return first if is_dated(words) and (is_address(words) or is_timed(words)) else None


def _is_cited(node: Node) -> bool:
    """Whether it stands in a quote already."""
    parent = node.parent
    while parent is not None:
        if parent.name == "blockquote":
            return True
        parent = parent.parent
    return False


def _is_dashes(node: Node) -> bool:
    """A line of its own with two dashes (RFC 3676, 4.3)."""
    if node.raw.replace("&nbsp;", " ").strip() not in {"--", "—"}:
        return False
    before = node.siblings[node.place - 1] if node.place else None
    place = node.place + 1
    after = node.siblings[place] if place < len(node.siblings) else None
    return (before is None or before.name == "br") and (after is None or after.name == "br")
