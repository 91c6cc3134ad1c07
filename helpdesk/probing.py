"""The desk writes to itself and looks whether it comes back: what no figure tells (OPS-1, OPS-6).

A channel that can try its own way has an adapter that is a `Probing` (helpdesk.probes). Nobody ever
sees the message: a letter's is recognised before it is filed, and a conversation is held in a
savepoint that is taken back, so that no list, count, clock or report needs to know of it (ADR 46).
"""

from __future__ import annotations

import logging
import secrets
import time
import uuid
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk import filing
from helpdesk.adapters import ChannelAdapter, InboundMessage, Person
from helpdesk.after_commit import after_commit
from helpdesk.events import locked
from helpdesk.models import Conversation, Inbox, InboxHealth, Probe
from helpdesk.probes import NotBackError, Probing, probings
from helpdesk.realtime import publish
from helpdesk.selectors.watched import LATE
from helpdesk.services import automatic, customers

log = logging.getLogger(__name__)
FRESH = timedelta(seconds=30)
"""How long what we signed for ourselves is believed."""
_SALT = "helpdesk.probe"


def run(now: datetime | None = None) -> int:
    """Send what is due and look what came back; how many inboxes were asked."""
    now = now or datetime.now(UTC)
    asked = 0
    for adapter, probing in probings():
        for one in _rows(adapter, probing):
            asked += _tried(one, probing, now)
    return asked


def _rows(adapter: ChannelAdapter, probing: Probing) -> list[Probe]:
    own = Inbox.objects.filter(channel=adapter.channel, provider=adapter.provider, enabled=True)
    rows = Probe.objects.filter(
        inbox__channel=adapter.channel, inbox__provider=adapter.provider
    ).select_related("inbox")
    if probing.probe_asks:
        return list(rows.filter(inbox__in=own.filter(health=InboxHealth.OK)))
    first = own.order_by("pk").first() if settings.PROBE_URL else None
    rows.exclude(inbox=first).delete()
    return [Probe.objects.select_related("inbox").get_or_create(inbox=first)[0]] if first else []


def _tried(one: Probe, probing: Probing, now: datetime) -> bool:
    try:
        if one.sent_at and one.back_at is None and not one.error:
            if probing.came_back(one.inbox, one.token):
                _back(one, (now - one.sent_at).total_seconds())
            elif now - one.sent_at > LATE:
                raise NotBackError(_("It left and did not come back."))
        elif one.sent_at is None or now - one.sent_at >= probing.probe_every:
            return _sent(one, probing, now)
    except NotBackError as error:
        _lost(one, str(error))
    except Exception as error:
        log.exception("inbox %s could not be tried", one.inbox_id)
        _lost(one, type(error).__name__)
    return True


def _sent(one: Probe, probing: Probing, now: datetime) -> bool:
    """Send it, unless another process just does."""
    mine = Probe.objects.filter(pk=one.pk, sent_at=one.sent_at)
    if not mine.update(sent_at=now, back_at=None, error="", token=""):
        return False
    began = time.monotonic()
    token = probing.probe(one.inbox)
    if token:
        Probe.objects.filter(pk=one.pk).update(token=token)
    else:
        _back(one, time.monotonic() - began)
    return True


def _back(one: Probe, seconds: float) -> None:
    Probe.objects.filter(pk=one.pk).update(
        back_at=datetime.now(UTC), seconds=round(seconds, 3), error="", failing_since=None
    )


def _lost(one: Probe, why: str) -> None:
    since = one.failing_since or datetime.now(UTC)
    Probe.objects.filter(pk=one.pk).update(error=why[:300] or "?", failing_since=since)


def signed(inbox: Inbox) -> str:
    """What proves to our own web server that it is us who ask."""
    return signing.dumps([inbox.pk, secrets.token_hex(16)], salt=_SALT)


def read(inbox: Inbox, text: str) -> str:
    """The mark in what we signed for this inbox just now; "" of anything else."""
    try:
        known, mark = signing.loads(text, salt=_SALT, max_age=FRESH)
    except signing.BadSignature:
        return ""
    return str(mark) if known == inbox.pk else ""


def group(mark: str) -> str:
    """Where talk() is heard of."""
    return f"probe.{mark}"


class _TakenBackError(Exception):
    """The conversation was held, and goes."""


@transaction.atomic
def talk(inbox: Inbox, mark: str) -> None:
    """A customer writes and is answered, by the ways of all messages; then it never was.

    Committed is that it was possible, and that is told to the group of the mark.
    """
    try:
        with transaction.atomic():
            _converse(inbox, mark)
            raise _TakenBackError
    except _TakenBackError:  # and with it all that would follow its commit
        Probe.objects.filter(inbox=inbox).update(token=mark)
    after_commit(publish.send, group(mark), {"type": "probe", "mark": mark})


def _converse(inbox: Inbox, mark: str) -> None:
    """Under a number below zero: those above are read out on telephones, and none is used up."""
    person = Person(kind="probe", address=mark, verified=True)
    number = -1 - secrets.randbelow(2**62)
    Conversation.objects.create(pk=number, customer=customers.sender(person), inbox=inbox)
    said = InboundMessage(person, "?", client_id=uuid.uuid4(), conversation_id=number)
    filing.file(inbox, said, at_once=True)
    with locked(number) as conversation:
        automatic.append_unsigned(conversation, body="!", internal=False)
