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
from helpdesk.selectors.filters import FilterError
from helpdesk.selectors.inbox import UnknownCursorError as UnknownCursorOfViewError
from helpdesk.selectors.inbox import UnknownViewError
from helpdesk.selectors.search import UnknownCursorError
from helpdesk.selectors.timeline import UnknownPlaceError
from helpdesk.services.addressing import AddressError
from helpdesk.services.assignments import NotEligibleError
from helpdesk.services.attachments import TooLargeError
from helpdesk.services.calls import InvalidCallError
from helpdesk.services.conversations import IllegalTransitionError, IncompleteChangeError
from helpdesk.services.customers import InvalidCustomerError
from helpdesk.services.drafts import NewerDraftError
from helpdesk.services.identities import OthersError
from helpdesk.services.leads import InvalidLeadError
from helpdesk.services.legs import CapacityError
from helpdesk.services.merging import MergeError
from helpdesk.services.messages import AnsweredMeanwhileError, RejectedError
from helpdesk.services.papers import PaperError
from helpdesk.services.preferences import UnknownPreferenceError
from helpdesk.services.presence import LiveContactsError
from helpdesk.services.requesters import RequesterError
from helpdesk.services.scheduling import NotThenError
from helpdesk.services.tags import TooManyTagsError, UnknownTagError
from helpdesk.services.tasks import InvalidTaskError
from helpdesk.services.views import NotYoursError
from helpdesk.services.ways import NoSuchWayError, UnsureError
from helpdesk.services.weaving import WeaveError
from helpdesk.services.work import OfferGoneError

_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (IllegalTransitionError, status.HTTP_409_CONFLICT),
    (NoAddressError, status.HTTP_409_CONFLICT),
    (NotEligibleError, status.HTTP_400_BAD_REQUEST),
    (RejectedError, status.HTTP_400_BAD_REQUEST),
    (AddressError, status.HTTP_400_BAD_REQUEST),
    (NotYoursError, status.HTTP_403_FORBIDDEN),
    (UnknownTagError, status.HTTP_400_BAD_REQUEST),
    (TooManyTagsError, status.HTTP_400_BAD_REQUEST),
    (NotThenError, status.HTTP_400_BAD_REQUEST),
    (NoSuchWayError, status.HTTP_400_BAD_REQUEST),
    (UnknownViewError, status.HTTP_404_NOT_FOUND),
    (UnknownCursorError, status.HTTP_404_NOT_FOUND),
    (UnknownPlaceError, status.HTTP_404_NOT_FOUND),
    (WeaveError, status.HTTP_409_CONFLICT),
    (RequesterError, status.HTTP_409_CONFLICT),
    (MergeError, status.HTTP_409_CONFLICT),
    (OthersError, status.HTTP_409_CONFLICT),
    (ObjectDoesNotExist, status.HTTP_404_NOT_FOUND),
)


_OF_A_FIELD = (
    IncompleteChangeError,
    InvalidCallError,
    InvalidLeadError,
    InvalidTaskError,
    PaperError,
    UnknownPreferenceError,
)


_OF_A_CURSOR = (UnknownCursorError, UnknownCursorOfViewError, UnknownPlaceError)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler plus the domain's own errors; unknown ones stay 500."""
    faults = _faults(error)
    if faults is not None:
        return _answer(faults, status.HTTP_400_BAD_REQUEST)
    if isinstance(error, TooLargeError):
        text = "The file is too large: at most 25 MB."
        return _answer({"detail": text}, status.HTTP_413_REQUEST_ENTITY_TOO_LARGE)
    refusal = _conflict(error)
    if refusal is not None:
        return _answer(refusal, status.HTTP_409_CONFLICT)
    if isinstance(error, _OF_A_CURSOR) and "Authorization" in context["request"].headers:
        return _answer({"cursor": ["This is no cursor of ours."]}, status.HTTP_400_BAD_REQUEST)
    for kind, code in _STATUS:
        if isinstance(error, kind):
            text = "Not found." if code == status.HTTP_404_NOT_FOUND else str(error)
            return _answer({"detail": text}, code)
    return exception_handler(error, context)


def explained(error: Exception) -> str | None:
    """Why one of many was refused, in words; None for what is a fault and not a refusal."""
    if isinstance(error, IncompleteChangeError):
        return str(error)
    refusal = _conflict(error)
    if refusal is not None:
        return str(refusal["detail"])
    for kind, code in _STATUS:
        if isinstance(error, kind):
            return _("Not found.") if code == status.HTTP_404_NOT_FOUND else str(error)
    return None


def _faults(error: Exception) -> dict[str, Any] | None:
    """What is wrong with what was sent, by the name of the field."""
    if isinstance(error, _OF_A_FIELD):
        return {error.field: [str(error)]}
    if isinstance(error, InvalidCustomerError):
        return {field: [text] for field, text in error.faults.items()}
    if isinstance(error, FilterError):
        return {"filters": [str(error)], "field": error.field, "row": error.row}
    return None


def _conflict(error: Exception) -> dict[str, Any] | None:
    """What a screen needs to know to offer the next step."""
    if isinstance(error, AnsweredMeanwhileError):
        return _answered(error)
    if isinstance(error, NewerDraftError):
        return {"detail": str(error), "draft": payloads.draft(error.draft, error.files)}
    if isinstance(error, CapacityError):
        code, subject, need, have, step, _met = error.reason
        reason = {"code": code, "subject": subject, "need": need, "have": have, "step": step}
        return {"detail": explaining.sentence(reason), "code": "capacity", "can_force": True}
    if isinstance(error, OfferGoneError | UnsureError):
        gone = isinstance(error, OfferGoneError)
        text = _("This offer is no longer open.") if gone else str(error)
        return {"detail": text, "code": error.code}
    if isinstance(error, LiveContactsError):
        text = _("You still have live chats.")
        return {"detail": text, "code": error.code, "live": error.count}
    return None


def _answered(error: AnsweredMeanwhileError) -> dict[str, Any]:
    """The answers that came first, so that the writer can read them at once."""
    return {
        "detail": _("A colleague has answered meanwhile."),
        "code": error.code,
        "messages": [payloads.message(one) for one in error.messages],
    }


def _answer(body: dict[str, Any], code: int) -> Response:
    set_rollback()
    return Response(body, status=code)
