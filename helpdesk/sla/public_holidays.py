"""Public holidays of countries and their regions, as special days of a calendar.

The library behind it is large and is loaded only where somebody edits hours, and once a year.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

# This year and the next two: a promise is never counted further ahead.
YEARS = 3


@lru_cache(maxsize=1)
def countries() -> tuple[tuple[str, str], ...]:
    """(code, English name) of every country whose holidays are known, by name."""
    from holidays.registry import COUNTRIES

    found = {str(row[1]): name for name, row in COUNTRIES.items()}
    named = ((code, name.replace("_", " ").title()) for code, name in found.items())
    return tuple(sorted(named, key=lambda pair: pair[1]))


def regions(country: str) -> tuple[str, ...]:
    """Codes of the regions that have holidays of their own."""
    import holidays

    found = holidays.list_supported_countries(include_aliases=False).get(country, [])
    return tuple(sorted(found))


def wanting(calendar: Any, year: int) -> bool:
    """Whether a calendar with a country knows none of the last of the years that it should."""
    known = calendar.get("holidays") if isinstance(calendar, dict) else None
    last = f"{year + YEARS - 1}-"
    return not any(str(one.get("date")).startswith(last) for one in known or ())


def days(country: str, region: str, year: int) -> list[dict[str, Any]]:
    """The holidays of YEARS years from `year` on, as helpdesk.sla.written keeps them.

    Nothing for a country or region that is not known.
    """
    if not country:
        return []
    import holidays

    years = range(year, year + YEARS)
    try:
        found = holidays.country_holidays(country, subdiv=region or None, years=years)
    except NotImplementedError:
        return []
    return [
        {"date": day.isoformat(), "name": name, "open": []} for day, name in sorted(found.items())
    ]
