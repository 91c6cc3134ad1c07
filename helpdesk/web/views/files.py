"""Attachments for agents: the right is checked on every request (SEC-5)."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from helpdesk import file_links
from helpdesk.files import file_response, picture_response
from helpdesk.models import Agent, Message
from helpdesk.permissions import visible
from helpdesk.selectors import attachments
from helpdesk.services import mail_pictures
from helpdesk.web import originals, picture_passes


@login_required
def attachment(request: HttpRequest, pk: str) -> HttpResponseBase:
    """One file, for an agent who may read it."""
    found = attachments.readable(cast("Agent", request.user), pk)
    if found is None:
        raise Http404
    return file_response(found)


@never_cache
@require_safe
def linked(_request: HttpRequest, token: str) -> HttpResponseBase:
    """GET /f/<token>/: a file that was too big for a mail, for whoever has its link (K6)."""
    found = file_links.read(token)
    if found is None:
        raise Http404
    return file_response(found)


@never_cache
@xframe_options_sameorigin
@login_required
def original(request: HttpRequest, pk: str) -> HttpResponse:
    """A mail as it was written, in a page of its own that can do nothing (AUT-12).

    The frame that shows it is sandboxed; this policy holds if somebody opens the address itself.
    """
    mails = visible(request.user, Message).exclude(html="")
    found = mails.select_related("conversation__customer").filter(pk=pk).first()
    if found is None:
        raise Http404
    wanted = request.GET.get("pictures") == "1" or found.conversation.customer.show_pictures
    passed = picture_passes.issue(request, found)
    shown = originals.shown(found, passed, with_pictures=wanted)
    dark = shown.uncoloured and request.GET.get("dark") == "1"
    facts = {"original": shown.page, "direction": shown.runs, "dark": dark}
    response = render(request, "helpdesk/inbox/original.html", facts)
    response["Content-Security-Policy"] = originals.policy(request)
    response["Referrer-Policy"] = "no-referrer"
    return response


@never_cache
def picture(_request: HttpRequest, token: str) -> HttpResponseBase:
    """One picture of a mail, for the reader whose page names it (J5, SEC-4, SEC-12).

    The page that asks has no origin and so no cookie; its pass stands for the session.
    """
    known = picture_passes.read(token)
    if known is None:
        raise Http404
    reader, message, address = known
    found = visible(reader, Message).exclude(html="").filter(pk=message).first()
    if found is None:
        raise Http404
    if originals.is_own(address):
        file = originals.own_picture(found, address)
        if file is None:
            raise Http404
        return file_response(file)
    loaded = mail_pictures.load(address)
    if loaded is None:
        raise Http404
    return picture_response(*loaded)
