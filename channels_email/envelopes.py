"""The envelope of a mail that comes without one: from a mailbox, a file, an upload (D8)."""

from __future__ import annotations

from typing import Final

from channels_email import addresses
from channels_email.headers import parse_block

MOST: Final = 256 * 1024
_RECIPIENTS: Final = ("x-original-to", "delivered-to", "envelope-to", "x-envelope-to")


def envelope(body: bytes) -> dict[str, str]:
    """`mail_from` and `rcpt` as the last server wrote them down; a missing one is left out."""
    headers, _start = parse_block(body, 0, min(len(body), MOST))
    found: dict[str, str] = {}
    paths = headers.all("return-path")
    if paths:
        boxes = addresses.parse(paths[0])
        found["mail_from"] = boxes[0].address if boxes else ""
    named = [headers.first(name) for name in _RECIPIENTS]
    boxes = [box for value in named for box in addresses.parse(value)]
    if boxes:
        found["rcpt"] = ", ".join(dict.fromkeys(box.address for box in boxes[:10]))
    return found
