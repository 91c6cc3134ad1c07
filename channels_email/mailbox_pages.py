"""The screen of a fetched mailbox: connect, look, choose, start; and what to do when it stops."""

from __future__ import annotations

import secrets
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.models import CHANGE
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels_email import fetching, looking, oauth
from channels_email.imap import ImapError
from channels_email.mailbox_forms import ConnectionForm, StartForm, readable
from channels_email.models import (
    BackFill,
    FetchedMailbox,
    MailboxState,
    MailFolder,
    SignIn,
    SkippedMail,
)
from helpdesk import audit, channel_health
from helpdesk.models import Agent, ChannelHealth, Inbox
from helpdesk.permissions import visible
from helpdesk.web.desk import rail
from helpdesk.web.guards import for_keepers

_SESSION = "mailbox-connection"


def _inbox(request: HttpRequest, pk: int) -> Inbox:
    found = visible(request.user, Inbox).filter(pk=pk, channel="email").first()
    if found is None:
        raise Http404
    return found


def _mailbox(request: HttpRequest, pk: int) -> FetchedMailbox:
    found = FetchedMailbox.objects.filter(inbox=_inbox(request, pk)).first()
    if found is None:
        raise Http404
    return found


def _log(request: HttpRequest, inbox: Inbox, what: str) -> None:
    agent = cast("Agent", request.user)
    audit.log(agent, [inbox], CHANGE, what)


@for_keepers
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /settings/fetching/<inbox>/: the connection. Secrets are never sent back."""
    inbox = _inbox(request, pk)
    mailbox = FetchedMailbox.objects.filter(inbox=inbox).first()
    fresh = FetchedMailbox(inbox=inbox, username=inbox.address)
    form = ConnectionForm(request.POST or None, instance=mailbox or fresh)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            channel_health.forget(inbox.pk, fetching.WAY)
            _log(request, inbox, "mailbox connection changed")
        messages.success(request, _("Saved. Now look what is there."))
        return redirect("fetching", pk)
    return _shown(request, inbox, mailbox, form, status=400 if form.errors else 200)


@for_keepers
@require_POST
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /settings/fetching/<inbox>/look/: a dry run, shown on the same page."""
    mailbox = _mailbox(request, pk)
    more: dict[str, Any] = {}
    try:
        glance = looking.look(mailbox)
    except (ImapError, oauth.TokenError) as error:
        more["fault"] = str(error)
    else:
        choice = {"folders": glance.usual, "fill": BackFill.WEEK}
        more["start"] = StartForm(names=glance.folders, initial=choice)
        more["newest"] = glance.newest
        more["counts"] = [(label, glance.counts.get(value, 0)) for value, label in BackFill.choices]
    return _shown(request, mailbox.inbox, mailbox, ConnectionForm(instance=mailbox), **more)


@for_keepers
@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /settings/fetching/<inbox>/start/: fetch these folders from now on."""
    mailbox = _mailbox(request, pk)
    names = request.POST.getlist("folders")
    known = [*names, *filter(None, [request.POST.get("move_to", "")])]
    form = StartForm(request.POST, names=known)
    if any(len(name) > 255 for name in known) or not form.is_valid():
        messages.error(request, _("Choose at least one folder, and another one to move mail to."))
        return redirect("fetching", pk)
    chosen = form.cleaned_data
    with transaction.atomic():
        mailbox.folders.exclude(name__in=names).delete()
        for name in names:
            MailFolder.objects.get_or_create(
                mailbox=mailbox, name=name, defaults={"fill": chosen["fill"]}
            )
        mailbox.mark_seen, mailbox.move_to = chosen["mark_seen"], chosen["move_to"]
        _run(mailbox)
        _log(request, mailbox.inbox, "mailbox started")
    messages.success(request, _("Mail is fetched from now on."))
    return redirect("fetching", pk)


@for_keepers
@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST /settings/fetching/<inbox>/<pause|resume|again>/: then the page again."""
    mailbox = _mailbox(request, pk)
    if verb == "pause":
        FetchedMailbox.objects.filter(pk=mailbox.pk).update(state=MailboxState.PAUSED)
    elif verb == "resume" and mailbox.folders.exists():
        _run(mailbox)
        channel_health.forget(mailbox.inbox_id, fetching.WAY)
    elif verb == "again":
        SkippedMail.objects.filter(folder__mailbox=mailbox).update(again=True)
    else:
        raise Http404
    _log(request, mailbox.inbox, f"mailbox: {verb}")
    return redirect("fetching", pk)


def _run(mailbox: FetchedMailbox) -> None:
    mailbox.state, mailbox.failures, mailbox.retry_at = MailboxState.RUNNING, 0, None
    mailbox.save(update_fields=["state", "failures", "retry_at", "mark_seen", "move_to"])


@for_keepers
@require_safe
def connect(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /settings/fetching/<inbox>/connect/: to the provider, who asks the administrator.

    A link and no form: our own policy lets no form end at another site.
    """
    mailbox = _mailbox(request, pk)
    if mailbox.sign_in == SignIn.PASSWORD:
        raise Http404
    state, verifier = secrets.token_urlsafe(32), oauth.new_verifier()
    request.session[_SESSION] = {"inbox": pk, "state": state, "verifier": verifier}
    there = oauth.authorize_url(mailbox, state=state, verifier=verifier, back=_back())
    return redirect(there)


@for_keepers
@require_safe
def connected(request: HttpRequest) -> HttpResponse:
    """GET /settings/fetching/connected/: back from the provider. A state is good once."""
    begun = request.session.pop(_SESSION, None)
    state = request.GET.get("state", "")
    if begun is None or not constant_time_compare(begun["state"], state):
        raise PermissionDenied
    mailbox = _mailbox(request, begun["inbox"])
    try:
        if request.GET.get("error") or not request.GET.get("code"):
            raise oauth.TokenError("the provider did not agree")
        code = request.GET["code"]
        oauth.connect(mailbox, code=code, verifier=begun["verifier"], back=_back())
    except (oauth.TokenError, ImapError) as error:
        messages.error(request, str(error))
    else:
        for way in ("token", fetching.WAY):
            channel_health.forget(mailbox.inbox_id, way)
        _log(request, mailbox.inbox, "mailbox connected to its provider")
        messages.success(request, _("Connected."))
        if mailbox.folders.exists():
            _run(mailbox)
    return redirect("fetching", mailbox.inbox_id)


def _back() -> str:
    return f"{settings.PUBLIC_BASE_URL}{reverse('fetching-connected')}"


def _shown(
    request: HttpRequest,
    inbox: Inbox,
    mailbox: FetchedMailbox | None,
    form: ConnectionForm,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context: dict[str, Any] = {"inbox": inbox, "mailbox": mailbox, "form": form, **more}
    if mailbox is not None:
        context["by_token"] = mailbox.sign_in != SignIn.PASSWORD
        context["health"] = ChannelHealth.objects.filter(inbox=inbox, way=fetching.WAY).first()
        context["folders"] = [(one, readable(one.name)) for one in mailbox.folders.all()]
        skipped = SkippedMail.objects.filter(folder__mailbox=mailbox).select_related("folder")
        context["skipped"] = skipped.order_by("-pk")[:50]
        context["stored"] = sorted(set(mailbox.secrets) & {"password", "client_secret"})
    context |= rail(cast("Agent", request.user), current="inboxes")
    return render(request, "channels_email/mailbox/page.html", context, status=status)
