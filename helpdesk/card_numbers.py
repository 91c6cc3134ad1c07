"""Payment cards' numbers end before anything is stored or told: at every inlet (domain 11, T-21).

What a payload becomes is masked here; if that changed anything, its raw bytes are not kept either.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from helpdesk.adapters import InboundMessage
from helpdesk.records import CallReport, Change
from helpdesk.services.text import mask_cards

T = TypeVar("T")
_WORDS: dict[type, tuple[str, ...]] = {
    InboundMessage: ("subject", "body", "html"),
    Change: ("text",),
    CallReport: ("disposition", "notes"),
}
_NAMES = ("id", "ids", "key", "ref", "references", "from", "to", "cc", "bcc", "url")
"""Parts of meta that name something: a number in them is no card's."""


def masked(element: T) -> T:
    """The element without card numbers; the very same one if it had none."""
    words = _WORDS.get(type(element))
    if words is None:
        return element
    found: dict[str, Any] = {}
    for name in words:
        before = getattr(element, name)
        if before and (after := mask_cards(before)) != before:
            found[name] = after
    if isinstance(element, InboundMessage) and (meta := _inside(element.meta)) != element.meta:
        found["meta"] = meta
    return replace(element, **found) if found else element  # type: ignore[type-var]


def _inside(value: Any) -> Any:
    """The same for whatever a structure holds, but for what only names something."""
    if isinstance(value, str):
        return mask_cards(value)
    if isinstance(value, dict):
        return {
            name: inner if str(name).rpartition("_")[2] in _NAMES else _inside(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return type(value)(map(_inside, value))
    return value
