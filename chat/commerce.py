"""Orders of the shop's server: POST /chat/<key>/order/, signed with the inbox's order_secret."""

from __future__ import annotations

import hashlib
import logging
from typing import Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from chat import sessions
from chat.visits.models import Visit, Visitor
from helpdesk.by_customer import Bill, ForgedOrderError, InvalidOrderError, record_order
from helpdesk.models import Customer, Inbox

log = logging.getLogger(__name__)
MAX_BODY = 16 * 1024


@csrf_exempt
@require_POST
def order(request: HttpRequest, key: str) -> HttpResponse:
    """Count an order once: 201, 200 for a repeat, 400 malformed, 403 not signed, 404, 413.

    Body: {"number", "value", "currency", "visitor", "signature"}, all texts.
    """
    try:
        inbox = sessions.widget(key)
    except sessions.UnknownWidgetError:
        raise Http404 from None
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        return _json({"detail": "too large"}, 413)
    try:
        fields = _fields(request.body)
        signature = fields.pop("signature")
        bill = Bill(**fields)
        made, created = record_order(
            inbox, bill, signature=signature, buyer=_buyer(inbox, bill.visitor)
        )
    except InvalidOrderError as error:
        return _json({"detail": str(error)}, 400)
    except ForgedOrderError as error:
        log.warning("order for %s refused: %s", inbox, error)
        return _json({"detail": str(error)}, 403)
    shown = {
        "number": made.number,
        "value": str(made.value),
        "currency": made.currency,
        "attributed": made.conversation_id is not None,
    }
    return _json(shown, 201 if created else 200)


def _fields(body: bytes) -> dict[str, str]:
    """The texts of the body, missing ones empty. Raises InvalidOrderError."""
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        given = None
    if not isinstance(given, dict):
        msg = "not a JSON object"
        raise InvalidOrderError(msg)
    fields = {name: given.get(name, "") for name in (*Bill.__slots__, "signature")}
    for name, text in fields.items():
        if not isinstance(text, str):
            msg = f"{name} must be a text"
            raise InvalidOrderError(msg)
    return fields


def _buyer(inbox: Inbox, visitor: str) -> Customer | None:
    """Who the page's visitor is: by the id he agreed to, else by the visit he chats in."""
    if not visitor:
        return None
    digest = hashlib.sha256(visitor.encode()).hexdigest()
    known = Visitor.objects.filter(inbox=inbox, uid_sha256=digest, customer__isnull=False)
    found = known.select_related("customer").first()
    if found:
        return found.customer
    visit = (
        Visit.objects.filter(inbox=inbox, key=visitor, conversation__isnull=False)
        .select_related("conversation__customer")
        .first()
    )
    return visit.conversation.customer if visit and visit.conversation else None


def _json(body: dict[str, Any], status: int) -> HttpResponse:
    response = HttpResponse(orjson.dumps(body), status=status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    return response
