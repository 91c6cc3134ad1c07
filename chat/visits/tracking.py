"""What a hit does: rows for pages, Valkey for everything that passes, nothing without consent."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import F

from chat.appearance import Widget
from chat.visits import changes, hooks, live, recall, talks
from chat.visits.browser import Browser
from chat.visits.hit import BadHitError, Hit, asked_of, host_of, query_of, text, utm_of
from chat.visits.live import State
from chat.visits.models import PageView, Visit, Visitor
from helpdesk.models import Inbox

BEAT = 5
# After this silence the next page begins another visit.
GAP = timedelta(minutes=30)
MAX_PAGES = 500


@dataclass(frozen=True, slots=True)
class Reply:
    """What the page is told. beat: seconds to its next sign of life; 0 means say no more."""

    visitor: str = ""
    visit: str = ""
    beat: int = 0
    invite: dict[str, Any] | None = None


SILENCE = Reply()


class TooFastError(Exception):
    """More hits than a page makes."""


def digest(uid: str) -> str:
    """What is kept of a visitor's id: its SHA-256 in hex; "" for none."""
    return sha256(uid.encode()).hexdigest() if uid else ""


def receive(inbox: Inbox, hit: Hit, browser: Browser) -> Reply:
    """Take one hit. Raises TooFastError, and BadHitError for a page without an address.

    Where tracking is off, for bots and for browsers that ask not to be tracked nothing is
    read or written at all. Under "consented" the same holds until the visitor has agreed.
    """
    tracking = Widget.of(inbox).tracking
    if hit.kind == "consent" and hit.data.get("granted") is not True:
        return _withdrawn(inbox, hit)
    if tracking == "off" or browser.is_bot or browser.wants_no_tracking:
        return SILENCE
    if tracking == "session":
        hit = replace(hit, visitor="")
    elif hit.kind != "consent" and not hit.visitor:
        return SILENCE
    if live.too_fast(inbox.pk, hit.visit, browser.counted):
        raise TooFastError
    if tracking == "consented" and hit.kind == "consent":
        return _agreed(inbox, hit)
    now = datetime.now(UTC)
    if hit.kind == "page":
        return _page(inbox, hit, browser, now)
    return _event(inbox, hit, now)


def _agreed(inbox: Inbox, hit: Hit) -> Reply:
    """The visitor opted in: from now on he is known by an id that only his browser has."""
    now = datetime.now(UTC)
    uid = hit.visitor or secrets.token_urlsafe(24)
    Visitor.objects.get_or_create(
        inbox=inbox,
        uid_sha256=digest(uid),
        defaults={
            "first_seen_at": now,
            "seen_at": now,
            "consented_at": now,
            "consent_version": text(hit.data.get("version"), 80),
        },
    )
    return Reply(uid, "", BEAT)


def _withdrawn(inbox: Inbox, hit: Hit) -> Reply:
    """The visitor opted out: what was kept of him goes at once."""
    visits = Visit.objects.filter(inbox=inbox, visitor__uid_sha256=digest(hit.visitor))
    keys = list(visits.values_list("key", flat=True)) if hit.visitor else []
    if hit.visitor:
        Visitor.objects.filter(inbox=inbox, uid_sha256=digest(hit.visitor)).delete()
    live.forget(inbox.pk, keys)
    return SILENCE


def _page(inbox: Inbox, hit: Hit, browser: Browser, now: datetime) -> Reply:
    """A page was opened: a row for it, and for the visit if this is its first."""
    if not hit.url:
        raise BadHitError("a page without an address")
    visitor = None
    if hit.visitor:
        found = Visitor.objects.filter(inbox=inbox, uid_sha256=digest(hit.visitor))
        visitor = found.select_related("customer").first()
        if visitor is None:
            return SILENCE
    with transaction.atomic():
        visit = _running(inbox, hit, visitor, now) or _begun(inbox, hit, browser, visitor, now)
        if visit.pages < MAX_PAGES:
            visit.pages += 1
            PageView.objects.create(visit=visit, at=now, url=hit.url, title=hit.title)
        visit.ended_at = max(now, visit.ended_at)
        visit.save(update_fields=["pages", "ended_at"])
    before = live.read(inbox.pk, visit.key)
    same = before.get("url") == hit.url
    fresh = {
        **recall.of_visit(visit),
        "url": hit.url,
        "title": hit.title,
        "page_at": now.timestamp(),
        "scroll": hit.scroll,
        "idle": 0,
        "errors": before.get("errors", 0) if same else 0,
        "rage": before.get("rage", 0) if same else 0,
        "stuck": False,
    }
    return _told(inbox, replace(hit, visit=visit.key), before, fresh, now)


def _running(inbox: Inbox, hit: Hit, visitor: Visitor | None, now: datetime) -> Visit | None:
    """The visit that this page belongs to; None if it is over or somebody else's."""
    if not hit.visit:
        return None
    found = Visit.objects.filter(inbox=inbox, key=hit.visit, ended_at__gt=now - GAP)
    visit = found.filter(visitor=visitor).select_for_update(of=("self",))
    return visit.select_related(*recall.JOINED).first()


def _begun(
    inbox: Inbox, hit: Hit, browser: Browser, visitor: Visitor | None, now: datetime
) -> Visit:
    """A new visit. A key that was used before is not used again."""
    query = query_of(hit.url)
    asked = asked_of(hit.referrer)
    facts = {
        "visitor": visitor,
        "started_at": now,
        "ended_at": now,
        "landing": hit.url,
        "referrer": host_of(hit.referrer, but=hit.url),
        "utm": utm_of(query),
        "searches": [asked] if asked else [],
        "device": browser.device,
        "language": hit.language,
        "country": browser.country,
        "network": browser.network,
    }
    key = hit.visit or secrets.token_urlsafe(24)
    visit, created = Visit.objects.get_or_create(inbox=inbox, key=key, defaults=facts)
    if not created and (visit.visitor_id != (visitor and visitor.pk) or now - visit.ended_at > GAP):
        visit = Visit.objects.create(inbox=inbox, key=secrets.token_urlsafe(24), **facts)
        created = True
    if created and visitor:
        Visitor.objects.filter(pk=visitor.pk).update(visits=F("visits") + 1, seen_at=now)
        visitor.visits += 1
    return visit


def _event(inbox: Inbox, hit: Hit, now: datetime) -> Reply:
    """Something on a page of a visit that we know; of one that we do not, nothing is kept."""
    who = digest(hit.visitor)
    state = live.read(inbox.pk, hit.visit) if hit.visit else {}
    fresh: State = {}
    if hit.visit and "id" not in state:
        fresh = recall.of_key(inbox, hit.visit, who)
    known = {**fresh, **state}
    if known.get("who") != who:
        return Reply(hit.visitor, "", BEAT)
    changes.keep(hit, known, now)
    if hit.kind == "bye":
        live.leave(inbox.pk, hit.visit)
        return Reply(hit.visitor, hit.visit, BEAT)
    return _told(inbox, hit, known, {**fresh, **changes.of_event(hit, known, now)}, now)


def _told(inbox: Inbox, hit: Hit, before: State, fresh: State, now: datetime) -> Reply:
    """Remember, tell the agent who chats with him, and ask whether he shall be invited."""
    state = {**before, **fresh}
    by_hand = live.write(inbox.pk, hit.visit, fresh)
    talks.follow(inbox.pk, hit.visit, before, state)
    facts = recall.facts(inbox.pk, hit, state, now)
    return Reply(hit.visitor, hit.visit, BEAT, by_hand or hooks.ask(facts))
