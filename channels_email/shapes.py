"""What the lines of a reply look like: quotes, attributions, blocks of fields (I3, I8).

Each line is looked at alone and only its first 1,000 characters; every search over lines has a
small bound. So the time is linear whatever somebody sends (I9, SEC-31).
"""

from __future__ import annotations

import re
from typing import Final

from channels_email.addresses import BIDI
from channels_email.quote_words import FORWARDED, LABELS, WROTE
from helpdesk.safe_html.line_shapes import is_address, is_dated, is_timed, is_titled_rule

LINE: Final = 1000
MARKER: Final = "##-"
"""How our own "reply above this line" begins, in every language (I8); it ends in "-##"."""

_DIGIT: Final = re.compile(r"\d")
_LABEL: Final = re.compile(r"[*_>]{0,2}([^\W\d_][^:\n<@]{0,30}?)[*_]{0,2}\s?:[*_]{0,2}(?=\s|\Z)")
_RULE: Final = re.compile(r"[-_=*─—]{3,}\s*\Z")
_SENTENCE: Final = (".", "!", "?", "。", "！", "？", "…")
_FLAT_LABEL: Final = re.compile(r"(?:\A|\s)\*{0,2}([^\s:*]{2,20}(?: [^\s:*]{1,12})?)\*{0,2}\s?:\s")
_SHIFTED: Final = {
    **dict.fromkeys(map(ord, BIDI + "\u200b\u200c\ufeff\u00ad")),
    **{0x0660 + digit: 48 + digit for digit in range(10)},
    **{0x06F0 + digit: 48 + digit for digit in range(10)},
    **{0xFF01 + offset: 0x21 + offset for offset in range(94)},
    **dict.fromkeys((0x00A0, 0x2007, 0x2009, 0x202F, 0x3000), " "),
    0x060C: ",",
    0x2236: ":",
    0xFE55: ":",
}
_ATTRIBUTION_LINES: Final = 4
_ATTRIBUTION: Final = 420
_BLOCK_LINES: Final = 24
_BLOCK_LABELS: Final = 12
_HEAD_LINES: Final = 8
_ORPHAN: Final = 30
_WRAPPED: Final = 62


def shape(line: str) -> str:
    """A line as it is looked at: no direction marks, plain digits and colons, no margins."""
    line = line[:LINE]
    return (line if line.isascii() else line.translate(_SHIFTED)).strip()


def is_rule(line: str) -> bool:
    """A line that is drawn: `-----`, `_____`."""
    return _RULE.match(line) is not None


