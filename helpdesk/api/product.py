"""The API as a product: which addresses are for programs, and what each takes and gives.

What is not listed here is for the desk's own pages: tokens do not open it, and no schema shows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from rest_framework.serializers import Serializer

from helpdesk.api.shapes import Shape

ROOT = "api/v1/"


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of the query. many: several of the choices, with commas between."""

    name: str
    about: str
    kind: Shape = field(default_factory=lambda: {"type": "string"})
    needed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one address. refusals: the statuses beside those that every one may have."""

    name: str
    about: str
    group: str
    scopes: tuple[str, ...] = ()
    takes: type[Serializer[Any]] | None = None
    gives: Shape | None = None
    codes: tuple[int, ...] = (200,)
    query: tuple[Param, ...] = ()
    refusals: tuple[int, ...] = ()
    versioned: bool = False
    media: str = "application/json"
    sent: dict[str, Any] | None = None
    """An example of a body."""


_ALL: dict[str, dict[str, Operation]] = {}


def offer(route: str, **methods: Operation) -> None:
    """Make an address of the API part of the product; the name of each is its method's."""
    _ALL.setdefault(ROOT + route, {}).update({name.upper(): one for name, one in methods.items()})


def operation(route: str, method: str | None) -> Operation | None:
    """What this method of a route offers to programs; None if nothing."""
    return _loaded().get(route, {}).get("GET" if method == "HEAD" else method or "")


def is_public(route: str) -> bool:
    """Whether any method of the route is for programs."""
    return route in _loaded()


def routes() -> dict[str, dict[str, Operation]]:
    """All of it, by route and method."""
    return _loaded()


def by_path(path: str) -> dict[str, Operation] | None:
    """The methods of an address as OpenAPI writes it, with {id} for <int:pk>."""
    return next((one for route, one in _loaded().items() if _shown(route) == path), None)


def _shown(route: str) -> str:
    return "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", route).replace("{pk}", "{id}")


def _loaded() -> dict[str, dict[str, Operation]]:
    if not _ALL:
        from helpdesk.api import offers

        offers.write_down()
    return _ALL
