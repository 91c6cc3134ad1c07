"""Attachments for agents: the right is checked on every request (SEC-5)."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin

from helpdesk.files import file_response
from helpdesk.models import Agent, Attachment, Message
from helpdesk.permissions import visible
from helpdesk.selectors import templates
from helpdesk.web import originals


@login_required
def attachment(request: HttpRequest, pk: str) -> HttpResponseBase:
    """One file, for an agent who may see its conversation (or who just uploaded it).

    Files of templates are for everybody who uses templates.
    """
    found = visible(request.user, Attachment).filter(pk=pk).first()
    if found is None:
        found = Attachment.objects.filter(
            pk=pk, uploaded_by_id=request.user.pk, message__isnull=True
        ).first()
    if found is None and isinstance(request.user, Agent):
        found = templates.file_for(request.user, pk)
    if found is None or not found.file:
        raise Http404
    return file_response(found)


@never_cache
@xframe_options_sameorigin
@login_required
def original(request: HttpRequest, pk: str) -> HttpResponse:
    """A mail as it was written, in a page of its own that can do nothing (AUT-12).

    The frame that shows it is sandboxed; this policy holds if somebody opens the address itself.
    """
    found = visible(request.user, Message).exclude(html="").filter(pk=pk).first()
    if found is None:
        raise Http404
    shown = originals.shown(found)
    response = render(request, "helpdesk/inbox/original.html", {"original": shown})
    response["Content-Security-Policy"] = originals.POLICY
    response["Referrer-Policy"] = "no-referrer"
    return response
