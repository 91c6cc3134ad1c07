"""The page of the queue: who waits and who works, as the router sees it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from helpdesk.models import Agent
from helpdesk.permissions import Action, can
from helpdesk.realtime import payloads
from helpdesk.selectors import work
from helpdesk.web import queue_words, work_words
from helpdesk.web.desk import rail


@never_cache
@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """GET /queue/: the page carries its first data, then asks api/v1/queue/ every few seconds."""
    agent = cast("Agent", request.user)
    boot = {
        "agent": payloads.agent(agent),
        "queue": work.queue(agent),
        "channels": work_words.named(work.channels_of(agent)),
        "may_take": can(agent, Action.ASSIGN),
        "server_time": payloads.stamp(datetime.now(UTC)),
        "urls": {
            "api": "/api/v1/",
            "conversation": reverse("conversation", args=[0]),
            "queue": reverse("admin:helpdesk_queue_change", args=[0]),
        },
    }
    context = {"boot": boot, "words": queue_words.queue(), **rail(agent, current="queue")}
    return render(request, "helpdesk/queue/page.html", context)
