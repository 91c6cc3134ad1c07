"""The demo's templates: what they are, and their words by language and form of address."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.sandbox.demo import canned_greetings, canned_parcels

F, I = "formal", "informal"  # noqa: E741  as short as a column's head


@dataclass(frozen=True)
class Canned:
    """One template; `texts` by (language, register, channel)."""

    shortcut: str
    name: str
    category: str
    texts: dict[tuple[str, str, str], str]
    exempt: bool = False


TEMPLATES: tuple[Canned, ...] = (
    Canned("hello", "Greeting", "Words", canned_greetings.HELLO),
    Canned("moment", "One moment", "Words", canned_greetings.MOMENT),
    Canned("bye", "Closing words", "Words", canned_greetings.BYE),
    Canned("trade", "Trade prices", "Wholesale", canned_greetings.TRADE),
    Canned("pickup", "Pickup point: hours and code", "Delivery", canned_parcels.PICKUP),
    Canned("pickup-longer", "Pickup: hold it longer", "Delivery", canned_parcels.LONGER),
    Canned("claim", "Wrong delivery scan: claim", "Delivery", canned_parcels.CLAIM),
    Canned("returns", "Returns within 30 days", "Returns", canned_parcels.RETURNS),
    Canned("wash", "Washing linen well", "How to", canned_parcels.WASH, exempt=True),
)
# How the demo's inboxes address their customers: kind of inbox, language ("" the others), form.
ADDRESS = (
    ("chat", "", I),
    ("chat", "ru", F),
    ("email", "", F),
    ("sms", "", I),
    ("telegram", "", I),
)
