"""The logo as visitors' browsers fetch it."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from chat import sessions
from chat.appearance import Widget
from helpdesk.files import INLINE, file_response
from helpdesk.models import Attachment


@require_safe
def public(request: HttpRequest, key: str, logo: UUID) -> FileResponse:
    """GET /chat/<key>/logo/<id>: the widget's logo and no other file; kept for ever."""
    try:
        inbox = sessions.widget(key)
    except sessions.UnknownWidgetError:
        raise Http404 from None
    found = Attachment.objects.filter(pk=logo, content_type__in=INLINE).first()
    if found is None or Widget.of(inbox).logo != str(logo):
        raise Http404
    response = file_response(found)
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
