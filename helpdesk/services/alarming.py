"""Alarms reach people: once, again while they ring on, and when they are over (OPS-6).

Looked for by the sweeper and by a worker, each of which may be what has stopped; a lock lets one
look at a time, and a row for each alarm says what was told already.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from helpdesk import alarms, audit, heartbeat
from helpdesk.models import Act, Agent, AlarmWay, Inbox, Probe, Ringing
from helpdesk.models.alarms import USUAL_HOURS
from helpdesk.permissions import Action, can
from helpdesk.probes import probings
from helpdesk.selectors import figures
from helpdesk.services import notices
from helpdesk.services.faults import FieldsError

EVERY = 30.0
CALM = timedelta(seconds=120)
"""Only what has been quiet for so long is over: what comes and goes is told once."""
NOTABLE = 0.05
"""By so much of itself a value has to change before it is written down anew."""
MOST_MAILS = 20
LONGEST_HOURS = 168
_LOCK = 7_201_038
_next = 0.0


class InvalidWayError(FieldsError):
    """Nobody can be reached like this; `errors` says why by the name of the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """url: None keeps the one there is, "" forgets it.

    probed: the inboxes that send themselves a message now and then; None: those that do already.
    """

    mails: Collection[str] = ()
    url: str | None = None
    hours: int = USUAL_HOURS
    probed: Collection[int] | None = None


def way() -> AlarmWay:
    """Whom alarms reach; nobody outside, if nothing was chosen yet."""
    return AlarmWay.objects.filter(pk=1).first() or AlarmWay(pk=1)


@transaction.atomic
def choose(ways: Ways, *, by: Agent) -> AlarmWay:
    """Other people, or another chat. Raises InvalidWayError, PermissionError."""
    _allowed(by)
    errors = _faults(ways)
    if errors:
        raise InvalidWayError(errors)
    found = way()
    before = (found.mails, found.hours)
    found.mails, found.hours = sorted(set(ways.mails)), ways.hours
    if ways.url is not None:
        found.secrets = {"url": ways.url} if ways.url else {}
    found.save()
    changes = {"mails": (before[0], found.mails), "hours": (before[1], found.hours)}
    told: dict[str, Any] = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    told |= _probed(ways)
    audit.record(Act.CHANGED, found, by=by, changes=told | _secret(ways))
    return found


def probed() -> list[tuple[Inbox, Probe | None]]:
    """The inboxes that may be asked to send themselves a message, each with its last one."""
    kinds = Q()
    for adapter, probing in probings():
        if probing.probe_asks:
            kinds |= Q(channel=adapter.channel, provider=adapter.provider)
    some = Inbox.objects.filter(kinds, enabled=True) if kinds else Inbox.objects.none()
    return [(one, getattr(one, "probe", None)) for one in some.select_related("probe")]


def _probed(ways: Ways) -> dict[str, Any]:
    if ways.probed is None:
        return {}
    before = {inbox.pk: one for inbox, one in probed()}
    wanted = set(ways.probed) & set(before)
    old = sorted(pk for pk, one in before.items() if one is not None)
    Probe.objects.filter(inbox__in=set(before) - wanted).delete()
    fresh = [Probe(inbox_id=pk) for pk in sorted(wanted - set(old))]
    Probe.objects.bulk_create(fresh, ignore_conflicts=True)
    return {"probed": (old, sorted(wanted))} if set(old) != wanted else {}


def _secret(ways: Ways) -> dict[str, Any]:
    return {} if ways.url is None else {"secrets": None}


@transaction.atomic
def try_out(*, by: Agent) -> int:
    """Tell everybody who is set that this is a trial; how many."""
    _allowed(by)
    with translation.override(by.language):
        return _tell(way(), _("Parley: a trial"), [_("Alarms will reach you here.")])


def keep() -> int:
    """The sweeper's, each half minute; how many alarms began, were repeated or ended."""
    global _next
    if time.monotonic() < _next:
        return 0
    _next = time.monotonic() + EVERY
    return look()


