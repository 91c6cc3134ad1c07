"""What gateways send: forms, flat JSON objects, or the query of a GET. Pure."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import orjson

from helpdesk.adapters import RefusedError, WebhookRequest

FORM = "application/x-www-form-urlencoded"
_MAX_FIELDS = 500


def is_form(content_type: str) -> bool:
    """Whether the body is an HTML form."""
    return content_type.partition(";")[0].strip().lower() == FORM


def pairs(content_type: str, body: bytes) -> list[tuple[str, str]]:
    """The parameters of a form or a flat JSON object; ValueError when it is neither."""
    if is_form(content_type):
        text = body.decode()
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    document = orjson.loads(body)
    if isinstance(document, dict):
        return [(name, _text(value)) for name, value in document.items()]
    raise ValueError("not a JSON object")


def payload(request: WebhookRequest) -> tuple[str, bytes]:
    """Content type and bytes of what a gateway tells: a GET tells it in its query."""
    if request.method == "GET":
        return FORM, urlsplit(request.url).query.encode()
    return request.content_type, request.body


def told(request: WebhookRequest) -> dict[str, str]:
    """The parameters of a call. RefusedError when it cannot be read or says a thing twice."""
    try:
        found = pairs(*payload(request))
    except ValueError:
        raise RefusedError("the call cannot be read") from None
    named = dict(found)
    if len(named) != len(found):
        raise RefusedError("a parameter is there twice")
    return named


def _text(value: object) -> str:
    return "" if value is None else str(value)
