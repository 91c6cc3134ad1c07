"""The list of widgets, the editor with its preview, the logo and the secret."""

from __future__ import annotations

import copy
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chat import web
from chat.appearance import PREVIEW_KEY, Widget
from chat.settings import reading, rules, saving, scenes, showing
from helpdesk.files import file_response
from helpdesk.models import Agent, Attachment, Inbox
from helpdesk.permissions import visible
from helpdesk.web.desk import rail
from helpdesk.web.guards import for_editors

_SALT = "chat.settings.base"


def _agent(request: HttpRequest) -> Agent:
    return cast("Agent", request.user)


def _widget(request: HttpRequest, pk: int) -> Inbox:
    return get_object_or_404(visible(request.user, Inbox), pk=pk, channel="chat")


@require_safe
@for_editors
def widgets(request: HttpRequest) -> HttpResponse:
    """GET /settings/widgets/: the widgets that this user may edit."""
    found = visible(request.user, Inbox).filter(channel="chat").prefetch_related("teams")
    rows = [{"inbox": one, "widget": Widget.of(one)} for one in found.order_by("name", "pk")]
    context = {"rows": rows, **rail(_agent(request), current="widgets")}
    return render(request, "chat/settings/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_editors
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /settings/widgets/<pk>/: the editor. Nothing typed is lost by an error."""
    inbox = _widget(request, pk)
    if request.method != "POST":
        return _editor(request, inbox, reading.stored(inbox, inbox.settings), {})
    draft = reading.sent(request.POST)
    errors: rules.Errors = {}
    if "logo_file" in request.FILES:
        data = request.FILES["logo_file"].read(saving.MAX_LOGO_BYTES + 1)  # type: ignore[union-attr]
        try:
            draft["logo"] = str(saving.keep_logo(data, by=_agent(request)).pk)
        except saving.LogoError as error:
            errors["logo"] = str(error)
    cleaned, found = Widget.clean(draft)
    errors = found | errors | _elsewhere(request, inbox, cleaned)
    base = _base(request)
    if errors:
        return _editor(request, inbox, draft, errors, base=base)
    conflict = saving.save(inbox.pk, base=base, draft=draft, settings=cleaned, by=_agent(request))
    if conflict:
        inbox.settings = conflict.current
        return _editor(request, inbox, conflict.draft, {}, conflict=conflict)
    messages.success(request, _("Saved. New visitors see it at once."))
    return redirect("widget-edit", pk=inbox.pk)


def _elsewhere(request: HttpRequest, inbox: Inbox, cleaned: dict[str, Any]) -> rules.Errors:
    """Rules about other rows: what is named must exist, and be this user's to name."""
    errors: rules.Errors = {}
    logo = cleaned.get("logo", "")
    if logo and not saving.may_use_logo(inbox, logo, by=_agent(request)):
        errors["logo"] = _("Choose the picture again.")
    mail = cleaned.get("email_inbox")
    if mail and mail != Widget.of(inbox).email_inbox:
        known = {one.pk for one in _mailboxes(request)}
        if mail not in known:
            errors["email_inbox"] = _("Choose one of these.")
    shared = cleaned.get("identity_alg", "HS256") == "HS256"
    enforced = cleaned.get("identity") == "enforced"
    if enforced and shared and not inbox.secrets.get(saving.SECRET):
        errors["identity"] = _("Make a secret first: without it nobody could write.")
    site = cleaned.get("site")
    if site and Inbox.objects.exclude(pk=inbox.pk).filter(_named(site)).exists():
        errors["site"] = _("Another widget has this name already.")
    return errors


def _named(site: str) -> Q:
    """Widgets whose address is /c/<site>, by their own name or by their key."""
    return Q(channel="chat") & (Q(settings__site=site) | Q(key=site))


def _mailboxes(request: HttpRequest) -> list[Inbox]:
    found = visible(request.user, Inbox).filter(channel="email", enabled=True)
    return list(found.order_by("name", "pk"))


def _base(request: HttpRequest) -> object:
    """The settings that the form began with; None if that was tampered with."""
    try:
        return signing.loads(request.POST.get("base", ""), salt=_SALT)
    except signing.BadSignature:
        return None


def _editor(
    request: HttpRequest,
    inbox: Inbox,
    draft: reading.Draft,
    errors: rules.Errors,
    *,
    base: object = None,
    conflict: saving.Conflict | None = None,
) -> HttpResponse:
    names = showing.labels()
    mailboxes = _mailboxes(request)
    hidden = draft["email_inbox"] not in {None, *(one.pk for one in mailboxes)}
    began = inbox.settings if base is None else base
    context = {
        **showing.editor(inbox, draft, errors),
        **rail(_agent(request), current="widgets"),
        "base": signing.dumps(began, salt=_SALT, compress=True),
        "unsaved": request.method == "POST",
        "conflict": conflict
        and {
            "who": conflict.who,
            "taken": [names[one] for one in conflict.taken],
            "both": [(names[one], showing.brief(value)) for one, value in conflict.both.items()],
        },
        "mailboxes": mailboxes,
        "kept_mailbox": draft["email_inbox"] if hidden else "",
        "has_secret": bool(inbox.secrets.get(saving.SECRET)),
        "desk": settings.PUBLIC_BASE_URL,
    }
    status = 409 if conflict else 422 if errors else 200
    return render(request, "chat/settings/edit.html", context, status=status)


@require_POST
@for_editors
@xframe_options_exempt
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /settings/widgets/<pk>/preview/: the real panel with the form's draft."""
    inbox = copy.copy(_widget(request, pk))
    inbox.settings = {**inbox.settings, **reading.sent(request.POST)}
    inbox.key = PREVIEW_KEY
    scene = request.GET.get("scene", "")
    example = scenes.example(inbox, scene, request.GET.get("language", "")[:2])
    return web.panel(request, inbox, "chat/settings/preview.html", example=example)


@require_POST
@for_editors
def upload_logo(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /settings/widgets/<pk>/logo/: a picture for the draft; it becomes the logo by saving."""
    inbox = _widget(request, pk)
    file = request.FILES.get("file")
    try:
        data = file.read(saving.MAX_LOGO_BYTES + 1) if file else b""
        kept = saving.keep_logo(data, by=_agent(request))
    except saving.LogoError as error:
        return JsonResponse({"error": str(error)}, status=422)
    draft = {"logo": str(kept.pk)}
    return JsonResponse({"logo": str(kept.pk), "url": showing.logo(inbox, draft)}, status=201)


@require_safe
@for_editors
def draft_logo(request: HttpRequest, pk: int, logo: UUID) -> HttpResponseBase:
    """GET /settings/widgets/<pk>/logo/<id>/: a draft's logo, for its editor."""
    inbox = _widget(request, pk)
    if not saving.may_use_logo(inbox, str(logo), by=_agent(request)):
        return HttpResponse(status=404)
    return file_response(get_object_or_404(Attachment, pk=logo))


@require_http_methods(["GET", "HEAD", "POST"])
@for_editors
def secret(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /settings/widgets/<pk>/secret/: make a new secret, shown in this answer only."""
    inbox = _widget(request, pk)
    made = saving.rotate_secret(inbox.pk, by=_agent(request)) if request.method == "POST" else ""
    context = {
        "inbox": inbox,
        "made": made,
        "has_secret": bool(inbox.secrets.get(saving.SECRET)),
        **rail(_agent(request), current="widgets"),
    }
    return render(request, "chat/settings/secret.html", context)
