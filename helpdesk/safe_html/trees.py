"""A cleaned text as a tree. Only what the sanitiser wrote is read here: its tags are balanced."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

_TOKEN: Final = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s[^\s=>"]+="[^"]*")*)\s*/?>')
_ATTRIBUTE: Final = re.compile(r'\s([^\s=>"]+)="([^"]*)"')
_VOID: Final = frozenset(("br", "hr", "img", "col"))


@dataclass(slots=True, eq=False)
class Node:
    """An element, or a text (name ""); `raw` is the start tag or the text as it was written.

    weight: how much of it there is to see: letters, and one for a picture. above: the nearest
    sibling over it that shows something. before, after: what
    is to stand around it.
    """

    name: str
    raw: str
    parent: Node | None = None
    place: int = 0
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    weight: int = 0
    above: Node | None = None
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    closes: bool = True

    def marked(self, mark: str) -> bool:
        return mark in (self.attributes.get("class"), self.attributes.get("id"))

    @property
    def siblings(self) -> list[Node]:
        return self.parent.children if self.parent else [self]


def parse(source: str) -> Node:
    """The root, an element without a name of its own."""
    root = here = Node("root", "")
    position = 0
    for token in _TOKEN.finditer(source):
        _text(here, source[position : token.start()])
        position = token.end()
        name = token[2]
        if token[1]:
            while here.parent and here.name != name:
                here = here.parent
            here = here.parent or root
            continue
        attributes = (
            {key: _plain(value) for key, value in _ATTRIBUTE.findall(token[3])} if token[3] else {}
        )
        node = _add(here, Node(name, token[0], attributes=attributes))
        if name in _VOID:
            node.closes = False
            node.weight = int(name == "img")
        else:
            here = node
    _text(here, source[position:])
    _weigh(root)
    return root


def _plain(value: str) -> str:
    return html.unescape(value) if "&" in value else value


def _add(parent: Node, node: Node) -> Node:
    node.parent, node.place = parent, len(parent.children)
    parent.children.append(node)
    return node


def _text(parent: Node, raw: str) -> None:
    if raw:
        words = "".join(_plain(raw).split())
        _add(parent, Node("", raw, weight=len(words.strip("\u200b\u200c\u200d\ufeff\u00ad\u034f"))))


def walk(root: Node) -> Iterator[Node]:
    """All nodes below, in the order of the text."""
    stack = root.children[::-1]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.children))


def _weigh(root: Node) -> None:
    nodes = [root, *walk(root)]
    for node in reversed(nodes):
        if node.parent:
            node.parent.weight += node.weight
    for node in nodes:
        above = None
        for child in node.children:
            child.above = above
            if child.weight or child.name == "hr":
                above = child


def text(node: Node, most: int = 1000) -> str:
    """The words of a node, from its first `most` nodes and of about `most` characters."""
    pieces: list[str] = []
    size = 0
    for number, one in enumerate(chain([node], walk(node))):
        if not one.name:
            pieces.append(_plain(one.raw))
            size += len(one.raw)
        elif one.name in {"br", "p", "div", "tr"}:
            pieces.append("\n")
        if size > most or number > most:
            break
    return "".join(pieces)


def write(root: Node) -> str:
    """The tree as text again, with what was put around its nodes."""
    out: list[str] = []
    stack: list[Node | str] = list(reversed(root.children))
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            out.append(item)
            continue
        out.extend(item.before)
        out.append(item.raw)
        stack.extend(reversed(item.after))
        if item.name and item.closes:
            stack.append(f"</{item.name}>")
        stack.extend(reversed(item.children))
    return "".join(out)
