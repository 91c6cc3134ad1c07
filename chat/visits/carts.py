"""The cart as a site tells it with Parley('cart', …): cleaned, counted, its money exact."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from chat.visits.hit import address, plain, text, whole

MAX_LINES = 20
MAX_MONEY = Decimal(10) ** 9
_CURRENCY = re.compile(r"[A-Z]{3}")


def money(value: Any) -> Decimal | None:
    """An amount with two digits, or None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        amount = Decimal(str(value).strip()[:20])
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 <= amount < MAX_MONEY:
        return None
    return amount.quantize(Decimal("0.01"))


def currency(value: Any) -> str:
    """Three capitals as ISO 4217 writes them, or ""."""
    code = text(value, 3).upper()
    return code if _CURRENCY.fullmatch(code) else ""


def cart(data: dict[str, Any]) -> dict[str, Any] | None:
    """{"items", "lines", "value", "currency", "step"} of a hit's data; None for an empty cart.

    `items` may be told as a number of pieces or as a list of things; `value` is a text, since
    JSON has no exact decimals.
    """
    told = data.get("items")
    lines = [_line(one) for one in told[:MAX_LINES]] if isinstance(told, list) else []
    pieces = sum(one["quantity"] for one in lines) if lines else whole(told, 10_000)
    value = money(data.get("value"))
    if not pieces and not value:
        return None
    return {
        "items": pieces,
        "lines": [one for one in lines if one["name"]],
        "value": None if value is None else str(value),
        "currency": currency(data.get("currency")),
        "step": text(data.get("step"), 40),
    }


def told(raw: Any) -> dict[str, Any] | None:
    """cart() of data that nobody has cleaned yet."""
    cleaned = plain(raw)
    return cart(cleaned) if isinstance(cleaned, dict) else None


def _line(told: Any) -> dict[str, Any]:
    thing = told if isinstance(told, dict) else {"name": told}
    price = money(thing.get("price"))
    return {
        "name": text(thing.get("name") or thing.get("title"), 120),
        "quantity": whole(thing.get("quantity", 1), 1000) or 1,
        "price": None if price is None else str(price),
        "url": address(thing.get("url")),
    }
