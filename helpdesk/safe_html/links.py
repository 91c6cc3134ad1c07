"""Links tell where they lead: in a title always, and beside the words that name another place."""

from __future__ import annotations

import html
import re
from typing import Final

from helpdesk.safe_html.pictures import host
from helpdesk.safe_html.trees import Node, text

_NAMED: Final = re.compile(r"(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,62}")
_TITLE: Final = 300


def tell(node: Node) -> None:
    """Give an `a` its title, and its host where the words show a different one (J4)."""
    address = node.attributes.get("href", "")
    if not address.startswith("http"):
        return
    real = host(address)
    title = html.escape(f"{real}: {address[:_TITLE]}" if real else address[:_TITLE])
    node.raw = f'<a title="{title}"{node.raw[2:]}'
    shown = _NAMED.search(text(node, 300).replace("\u200b", ""))
    userinfo = "@" in address.split("/", 3)[2]
    if userinfo or (shown and not _same(shown[0].lower(), real)):
        node.after.append(f'<bdi class="host">{html.escape(real or "?")}</bdi>')


def _same(shown: str, real: str) -> bool:
    """Whether the words name the host or a domain above it."""
    try:
        shown = shown if shown.isascii() else shown.encode("idna").decode()
    except UnicodeError:
        return False
    shown = shown.removeprefix("www.")
    return real == shown or real.endswith("." + shown)
