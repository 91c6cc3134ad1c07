"""Filters of saved views: rows of field, operator and value, compiled into one Q.

Pure: nothing is read, and nothing outside the table below ever reaches the database. All rows must
hold. A filter that says nothing of the state means what is still active. Times are counted back
from `now`; days are twenty-four hours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from helpdesk.models import ACTIVE_STATES, Inbox, Priority, State
from helpdesk.models.tags import TAG_LENGTH

MOST_ROWS = 12
MOST_VALUES = 50
MOST_TEXT = 80
MOST_MINUTES = 60 * 24 * 366
MOST_DAYS = 3660
LARGEST_ID = 2**63 - 1


class FilterError(ValueError):
    """What is wrong with a filter: the field's name ("" for the whole), its row, and words."""

    def __init__(self, field: str, text: str, row: int | None = None) -> None:
        super().__init__(text)
        self.field, self.row = field, row


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and when: "me" and "three days ago" mean nothing without."""

    agent: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Field:
    """kind: what the value is (the builder draws it); ops: what may be asked of it."""

    kind: str
    ops: tuple[str, ...]
    read: Callable[[Any], Any]
    q: Callable[[str, Any, Asking], Q]


def compiled(filters: Any, asking: Asking) -> Q:
    """The filter as a Q. Raises FilterError with the name of the field that is wrong."""
    found, has_state = Q(), False
    for number, (name, op, value) in enumerate(_checked(filters)):
        try:
            found &= FIELDS[name].q(op, value, asking)
        except OverflowError:
            raise FilterError(name, _("The value is too large."), number) from None
        has_state |= name == "state"
    return found if has_state else found & Q(state__in=ACTIVE_STATES)


def cleaned(filters: Any) -> list[dict[str, Any]]:
    """The filter as it is stored, with nothing in it that compiled() does not know."""
    return [{"field": name, "op": op, "value": value} for name, op, value in _checked(filters)]


def _checked(filters: Any) -> list[tuple[str, str, Any]]:
    if not isinstance(filters, list) or len(filters) > MOST_ROWS:
        raise FilterError("", _("A filter is a list of at most %(n)d rows.") % {"n": MOST_ROWS})
    return [_row(one, number) for number, one in enumerate(filters)]


def _row(one: Any, number: int) -> tuple[str, str, Any]:
    if not isinstance(one, Mapping) or set(one) != {"field", "op", "value"}:
        raise FilterError("", _("Each row has a field, an operator and a value."), number)
    name, op = one["field"], one["op"]
    field = FIELDS.get(name) if isinstance(name, str) else None
    if field is None:
        raise FilterError(str(name)[:40], _("There is no such field."), number)
    if not isinstance(op, str) or op not in field.ops:
        raise FilterError(name, _("This field does not know that operator."), number)
    try:
        return name, op, field.read(one["value"])
    except (TypeError, ValueError):
        raise FilterError(name, _("This value does not fit the field."), number) from None


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _number(most: int, least: int = 1) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError
        return value

    return read


def _text(most: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or "\x00" in value or not 0 < len(value.strip()) <= most:
            raise ValueError
        value.encode()  # a lone surrogate is no text
        return value.strip()

    return read


def _one_of(values: Any) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if isinstance(value, bool) or value not in values:
            raise ValueError
        return value

    return read


def _many(read: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    def read_all(value: Any) -> list[Any]:
        if not isinstance(value, list) or not 0 < len(value) <= MOST_VALUES:
            raise ValueError
        return [read(one) for one in value]

    return read_all


def _assignee(value: Any) -> Any:
    return value if value in ("me", "nobody", "anybody") else _id(value)


_id = _number(LARGEST_ID)


def _column(lookup: str) -> Callable[[str, Any, Asking], Q]:
    """A column among values, or not among them."""

    def made(op: str, value: Any, _asking: Asking) -> Q:
        found = Q(**{f"{lookup}__in": value})
        return ~found if op == "none" else found

    return made


def _given_to(op: str, value: Any, asking: Asking) -> Q:
    if value in ("nobody", "anybody"):
        found = Q(assignee__isnull=value == "nobody")
    else:
        found = Q(assignee_id=asking.agent if value == "me" else value)
    return ~found if op == "is_not" else found


def _of_team(op: str, value: Any, _asking: Asking) -> Q:
    found = Q(inbox_id__in=Inbox.objects.filter(teams__in=value).values("pk"))
    return ~found if op == "none" else found


def _tagged(op: str, value: Any, _asking: Asking) -> Q:
    if op == "all":
        return Q(tags__contains=value)
    return ~Q(tags__overlap=value) if op == "none" else Q(tags__overlap=value)


def _since(column: str, unit: timedelta) -> Callable[[str, Any, Asking], Q]:
    """within: at most so long ago; longer: longer ago."""

    def made(op: str, value: Any, asking: Asking) -> Q:
        edge = asking.now - value * unit
        return Q(**{f"{column}__{'gte' if op == 'within' else 'lt'}": edge})

    return made


def _contains(column: str) -> Callable[[str, Any, Asking], Q]:
    def made(op: str, value: Any, _asking: Asking) -> Q:
        found = Q(**{f"{column}__icontains": value})
        return ~found if op == "without" else found

    return made


_AMONG = ("any", "none")
_AGO = ("within", "longer")
_WORDS = ("contains", "without")
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
_days = _number(MOST_DAYS)
_short = _text(40)

FIELDS: dict[str, Field] = {
    "state": Field("many", _AMONG, _many(_one_of(State.values)), _column("state")),
    "assignee": Field("one", ("is", "is_not"), _assignee, _given_to),
    "team": Field("many", _AMONG, _many(_id), _of_team),
    "inbox": Field("many", _AMONG, _many(_id), _column("inbox_id")),
    "channel": Field("many", _AMONG, _many(_short), _column("inbox__channel")),
    "tag": Field("many", ("any", "all", "none"), _many(_text(TAG_LENGTH)), _tagged),
    "language": Field("many", _AMONG, _many(_short), _column("language")),
    "vip": Field("flag", ("is",), _flag, lambda _op, value, _asking: Q(customer__vip=value)),
    "priority": Field("many", _AMONG, _many(_one_of(Priority.values)), _column("priority")),
    "waiting": Field(
        "minutes", ("longer",), _number(MOST_MINUTES), _since("waiting_since", _MINUTE)
    ),
    "last_message": Field("days", _AGO, _days, _since("last_message_at", _DAY)),
    "created": Field("days", _AGO, _days, _since("created_at", _DAY)),
    "unread": Field(
        "flag", ("is",), _flag, lambda _op, yes, _asking: Q(unread__gt=0) if yes else Q(unread=0)
    ),
    "subject": Field("text", _WORDS, _text(MOST_TEXT), _contains("subject")),
    "preview": Field("text", _WORDS, _text(MOST_TEXT), _contains("last_preview")),
}
