"""Words of the desk itself to one of us, by mail or into a chat: a row, then a worker sends it.

Nobody waits for a mail server, so an answer takes as long for an address that we do not know.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from django.core.mail import EmailMessage
from django.db import transaction

from helpdesk import nudge, outbound_http
from helpdesk.after_commit import after_commit
from helpdesk.models import Notice

log = logging.getLogger(__name__)
SEND = "helpdesk.send_notice"
FIRST_PAUSE = timedelta(seconds=60)
GIVEN_UP_AFTER = timedelta(hours=24)


@transaction.atomic
def post(to: str, subject: str, text: str, *, alarm: bool = False) -> Notice:
    """Write to a colleague; it leaves after commit and is tried again for a day."""
    return _made(to, {"subject": subject, "text": text}, alarm=alarm)


@transaction.atomic
def call(url: str, text: str) -> Notice:
    """Tell a chat by its incoming webhook: JSON with `text`, as Slack, Mattermost and others do."""
    return _made("", {"url": url, "text": text}, alarm=True)


def _made(to: str, words: dict[str, str], *, alarm: bool) -> Notice:
    now = datetime.now(UTC)
    made = Notice.objects.create(to=to, words=words, made_at=now, due_at=now, alarm=alarm)
    after_commit(nudge.wake, SEND, made.pk)
    return made


def send(pk: int) -> bool:
    """Send one notice that is due; False if another worker has it, or it could not be sent."""
    taken = _claimed(pk)
    if taken is None:
        return False
    words = taken.words
    try:
        _say(taken.to, words)
    except (OSError, outbound_http.OutboundError) as error:  # SMTPException is an OSError
        _failed(taken, f"{type(error).__name__}: {error}")
        return False
    now = datetime.now(UTC)
    Notice.objects.filter(pk=pk).update(sent_at=now, due_at=None, words={}, error="")
    return True


def _say(to: str, words: dict[str, str]) -> None:
    """Raises OSError, OutboundError."""
    if to:
        EmailMessage(words.get("subject", ""), words.get("text", ""), to=[to]).send()
        return
    answer = outbound_http.post(words.get("url", ""), json={"text": words.get("text", "")})
    if not answer.ok:
        msg = f"HTTP {answer.status}"
        raise OSError(msg)


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


def sweep(*, send_here: bool = False) -> int:
    """Wake a worker for what is due; returns how many. send_here: there is none.

    Then one of them leaves in each pass: who is called at night must hear that the worker died.
    """
    due = Notice.objects.filter(due_at__lte=datetime.now(UTC)).order_by("due_at")
    found = list(due.values_list("pk", flat=True)[: 1 if send_here else 20])
    for pk in found:
        if send_here:
            send(pk)
        else:
            nudge.wake(SEND, pk)
    return len(found)
