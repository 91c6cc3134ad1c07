"""The inbox: one page that carries its first data, so that nothing is fetched to show it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from helpdesk.models import Agent, Conversation, Presence, ViewOrder
from helpdesk.permissions import Action, can
from helpdesk.realtime import payloads
from helpdesk.selectors import inbox, opening, thread
from helpdesk.services import alerts, preferences, records, sign_ins
from helpdesk.web import template_words, view_words, words, work_words
from helpdesk.web.desk import rail


def home(request: HttpRequest) -> HttpResponse:
    """The front door leads to the inbox."""
    return redirect("inbox")


@never_cache
@login_required
def page(
    request: HttpRequest, view: str = "mine", conversation_id: int | None = None
) -> HttpResponse:
    """A view's list, and a conversation beside it if the address names one."""
    agent = cast("Agent", request.user)
    try:
        found = opening.of(agent)
        boot = _boot(agent, found, view, conversation_id)
        boot["called"] = sign_ins.CALLED in request.session
    except inbox.UnknownViewError:
        raise Http404 from None
    context = {
        "orders": ViewOrder.choices,
        "boot": boot,
        "words": words.workspace(),
        "views": boot["views"],
        "tab": view if view in inbox.VIEWS else "",
        "everyone": can(agent, Action.SHARE_WITH_ALL),
        "bulk_menus": view_words.bulk_menus(),
        "presences": _presences(),
        **rail(agent, current="inbox"),
        "troubles": found.troubles,
    }
    return render(request, "helpdesk/inbox/page.html", context)


def _boot(
    agent: Agent, found: opening.Opening, view: str, conversation_id: int | None
) -> dict[str, Any]:
    rows, following = inbox.rows(agent, view, inboxes=found.inboxes)
    opened, missing = None, None
    if conversation_id is not None:
        try:
            opened = thread.detail(agent, conversation_id)
            records.opened(opened, by=agent)
        except Conversation.DoesNotExist:
            missing = conversation_id
    return {
        "agent": {**payloads.agent(agent), **found.presence},
        "alerts": alerts.choices(agent),
        "channels": work_words.named(found.channels),
        "work": found.asked,
        "steers": can(agent, Action.STEER),
        "view": view,
        "rows": rows,
        "next": following,
        "counts": inbox.counts(agent, inboxes=found.inboxes),
        "views": view_words.tabs(agent),
        "saved": found.views,
        "tags": found.tags,
        "may": {
            "make_tags": can(agent, Action.EDIT_TAGS),
            "trace": can(agent, Action.SEE_QUARANTINE),
        },
        "open": opened,
        "missing": missing,
        "server_time": payloads.stamp(datetime.now(UTC)),
        "drafts": found.drafts,
        "preferences": preferences.of(agent),
        "spelling": bool(settings.SPELLING_URL),
        "reasons": words.REASONS,
        "address": template_words.address(),
        "max_file_bytes": settings.MAX_ATTACHMENT_BYTES,
        "urls": {
            "api": "/api/v1/",
            "socket": "/ws/agent/",
            "view": reverse("inbox-view", args=["VIEW"]),
            "conversation": reverse("conversation", args=[0]),
        },
    }


def _presences() -> list[tuple[str, str]]:
    """What an agent may choose himself."""
    chosen_by_the_router = {Presence.WRAP_UP, Presence.NOT_RESPONDING}
    return [
        (str(value), str(label))
        for value, label in Presence.choices
        if value not in chosen_by_the_router
    ]
