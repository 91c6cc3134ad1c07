"""Scenes for the preview: what the server would say, made up, so that nothing is asked of it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from chat import questions
from chat.appearance import Widget
from chat.hours import opening, promised, weekly
from helpdesk.models import Inbox
from helpdesk.realtime import payloads

SCENES = ("home", "before", "waiting", "closed")


def example(inbox: Inbox, scene: str, language: str) -> dict[str, Any]:
    """A welcome frame of the socket with a `view`: what the panel shows of it first."""
    waiting = scene == "waiting"
    return {
        "view": {"before": "ask", "waiting": "chat"}.get(scene, "home"),
        # A fresh number, so that what was skipped in one preview is asked again in the next.
        "conversation": secrets.randbelow(2**31) if waiting else None,
        "state": "new" if waiting else "",
        "messages": [_message(language)] if waiting else [],
        "last_seq": int(waiting),
        "agents": [],
        "online": scene != "closed",
        "service": _service(inbox, scene, language),
    }


def _service(inbox: Inbox, scene: str, language: str) -> dict[str, Any]:
    hours = Widget.of(inbox).hours
    calendar = promised(hours)
    now = opening(calendar, datetime.now(UTC))
    if scene == "closed" and now.open:
        # The next time when it will be closed; without hours it is closed as if nobody were there.
        now = opening(calendar, (now.closes_at or datetime.now(UTC)) + timedelta(seconds=1))
    place = {"place": 2, "p50": 60, "p90": 120, "about": False, "longest": None, "why": ""}
    return {
        "open": scene != "closed" or hours is None,
        "opens_at": payloads.stamp(now.opens_at) if scene == "closed" else None,
        "closes_at": payloads.stamp(now.closes_at) if scene != "closed" else None,
        "hours": weekly(calendar),
        "tz": hours.tz if hours else "UTC",
        "promise": {"waiting": "queue", "closed": "offline"}.get(scene, "online"),
        "waits": scene == "waiting",
        "queue": place if scene == "waiting" else None,
        "offer_email": scene in ("waiting", "closed"),
        "ended": False,
        "rating": None,
        "questions": questions.open_ones(inbox, language, ()),
        "email_known": False,
        "left": False,
    }


def _message(language: str) -> dict[str, Any]:
    with translation.override(language):
        body = gettext("Hello, where is my parcel?")
    return {
        "id": "example",
        "seq": 1,
        "client_id": None,
        "direction": "in",
        "author": None,
        "body": body,
        "attachments": [],
        "at": payloads.stamp(datetime.now(UTC)),
    }
