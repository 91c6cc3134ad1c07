"""JSON by orjson: its depth is bounded, and what is not JSON is the caller's fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import BaseParser

DEEPEST = 32


class OrjsonParser(BaseParser):
    media_type = "application/json"

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            loaded = orjson.loads(stream.read())
        except orjson.JSONDecodeError as error:
            raise ParseError(f"JSON parse error: {error}") from error
        _sound(loaded)
        return loaded


def _sound(loaded: Any) -> None:
    """Refuse what is nested too deeply (SEC-33), and text that the database cannot hold."""
    waiting = [(loaded, 1, "")]
    while waiting:
        one, depth, name = waiting.pop()
        if depth > DEEPEST:
            raise ParseError(f"JSON parse error: nested deeper than {DEEPEST}")
        if isinstance(one, dict):
            waiting += [(value, depth + 1, name or key) for key, value in one.items()]
            waiting += [(key, depth, name) for key in one]
        elif isinstance(one, list):
            waiting += [(value, depth + 1, name) for value in one]
        elif isinstance(one, str) and "\x00" in one:
            said = "There is a character in it that no text has."
            raise ValidationError({name.replace("\x00", "") or "detail": [said]})
