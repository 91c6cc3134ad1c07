"""Which pictures of a mail lie elsewhere, and which of them are there to watch the reader."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from helpdesk.safe_html import links, styles
from helpdesk.safe_html.addresses import host
from helpdesk.safe_html.cleaning import VERSION
from helpdesk.safe_html.trees import Node, parse, walk

MAX_HOSTS: Final = 5
_SIZE: Final = re.compile(r"(?:\A|;)\s*(?:max-)?(?:width|height)\s*:\s*([\d.]+)(?:px)?\s*(?:;|\Z)")
_TINY: Final = 2


@dataclass(frozen=True, slots=True)
class Remote:
    """Pictures on other hosts: how many a reader may ask for, where, and how many only watch."""

    count: int
    hosts: tuple[str, ...]
    trackers: int


def remote(cleaned: str) -> Remote:
    """What of a cleaned mail would have to be fetched."""
    addresses: dict[str, None] = {}
    hosts: dict[str, None] = {}
    trackers = 0
    if "<img" in cleaned:
        for node in walk(parse(cleaned)):
            if not is_remote(node):
                continue
            if is_tracker(node):
                trackers += 1
                continue
            addresses[node.attributes["src"]] = None
            hosts[host(node.attributes["src"])] = None
    return Remote(len(addresses), tuple(hosts)[:MAX_HOSTS], trackers)


def stamp(cleaned: str) -> dict[str, Any]:
    """What to keep beside a cleaned mail: by which rules, what it would fetch, and where its
    links lead that name another place.
    """
    found = remote(cleaned)
    facts: dict[str, Any] = {"sanitiser": VERSION}
    if found.count or found.trackers:
        hosts = list(found.hosts)
        facts["pictures"] = {"count": found.count, "hosts": hosts, "trackers": found.trackers}
    if lying := links.lying(cleaned):
        facts["lying"] = list(lying)
    return facts


def is_remote(node: Node) -> bool:
    """A picture that is not part of the mail."""
    return node.name == "img" and node.attributes.get("src", "").startswith("http")


def is_tracker(node: Node) -> bool:
    """A picture too small to be seen, or one that its sender hid: it is there to be fetched."""
    found = node.attributes
    if styles.HIDDEN in found.get("style", ""):
        return True
    sizes = [found.get("width", ""), found.get("height", "")]
    sizes += _SIZE.findall(found.get("style", ""))
    return any(_is_tiny(size) for size in sizes)


def _is_tiny(size: str) -> bool:
    try:
        return bool(size) and float(size) <= _TINY
    except ValueError:
        return False
