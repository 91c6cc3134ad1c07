"""What a trigger may ask about a visitor: an allow-list of fields, each with its operators.

Pure. No regular expressions: a pattern knows only `*`, and matching it takes linear time, so no
trigger can be slow (SEC-31). A condition on something that is not known of a visitor is false,
also a negative one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat.visits.facts import Facts

MAX_CONDITIONS = 20
MAX_VALUE = 300
MAX_KEY = 60
# What a URL or a search term is cut to before it is compared.
MAX_READ = 4_000

Value = str | Decimal | bool
Label = str | Promise

OPERATORS: dict[str, Label] = {
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "contains": gettext_lazy("contains"),
    "lacks": gettext_lazy("does not contain"),
    "starts": gettext_lazy("begins with"),
    "ends": gettext_lazy("ends with"),
    "like": gettext_lazy("matches (* = anything)"),
    "one_of": gettext_lazy("is one of (a, b, c)"),
    "at_least": gettext_lazy("is at least"),
    "at_most": gettext_lazy("is at most"),
    "yes": gettext_lazy("yes"),
    "no": gettext_lazy("no"),
}
_TEXT = ("is", "is_not", "contains", "lacks", "starts", "ends", "like", "one_of")
_NUMBER = ("at_least", "at_most", "is")
OPERATORS_OF: dict[str, tuple[str, ...]] = {
    "text": _TEXT,
    "number": _NUMBER,
    "choice": ("is", "is_not"),
    "truth": ("yes", "no"),
    "any": (*_TEXT, "at_least", "at_most"),
}
WITHOUT_VALUE = frozenset({"yes", "no"})


class InvalidConditionsError(ValueError):
    """Conditions that cannot be evaluated; `problems` says why, for people."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to ask about. `read` gives None where it is not known; `keyed` needs a name."""

    name: str
    kind: str
    group: Label
    label: Label
    read: Callable[[Facts, str], Any]
    keyed: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    field: Field
    op: str
    value: Value = ""
    key: str = ""

    def as_json(self) -> dict[str, str]:
        """As it is stored."""
        found = {"field": self.field.name, "op": self.op}
        if self.field.keyed:
            found["key"] = self.key
        if self.op not in WITHOUT_VALUE:
            found["value"] = str(self.value)
        return found


