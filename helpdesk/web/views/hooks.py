"""The one webhook address of all providers: /hooks/<provider>/<inbox key> (PRV-1 to PRV-4).

Size limit, then signature on the raw bytes, then one commit of the raw payload, then 200. An inbox
is read once and remembered: the statement that keeps the payload tells when it has been changed.
"""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from helpdesk import client_ip, hook_tally, inbound, raw_payloads, refusals
from helpdesk.adapters import RefusedError, WebhookRequest, adapter_for
from helpdesk.models import Inbox

log = logging.getLogger(__name__)
DEFAULT_MAX_BODY = 1024 * 1024
MOST_REMEMBERED = 1000
# (inbox with its version, adapter) by provider and key.
_remembered: dict[tuple[str, str], tuple[Any, Any]] = {}


@csrf_exempt
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest, provider: str, key: str) -> HttpResponse:
    """Store a provider's call, or answer its handshake (GET).

    200 stored, 403 not his signature, 404, 413, 429 too often not his signature, 503 no database.
    """
    try:
        answer = _answered(request, provider, key)
    except BaseException:
        hook_tally.count(500)
        raise
    hook_tally.count(answer.status_code)
    return answer


def _answered(request: HttpRequest, provider: str, key: str) -> HttpResponse:
    try:
        return _store(request, provider, key)
    except LookupError:
        return _said("no such inbox", 404)
    except RefusedError as refusal:
        if seconds := refusals.wait(f"hook:{key}", client_ip.of_request(request)):
            answer = _said("too many refused calls", 429)
            answer["Retry-After"] = str(seconds)
            return answer
        log.warning("webhook of %s refused: %s", provider, refusal)
        if refusal.challenge:
            answer = _said("who are you?", 401)
            answer["WWW-Authenticate"] = 'Basic realm="webhook"'
            return answer
        return _said("refused", 403)
    except DatabaseError:
        log.exception("webhook of %s not stored, the provider must retry", provider)
        return _said("not stored", 503)


def _store(request: HttpRequest, provider: str, key: str) -> HttpResponse:
    inbox, adapter, remembered = _known(provider, key)
    if request.method == "GET" and not getattr(adapter, "by_get", False):
        inbox, adapter = _read(provider, key)
        return _handshake(adapter, inbox, _call(request))
    limit = getattr(adapter, "max_body_bytes", DEFAULT_MAX_BODY)
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
        return _said("too large", 413)
    body = request.read(limit + 1)
    if len(body) > limit:
        return _said("too large", 413)
    call = _call(request, body)
    if not (remembered and _is_kept(adapter, inbox, call, sure=False)):
        if remembered:
            inbox, adapter = _read(provider, key)
        if not _is_kept(adapter, inbox, call, sure=True):
            raise LookupError(key)  # changed or closed in this very moment
    said, content_type = adapter.answer(inbox)
    return HttpResponse(said, content_type=content_type)


def _known(provider: str, key: str) -> tuple[Any, Any, bool]:
    """(inbox, its adapter, whether they are remembered). Raises LookupError.

    What is remembered counts only as long as it is found unchanged when the payload is kept.
    """
    found = _remembered.get((provider, key))
    return (*(found or _read(provider, key)), found is not None)


def _read(provider: str, key: str) -> tuple[Any, Any]:
    _remembered.pop((provider, key), None)
    opened = Inbox.objects.filter(key=key, enabled=True).annotate(version=raw_payloads.VERSION)
    inbox = opened.first() if key.isprintable() else None
    if inbox is None or provider not in {inbox.provider, inbox.channel}:
        raise LookupError(key)
    adapter: Any = adapter_for(inbox)
    if not hasattr(adapter, "verify"):
        raise LookupError(key)
    if len(_remembered) >= MOST_REMEMBERED:
        _remembered.clear()
    _remembered[provider, key] = inbox, adapter
    return inbox, adapter


def _is_kept(adapter: Any, inbox: Any, call: WebhookRequest, *, sure: bool) -> bool:
    """Whether the call is signed and stored. False where what is known of the inbox is too old.

    Raises RefusedError only of what is sure: the secrets may have been changed since.
    """
    try:
        adapter.verify(inbox, call)
    except RefusedError:
        if sure:
            raise
        return False
    return inbound.accept_all(inbox, adapter.raws(inbox, call), version=inbox.version)


def _handshake(adapter: Any, inbox: Inbox, call: WebhookRequest) -> HttpResponse:
    """What the provider wants to read back; never taken for a page (no sniffing)."""
    if not hasattr(adapter, "challenge"):
        return _said("only POST", 405)
    answer = HttpResponse(adapter.challenge(inbox, call), content_type="text/plain")
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _said(text: str, status: int) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain")


def _call(request: HttpRequest, body: bytes = b"") -> WebhookRequest:
    """The call with its URL as PUBLIC_BASE_URL spells it: proxies change scheme and host."""
    return WebhookRequest(
        method=request.method or "",
        url=settings.PUBLIC_BASE_URL + request.get_full_path(),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        content_type=request.content_type or "",
    )