class Page:
    """The lines of one text, each read once."""

    def __init__(self, lines: list[str]) -> None:
        self.raw = lines
        self.shapes = [shape(line) for line in lines]
        self.count = len(lines)
        self._unfence()
        self.quoted = [line.startswith(">") for line in self.shapes]
        self._adopt_orphans()
        self.labels = [self._label(line) for line in self.shapes]
        written = (index for index, line in enumerate(self.shapes) if line)
        self.first = next(written, 0)
        self._said: dict[re.Pattern[str], dict[int, bool]] = {}
        self._telling = self._next_telling()

    def _unfence(self) -> None:
        """What stands between code fences is neither quote nor field (I5)."""
        fences = [index for index, line in enumerate(self.shapes) if line.startswith("```")]
        for start, end in zip(fences[::2], fences[1::2], strict=False):
            for index in range(start, end + 1):
                self.shapes[index] = "`"

    def _adopt_orphans(self) -> None:
        """The tail of a quoted line that the sender's program wrapped belongs to the quote."""
        for index in range(1, self.count - 1):
            line = self.shapes[index]
            if not line or len(line) > _ORPHAN or self.quoted[index]:
                continue
            around = self.shapes[index - 1].startswith(">") and self.quoted[index + 1]
            if around and len(self.raw[index - 1]) >= _WRAPPED and line[0].islower():
                self.quoted[index] = True

    def _next_telling(self) -> list[int]:
        """For each line: the next one from it on that could hold an address or a date."""
        following, found = self.count + _BLOCK_LINES, [0] * self.count
        for index in range(self.count - 1, -1, -1):
            line = self.shapes[index]
            if "@" in line or (line and _DIGIT.search(line)):
                following = index
            found[index] = following
        return found

    @staticmethod
    def _label(line: str) -> str:
        if ":" not in line[:40] or line.startswith(">"):
            return ""
        match = _LABEL.match(line)
        return match[1].strip().lower() if match else ""

    def after(self, index: int) -> int:
        """The first line with words from `index` on; count without one."""
        while index < self.count and not self.shapes[index]:
            index += 1
        return index

    def before(self, index: int) -> int:
        """The last line with words up to `index`; -1 without one."""
        while index >= 0 and not self.shapes[index]:
            index -= 1
        return index

    def says(self, words: re.Pattern[str], top: int, last: int) -> bool:
        """Whether one of the words, of two parts at most, is in these lines as one text.

        Each line is searched once for each pattern, however often it is asked for.
        """
        known = self._said.setdefault(words, {})
        for index in range(top, last):
            if index not in known:
                pair = f"{self.shapes[index]} {self.shapes[index + 1]}"
                known[index] = words.search(pair) is not None
            if known[index]:
                return True
        return words.search(self.shapes[last]) is not None

    def above_rules(self, index: int) -> int:
        """`index`, or where the drawn line right over it begins."""
        before = self.before(index - 1)
        if before > self.first and index - before <= 3:
            line = self.shapes[before]
            if is_rule(line) or is_titled_rule(line):
                return before
        return index

    def is_field_block(self, index: int) -> bool:
        """The fields above an older message, in any language: three at least (I3)."""
        if not self.labels[index]:
            return False
        over = self.shapes[before] if (before := self.before(index - 1)) >= 0 else ""
        titled = is_titled_rule(over)
        if not titled and self._telling[index] - index > _HEAD_LINES:
            return False
        rows = self._rows(index)
        if len(rows) < (2 if titled else 3):
            return False
        head = [self.shapes[row] for row in rows[:6]]
        known = sum(self.labels[row] in LABELS for row in rows[:6])
        dated = any(is_timed(line) and is_dated(line) for line in head[:5])
        if titled or (known >= 3 and self.labels[index] in LABELS):
            # A journey or a parcel goes "from" and "to" on a "date" as well.
            told = any(map(is_address, head)) or (dated and len(rows) >= 4)
            return titled or is_rule(over) or told
        # Fields begin with their first line: the rest of the author's own list is not a block.
        if not dated or (index and self.labels[index - 1]):
            return False
        sender = is_address(head[0]) or (is_dated(head[0]) and is_address(head[1]))
        # A form that somebody filled in has an "E-mail:" of its own.
        form = any("mail" in self.labels[row] for row in rows[:3])
        ruled = is_rule(over) and len(rows) >= 4 and known >= 2
        return (sender and not form) or ruled

    def _rows(self, index: int) -> list[int]:
        """The lines with a label from `index` on; values may run on, blank lines be between."""
        rows: list[int] = []
        loose = 0
        for row in range(index, min(self.count, index + _BLOCK_LINES)):
            line = self.shapes[row]
            if self.labels[row]:
                rows.append(row)
                loose = 0
            elif not line:
                following = self.after(row) if row - index < _BLOCK_LINES else self.count
                if following - row > 1 or following >= self.count or not self.labels[following]:
                    break
            else:
                loose += 1
                runs_on = self.shapes[row - 1].endswith((",", ";")) or is_address(line)
                if loose > 3 or not runs_on:
                    break
            if len(rows) >= _BLOCK_LABELS:
                break
        return rows

    def is_flat_block(self, index: int) -> bool:
        """The same fields, all in one line: what a reflowed block looks like."""
        line = self.shapes[index]
        if self.labels[index] not in LABELS or line.count(":") < 3:
            return False
        known = {name.lower() for name in _FLAT_LABEL.findall(line) if name.lower() in LABELS}
        return len(known) >= 3 and is_address(line) and is_timed(line)

    def is_forward(self, index: int) -> bool:
        """Whether the old message that begins here was sent on rather than answered (I1)."""
        line = self.shapes[index]
        if not is_titled_rule(line):
            before = self.before(index - 1)
            line = self.shapes[before] if before >= 0 and index - before <= 3 else ""
        short = len(line) <= 80 and (is_titled_rule(line) or line.endswith(":"))
        return short and FORWARDED.search(line) is not None

    def attribution(self, bottom: int) -> int:
        """Where the attribution that ends in line `bottom` begins, or -1 (I3).

        By shape: an address, or a date, and a last colon. A wrapped one is taken from where its
        date is; a sentence's end is never passed.
        """
        best, joined = -1, ""
        for top in range(bottom, max(-1, bottom - _ATTRIBUTION_LINES), -1):
            line = self.shapes[top]
            if not line or self.quoted[top] or len(joined) + len(line) > _ATTRIBUTION:
                break
            if (
                top != bottom
                and line.endswith(_SENTENCE)
                and not ((is_dated(line) or is_address(line)) and not is_dated(joined))
            ):
                break
            joined = f"{line} {joined}".strip()
            if not _is_attribution(joined):
                continue
            if is_dated(joined) and is_timed(joined):
                return self._with_name(top, joined)
            best = top if best < 0 else best
        return best

    def _with_name(self, top: int, joined: str) -> int:
        """A long name and address may stand in a line of their own, over the date."""
        above = self.shapes[top - 1] if top else ""
        if not above or self.quoted[top - 1] or above.endswith((*_SENTENCE, ":")):
            return top
        named = "<" in above and is_address(above) and len(above) >= 30
        return top - 1 if named and not is_address(joined) else top

    def opens_unmarked_quote(self, bottom: int) -> int:
        """Where an attribution over a quote without `>` begins, or -1: it must say everything."""
        line = self.shapes[bottom]
        if is_titled_rule(line) and is_address(line) and is_timed(line):
            return bottom
        near = self.shapes[max(0, bottom - _ATTRIBUTION_LINES) : bottom + 1]
        if not line.endswith(":") or not any("@" in one for one in near):
            return -1
        top = self.attribution(bottom)
        if top < 0 or self.labels[top]:
            return -1
        if not says_everything(" ".join(self.shapes[top : bottom + 1])):
            return -1
        following = self.after(bottom + 1)
        return top if following < self.count and not self.quoted[following] else -1


def says_everything(line: str) -> bool:
    """Whether an address, a date and a time are in a line."""
    return is_address(line) and is_timed(line) and is_dated(line)


def _is_attribution(line: str) -> bool:
    line = line.rstrip("*_ ")
    if len(line) > _ATTRIBUTION:
        return False
    address, dated = is_address(line), is_dated(line)
    if line.endswith(":"):
        if address or dated:
            return True
        return len(line) <= 80 and WROTE.search(line) is not None
    if line.endswith(_SENTENCE):
        return False
    return address and dated and is_timed(line)
