"""Calling an agent: what is worth a call, how each wants to be called, and Web Push.

A push is a hint, as every other: it may be lost and repeats nothing. Screens that are open are
told by their socket; a push is for the browser in which Parley is closed.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
import redis
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from helpdesk import nudge, outbound_http, quick_redis, web_push
from helpdesk.after_commit import after_commit
from helpdesk.models import (
    Agent,
    Conversation,
    ConversationEvent,
    InboundEvent,
    InboundState,
    Inbox,
    PushKey,
    PushSubscription,
)
from helpdesk.permissions import Action, agents_for, can, visible
from helpdesk.services.text import clean_line, preview

log = logging.getLogger(__name__)
EVENTS = ("offered", "assigned", "answered", "late", "mentioned", "returned", "stopped", "unread")
WAYS = ("sound", "desktop", "push")
MOST_BROWSERS = 10
KNOWN = "parley:push:agents"
UNREAD = "parley:push:unread"
QUIET = 600  # seconds in which nobody is called again because something cannot be read
EVERY = 60.0  # seconds between two looks whether KNOWN is still what the table says
CALLS = {"message_received": "answered", "promise_broken": "late", "came_back": "returned"}
# How long the push service keeps trying (RFC 8030, seconds): an old offer is worth nothing.
KEEPS = {"offered": 30, "late": 300}
URGENT = frozenset({"offered", "late"})
_next = 0.0


class ChoiceError(ValueError):
    """There is no such event, or no such way to be called; `field` names it."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


def choices(agent: Agent) -> dict[str, list[str]]:
    """How the agent wants to be called, for every event; all ways where nothing was chosen."""
    return {event: agent.alerts.get(event, list(WAYS)) for event in EVENTS}


@transaction.atomic
def choose(agent: Agent, wanted: Mapping[str, Any]) -> dict[str, list[str]]:
    """Change how the agent is called for the events named. Raises ChoiceError."""
    for event, ways in wanted.items():
        if event not in EVENTS:
            raise ChoiceError(event, "There is no such event.")
        if not isinstance(ways, list) or not set(map(str, ways)) <= set(WAYS):
            raise ChoiceError(event, f"A list of {', '.join(WAYS)}, please.")
    agent.alerts = {**agent.alerts, **{event: sorted(set(ways)) for event, ways in wanted.items()}}
    agent.save(update_fields=["alerts"])
    return choices(agent)


@transaction.atomic
def own_key() -> str:
    """The desk's private key as PEM, made the first time it is asked for."""
    found = PushKey.objects.filter(pk=1).first()
    if found is None or "private" not in found.key:  # none yet, or no key of ours opens it
        try:
            with transaction.atomic():
                found, _made = PushKey.objects.update_or_create(
                    pk=1, defaults={"key": {"private": web_push.new_key()}}
                )
        except IntegrityError:
            found = PushKey.objects.get(pk=1)
    private: str = found.key["private"]
    return private


@transaction.atomic
def subscribe(agent: Agent, *, endpoint: str, p256dh: str, auth: str, device: str) -> str:
    """Remember a browser of the agent; the hash by which we know it.

    Raises web_push.BadKeyError for keys that are none.

    A browser belongs to who signed in there last; beyond MOST_BROWSERS the oldest is forgotten.
    """
    web_push.point(p256dh)
    web_push.secret(auth)
    known = _hash(endpoint)
    PushSubscription.objects.update_or_create(
        endpoint_hash=known,
        defaults={
            "agent": agent,
            "secrets": {"endpoint": endpoint, "p256dh": p256dh, "auth": auth},
            "device": clean_line(device, 80),
            "fault": "",
        },
    )
    newest = PushSubscription.objects.filter(agent=agent).order_by("-pk").values("pk")
    PushSubscription.objects.filter(agent=agent).exclude(pk__in=newest[:MOST_BROWSERS]).delete()
    after_commit(remember)
    return known


@transaction.atomic
def unsubscribe(agent: Agent, *, endpoint: str) -> None:
    """Forget a browser of the agent."""
    PushSubscription.objects.filter(agent=agent, endpoint_hash=_hash(endpoint)).delete()
    after_commit(remember)


