"""HTTP for visitors: sending without a socket, files. The token is a bearer."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from chat import guard, sessions, verbs
from chat.frames import answers_of, ids, text, whereabouts
from chat.frames import key as key_of
from chat.gate import posts
from chat.polling import answer, visitor_of
from helpdesk.files import file_response
from helpdesk.realtime import payloads
from helpdesk.realtime.hub import FrameError, decoded


@posts
def messages(request: HttpRequest, visitor: sessions.Visitor) -> HttpResponse:
    """Send without a socket: the body of a `send` frame; 201 after commit."""
    try:
        frame = decoded(request.body)
        cid, answers = key_of(frame, "cid"), answers_of(frame)
        body, files = text(frame, "body", settings.MAX_CHAT_CHARS + 1), ids(frame)
        name, page = text(frame, "name", 200), whereabouts(frame)
        visitor.language = visitor.language or text(frame, "language", 8)
    except (AttributeError, FrameError) as error:
        return answer({"detail": f"not a message: {error}"}, 400)
    if len(body) > settings.MAX_CHAT_CHARS or not (body.strip() or files):
        return answer({"detail": "empty or too long", "limit": settings.MAX_CHAT_CHARS}, 400)
    guard.take(guard.texts(visitor.inbox), visitor.inbox, visitor.address)
    message = sessions.send(
        visitor, cid=cid, body=body, attachments=files, name=name, page=page, answers=answers
    )
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


@posts
def do(request: HttpRequest, visitor: sessions.Visitor) -> HttpResponse:
    """A frame without a socket: the same reply as JSON; 400 for a frame that is none."""
    guard.take(guard.ACTS, visitor.inbox, visitor.address)
    try:
        frame = decoded(request.body)
        if not isinstance(frame, dict) or frame.get("type") not in verbs.VERBS:
            raise FrameError(4008, "unknown type")
        visitor.language = visitor.language or text(frame, "language", 8)
        return answer(verbs.perform(visitor, frame))
    except FrameError as error:
        return answer({"type": "error", "code": "refused", "detail": str(error)}, 400)


@posts
def upload(request: HttpRequest, visitor: sessions.Visitor) -> HttpResponse:
    """One file (multipart `file`), kept until the text that carries it.

    400 with code empty_file, 413 too_large (and the limit), 415 forbidden_type, 429 slow_down.
    """
    guard.take(guard.UPLOADS, visitor.inbox, visitor.address)
    file = request.FILES.get("file")
    if file is None or not file.size:
        return answer({"type": "error", "code": "empty_file"}, 400)
    if file.size > settings.MAX_ATTACHMENT_BYTES:
        limit = settings.MAX_ATTACHMENT_BYTES
        return answer({"type": "error", "code": "too_large", "limit": limit}, 413)
    data = file.read()
    if guard.runs(file.name or "", data):
        return answer({"type": "error", "code": "forbidden_type"}, 415)
    stored = sessions.upload(visitor, file.name or "file", data)
    shown = _file(visitor.inbox.key, payloads.attachment(stored))
    return answer({**shown, "token": visitor.token}, 201)


def _file(key: str, shown: dict[str, Any]) -> dict[str, Any]:
    return {**shown, "url": f"/chat/{key}/files/{shown['id']}/" if shown["stored"] else ""}


@require_GET
def download(request: HttpRequest, key: str, pk: uuid.UUID) -> HttpResponseBase:
    """A file of the visitor's own conversation."""
    found = sessions.file_of(visitor_of(request, key), pk)
    if found is None or not found.file:
        raise Http404
    return file_response(found)
