"""The agent's own page: how they are called. And the worker that shows a call."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from helpdesk import web_push
from helpdesk.models import Agent, PushSubscription
from helpdesk.services import alerts
from helpdesk.web.desk import rail
from helpdesk.web.reach_words import you


@never_cache
@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """What is worth a call, and in which ways; the browsers that may be called."""
    agent = cast("Agent", request.user)
    chosen = alerts.choices(agent)
    labels = {
        "offered": _("A chat is offered to me"),
        "assigned": _("A conversation is given to me"),
        "answered": _("A customer of mine writes"),
        "late": _("A customer of mine waits too long"),
        "mentioned": _("A colleague mentions or asks me"),
    }
    ways = {"sound": _("Sound"), "desktop": _("On the screen"), "push": _("When Parley is closed")}
    context = {
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
        "boot": {
            "key": web_push.public(alerts.own_key()),
            "worker": reverse("push-worker"),
            "urls": {"api": "/api/v1/"},
        },
        "words": you(),
        **rail(agent, current="you"),
    }
    return render(request, "helpdesk/you/page.html", context)


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; at the root, because it may only serve pages below its own address."""
    path = finders.find("helpdesk/js/worker.js")
    return HttpResponse(Path(str(path)).read_bytes(), content_type="text/javascript; charset=utf-8")
