"""The automatic answer of an inbox: who gets it, how often, and in which words (G4)."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from helpdesk.models import Inbox
from helpdesk.permissions import visible
from helpdesk.services import acknowledging
from helpdesk.services.acknowledging import Answer, InvalidAnswerError
from helpdesk.web.desk import rail
from helpdesk.web.views.inboxes import is_mail, leader


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /settings/inboxes/<pk>/answer/. Nothing typed is lost by an error."""
    agent = leader(request)
    inbox = visible(agent, Inbox).filter(pk=pk).first()
    if inbox is None or not is_mail(inbox):
        raise Http404
    shown, errors = acknowledging.answer(inbox), {}
    if request.method == "POST":
        shown = _sent(request)
        try:
            saved = acknowledging.change(pk, shown, by=agent)
        except InvalidAnswerError as error:
            errors = error.errors
        else:
            messages.success(request, _("Saved: “%(name)s”.") % {"name": saved.name})
            return redirect("inboxes")
    context = {
        "inbox": inbox,
        "shown": shown,
        "errors": errors,
        "texts": [
            (code, info["name_translated"].capitalize(), info["bidi"], shown.texts.get(code, ""))
            for code, _name in settings.LANGUAGES
            for info in [translation.get_language_info(code)]
        ],
        **rail(agent, current="inboxes"),
    }
    status = 400 if errors else 200
    return render(request, "helpdesk/inboxes/answer.html", context, status=status)


def _sent(request: HttpRequest) -> Answer:
    sent = request.POST
    limit = sent.get("per_domain", "")
    return Answer(
        on="on" in sent,
        anyone="anyone" in sent,
        subject=sent.get("subject", ""),
        texts={code: sent.get(f"text.{code}", "") for code in dict(settings.LANGUAGES)},
        per_domain=int(limit) if limit.isdecimal() and len(limit) < 6 else 0,
    )
