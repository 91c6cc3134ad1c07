"""Which conversations a program asks for: filters of an allow-list, from the query (SEC-10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from helpdesk.models import Priority, State, ViewOrder
from helpdesk.models.tags import TAG_LENGTH

MOST = 100
USUAL = 40


class Asked(NamedTuple):
    """What is asked for, as selectors.inbox.listed() takes it."""

    narrowed: Q
    order: ViewOrder
    cursor: str
    size: int


def read(request: Request) -> Asked | None:
    """None if a view is asked for, or nothing by a page of ours. Raises ValidationError."""
    query = request.query_params
    asked = {name: query[name] for name in query if name not in {"view", "cursor"}}
    if "view" in query:
        if asked:
            raise ValidationError({name: ["Not together with a view."] for name in asked})
        return None
    narrowed, faults = Q(), {}
    for name, text in asked.items():
        if name in {"order", "size"}:
            continue
        try:
            narrowed &= _FILTERS[name](text)
        except (ValueError, KeyError):
            faults[name] = ["This value cannot be."]
    size = asked.get("size", str(USUAL))
    if not (size.isascii() and size.isdigit() and len(size) < 6 and 1 <= int(size) <= MOST):
        faults["size"] = [f"1 to {MOST}, please."]
    order = asked.get("order", ViewOrder.NEWEST)
    if order not in ViewOrder.values:
        faults["order"] = [f"One of {', '.join(ViewOrder.values)}, please."]
    if faults:
        raise ValidationError(faults)
    return Asked(narrowed, ViewOrder(order), query.get("cursor", ""), int(size))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise ValueError(text)
    return int(text)


def _word(most: int) -> Callable[[str], str]:
    def read_word(text: str) -> str:
        if not 1 <= len(text) <= most or not text.isprintable():
            raise ValueError(text)
        return text

    return read_word


def _moment(text: str) -> datetime:
    found = parse_datetime(text)
    if found is None or found.tzinfo is None:
        raise ValueError(text)
    try:
        return found.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error


def _by(lookup: str, reads: Callable[[str], Any]) -> Callable[[str], Q]:
    return lambda text: Q(**{lookup: reads(text)})


def _assignee(text: str) -> Q:
    return Q(assignee__isnull=True) if text == "none" else Q(assignee=_number(text))


_FILTERS: dict[str, Callable[[str], Q]] = {
    "state": _by("state", State),
    "inbox": _by("inbox", _number),
    "assignee": _assignee,
    "customer": _by("customer", _number),
    "tag": lambda text: Q(tags__contains=[_word(TAG_LENGTH)(text)]),
    "channel": _by("inbox__channel", _word(20)),
    "priority": lambda text: Q(priority=Priority(_number(text))),
    "active_after": _by("last_message_at__gte", _moment),
    "created_after": _by("created_at__gte", _moment),
}
