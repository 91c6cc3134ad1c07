"""What went wrong, as programs are told it: RFC 9457, with the field in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

MEDIA_TYPE = "application/problem+json"


class ChangedError(APIException):
    """If-Match names another version than the row has now."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = "It was changed meanwhile: read it again."
    default_code = "changed"


def told(response: Response, request: Request) -> None:
    """Give a refusal its form. What else the answer held stays beside it (RFC 9457, 3.2)."""
    if response.status_code < 400:
        return
    data = response.data if isinstance(response.data, Mapping) else {"detail": response.data}
    code = response.status_code
    detail = data.get("detail")
    known = isinstance(detail, str)
    errors = [] if known else list(_errors(data))
    more = {} if errors else {name: one for name, one in data.items() if name != "detail"}
    response.data = {
        **more,
        "type": "about:blank",
        "title": HTTPStatus(code).phrase,
        "status": code,
        "detail": str(detail) if known else "; ".join(one["detail"] for one in errors),
        "instance": request.path,
        "errors": errors,
    }
    response.content_type = MEDIA_TYPE


def _errors(data: Any, at: str = "") -> Iterator[dict[str, str]]:
    """Every fault by the path of its field, as in `letter.cc.0`; "" is the whole body."""
    if isinstance(data, Mapping):
        for name, one in data.items():
            inner = "" if name == "non_field_errors" else str(name)
            yield from _errors(one, ".".join(filter(None, (at, inner))))
    elif isinstance(data, list):
        for number, one in enumerate(data):
            plain = isinstance(one, str)
            yield from _errors(one, at if plain else f"{at}.{number}".lstrip("."))
    elif data is not None:
        yield {"field": at, "detail": str(data)}
