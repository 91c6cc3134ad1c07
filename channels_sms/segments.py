r"""How many segments a text costs: GSM 03.38 where it fits, else UCS-2.

Pure. A text that fits one segment has 160 septets (or 70 UTF-16 units); a longer one is cut
into 153 (or 67), because each part carries a header. A character of two units, that is an
escaped GSM one (`€[]{}\^~|`) or a surrogate pair, is never cut in two.
"""

from __future__ import annotations

from dataclasses import dataclass

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_ESCAPED = frozenset("\f^{}\\[~]|€")


@dataclass(frozen=True, slots=True)
class Segments:
    """encoding: "gsm7" or "ucs2"; units: septets or UTF-16 units; count: what is paid for."""

    encoding: str
    units: int
    count: int


def segments(text: str) -> Segments:
    """Count the segments of a text; an empty one costs one (a gateway still sends it)."""
    if all(char in _GSM or char in _GSM_ESCAPED for char in text):
        return _count("gsm7", [2 if char in _GSM_ESCAPED else 1 for char in text], 160, 153)
    return _count("ucs2", [2 if ord(char) > 0xFFFF else 1 for char in text], 70, 67)


def _count(encoding: str, costs: list[int], alone: int, joined: int) -> Segments:
    units = sum(costs)
    if units <= alone:
        return Segments(encoding, units, 1)
    count, used = 1, 0
    for cost in costs:
        if used + cost > joined:
            count, used = count + 1, 0
        used += cost
    return Segments(encoding, units, count)
