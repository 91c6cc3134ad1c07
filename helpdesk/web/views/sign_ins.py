"""Where the agent is signed in, and what protects the account."""

from __future__ import annotations

from typing import cast

from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from helpdesk.models import Agent, SignIn
from helpdesk.services import sign_ins
from helpdesk.web.desk import rail
from helpdesk.web.device_words import device
from helpdesk.web.sessions import KEY


@never_cache
@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """GET /account/: password, second factor, and every browser with its way out."""
    agent = cast("Agent", request.user)
    here = request.session.get(KEY)
    rows = [
        (one, device(one.device), one.session == here)
        for one in SignIn.objects.filter(agent=agent).order_by("-seen_at")
    ]
    kinds = Authenticator.objects.filter(user=agent).values_list("type", flat=True)
    context = {
        "rows": rows,
        "others": sum(1 for one in rows if not one[2]),
        "protected": bool({"totp", "webauthn"} & set(kinds)),
        "elsewhere": bool(get_adapter().list_providers(request)),
        **rail(agent, current="you"),
    }
    return render(request, "helpdesk/account/page.html", context)


@require_POST
@login_required
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /account/<pk>/end/: sign one browser out."""
    if not sign_ins.end(pk, by=cast("Agent", request.user)):
        raise Http404
    messages.success(request, _("Signed out there."))
    return redirect("sign-ins")


@require_POST
@login_required
def end_others(request: HttpRequest) -> HttpResponse:
    """POST /account/others/end/: sign out everywhere but here."""
    sign_ins.end_all(cast("Agent", request.user), keep=request.session.session_key or "")
    messages.success(request, _("Signed out everywhere else."))
    return redirect("sign-ins")
