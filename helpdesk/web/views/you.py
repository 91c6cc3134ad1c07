"""The agent's own page: who they are, how they work, how they are called. And photos."""

from __future__ import annotations

import zoneinfo
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from helpdesk import pictures, web_push
from helpdesk.models import Agent, Face, PushSubscription
from helpdesk.realtime import payloads
from helpdesk.services import alerts, preferences, profiles
from helpdesk.web import you_words
from helpdesk.web.desk import rail
from helpdesk.web.views.sign_in import speak


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """GET, POST /you/: everything of one's own; the form is the profile, the rest holds at once."""
    agent = cast("Agent", request.user)
    errors: dict[str, str] = {}
    shown = {name: getattr(agent, name) for name in profiles.FIELDS}
    shown["language"] = translation.get_language() or agent.language  # what they see now
    if request.method == "POST":
        sent = {name: request.POST[name] for name in profiles.FIELDS if name in request.POST}
        try:
            profiles.change(sent, by=agent)
        except profiles.InvalidProfileError as error:
            errors = error.errors
            shown |= sent
        else:
            return _kept(request, agent)
    return render(
        request,
        "helpdesk/you/page.html",
        _context(agent, shown, errors),
        status=400 if errors else 200,
    )


def _kept(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Back to the page, in the language that was chosen."""
    with translation.override(agent.language):
        messages.success(request, _("Saved. Customers see it from the next message on."))
    answer = redirect("you")
    speak(answer, agent.language)
    return answer


def _context(agent: Agent, shown: dict[str, str], errors: dict[str, str]) -> dict[str, Any]:
    known = dict(settings.LANGUAGES)
    return {
        "shown": shown,
        "errors": errors,
        "lengths": profiles.LENGTHS,
        "writes": [
            (known.get(one.language, one.language), one.level)
            for one in agent.languages.order_by("language")
        ],
        "teams": agent.teams.filter(memberships__active=True).distinct(),
        "languages": [(code, translation.get_language_info(code)["name_local"]) for code in known],
        "zones": sorted(zoneinfo.available_timezones()),
        "choices": _choices(agent),
        **_calls(agent),
        "boot": {
            "key": web_push.public(alerts.own_key()),
            "worker": reverse("push-worker"),
            "side": pictures.SIDE,
            "me": payloads.agent(agent),
            "urls": {"api": "/api/v1/"},
        },
        "words": you_words.you(),
        **rail(agent, current="you"),
    }


def _choices(agent: Agent) -> list[dict[str, Any]]:
    """Each preference with its values, and which one holds."""
    chosen, words = preferences.of(agent), you_words.choices()
    return [
        {
            "name": name,
            "label": words[name][0],
            "values": [
                (value, words[name][1][value], value == chosen[name])
                for value in preferences.CHOICES[name]
            ],
        }
        for name in preferences.CHOICES
    ]


def _calls(agent: Agent) -> dict[str, Any]:
    chosen, labels, ways = alerts.choices(agent), you_words.events(), you_words.ways()
    return {
        "events": [
            {
                "name": event,
                "label": labels[event],
                "ways": [(way, ways[way], way in chosen[event]) for way in alerts.WAYS],
            }
            for event in alerts.EVENTS
        ],
        "ways": list(ways.values()),
        "browsers": PushSubscription.objects.filter(agent=agent).order_by("-pk"),
    }


@require_safe
def face(request: HttpRequest, digest: str) -> HttpResponse:
    """GET /faces/<digest>.png: an agent's photo, for whoever was shown its address.

    It is written by our own code, and yet it can run nothing (SEC-4).
    """
    del request
    found = Face.objects.filter(digest=digest, agent__is_active=True).first()
    if found is None:
        raise Http404
    answer = HttpResponse(bytes(found.png), content_type="image/png")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "public, max-age=31536000, immutable"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
