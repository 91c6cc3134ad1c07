"""Attachments for agents: the right is checked on every request (SEC-5)."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase

from helpdesk.files import file_response
from helpdesk.models import Attachment
from helpdesk.permissions import visible


@login_required
def attachment(request: HttpRequest, pk: str) -> HttpResponseBase:
    """One file, for an agent who may see its conversation (or who just uploaded it)."""
    found = visible(request.user, Attachment).filter(pk=pk).first()
    if found is None:
        found = Attachment.objects.filter(
            pk=pk, uploaded_by_id=request.user.pk, message__isnull=True
        ).first()
    if found is None or not found.file:
        raise Http404
    return file_response(found)
