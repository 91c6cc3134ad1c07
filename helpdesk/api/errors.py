"""Domain errors as HTTP answers; everything that a caller did wrong has a clear text."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from helpdesk.outbox import NoAddressError
from helpdesk.realtime import payloads
from helpdesk.routing import explaining
from helpdesk.selectors.inbox import UnknownViewError
from helpdesk.selectors.search import UnknownCursorError
from helpdesk.services.assignments import NotEligibleError
from helpdesk.services.attachments import TooLargeError
from helpdesk.services.conversations import IllegalTransitionError, IncompleteChangeError
from helpdesk.services.drafts import NewerDraftError
from helpdesk.services.leads import InvalidLeadError
from helpdesk.services.legs import CapacityError
from helpdesk.services.messages import RejectedError
from helpdesk.services.preferences import UnknownPreferenceError
from helpdesk.services.presence import LiveContactsError
from helpdesk.services.scheduling import NotThenError
from helpdesk.services.ways import NoSuchWayError
from helpdesk.services.work import OfferGoneError

_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (IllegalTransitionError, status.HTTP_409_CONFLICT),
    (NoAddressError, status.HTTP_409_CONFLICT),
    (NotEligibleError, status.HTTP_400_BAD_REQUEST),
    (RejectedError, status.HTTP_400_BAD_REQUEST),
    (NotThenError, status.HTTP_400_BAD_REQUEST),
    (NoSuchWayError, status.HTTP_400_BAD_REQUEST),
    (UnknownViewError, status.HTTP_404_NOT_FOUND),
    (UnknownCursorError, status.HTTP_404_NOT_FOUND),
    (ObjectDoesNotExist, status.HTTP_404_NOT_FOUND),
)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler plus the domain's own errors; unknown ones stay 500."""
    if isinstance(error, IncompleteChangeError | InvalidLeadError | UnknownPreferenceError):
        return _answer({error.field: [str(error)]}, status.HTTP_400_BAD_REQUEST)
    if isinstance(error, TooLargeError):
        text = "The file is too large: at most 25 MB."
        return _answer({"detail": text}, status.HTTP_413_REQUEST_ENTITY_TOO_LARGE)
    if isinstance(error, NewerDraftError):
        newer = payloads.draft(error.draft)
        return _answer({"detail": str(error), "draft": newer}, status.HTTP_409_CONFLICT)
    refusal = _of_the_router(error)
    if refusal is not None:
        return _answer(refusal, status.HTTP_409_CONFLICT)
    for kind, code in _STATUS:
        if isinstance(error, kind):
            text = "Not found." if code == status.HTTP_404_NOT_FOUND else str(error)
            return _answer({"detail": text}, code)
    return exception_handler(error, context)


def _of_the_router(error: Exception) -> dict[str, Any] | None:
    """What the router's screens need to know to offer the next step."""
    if isinstance(error, CapacityError):
        code, subject, need, have, step, _met = error.reason
        reason = {"code": code, "subject": subject, "need": need, "have": have, "step": step}
        return {"detail": explaining.sentence(reason), "code": "capacity", "can_force": True}
    if isinstance(error, OfferGoneError):
        return {"detail": _("This offer is no longer open."), "code": error.code}
    if isinstance(error, LiveContactsError):
        text = _("You still have live chats.")
        return {"detail": text, "code": error.code, "live": error.count}
    return None


def _answer(body: dict[str, Any], code: int) -> Response:
    set_rollback()
    return Response(body, status=code)
