"""What stands below the words of a mail: signatures, device lines, disclaimers, footers (I7)."""

from __future__ import annotations

import re
from typing import Final

from channels_email.quote_words import (
    CONFIDENTIAL,
    DEVICE,
    RECIPIENT,
    SCANNED,
    SENT_FIRST,
    SENT_LAST,
)
from channels_email.shapes import Page, is_address, is_rule

_STRICT_LINES: Final = 40
_LOOSE_LINES: Final = 12
_DRAWN_LINES: Final = 6
_DRAWN: Final = frozenset(("—", "–", "__", "___", "⸻"))
_DEVICE: Final = 120
_DISCLAIMER: Final = 120
_DISCLAIMER_LINES: Final = 40
_LIST_RULE: Final = 20
_LIST_LINES: Final = 8
_STORE: Final = re.compile(r"aka\.ms/", re.IGNORECASE)


def cut(page: Page, end: int) -> int:
    """Where the last signature, device line, disclaimer or footer above `end` begins, or `end`.

    Never the first words of the text; a sign-off alone ("Best regards") is the author's.
    """
    last = page.before(end - 1)
    if last <= page.first or page.quoted[last]:
        return end
    for look in (_device, _scanned, _signature, _disclaimer, _list_footer):
        start = look(page, last)
        if start > page.first:
            return page.above_rules(start) if look is _disclaimer else start
    return end


def _alone(page: Page, index: int) -> bool:
    """Whether a line is a paragraph of its own, or the last of a short signature."""
    return index == 0 or not page.shapes[index - 1]


def _device(page: Page, last: int) -> int:
    line = page.shapes[last]
    if len(line) > _DEVICE:
        return -1
    if _STORE.search(line) and DEVICE.search(line):
        return last
    if not _alone(page, last) or not DEVICE.search(line):
        return -1
    return last if SENT_FIRST.match(line) or SENT_LAST.search(line) else -1


def _scanned(page: Page, last: int) -> int:
    line = page.shapes[last]
    return last if len(line) <= 200 and SCANNED.search(line) and _alone(page, last) else -1


def _signature(page: Page, last: int) -> int:
    """The nearest delimiter above: `-- ` (RFC 3676), `--`, or a drawn dash over a few lines."""
    for index in range(last, max(page.first, last - _STRICT_LINES) - 1, -1):
        if page.quoted[index]:
            return -1
        line = page.shapes[index]
        below = last - index
        if line == "--":
            strict = page.raw[index] == "-- "
            return index if strict or below <= _LOOSE_LINES else -1
        if line in _DRAWN:
            short = all(len(one) <= 60 for one in page.shapes[index + 1 : last + 1])
            return index if 0 < below <= _DRAWN_LINES and short else -1
    return -1


def _disclaimer(page: Page, last: int) -> int:
    """A last paragraph that tells strangers what they may not do with the mail."""
    top = last
    while top > page.first and page.shapes[top - 1] and last - top < _DISCLAIMER_LINES:
        top -= 1
        if page.quoted[top]:
            return -1
    words = " ".join(page.shapes[top : last + 1])
    if len(words) < (_DISCLAIMER if words.isascii() else _DISCLAIMER // 2):
        return -1
    return top if CONFIDENTIAL.search(words) and RECIPIENT.search(words) else -1


def _list_footer(page: Page, last: int) -> int:
    """What a mailing list adds: a long drawn line over addresses (Mailman)."""
    for index in range(last, max(page.first, last - _LIST_LINES) - 1, -1):
        line = page.shapes[index]
        if is_rule(line) and len(line) >= _LIST_RULE:
            below = page.shapes[index + 1 : last + 1]
            links = any("//" in one or is_address(one) for one in below)
            return index if links and all(len(one) <= 120 for one in below) else -1
    return -1
