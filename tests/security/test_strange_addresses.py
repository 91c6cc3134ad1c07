"""SEC-33: an address with something odd in it leads nowhere, and is never a fault of ours.

Generated from the routes, whoever asks: a new one takes part by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from tests.core.conftest import Desk, channel, desk, nudges, phone
from tests.security.test_strange_forms import chosen, sent, signed_in

__all__ = ["channel", "desk", "nudges", "phone"]
pytestmark = pytest.mark.django_db
ODD: dict[str, tuple[str, ...]] = {
    "str": ("%00", "a%00b", "%ff%fe", "a" * 3000),
    "path": ("%00", "a%00b", "%ff%fe", "a" * 3000),
    "slug": ("-", "a" * 3000),
    "int": ("0", "9" * 40, str(2**63)),
    "uuid": ("00000000-0000-0000-0000-000000000000",),
}
_PART = re.compile(r"<(?:(\w+):)?\w+>")


def routes(patterns: list[Any], before: str = "") -> Iterator[str]:
    """Every route that takes something, as Django writes it."""
    for one in patterns:
        path = before + str(one.pattern)
        if not isinstance(one, URLPattern):
            yield from routes(one.url_patterns, path)
        elif _PART.search(path) and "(?P" not in path and "<path:rest>" not in path:
            yield path


def oddly(route: str) -> Iterator[str]:
    """Its addresses, each part with something odd, one after the other."""
    kinds = [found[1] or "str" for found in _PART.finditer(route)]
    for turn in range(max(len(ODD[one]) for one in kinds)):
        parts = iter([ODD[one][turn % len(ODD[one])] for one in kinds])
        yield "/" + _PART.sub(lambda _found, parts=parts: next(parts), route)  # type: ignore[misc]


@pytest.mark.parametrize("who", ["a stranger", "an administrator"])
def test_no_address_breaks(desk: Desk, who: str) -> None:
    """A NUL in each, and some of the rest; all of it where more is asked for."""
    stranger = Client(raise_request_exception=False)
    client = stranger if who == "a stranger" else signed_in(desk)
    every = sorted(set(routes(get_resolver().url_patterns)))
    assert len(every) > 150
    calls = [(how, place) for route in every for place in oddly(route) for how in ("get", "post")]
    telling = [one for one in calls if "/%00" in one[1]]
    rest = chosen([one for one in calls if one not in telling])
    wrong = [
        f"{how} {place[:100]}: {found}"
        for how, place in telling + rest
        if (found := sent(client, how, place, {})) >= 500
    ]
    assert not wrong, "\n".join(wrong)