def _hash(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()


def remember() -> int:
    """Tell Redis who has a browser to be pushed to, so that no event has to ask the database."""
    agents = list(PushSubscription.objects.values_list("agent_id", flat=True).distinct())
    try:
        with quick_redis.client().pipeline() as pipe:
            pipe.delete(KNOWN)
            if agents:
                pipe.sadd(KNOWN, *agents)
            pipe.execute()
    except redis.RedisError as error:
        log.warning("nobody is pushed to until Redis is back: %s", error)
    return 0


def keep() -> int:
    """The sweeper's part: Redis may have forgotten."""
    global _next
    if time.monotonic() < _next:
        return 0
    _next = time.monotonic() + EVERY
    return remember()


def on_event(conversation: Conversation, event: ConversationEvent) -> None:
    """The reaction: call whom the event concerns, once it is committed."""
    asked = event.payload.get("agent")
    agent = {"offered": asked, "assigned": asked}.get(event.kind, conversation.assignee_id)
    call = CALLS.get(event.kind, event.kind)
    if event.payload.get("automated"):
        return  # a machine's words are nobody's answer
    if agent and agent != event.actor_id and call in EVENTS:
        after_commit(push_soon, agent, call, conversation.pk)


def push_soon(agent_id: int, event: str, conversation_id: int) -> None:
    """Wake a worker, if the agent has a browser to be called in. Never raises."""
    try:
        known = quick_redis.client().sismember(KNOWN, str(agent_id))
    except redis.RedisError:
        return
    if known:
        nudge.wake("helpdesk.push", agent_id, event, conversation_id)


def unread_soon(inbox: Inbox) -> None:
    """Call who may see what cannot be read; once for all that comes within QUIET. Never raises."""
    try:
        if not quick_redis.client().set(UNREAD, "1", nx=True, ex=QUIET):
            return
    except redis.RedisError:
        return
    for agent in agents_for(inbox).order_by("pk"):
        if can(agent, Action.SEE_QUARANTINE):
            push_soon(agent.pk, "unread", 0)


def push(agent_id: int, event: str, conversation_id: int) -> int:
    """Call an agent's browsers; how many were reached. Nobody is told what they may not see."""
    agent = Agent.objects.filter(pk=agent_id, is_active=True).first()
    if agent is None or "push" not in choices(agent).get(event, []):
        return 0
    if event == "unread":
        return _push_all(agent, event, _unread(agent)) if can(agent, Action.SEE_QUARANTINE) else 0
    found = visible(agent, Conversation).select_related("customer").filter(pk=conversation_id)
    conversation = found.first()
    return 0 if conversation is None else _push_all(agent, event, _said(agent, event, conversation))


def try_out(agent: Agent) -> int:
    """The test button: call the agent's own browsers now; how many were reached."""
    with translation.override(agent.language):
        words = {"title": "Parley", "body": _("This is how you will be called."), "tag": "test"}
    return _push_all(agent, "test", {**words, "url": "/inbox/"})


def _unread(agent: Agent) -> dict[str, str]:
    rows = visible(agent, InboundEvent).filter(state=InboundState.QUARANTINED)
    with translation.override(agent.language):
        title = _("Something that came in cannot be read")
        body = _("Waiting to be looked at: %(n)d") % {"n": rows.count()}
    return {"title": title, "body": body, "tag": "unread", "url": "/settings/unread/"}


def _said(agent: Agent, event: str, conversation: Conversation) -> dict[str, str]:
    with translation.override(agent.language):
        name = clean_line(str(conversation.customer), 80)
        title = {
            "offered": _("Offered to you: %(name)s"),
            "assigned": _("Given to you: %(name)s"),
            "late": _("Waits too long: %(name)s"),
            "mentioned": _("You were mentioned: %(name)s"),
            "returned": _("Your mail came back: %(name)s"),
            "stopped": _("A mail loop was stopped: %(name)s"),
        }.get(event, "%(name)s")
    return {
        "title": title % {"name": name},
        "body": "" if event == "mentioned" else preview(conversation.last_preview),
        "tag": f"c{conversation.pk}",
        "url": f"/inbox/c/{conversation.pk}/",
    }


def _push_all(agent: Agent, event: str, words: dict[str, str]) -> int:
    key = own_key()
    browsers = PushSubscription.objects.filter(agent=agent)
    return sum(_push_one(one, event, orjson.dumps(words), key) for one in browsers)


def _push_one(browser: PushSubscription, event: str, words: bytes, key: str) -> bool:
    """One call; a browser that is gone (404, 410: RFC 8030) is forgotten."""
    secrets = browser.secrets
    if not secrets:
        return False
    try:
        body = web_push.encrypted(words, receiver=secrets["p256dh"], auth=secrets["auth"])
        headers = {
            "Authorization": web_push.proof(secrets["endpoint"], key, contact=_contact()),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(KEEPS.get(event, 3600)),
            "Urgency": "high" if event in URGENT else "normal",
        }
        answer = outbound_http.post(secrets["endpoint"], body=body, headers=headers)
    except (outbound_http.OutboundError, ValueError) as error:
        return _pushed(browser, str(error)[:120])
    if answer.status in (404, 410):
        browser.delete()
        return False
    return _pushed(browser, "" if answer.ok else f"HTTP {answer.status}")


def _contact() -> str:
    """Where the push service may complain: RFC 8292 allows https: and mailto: only."""
    base = urlsplit(settings.PUBLIC_BASE_URL)
    return base.geturl() if base.scheme == "https" else f"mailto:parley@{base.hostname}"


def _pushed(browser: PushSubscription, fault: str) -> bool:
    PushSubscription.objects.filter(pk=browser.pk).update(pushed_at=datetime.now(UTC), fault=fault)
    if fault:
        log.warning("a browser of agent %s was not reached: %s", browser.agent_id, fault)
    return not fault
