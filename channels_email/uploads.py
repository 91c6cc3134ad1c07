"""The raw-message API: one mail as it is, posted by whoever holds the inbox's key (A1).

POST /api/v1/inboxes/<inbox key>/raw/ with `Authorization: Bearer <raw_key>` and the mail as
message/rfc822. 201 when it is kept, 200 when it was kept before, 503 when it could not be.
"""

from __future__ import annotations

from typing import Final

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from channels_email.addresses import normal
from channels_email.dedupe import dedupe_key
from channels_email.envelopes import envelope
from channels_email.listening import MAX_BYTES
from helpdesk import channel_health, inbound
from helpdesk.adapters import Raw
from helpdesk.models import Inbox

SHORTEST_KEY: Final = 20
_TYPES: Final = frozenset(("message/rfc822", "application/octet-stream"))


@csrf_exempt
@require_POST
def raw(request: HttpRequest, key: str) -> JsonResponse:
    """Keep one raw mail; the body is read only for who holds the key."""
    try:
        known = Inbox.objects.filter(key=key, channel="email", enabled=True)
        inbox = known.first() if key.isprintable() else None
        if inbox is None or not _allowed(request, inbox):
            return _said("wrong_key", 401)
        body, fault = _body(request)
        if fault:
            return fault
        event, created = inbound.accept(inbox, Raw(dedupe_key(body), body, _headers(request, body)))
        channel_health.worked(inbox.pk, "api")
    except DatabaseError:
        return _said("not_stored", 503)
    return JsonResponse({"id": event.pk, "created": created}, status=201 if created else 200)


def _body(request: HttpRequest) -> tuple[bytes, JsonResponse | None]:
    """The mail, or what is wrong with it; never more of it in memory than is taken."""
    if request.content_type not in _TYPES:
        return b"", _said("not_a_mail", 415)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
        return b"", _said("too_large", 413)
    body = request.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        return b"", _said("too_large", 413)
    return body, None if body.strip() else _said("empty", 400)


def _allowed(request: HttpRequest, inbox: Inbox) -> bool:
    """A key that is missing or too short to be one opens nothing."""
    scheme, _blank, given = request.headers.get("Authorization", "").partition(" ")
    wanted = str(inbox.secrets.get("raw_key", ""))
    strong = len(wanted) >= SHORTEST_KEY
    return scheme.lower() == "bearer" and strong and constant_time_compare(wanted, given.strip())


def _headers(request: HttpRequest, body: bytes) -> dict[str, str]:
    """The envelope as the caller tells it, or as the mail itself does."""
    found = envelope(body)
    for name, header in (("mail_from", "X-Envelope-From"), ("rcpt", "X-Envelope-To")):
        if told := request.headers.get(header, ""):
            found[name] = ", ".join(normal(one) for one in told[:2000].split(","))
    return {**found, "via": "api"}


def _said(code: str, status: int) -> JsonResponse:
    return JsonResponse({"error": code}, status=status)
