"""Links tell where they lead: in a title always, and beside the words that name another place."""

from __future__ import annotations

import html
import re
from typing import Final

from helpdesk.safe_html.addresses import host
from helpdesk.safe_html.trees import Node, parse, text, walk

_NAMED: Final = re.compile(r"(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,62}")
_TITLE: Final = 300


MAX_LYING: Final = 5


def tell(node: Node) -> None:
    """Give an `a` its title, and its host where the words show a different one (J4)."""
    address = node.attributes.get("href", "")
    if not address.startswith("http"):
        return
    real = host(address)
    title = html.escape(f"{real}: {address[:_TITLE]}" if real else address[:_TITLE])
    node.raw = f'<a title="{title}"{node.raw[2:]}'
    if _lies(node, address, real):
        node.after.append(f'<bdi class="host">{html.escape(real or "?")}</bdi>')


def lying(cleaned: str) -> tuple[str, ...]:
    """The hosts to which links of a cleaned mail lead whose words name another one."""
    hosts: dict[str, None] = {}
    if "<a" in cleaned:
        for node in walk(parse(cleaned)):
            address = node.attributes.get("href", "") if node.name == "a" else ""
            if address.startswith("http") and _lies(node, address, host(address)):
                hosts[host(address) or "?"] = None
    return tuple(hosts)[:MAX_LYING]


def _lies(node: Node, address: str, real: str) -> bool:
    shown = _NAMED.search(text(node, 300).replace("\u200b", ""))
    userinfo = "@" in address.split("/", 3)[2]
    return userinfo or bool(shown and not _same(shown[0].lower(), real))


def _same(shown: str, real: str) -> bool:
    """Whether the words name the host or a domain above it."""
    try:
        shown = shown if shown.isascii() else shown.encode("idna").decode()
    except UnicodeError:
        return False
    shown = shown.removeprefix("www.")
    return real == shown or real.endswith("." + shown)
