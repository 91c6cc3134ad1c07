"""A cleaned mail as its reader sees it: folded, with pictures as asked for, and honest links."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from helpdesk.safe_html import links, pictures
from helpdesk.safe_html.addresses import host
from helpdesk.safe_html.folding import HIDDEN, QUOTED, SIGNATURE, folds
from helpdesk.safe_html.trees import Node, parse, walk, write

_TAG: Final = re.compile(r"<[^>]*>")
_BEGINNING: Final = 20_000
_GROUND: Final = re.compile(
    r"(?:\bbgcolor\s*=\s*|\bbackground(?:-color)?\s*:\s*)(\"[^\">]{0,40}\"|[^;\"'<>]{0,40})",
    re.IGNORECASE,
)
_PAPER: Final = frozenset(
    {"", "#fff", "#ffffff", "white", "none", "transparent", "inherit", "initial", "window"}
    | {"rgb(255, 255, 255)", "rgb(255,255,255)"}
)
# In place of a picture that is not shown at all: the words beside it stay two words.
_NOTHING: Final = " "


@dataclass(frozen=True, slots=True)
class Words:
    """What the page says by itself, in the reader's language: (closed, open) of each fold."""

    quoted: tuple[str, str]
    signature: tuple[str, str]
    hidden: tuple[str, str]


def show(cleaned: str, *, picture: Callable[[str], str | None], words: Words) -> str:
    """The page of a cleaned mail (`clean`). `picture` turns the address of a picture into the
    one that may be loaded; None shows an empty frame in its place.
    """
    root = parse(cleaned)
    labels = {QUOTED: words.quoted, SIGNATURE: words.signature, HIDDEN: words.hidden}
    for fold in folds(root):
        fold.first.before.insert(0, _summary(fold.kind, labels[fold.kind]))
        fold.last.after.append("</details>")
    for node in walk(root):
        if node.name == "img":
            _put_picture(node, picture)
        elif node.name == "a":
            links.tell(node)
        elif node.name == "table" and not _in_table(node):
            node.before.append('<div class="wide" tabindex="0">')
            node.after.insert(0, "</div>")
    return write(root)


def direction(cleaned: str) -> str:
    """How the first letter of a cleaned mail runs: "rtl" or "ltr"; "auto" without a letter.

    A browser's own guess passes over whatever has a direction by itself, which is what mail
    programs write around the whole text.
    """
    for letter in html.unescape(_TAG.sub(" ", cleaned[:_BEGINNING])):
        if (kind := unicodedata.bidirectional(letter)) in {"R", "AL", "L"}:
            return "ltr" if kind == "L" else "rtl"
    return "auto"


def is_uncoloured(cleaned: str) -> bool:
    """Whether nothing in it lies on a ground of its own: it may be read on a dark one, too."""
    return not any(one[1].strip(" '\"").lower() not in _PAPER for one in _GROUND.finditer(cleaned))


def _summary(kind: str, label: tuple[str, str]) -> str:
    closed, opened = map(html.escape, label)
    return (
        f'<details class="fold {kind}"><summary dir="auto"><span class="closed">{closed}</span>'
        f'<span class="opened">{opened}</span></summary>'
    )


def _in_table(node: Node) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.name in {"td", "th", "table", "a", "p"}:
            return True
        parent = parent.parent
    return False


def _put_picture(node: Node, picture: Callable[[str], str | None]) -> None:
    address = node.attributes.get("src", "")
    outside = pictures.is_remote(node)
    if outside and pictures.is_tracker(node):
        node.raw = _NOTHING
        return
    found = picture(address) if address else None
    if found is not None:
        kept = {**node.attributes, "src": found, "referrerpolicy": "no-referrer"}
        node.raw = _tag("img", kept)
        return
    node.raw = _frame(node, outside=outside)


def _frame(node: Node, *, outside: bool) -> str:
    """An empty frame of the picture's size, with its words; a mere space without an address."""
    alt = node.attributes.get("alt", "").strip()
    size = "".join(
        f"{side}:{value}px;"
        for side in ("width", "height")
        if (value := node.attributes.get(side, "")).isdigit()
    )
    title = host(node.attributes["src"]) if outside else ""
    if not outside and not alt:
        return _NOTHING
    return (
        f'<span class="nopic" style="{size}" title="{html.escape(title)}">{html.escape(alt)}</span>'
    )


def _tag(name: str, attributes: dict[str, str]) -> str:
    written = "".join(f' {key}="{html.escape(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>"
