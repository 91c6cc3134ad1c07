"""Mails of the desk itself to one of us: a row first, then a worker sends it.

Nobody waits for a mail server, so an answer takes as long for an address that we do not know.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from django.core.mail import EmailMessage
from django.db import transaction

from helpdesk import nudge
from helpdesk.after_commit import after_commit
from helpdesk.models import Notice

log = logging.getLogger(__name__)
SEND = "helpdesk.send_notice"
FIRST_PAUSE = timedelta(seconds=60)
GIVEN_UP_AFTER = timedelta(hours=24)


@transaction.atomic
def post(to: str, subject: str, text: str) -> Notice:
    """Write to a colleague; it leaves after commit and is tried again for a day."""
    now = datetime.now(UTC)
    words = {"subject": subject, "text": text}
    made = Notice.objects.create(to=to, words=words, made_at=now, due_at=now)
    after_commit(nudge.wake, SEND, made.pk)
    return made


def send(pk: int) -> bool:
    """Send one notice that is due; False if another worker has it, or it could not be sent."""
    taken = _claimed(pk)
    if taken is None:
        return False
    words = taken.words
    try:
        EmailMessage(words.get("subject", ""), words.get("text", ""), to=[taken.to]).send()
    except OSError as error:  # SMTPException is one
        _failed(taken, f"{type(error).__name__}: {error}")
        return False
    now = datetime.now(UTC)
    Notice.objects.filter(pk=pk).update(sent_at=now, due_at=None, words={}, error="")
    return True


@transaction.atomic
def _claimed(pk: int) -> Notice | None:
    """The row, with its next try written down already: a crash repeats it then."""
    now = datetime.now(UTC)
    due = Notice.objects.select_for_update(skip_locked=True).filter(pk=pk, due_at__lte=now)
    found = due.first()
    if found is not None:
        found.due_at = now + FIRST_PAUSE * 2**found.tries
        found.tries += 1
        found.save(update_fields=["due_at", "tries"])
    return found


def _failed(notice: Notice, error: str) -> None:
    log.warning("a mail of the desk itself could not be sent: %s", error)
    told = Notice.objects.filter(pk=notice.pk)
    told.update(error=error[:300])
    if datetime.now(UTC) - notice.made_at > GIVEN_UP_AFTER:
        told.update(due_at=None, words={})


def sweep() -> int:
    """Wake a worker for what is due; returns how many."""
    due = Notice.objects.filter(due_at__lte=datetime.now(UTC)).order_by("due_at")
    found = list(due.values_list("pk", flat=True)[:20])
    for pk in found:
        nudge.wake(SEND, pk)
    return len(found)
