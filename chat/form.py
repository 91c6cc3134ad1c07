"""The form for when nobody is there: its text becomes a conversation of the e-mail inbox."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from chat import guard, service
from chat.frames import page_of, text, truth, whole
from chat.polling import answer, visitor_of
from helpdesk import by_customer, client_ip, inbound
from helpdesk.adapters import InboundMessage, Person
from helpdesk.models import Inbox
from helpdesk.realtime.hub import FrameError, decoded

MAX_TEXT = 20_000
HONEYPOT = "filled in by a robot"


@csrf_exempt
@require_POST
def form(request: HttpRequest, key: str) -> HttpResponse:
    """POST /chat/<key>/form/: 201 once it is stored, 400 with a code the panel explains.

    Body: {"name", "email", "text", "consent": true, "page", "language", "trap", "took"}. What a
    robot seems to have sent is kept among the spam and answered in the same way.
    """
    visitor = visitor_of(request, key)
    try:
        guard.take_of(guard.FORMS, visitor.inbox, client_ip.of_request(request))
        guard.admit(visitor)
        _store(visitor.inbox, _read(request.body))
    except FrameError as error:
        return answer({"type": "error", "code": "refused", "detail": str(error)}, 400)
    except guard.RefusedError as error:
        status = 429 if error.retry_ms else 403
        return answer({"type": "error", **error.answer()}, status)
    except by_customer.RefusedError as error:
        refusal = {"code": error.code, "retryable": error.retryable}
        return answer({"type": "error", **refusal}, 400)
    return answer({"ok": True}, 201)


def _read(body: bytes) -> dict[str, Any]:
    """The fields of the body, checked. Raises FrameError, by_customer.RefusedError."""
    frame = decoded(body)
    if not isinstance(frame, dict):
        raise FrameError(4008, "not an object")
    said = text(frame, "text", MAX_TEXT + 1).strip()
    if not said:
        raise by_customer.RefusedError("empty")
    if len(said) > MAX_TEXT:
        raise by_customer.RefusedError("too_long")
    if truth(frame, "consent") is not True:
        raise by_customer.RefusedError("consent")
    return {
        "text": said,
        "email": by_customer.mail_address(text(frame, "email", 320)),
        "name": text(frame, "name", 200),
        "language": text(frame, "language", 8).replace("\x00", ""),
        "page": page_of(frame),
        "person": guard.human(trap=text(frame, "trap", 200), took_ms=whole(frame, "took")),
    }


def _store(widget: Inbox, fields: dict[str, Any]) -> None:
    """One transaction; the same text of the same person on the same day is stored once."""
    inbox = service.mail_inbox(widget)
    if inbox is None:
        raise by_customer.RefusedError("no_email")
    day = datetime.now(UTC).date().isoformat()
    seed = "\x1f".join((str(widget.pk), day, fields["email"], fields["text"]))
    spoken = dict(settings.LANGUAGES)
    known = (one[:2] for one in (fields["language"], widget.language) if one[:2] in spoken)
    with override(next(known, "en")):
        subject = gettext("Message from %(site)s") % {"site": widget.name}
    sender = Person(
        kind="email",
        address=fields["email"],
        name=fields["name"],
        language=fields["language"],
        label=fields["email"],
    )
    message = InboundMessage(
        sender=sender,
        body=fields["text"],
        external_id=f"form.{hashlib.sha256(seed.encode()).hexdigest()}",
        subject=subject,
        meta={"form": widget.pk, "page": fields["page"], "consent": True},
    )
    with transaction.atomic():
        stored, created = inbound.receive(inbox, message)
        if created and not fields["person"]:
            by_customer.hold_back(stored.conversation_id, HONEYPOT)
