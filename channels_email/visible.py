"""The part of a reply that its author wrote: found by shapes, not words, in linear time.

Rules I1-I9. A view only: the full text is always kept, so in doubt nothing is cut. `shapes` says
what a line is, `tails` what stands below the words; here is what follows from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from channels_email import tails
from channels_email.shapes import LINE, MARKER, Page, says_everything
from helpdesk.safe_html.line_shapes import is_titled_rule

MAX_CHARS: Final = 200_000


def visible_text(text: str, *, forwarded: bool = False) -> str:
    """The author's words of a reply, or `text` itself when nothing is surely a quote.

    Always a beginning of `text`, and never empty for a text that is not (I1). Text below or
    between quotes is the author's and keeps its quotes (I4). forwarded: the mail was sent on, so
    that the old message is what it is about: nothing is cut.
    """
    if forwarded or len(text) > MAX_CHARS:
        return text
    lines = list(_lines(text))
    page = Page([line for _start, line in lines])
    end = _quote_start(page)
    if end <= page.first:
        return text  # a bare forward, or nothing but a quote (I1)
    if end < page.count and page.is_forward(end):
        return text
    while True:
        start = _trailing_quote(page, end)
        if start == end:
            start = tails.cut(page, end)
        if not page.first < start < end:
            break
        end = start
    kept = text[: lines[end][0]].strip("\n").rstrip() if end < page.count else ""
    return kept or text


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines, and where each begins in the text."""
    begins = 0
    for line in text.split("\n"):
        edges = [0, *_edges(line), len(line)]
        for start, end in pairwise(edges):
            yield begins + start, line[start:end]
        begins += len(line) + 1


def _edges(line: str) -> Iterator[int]:
    """Where else a line begins in one: behind an attribution, a few blanks apart (Yahoo's app), and
    at a marker that was reflowed into it (I8).
    """
    head, gap, tail = line.partition(":  ")
    if gap and tail.strip() and says_everything(head[:LINE]):
        yield len(head) + 1
    else:
        head = gap = ""
    before, sign, after = line[len(head + gap) :].partition(MARKER)
    if sign and before.strip(" >") and after[:1] == " ":
        yield len(head + gap + before)


def _quote_start(page: Page) -> int:
    """The line where a quote without `>` begins that runs to the end; count without one."""
    for index, line in enumerate(page.shapes):
        if not line or page.quoted[index]:
            continue
        if line.startswith(MARKER):
            return page.above_rules(_above_attribution(page, index, sure=True))
        if page.labels[index] and (page.is_field_block(index) or page.is_flat_block(index)):
            return page.above_rules(index)
        if line.endswith(":") or is_titled_rule(line):
            top = page.opens_unmarked_quote(index)
            if top >= 0:
                return page.above_rules(top)
    return page.count


def _trailing_quote(page: Page, end: int) -> int:
    """Cut the last `>` block and its attribution when nothing of the author follows it."""
    last = page.before(end - 1)
    if last < 0 or not page.quoted[last]:
        return end
    first = last
    while first > 0 and page.quoted[before := page.before(first - 1)] and before >= 0:
        first = before
    return page.above_rules(_above_attribution(page, first))


def _above_attribution(page: Page, first: int, *, sure: bool = False) -> int:
    """Where the attribution over line `first` begins, or `first`.

    sure: what follows is certainly ours, so that any line with a last colon introduces it.
    """
    bottom = page.before(first - 1)
    if bottom < 0 or first - bottom > 3:
        return first
    top = page.attribution(bottom)
    if top < 0 and sure and page.shapes[bottom].endswith(":"):
        top = bottom
    return first if top < 0 else top
