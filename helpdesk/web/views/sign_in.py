"""Signing in; the screens speak the agent's language from then on, in any browser."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpResponse
from django.utils import translation

from helpdesk.models import Agent
from helpdesk.services import profiles


class SignIn(LoginView):
    """GET, POST /login/. chosen: a language was pressed on this page, so it is the agent's wish;
    without it a cookie may be a colleague's who used the browser before.
    """

    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        after = self.get_redirect_url()
        marks = {"chosen": "1", **({self.redirect_field_name: after} if after else {})}
        return {
            **super().get_context_data(**kwargs),
            "chosen": "chosen" in self.request.GET or "chosen" in self.request.POST,
            "after_language": f"{self.request.path}?{urlencode(marks)}",
        }

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        agent: Agent = form.get_user()
        if "chosen" in self.request.POST:
            profiles.speak(translation.get_language() or "", by=agent)
        answer = super().form_valid(form)
        if agent.language_chosen:
            speak(answer, agent.language)
        return answer


def speak(answer: HttpResponse, language: str) -> None:
    """Let this browser be answered in a language from now on."""
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