@transaction.atomic
def look(now: datetime | None = None) -> int:
    """Compare what rings with what was told, and tell the difference; how many alarms it is."""
    now = now or datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
    found = alarms.places(figures.figures(now))
    known = {(one.name, one.place): one for one in Ringing.objects.filter(over_at=None)}
    changed = [row for place, row in known.items() if _quiet(row, now, rings=place in found)]
    for (name, place), value in found.items():
        fresh = Ringing(name=name, place=place, value=value, since=now, seen_at=now)
        row = known.setdefault((name, place), fresh)
        if row is fresh or abs(value - row.value) > NOTABLE * abs(row.value):
            row.value, row.seen_at = value, now
            changed.append(row)
    chosen = way()
    again = now - timedelta(hours=chosen.hours)
    due = [known[place] for place in found if _is_due(known[place], now, again)]
    over = [one for one in known.values() if one.quiet_at and now - one.quiet_at >= CALM]
    for one in due:
        one.value, one.told_at = found[one.name, one.place], now
    for one in over:
        one.over_at = now
    for one in {id(row): row for row in (*changed, *due, *over)}.values():
        one.save()
    ended = [one for one in over if one.told_at]
    if due or ended:
        with translation.override(settings.LANGUAGE_CODE):
            _tell(chosen, _subject(due, ended), _lines(due, ended))
    return len(due) + len(ended)


def _quiet(row: Ringing, now: datetime, *, rings: bool) -> bool:
    """Note when a known one falls silent, or rings again; whether that is news."""
    if rings == (row.quiet_at is None):
        return False
    row.quiet_at = None if rings else now
    return True


def _is_due(one: Ringing, now: datetime, again: datetime) -> bool:
    if one.told_at is not None:
        return one.told_at <= again
    return now - one.since >= timedelta(seconds=alarms.KNOWN[one.name].after)


def _subject(due: Sequence[Ringing], ended: Sequence[Ringing]) -> str:
    first = str(alarms.WORDS.get((due or ended)[0].name, ""))
    return f"Parley: {first}" if due else _("Parley: over: %(what)s") % {"what": first}


def _lines(due: Sequence[Ringing], ended: Sequence[Ringing]) -> list[str]:
    found = []
    for one in due:
        words = f"{alarms.WORDS[one.name]} {one.place}".strip()
        found.append(f"{words} ({one.value:g}, {one.since:%Y-%m-%d %H:%M} UTC)")
        found.append("  " + alarms.place_in_runbook(one.name))
    for one in ended:
        words = f"{alarms.WORDS.get(one.name, one.name)} {one.place}".strip()
        found.append(_("Over: %(what)s") % {"what": words})
    return [*found, "", settings.PUBLIC_BASE_URL]


def _tell(chosen: AlarmWay, subject: str, lines: list[str]) -> int:
    text = "\n".join(lines)
    for mail in chosen.mails:
        notices.post(mail, subject, text, alarm=True)
    url = chosen.secrets.get("url", "")
    if url:
        notices.call(url, f"{subject}\n{text}")
    return len(chosen.mails) + bool(url)


def verify_audit(now: datetime | None = None) -> int:
    """Look at the audit of yesterday and today, for the figures; how many faults there are."""
    now = now or datetime.now(UTC)
    days = (now.date() - timedelta(days=1), now.date())
    many = sum(len(audit.faults(day, now)) for day in days)
    heartbeat.beat("audit", faults=many)
    return many


def _allowed(by: Agent) -> None:
    if not can(by, Action.EDIT_ALARMS):
        raise PermissionError


def _faults(ways: Ways) -> dict[str, str]:
    errors = {}
    if len(ways.mails) > MOST_MAILS or not all(map(_is_mail, ways.mails)):
        errors["mails"] = _("Up to 20 mail addresses, one a line, please.")
    if ways.url and not _is_url(ways.url):
        errors["url"] = _("An address that begins with https:// or http://, please.")
    if not 1 <= ways.hours <= LONGEST_HOURS:
        errors["hours"] = _("From 1 to 168 hours, please.")
    return errors


def _is_mail(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("https", "http") and bool(parts.hostname) and len(text) <= 500
    except ValueError:
        return False
