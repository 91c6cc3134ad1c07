"""Domain errors as HTTP answers; everything that a caller did wrong has a clear text."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from helpdesk.outbox import NoAddressError
from helpdesk.selectors.inbox import UnknownViewError
from helpdesk.services.assignments import NotEligibleError
from helpdesk.services.attachments import TooLargeError
from helpdesk.services.conversations import IllegalTransitionError, IncompleteChangeError
from helpdesk.services.leads import InvalidLeadError
from helpdesk.services.messages import RejectedError

_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (IllegalTransitionError, status.HTTP_409_CONFLICT),
    (NoAddressError, status.HTTP_409_CONFLICT),
    (NotEligibleError, status.HTTP_400_BAD_REQUEST),
    (RejectedError, status.HTTP_400_BAD_REQUEST),
    (UnknownViewError, status.HTTP_404_NOT_FOUND),
    (ObjectDoesNotExist, status.HTTP_404_NOT_FOUND),
)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler plus the domain's own errors; unknown ones stay 500."""
    if isinstance(error, IncompleteChangeError | InvalidLeadError):
        return _answer({error.field: [str(error)]}, status.HTTP_400_BAD_REQUEST)
    if isinstance(error, TooLargeError):
        text = "The file is too large: at most 25 MB."
        return _answer({"detail": text}, status.HTTP_413_REQUEST_ENTITY_TOO_LARGE)
    for kind, code in _STATUS:
        if isinstance(error, kind):
            text = "Not found." if code == status.HTTP_404_NOT_FOUND else str(error)
            return _answer({"detail": text}, code)
    return exception_handler(error, context)


def _answer(body: dict[str, Any], code: int) -> Response:
    set_rollback()
    return Response(body, status=code)
