"""The demo's tags: one for each topic of its dialogues, and a few besides."""

from __future__ import annotations

from typing import Final

from helpdesk.models import Tag, Tint

TAGS: Final = {
    "delivery": "Delivery",
    "returns": "Return",
    "exchange": "Return",
    "size": "Sizes",
    "colour": "Colours",
    "invoice": "Invoice",
    "wholesale": "Wholesale",
    "damaged": "Damaged",
    "gift card": "Gift card",
    "address": "New address",
    "care": "Washing and care",
}
BESIDES: Final = ("Goodwill", "Call back", "Praise")
_TINTS: Final = {
    "Delivery": Tint.BLUE,
    "Return": Tint.ORANGE,
    "Damaged": Tint.PINK,
    "Wholesale": Tint.TEAL,
    "Invoice": Tint.VIOLET,
    "Praise": Tint.GREEN,
}


def make() -> None:
    """Write the vocabulary."""
    names = dict.fromkeys((*TAGS.values(), *BESIDES))
    Tag.objects.bulk_create([Tag(name=name, colour=_TINTS.get(name, Tint.SAND)) for name in names])
