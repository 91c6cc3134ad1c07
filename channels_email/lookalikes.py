"""Senders who dress up as somebody else: a domain like ours, an address as a name.

Pure. The table holds the letters that fonts draw alike; what it makes of two names is compared,
never shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from channels_email import addresses

# Each letter, and what fonts draw like it: digits, Cyrillic, Greek, Armenian.
_LIKE: Final = {
    "a": "\u0430\u03b1",
    "c": "\u0441",
    "d": "\u0501",
    "e": "3\u0435\u03b5",
    "h": "\u04bb",
    "i": "\u0456",
    "j": "\u0458",
    "k": "\u03ba",
    "l": "1\u0131|",
    "n": "\u0578",
    "o": "0\u043e\u03bf\u0585",
    "p": "\u0440\u03c1",
    "q": "\u051b",
    "s": "5\u0455",
    "t": "7\u03c4",
    "u": "\u03c5\u057d",
    "v": "\u03bd",
    "w": "\u051d\u03c9",
    "x": "\u0445",
    "y": "\u0443",
}
_ALIKE: Final = {ord(one): letter for letter, drawn in _LIKE.items() for one in drawn}
_PAIRS: Final = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_SHORTEST: Final = 6  # letters of a name of which one may differ
_LONG: Final = 8  # letters of a name to which words may be added
# Everybody has an address there: another country's is nobody's disguise.
_SHARED: Final = frozenset(
    {"gmail", "googlemail", "outlook", "hotmail", "live", "yahoo", "icloud", "gmx", "proton", "aol"}
)


def resembles(address: str, own: Iterable[str]) -> str:
    """The domain of ours that the domain of an address is made to look like; "" without one."""
    domain = _domain(address)
    for mine in sorted({_domain(one) for one in own}):
        if domain == mine or domain.endswith(f".{mine}"):
            return ""
    return next((mine for mine in sorted({_domain(one) for one in own}) if _like(domain, mine)), "")


def named_as(name: str, address: str) -> str:
    """The address that stands where the sender's name should, if it is of another domain."""
    for box in addresses.parse(name.strip("\"'<> ")) if "@" in name else []:
        if _domain(box.address) != _domain(address):
            return box.address
    return ""


def _like(domain: str, mine: str) -> bool:
    theirs, ours = _label(domain), _label(mine)
    if ours in _SHARED:
        return False
    if theirs == ours or f"{mine}." in domain or _drawn(domain) == _drawn(mine):
        return True
    inside = len(ours) >= _LONG and _drawn(ours) in _drawn(theirs).replace("-", "")
    return inside or (len(ours) >= _SHORTEST and _one_apart(theirs, ours))


def _domain(address: str) -> str:
    domain = address.rpartition("@")[2].lower().rstrip(".")
    try:
        return domain.encode("ascii").decode("idna")
    except UnicodeError:
        return domain


def _label(domain: str) -> str:
    """The name without what it is registered under: "shop" of shop.co.uk and of mail.shop.com."""
    parts = domain.split(".")[:-1] or [domain]
    if len(parts) > 1 and parts[-1] in {"co", "com", "org", "net", "ac", "gov"}:
        parts.pop()
    return parts[-1]


def _drawn(name: str) -> str:
    plain = name.translate(_ALIKE)
    for pair, letter in _PAIRS:
        plain = plain.replace(pair, letter)
    return plain.replace("l", "i")


def _one_apart(one: str, other: str) -> bool:
    """One letter more, less, changed, or two neighbours swapped."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return True
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
