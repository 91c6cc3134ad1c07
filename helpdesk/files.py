"""How a stored file leaves us: never running on our origin (SEC-4)."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse, HttpResponseBase

from helpdesk.models import Attachment

INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


def file_response(attachment: Attachment) -> FileResponse:
    """The file as a download; only known raster images are shown in place."""
    inline = attachment.content_type in INLINE
    response = FileResponse(
        attachment.file.open("rb"),
        as_attachment=not inline,
        filename=attachment.name,
        content_type=attachment.content_type if inline else "application/octet-stream",
    )
    _confine(response)
    return response


def picture_response(content_type: str, body: bytes) -> HttpResponse:
    """A raster picture of a stranger; `content_type` is one of INLINE, told by the bytes."""
    response = HttpResponse(body, content_type=content_type)
    response["Content-Disposition"] = "inline"
    _confine(response)
    return response


def _confine(response: HttpResponseBase) -> None:
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
