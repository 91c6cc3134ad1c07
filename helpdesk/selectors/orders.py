"""The orders of a view, each with its keyset and served by an index of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce

from helpdesk.models import NEVER, Conversation, ViewOrder


@dataclass(frozen=True, slots=True)
class By:
    """column: the time sorted by. soonest: the earliest first, what has no such time last."""

    column: str
    soonest: bool = False

    def sorted(self, found: QuerySet[Conversation]) -> QuerySet[Conversation]:
        """These conversations in this order; equals by their number."""
        if not self.soonest:
            return found.order_by(f"-{self.column}", "-pk")
        # Written as the index is (models.conversations): NULLs could not be paged through.
        return found.annotate(place=Coalesce(self.column, Value(NEVER))).order_by("place", "pk")

    def after(self, found: QuerySet[Conversation], at: datetime, pk: int) -> QuerySet[Conversation]:
        """Those that follow the one at this place."""
        name, way = ("place", "gt") if self.soonest else (self.column, "lt")
        further = Q(**{f"{name}__{way}": at}) | Q(**{name: at, f"pk__{way}": pk})
        # The index is entered at the place; an "or" alone would be read from its beginning.
        return found.filter(further, **{f"{name}__{way}e": at})

    def place(self, conversation: Conversation) -> datetime:
        """Where one of them stands."""
        at: datetime | None = getattr(conversation, self.column)
        return at or NEVER


BY = {
    ViewOrder.NEWEST: By("last_message_at"),
    ViewOrder.WAITING: By("waiting_since", soonest=True),
    ViewOrder.DUE: By("promised_at", soonest=True),
    ViewOrder.CREATED: By("created_at"),
}
