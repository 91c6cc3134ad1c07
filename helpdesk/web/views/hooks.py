"""The one webhook address of all providers: /hooks/<provider>/<inbox key> (PRV-1 to PRV-4).

Size limit, then signature on the raw bytes, then one commit of the raw payload, then 200.
"""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from helpdesk import inbound
from helpdesk.adapters import RefusedError, WebhookRequest, adapter_for
from helpdesk.models import Inbox

log = logging.getLogger(__name__)
DEFAULT_MAX_BODY = 1024 * 1024


@csrf_exempt
@require_http_methods(["POST"])
def receive(request: HttpRequest, provider: str, key: str) -> HttpResponse:
    """Store a provider's call. 200 stored, 403 not his signature, 404, 413, 503 no database."""
    try:
        known = "\x00" not in key
        inbox = Inbox.objects.filter(key=key, enabled=True).first() if known else None
        adapter: Any = adapter_for(inbox) if inbox else None
        if (
            inbox is None
            or provider not in {inbox.provider, inbox.channel}
            or not hasattr(adapter, "verify")
        ):
            return HttpResponse("no such inbox\n", status=404, content_type="text/plain")
        limit = getattr(adapter, "max_body_bytes", DEFAULT_MAX_BODY)
        if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
            return HttpResponse("too large\n", status=413, content_type="text/plain")
        call = _call(request)
        if len(call.body) > limit:
            return HttpResponse("too large\n", status=413, content_type="text/plain")
        adapter.verify(inbox, call)
        for raw in adapter.raws(inbox, call):
            inbound.accept(inbox, raw)
    except LookupError:
        return HttpResponse("no such inbox\n", status=404, content_type="text/plain")
    except RefusedError as refusal:
        log.warning("webhook of %s refused: %s", provider, refusal)
        return HttpResponse("refused\n", status=403, content_type="text/plain")
    except DatabaseError:
        log.exception("webhook of %s not stored, the provider must retry", provider)
        return HttpResponse("not stored\n", status=503, content_type="text/plain")
    body, content_type = adapter.answer(inbox)
    return HttpResponse(body, content_type=content_type)


def _call(request: HttpRequest) -> WebhookRequest:
    """The call with its URL as PUBLIC_BASE_URL spells it: proxies change scheme and host."""
    return WebhookRequest(
        method=request.method or "",
        url=settings.PUBLIC_BASE_URL + request.get_full_path(),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.body,
        content_type=request.content_type or "",
    )
