"""No more automatic mail: one click in the reader's own program (RFC 8058), a mail that it sends
(RFC 2369), or a click on our page.

Only automatic words carry the address; what people write is not bulk mail (K3, ADR 29).
"""

from __future__ import annotations

import re
from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from channels_email import threads
from helpdesk import suppression
from helpdesk.adapters import Receipt
from helpdesk.models import SuppressionReason

_SALT: Final = "channels_email.unsubscribing"
_WORD: Final = "unsubscribe"
_ASKED: Final = re.compile(rf"{_WORD}\s+(\d{{1,18}})-([a-z2-7]{{16}})", re.IGNORECASE | re.ASCII)


def headers(address: str, *, own: str, delivery: int) -> tuple[tuple[str, str], ...]:
    """The two headers of a mail of ours to this address."""
    token = signing.Signer(salt=_SALT).sign_object(address.lower())
    mark = f"{delivery}-{threads.proof(_WORD, _value(address, delivery))}"
    url = f"{settings.PUBLIC_BASE_URL}{reverse('mail-unsubscribe', args=[token])}"
    return (
        ("List-Unsubscribe", f"<{url}>, <mailto:{own}?subject={_WORD}%20{mark}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )


def read(subject: str, sender: str) -> Receipt | None:
    """What a mail with this subject asks for: no more automatic mail to its sender, or nothing.

    The mark is good for that address alone: whoever has seen a mail of ours ends nobody else's.
    """
    asked = _ASKED.fullmatch(subject.strip())
    if asked is None:
        return None
    delivery, given = int(asked[1]), asked[2]
    if not threads.proves(_WORD, _value(sender, delivery), given):
        return None
    return Receipt("unsubscribed", delivery_id=delivery, recipient=sender.lower())


def _value(address: str, delivery: int) -> str:
    return f"{delivery} {address.lower()}"


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
