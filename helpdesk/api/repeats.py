"""A request that is sent again is done once (DEL-5): its key, and what it was answered with.

The key is written in the transaction of what the request does: both are there, or neither. A
second one that comes meanwhile waits for the first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.rendering import OrjsonRenderer
from helpdesk.models import ApiToken, IdempotencyKey

MOST = 200
NAME = "Idempotency-Key"


class OtherRequestError(APIException):
    """The key was used for another request."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = f"This {NAME} belongs to a request with another address or body."
    default_code = "idempotency"


class _RefusedError(Exception):
    """The handler refused: nothing of it is kept, not even its key."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def once(request: Request, key: str, act: Callable[[], Response]) -> Response:
    """What `act` answers, or what it answered to the same request. Raises OtherRequestError."""
    if not 1 <= len(key) <= MOST or not key.isascii() or not key.isprintable():
        raise ValidationError({NAME: [f"1 to {MOST} visible ASCII characters, please."]})
    token = request.auth if isinstance(request.auth, ApiToken) else None
    whose = {"agent": request.user, "token": token, "key": key}
    try:
        with transaction.atomic():
            mine, fresh = IdempotencyKey.objects.get_or_create(
                **whose, defaults={"digest": _digest(request), "created_at": datetime.now(UTC)}
            )
            if not fresh:
                return _again(mine, request)
            response = act()
            if response.status_code >= status.HTTP_400_BAD_REQUEST:
                raise _RefusedError(response)
            mine.status, mine.answer = response.status_code, OrjsonRenderer().render(response.data)
            mine.save(update_fields=["status", "answer"])
            return response
    except _RefusedError as refused:
        return refused.response


def _again(kept: IdempotencyKey, request: Request) -> Response:
    if bytes(kept.digest) != _digest(request):
        raise OtherRequestError
    body = bytes(kept.answer)
    data = orjson.loads(body) if body else None
    return Response(data, status=kept.status, headers={"Idempotent-Replayed": "true"})


def _digest(request: Request) -> bytes:
    """Address and body, whatever the order of the body's fields."""
    plain = request._request  # noqa: SLF001  DRF's own name for Django's request
    body = orjson.dumps(
        request.data, default=_file, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    )
    return hashlib.sha256(f"{plain.method} {plain.get_full_path()} ".encode() + body).digest()


def _file(value: object) -> object:
    """An uploaded file counts with its name and content."""
    if isinstance(value, UploadedFile):
        digest = hashlib.sha256()
        for part in value.chunks():
            digest.update(part)
        value.seek(0)
        return [value.name, digest.hexdigest()]
    return str(value)
