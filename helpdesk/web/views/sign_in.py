"""Signing in; the screens speak the agent's language from then on, in any browser."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView
from allauth.socialaccount.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation

from helpdesk.models import Agent
from helpdesk.services import joining, profiles

CHOSEN = "language_pressed"


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth has no types
    """E-mail address and password."""

    def add_prefix(self, field_name: str) -> str:
        """The address is called "username" in the page, as browsers and their managers know it."""
        return "username" if field_name == "login" else field_name


class SignIn(LoginView):  # type: ignore[misc]  # allauth has no types
    """GET, POST /login/. chosen: a language was pressed on this page, so it is the agent's wish;
    without it a cookie may be a colleague's who used the browser before.
    """

    form_class = SignInForm
    template_name = "registration/login.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Where nobody has an account yet, the first one is made instead."""
        if joining.is_new():
            return redirect("set-up")
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        after = self.get_next_url() or ""
        marks = {"chosen": "1", **({"next": after} if after else {})}
        return {
            **super().get_context_data(**kwargs),
            "next": after,
            "chosen": "chosen" in self.request.GET or "chosen" in self.request.POST,
            "after_language": f"{self.request.path}?{urlencode(marks)}",
            "elsewhere": get_adapter().list_providers(self.request),
        }

    def form_valid(self, form: SignInForm) -> HttpResponse:
        """On to the second factor, or in; the language waits in the session until then."""
        if "chosen" in self.request.POST:
            self.request.session[CHOSEN] = translation.get_language() or ""
        return super().form_valid(form)  # type: ignore[no-any-return]


page = SignIn.as_view()


def _in_their_language(request: HttpRequest | None, user: Agent, **_more: Any) -> None:
    """Whichever way they came in."""
    if request is None:
        return
    pressed = request.session.pop(CHOSEN, "")
    if pressed:
        profiles.speak(pressed, by=user)
    request.speaks = user.language if user.language_chosen else ""  # type: ignore[attr-defined]


user_logged_in.connect(_in_their_language, dispatch_uid="in their language")


def speak(answer: HttpResponseBase, language: str) -> None:
    """Let this browser be answered in a language from now on."""
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
