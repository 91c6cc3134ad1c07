"""HTTP for visitors: sending without a socket, files. The token is a bearer."""

from __future__ import annotations

import uuid
from typing import Any

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from chat import sessions
from chat.consumers import ids, page_of, text
from chat.polling import answer, visitor_of
from helpdesk.files import file_response
from helpdesk.realtime import payloads
from helpdesk.realtime.hub import MAX_FRAME, FrameError


@csrf_exempt
@require_POST
def messages(request: HttpRequest, key: str) -> HttpResponse:
    """Send without a socket: the body of a `send` frame; 201 after commit."""
    visitor = visitor_of(request, key)
    try:
        frame = orjson.loads(request.body[:MAX_FRAME])
        cid = uuid.UUID(text(frame, "cid", 40))
        body, files = text(frame, "body", settings.MAX_CHAT_CHARS + 1), ids(frame)
        name, page = text(frame, "name", 200), page_of(frame)
        visitor.language = visitor.language or text(frame, "language", 8)
    except (orjson.JSONDecodeError, ValueError, AttributeError, FrameError) as error:
        return answer({"detail": f"not a message: {error}"}, 400)
    if len(body) > settings.MAX_CHAT_CHARS or not (body.strip() or files):
        return answer({"detail": "empty or too long", "limit": settings.MAX_CHAT_CHARS}, 400)
    message = sessions.send(visitor, cid=cid, body=body, attachments=files, name=name, page=page)
    return answer(
        {
            "type": "ack",
            "token": visitor.token,
            "cid": str(cid),
            "id": str(message.pk),
            "seq": message.public_seq,
            "conversation": message.conversation_id,
        },
        201,
    )


@csrf_exempt
@require_POST
def upload(request: HttpRequest, key: str) -> HttpResponse:
    """One file (multipart `file`), kept until the text that carries it."""
    visitor = visitor_of(request, key)
    file = request.FILES.get("file")
    if file is None or not file.size:
        return answer({"detail": "choose a file that is not empty"}, 400)
    if file.size > settings.MAX_ATTACHMENT_BYTES:
        limit = settings.MAX_ATTACHMENT_BYTES
        return answer({"detail": "the file is too large", "limit": limit}, 413)
    stored = sessions.upload(visitor, file.name or "file", file.read())
    return answer({**_file(key, payloads.attachment(stored)), "token": visitor.token}, 201)


def _file(key: str, shown: dict[str, Any]) -> dict[str, Any]:
    return {**shown, "url": f"/chat/{key}/files/{shown['id']}/" if shown["stored"] else ""}


@require_GET
def download(request: HttpRequest, key: str, pk: uuid.UUID) -> HttpResponseBase:
    """A file of the visitor's own conversation."""
    found = sessions.file_of(visitor_of(request, key), pk)
    if found is None or not found.file:
        raise Http404
    return file_response(found)
