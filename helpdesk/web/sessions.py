"""How long a sign-in lasts: twelve hours without use, seven days in all (AUT-4).

What a request needs is in its session already: it costs no statement but once in five minutes.
"""

from __future__ import annotations

import time
from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.mfa.signals import authenticator_removed
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from helpdesk import client_ip
from helpdesk.models import Agent, SignIn
from helpdesk.services import second_factor, sign_ins
from helpdesk.web import step_up
from helpdesk.web.views.sign_in import speak

BEGAN, SEEN, KEY = "began_at", "seen_at", "sign_in"
# In the session of an agent who lacks the second factor that the role asks for.
UNPROTECTED = "unprotected"


class Sessions(MiddlewareMixin):
    """Stands below SessionMiddleware, which stores what is changed here."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Renew the session of an agent who is there, up to its last day."""
        session = request.session
        if language := getattr(request, "speaks", ""):  # they have just signed in
            speak(response, language)
        if not session.accessed or not session.session_key or SESSION_KEY not in session:
            return response
        if not isinstance(request.user, Agent):
            return response
        if KEY not in session:  # from before this was kept
            begin(request, request.user)
        if session[KEY] != session.session_key:
            sign_ins.renamed(session[KEY], session.session_key)
            session[KEY] = session.session_key
        if time.time() - session[SEEN] > sign_ins.SEEN_EVERY.total_seconds():
            _renew(request)
        return response

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """Where tries cannot be counted nobody signs in, and is told so (SEC-34)."""
        if isinstance(fault, RedisError) and request.path.startswith("/account/"):
            told = _("Signing in is not possible at this moment. Try again in a minute.")
            return HttpResponse(told, status=503, content_type="text/plain; charset=utf-8")
        return None


def begin(request: HttpRequest, agent: Agent) -> None:
    """Write down a new sign-in; signing in is a proof of who one is."""
    session = request.session
    if not session.session_key:
        session.create()
    session[BEGAN] = session[SEEN] = time.time()
    session[KEY] = session.session_key
    session.set_expiry(int(sign_ins.IDLE.total_seconds()))
    session[UNPROTECTED] = second_factor.is_missing(agent)
    step_up.proved(request)
    device = request.META.get("HTTP_USER_AGENT", "")
    sign_ins.begin(agent.pk, session.session_key or "", address=_address(request), device=device)


def _renew(request: HttpRequest) -> None:
    session, now = request.session, time.time()
    left = session[BEGAN] + sign_ins.ABSOLUTE.total_seconds() - now
    session[SEEN] = now
    session.set_expiry(max(1, int(min(sign_ins.IDLE.total_seconds(), left))))
    sign_ins.seen(session.session_key or "", address=_address(request))


def _address(request: HttpRequest) -> str | None:
    found = client_ip.of_request(request)
    return str(found) if found else None


def _signed_in(request: HttpRequest | None, user: Agent, **_more: Any) -> None:
    if request is not None:
        begin(request, user)


def _signed_out(request: HttpRequest | None, user: Agent | None, **_more: Any) -> None:
    """Before the session goes: its row among the agent's browsers goes with it."""
    key = request.session.get(KEY) if request is not None and user is not None else None
    found = SignIn.objects.filter(session=key, agent=user).first() if key else None
    if found is not None and user is not None:
        sign_ins.end(found.pk, by=user)


def _proved(request: HttpRequest, *, reauthenticated: bool = False, **_more: Any) -> None:
    if reauthenticated:
        step_up.proved(request)


def _factor_removed(request: HttpRequest, user: Agent, **_more: Any) -> None:
    """One guard less: everywhere else they are signed out."""
    sign_ins.end_all(user, keep=request.session.session_key or "")


def listen() -> None:
    """Follow what Django and allauth tell of signing in: every way in passes there."""
    user_logged_in.connect(_signed_in, dispatch_uid="sign-in began")
    user_logged_out.connect(_signed_out, dispatch_uid="sign-in ended")
    authenticator_removed.connect(_factor_removed, dispatch_uid="factor removed")
    authentication_step_completed.connect(_proved, dispatch_uid="proved who it is")
