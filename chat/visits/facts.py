"""What is known of one visitor at one moment: what a trigger may ask about."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One hit of one visitor's page, with what the visit remembers.

    `inbox_id` and `visit` (the visit's key, made in the page) are always there; every other
    field may be empty, because consent, the browser or the site did not give it. A condition
    on an absent field is false. Times are aware datetimes in UTC, durations whole seconds,
    `scroll` is per cent of the page.
    """

    inbox_id: int
    visit: str
    # The visitor's own id as the page sent it ("" if untracked); the database has its hash only.
    visitor: str = ""

    # The hit: page, beat, search, cart, order, distress, exit, idle, track …
    event: str = "page"
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    # The page.
    url: str = ""
    path: str = ""
    title: str = ""
    query: dict[str, str] = field(default_factory=dict)
    page_seconds: int = 0
    scroll: int = 0
    idle_seconds: int = 0

    # The visit.
    referrer: str = ""
    landing: str = ""
    utm: dict[str, str] = field(default_factory=dict)
    language: str = ""
    country: str = ""
    device: str = ""  # phone, tablet or computer
    site_seconds: int = 0
    pages: int = 0
    visits: int = 0
    returning: bool = False

    # What he looks for, has in the basket, and struggles with.
    search: str = ""
    search_results: int | None = None
    cart_items: int | None = None
    cart_value: Decimal | None = None
    cart_currency: str = ""
    cart_age: int | None = None  # seconds since the cart was first seen with something in it
    step: str = ""
    errors: int = 0
    rage: int = 0

    # Who he is to us.
    known: bool = False
    vip: bool = False
    chatted_before: bool = False
    declined_at: datetime | None = None
    accepted_at: datetime | None = None

    # What the site told with Parley('set'), and over it what this very hit brought with it.
    data: dict[str, Any] = field(default_factory=dict)
