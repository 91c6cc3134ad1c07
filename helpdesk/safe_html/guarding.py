"""Whether the sanitiser will take linear time for a text: one linear scan before it (J7).

Its parser is quadratic on hostile input (100,000 open <div> take it 20 s), so nesting, repeated
formatting and attributes are counted first. What fails is shown as text.
"""

from __future__ import annotations

import re
from typing import Final

MAX_DEPTH: Final = 300
MAX_TAGS: Final = 20_000
MAX_ATTRIBUTES: Final = 10_000
MAX_ENTITIES: Final = 100_000
MAX_CLONED: Final = 2_000_000
"""Sum over all tags of the bytes of formatting tags open there: HTML5 repeats these tags in
each block that they reach into, so this bounds what the output may grow by."""
MAX_WALKED: Final = 3_000_000
"""Sum over all tags of the elements open there: the parser walks through them at many tags."""


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,40})")
_RUN: Final = re.compile(r"[\s/\"']+")
# Elements that never nest by being left open.
_FLAT: Final = _names(
    "area base br col embed hr img input link meta param source track wbr"
    " p li td th tr dt dd option optgroup tbody thead tfoot colgroup html head body"
)
_FORMATTING: Final = _names("a b big code em font i nobr s small strike strong tt u")


def is_tame(source: str) -> bool:
    """Whether `source` may go to the parser. Knows nothing of which tags close which."""
    if source.count("&") > MAX_ENTITIES or source.count("<") > 8 * MAX_TAGS:
        return False
    scan = _Scan(source)
    starts = _TAG.finditer(source)
    match = next(starts, None)
    while match is not None:
        following = next(starts, None)
        end = following.start() if following else len(source)
        scan.tag(match[2].lower(), match.start(), end, closing=bool(match[1]))
        if scan.is_wild:
            return False
        match = following
    return True


class _Scan:
    """Counts what the parser would hold open."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tags = self.closed = self.depth = self.walked = self.cloned = 0
        self.crowded = False
        self._open: dict[str, list[int]] = {}
        self._formatting = 0

    @property
    def is_wild(self) -> bool:
        return (
            self.tags > MAX_TAGS
            or self.closed > 2 * MAX_TAGS
            or self.depth > MAX_DEPTH
            or self.walked > MAX_WALKED
            or self.cloned > MAX_CLONED
            or self.crowded
        )

    def tag(self, name: str, start: int, end: int, *, closing: bool) -> None:
        """One tag, with everything up to the next: wherever its quotes really end, it is there."""
        self.tags += not closing
        self.closed += closing
        self.walked += self.depth
        self.cloned += self._formatting
        if end - start > MAX_ATTRIBUTES:
            runs = sum(1 for _ in _RUN.finditer(self.source, start, end))
            self.crowded |= runs > MAX_ATTRIBUTES
        if name in _FLAT:
            return
        weights = self._open.setdefault(name, [])
        if not closing:
            weight = 0
            if name in _FORMATTING:
                weight = self.source.rfind(">", start, end) - start
                weight = end - start if weight < 0 else weight
            weights.append(weight)
            self.depth += 1
            self._formatting += weight
        elif weights:
            self.depth -= 1
            self._formatting -= weights.pop()
