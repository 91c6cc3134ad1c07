"""No more automatic mail: one click in the reader's own program (RFC 8058), or one on our page.

Only automatic words carry the address; what people write is not bulk mail (K3, ADR 29).
"""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from helpdesk import suppression
from helpdesk.models import SuppressionReason

_SALT: Final = "channels_email.unsubscribing"


def headers(address: str) -> tuple[tuple[str, str], ...]:
    """The two headers of a mail to this address."""
    token = signing.Signer(salt=_SALT).sign_object(address.lower())
    url = f"{settings.PUBLIC_BASE_URL}{reverse('mail-unsubscribe', args=[token])}"
    return (
        ("List-Unsubscribe", f"<{url}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )


@never_cache
@csrf_exempt  # the reader's program posts without a cookie; the token is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """GET, POST /mail/unsubscribe/<token>/. A GET changes nothing: scanners follow every link."""
    try:
        address = str(signing.Signer(salt=_SALT).unsign_object(token))
    except (signing.BadSignature, ValueError):
        return render(request, "channels_email/unsubscribe.html", {"address": ""}, status=404)
    done = request.method == "POST"
    if done:
        reason = SuppressionReason.UNSUBSCRIBED
        suppression.suppress("email", address, reason, said="", delivery=None)
    context = {"address": address, "done": done}
    return render(request, "channels_email/unsubscribe.html", context)
