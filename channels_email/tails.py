"""What stands below the words of a mail: signatures, device lines, disclaimers, footers (I7)."""

from __future__ import annotations

from typing import Final

from channels_email.shapes import Page, is_rule
from helpdesk.safe_html.line_shapes import is_address
from helpdesk.safe_html.tail_words import (
    CONFIDENTIAL,
    RECIPIENT,
    is_device_line,
    is_scanner_line,
    may_be_disclaimer,
)

_STRICT_LINES: Final = 40
_LOOSE_LINES: Final = 12
_DRAWN_LINES: Final = 6
_DRAWN: Final = frozenset(("—", "–", "__", "___", "⸻"))
_DISCLAIMER_LINES: Final = 40
_LIST_RULE: Final = 20
_LIST_LINES: Final = 8


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
    return last if is_device_line(page.shapes[last], alone=_alone(page, last)) else -1


def _scanned(page: Page, last: int) -> int:
    return last if _alone(page, last) and is_scanner_line(page.shapes[last]) else -1


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
    words = page.shapes[top : last + 1]
    length = sum(map(len, words)) + len(words) - 1
    if not may_be_disclaimer(length, ascii_only=all(map(str.isascii, words))):
        return -1
    warns = page.says(CONFIDENTIAL, top, last) and page.says(RECIPIENT, top, last)
    return top if warns else -1


def _list_footer(page: Page, last: int) -> int:
    """What a mailing list adds: a long drawn line over addresses (Mailman)."""
    for index in range(last, max(page.first, last - _LIST_LINES) - 1, -1):
        line = page.shapes[index]
        if is_rule(line) and len(line) >= _LIST_RULE:
            below = page.shapes[index + 1 : last + 1]
            links = any("//" in one or is_address(one) for one in below)
            return index if links and all(len(one) <= 120 for one in below) else -1
    return -1