@dataclass(frozen=True, slots=True)
class Conditions:
    """All of `every` and, where there are some, at least one of `some`."""

    every: tuple[Condition, ...] = ()
    some: tuple[Condition, ...] = ()

    def as_json(self) -> dict[str, list[dict[str, str]]]:
        """As it is stored."""
        return {
            "all": [one.as_json() for one in self.every],
            "any": [one.as_json() for one in self.some],
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What one condition found and whether it holds. found None: not known."""

    condition: Condition
    found: Any
    holds: bool


def _attribute(name: str) -> Callable[[Facts, str], Any]:
    return lambda facts, _key: getattr(facts, name) or None


def _count(name: str) -> Callable[[Facts, str], Any]:
    return lambda facts, _key: getattr(facts, name)


def _tracked(name: str) -> Callable[[Facts, str], Any]:
    """What only a visitor whom we recognise can be asked."""
    return lambda facts, _key: getattr(facts, name) if facts.visitor else None


def _utm(name: str) -> Callable[[Facts, str], Any]:
    return lambda facts, _key: facts.utm.get(name) or facts.utm.get(f"utm_{name}") or None


def _visits(facts: Facts, _key: str) -> Any:
    return facts.visits or None


def _returning(facts: Facts, _key: str) -> Any:
    return facts.returning if facts.visitor and facts.visits else None


def _language(facts: Facts, _key: str) -> Any:
    return facts.language.replace("_", "-").split("-")[0] or None


def _vip(facts: Facts, _key: str) -> Any:
    return facts.vip if facts.known else None


def _before(name: str) -> Callable[[Facts, str], Any]:
    """An answer to an earlier invitation: within a visit it is known of everybody."""
    return lambda facts, _key: getattr(facts, name) is not None


def _from(name: str) -> Callable[[Facts, str], Any]:
    return lambda facts, key: getattr(facts, name).get(key)


_PAGE, _WAY, _VISIT = gettext_lazy("Page"), gettext_lazy("Way here"), gettext_lazy("Visit")
_NEED, _CART = gettext_lazy("Search and trouble"), gettext_lazy("Cart")
_PERSON = gettext_lazy("Person")
_DEVICES = ("phone", "tablet", "computer")

_FIELDS = (
    Field("url", "text", _PAGE, gettext_lazy("Address of the page"), _attribute("url")),
    Field("path", "text", _PAGE, gettext_lazy("Path of the page"), _attribute("path")),
    Field("title", "text", _PAGE, gettext_lazy("Title of the page"), _attribute("title")),
    Field("query", "text", _PAGE, gettext_lazy("Parameter in the address"), _from("query"), True),
    Field("page_seconds", "number", _PAGE, gettext_lazy("Seconds on the page"),
          _count("page_seconds")),
    Field("scroll", "number", _PAGE, gettext_lazy("Scrolled, per cent"), _count("scroll")),
    Field("idle_seconds", "number", _PAGE, gettext_lazy("Seconds without doing anything"),
          _count("idle_seconds")),
    Field("referrer", "text", _WAY, gettext_lazy("Came from (address)"), _attribute("referrer")),
    Field("landing", "text", _WAY, gettext_lazy("First page of the visit"), _attribute("landing")),
    Field("utm_source", "text", _WAY, gettext_lazy("Campaign source (utm_source)"),
          _utm("source")),
    Field("utm_medium", "text", _WAY, gettext_lazy("Campaign medium (utm_medium)"),
          _utm("medium")),
    Field("utm_campaign", "text", _WAY, gettext_lazy("Campaign name (utm_campaign)"),
          _utm("campaign")),
    Field("utm_term", "text", _WAY, gettext_lazy("Campaign term (utm_term)"), _utm("term")),
    Field("site_seconds", "number", _VISIT, gettext_lazy("Seconds on the site"),
          _count("site_seconds")),
    Field("pages", "number", _VISIT, gettext_lazy("Pages seen"), _count("pages")),
    Field("visits", "number", _VISIT, gettext_lazy("Number of visits"), _visits),
    Field("returning", "truth", _VISIT, gettext_lazy("Was here before"), _returning),
    Field("language", "text", _VISIT, gettext_lazy("Language (pl, he, …)"), _language),
    Field("country", "text", _VISIT, gettext_lazy("Country (PL, IL, …)"), _attribute("country")),
    Field("device", "choice", _VISIT, gettext_lazy("Device"), _attribute("device"),
          choices=_DEVICES),
    Field("search", "text", _NEED, gettext_lazy("Searches for"), _attribute("search")),
    Field("search_results", "number", _NEED, gettext_lazy("Results of the search"),
          _count("search_results")),
    Field("errors", "number", _NEED, gettext_lazy("Mistakes in forms"), _count("errors")),
    Field("rage", "number", _NEED, gettext_lazy("Angry clicks"), _count("rage")),
    Field("step", "text", _CART, gettext_lazy("Step of the checkout"), _attribute("step")),
    Field("cart_items", "number", _CART, gettext_lazy("Things in the cart"),
          _count("cart_items")),
    Field("cart_value", "number", _CART, gettext_lazy("Value of the cart"), _count("cart_value")),
    Field("cart_currency", "text", _CART, gettext_lazy("Currency of the cart"),
          _attribute("cart_currency")),
    Field("cart_age", "number", _CART, gettext_lazy("Age of the cart, seconds"),
          _count("cart_age")),
    Field("known", "truth", _PERSON, gettext_lazy("Signed in on the site"), _count("known")),
    Field("vip", "truth", _PERSON, gettext_lazy("Is a VIP"), _vip),
    Field("chatted_before", "truth", _PERSON, gettext_lazy("Has chatted with us"),
          _tracked("chatted_before")),
    Field("declined", "truth", _PERSON, gettext_lazy("Has declined an invitation"),
          _before("declined_at")),
    Field("accepted", "truth", _PERSON, gettext_lazy("Has accepted an invitation"),
          _before("accepted_at")),
    Field("data", "any", _PERSON, gettext_lazy("What the site told: attribute"), _from("data"),
          True),
)  # fmt: skip
FIELDS: dict[str, Field] = {one.name: one for one in _FIELDS}


def parse(raw: object) -> Conditions:
    """Conditions from what as_json() gave, or from a form; raises InvalidConditionsError."""
    if not isinstance(raw, Mapping) or set(raw) - {"all", "any"}:
        raise InvalidConditionsError([_("Conditions are two lists: all and any.")])
    problems: list[str] = []
    groups: list[tuple[Condition, ...]] = []
    for name in ("all", "any"):
        rows = raw.get(name) or []
        if not isinstance(rows, list):
            raise InvalidConditionsError([_("Conditions are two lists: all and any.")])
        found = []
        for number, row in enumerate(rows, 1):
            try:
                found.append(_condition(row))
            except InvalidConditionsError as error:
                place = _("All of these") if name == "all" else _("At least one of these")
                problems += [f"{place}, {number}: {one}" for one in error.problems]
        groups.append(tuple(found))
    if sum(map(len, groups)) > MAX_CONDITIONS:
        problems.append(_("At most %(max)d conditions.") % {"max": MAX_CONDITIONS})
    if problems:
        raise InvalidConditionsError(problems)
    return Conditions(*groups)


def _condition(row: object) -> Condition:
    if not isinstance(row, Mapping):
        raise InvalidConditionsError([_("This is not a condition.")])
    field = FIELDS.get(str(row.get("field")))
    op = str(row.get("op"))
    if field is None:
        raise InvalidConditionsError([_("Choose what to look at.")])
    if op not in OPERATORS_OF[field.kind]:
        raise InvalidConditionsError(
            [_("“%(field)s” cannot be compared this way.") % _named(field)]
        )
    key = str(row.get("key") or "").strip()[:MAX_KEY] if field.keyed else ""
    if field.keyed and not key:
        raise InvalidConditionsError([_("“%(field)s” needs a name.") % _named(field)])
    value: Value = True if op in WITHOUT_VALUE else _value(field, op, row.get("value"))
    return Condition(field, op, value, key)


def _value(field: Field, op: str, raw: object) -> Value:
    text = str("" if raw is None else raw).strip()
    if not text or len(text) > MAX_VALUE:
        problem = _("“%(field)s” needs a value.") if not text else _("The value is too long.")
        raise InvalidConditionsError([problem % _named(field)])
    if field.kind == "choice" and text not in field.choices:
        options = ", ".join(field.choices)
        raise InvalidConditionsError([_("One of: %(options)s.") % {"options": options}])
    if field.kind == "number" or op in ("at_least", "at_most"):
        number = _number(text)
        if number is None:
            raise InvalidConditionsError([_("“%(field)s” needs a number.") % _named(field)])
        return number
    return text


def _named(field: Field) -> dict[str, Any]:
    return {"field": field.label}


def _number(value: object) -> Decimal | None:
    """A finite number, or None. True is not one."""
    if isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value).replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 15 else None


def holds(conditions: Conditions, facts: Facts) -> bool:
    """Whether the conditions are met; no conditions are."""
    return all(_holds(one, facts) for one in conditions.every) and (
        not conditions.some or any(_holds(one, facts) for one in conditions.some)
    )


def explain(condition: Condition, facts: Facts) -> Answer:
    """What one condition finds in these facts, and its answer."""
    found = condition.field.read(facts, condition.key)
    return Answer(condition, found, found is not None and compare(condition, found))


def _holds(condition: Condition, facts: Facts) -> bool:
    return explain(condition, facts).holds


def compare(condition: Condition, found: Any) -> bool:
    """One operator on a value that is there."""
    op, value = condition.op, condition.value
    if op in WITHOUT_VALUE:
        return bool(found) is (op == "yes")
    if isinstance(value, Decimal):
        number = _number(found)
        return number is not None and _NUMBERS[op](number, value)
    text = _text(found)
    return bool(text) and _TEXTS[op](text, _text(value))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)[:MAX_READ].casefold().strip()


def matches(text: str, pattern: str) -> bool:
    """Whether all of the text is the pattern, in which `*` stands for anything. Linear time."""
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    last = rest.pop()
    if len(text) < len(first) + len(last) or not text.startswith(first):
        return False
    position, end = len(first), len(text) - len(last)
    for part in rest:
        position = text.find(part, position, end)
        if position < 0:
            return False
        position += len(part)
    return text.endswith(last)


_NUMBERS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "at_least": lambda found, wanted: found >= wanted,
    "at_most": lambda found, wanted: found <= wanted,
    "is": lambda found, wanted: found == wanted,
}
_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "is": lambda found, wanted: found == wanted,
    "is_not": lambda found, wanted: found != wanted,
    "contains": lambda found, wanted: wanted in found,
    "lacks": lambda found, wanted: wanted not in found,
    "starts": lambda found, wanted: found.startswith(wanted),
    "ends": lambda found, wanted: found.endswith(wanted),
    "like": matches,
    "one_of": lambda found, wanted: found in {one.strip() for one in wanted.split(",")},
}
