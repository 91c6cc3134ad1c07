"""The desk as its own visitor: from the public address through proxy, web server and PostgreSQL to
a push that comes back; and whether a socket gets through.
"""

from __future__ import annotations

import base64
import secrets
from urllib.parse import urlsplit

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from redis.exceptions import RedisError

from chat import sessions
from chat.polling import answer
from helpdesk import certificates, outbound_http, probing
from helpdesk.models import Inbox
from helpdesk.outbound_http import OutboundError
from helpdesk.probes import NotBackError
from helpdesk.realtime.listening import listening

PUSHED_WITHIN = 5.0  # seconds
SWITCHING = 101


@csrf_exempt
@require_POST
async def probe(request: HttpRequest, key: str) -> HttpResponse:
    """POST /chat/<key>/probe/: hold a conversation that leaves nothing. 404 for all but ourselves.

    200 if it was stored and its push heard of; 503 if only the push is missing.
    """
    inbox, mark = await sync_to_async(_asked)(request, key)
    heard = False
    try:
        async with listening(probing.group(mark)) as ear:
            await sync_to_async(probing.talk)(inbox, mark)
            heard = any(one.get("mark") == mark for one in await ear.wait(PUSHED_WITHIN))
    except (RedisError, OSError):
        pass
    return answer({"stored": True, "pushed": heard}, 200 if heard else 503)


def _asked(request: HttpRequest, key: str) -> tuple[Inbox, str]:
    try:
        inbox = sessions.widget(key)
    except sessions.UnknownWidgetError:
        raise Http404 from None
    scheme, _space, proof = request.headers.get("Authorization", "").partition(" ")
    mark = probing.read(inbox, proof) if scheme == "Probe" else ""
    if not mark:
        raise Http404
    return inbox, mark


def call(inbox: Inbox) -> None:
    """Be that visitor. Raises NotBackError."""
    base = settings.PROBE_URL
    parts = urlsplit(base)
    peer = f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
    try:
        certificates.look_at(base)
        _look_at_sockets(inbox, base, peer)
        proof = {"Authorization": f"Probe {probing.signed(inbox)}"}
        said = outbound_http.post(
            f"{base}/chat/{inbox.key}/probe/", json={}, headers=proof, peer=peer, seconds=15
        )
    except (OutboundError, OSError) as error:
        raise NotBackError(_("%(url)s is not reached: %(why)s") % _why(base, error)) from None
    if said.json().get("stored") and not said.ok:
        raise NotBackError(_("Stored, but no push: Valkey does not pass it on."))
    if not said.ok:
        words = _("%(url)s answered %(status)d.")
        raise NotBackError(words % {"url": base, "status": said.status})


def _look_at_sockets(inbox: Inbox, base: str, peer: str) -> None:
    """Whether proxy and web server open a socket to a visitor. Raises NotBackError."""
    asked = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Origin": base,
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(),
    }
    url = f"{base}/ws/chat/{inbox.key}/"
    found = outbound_http.get(url, headers=asked, peer=peer, seconds=10)
    if found.status != SWITCHING:
        words = _("%(url)s opens no socket: it answered %(status)d.")
        raise NotBackError(words % {"url": base, "status": found.status})


def _why(base: str, error: Exception) -> dict[str, str]:
    return {"url": base, "why": str(error) or type(error).__name__}
