"""Fetching a mailbox: each mail committed together with how far the folder is read (A5-A7).

The truth is (UIDVALIDITY, last UID), never a flag: people may read, flag and move as they like.
IDLE is a nudge; after every connect and every nudge all that is above the last UID is looked at.
Only the holder of the lease can commit, so a second fetcher, or one that was frozen, does no harm.
"""

from __future__ import annotations

import logging
import random
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from channels_email import oauth
from channels_email.dedupe import dedupe_key
from channels_email.envelopes import envelope
from channels_email.imap import (
    TIMEOUT,
    ImapError,
    LostError,
    OddMailError,
    Opened,
    Session,
    SignInError,
)
from channels_email.models import (
    BackFill,
    FetchedMailbox,
    MailboxState,
    MailFolder,
    SignIn,
    SkippedMail,
)
from channels_email.parsing import MAX_MESSAGE
from helpdesk import channel_health, inbound
from helpdesk.adapters import Raw

WAY: Final = "imap"
LEASE: Final = timedelta(seconds=60)
RESCAN_DAYS: Final = 14
SIGN_IN_TRIES: Final = 3
ODD_TRIES: Final = 2
LOST_TRIES: Final = 5
LOST_FOR: Final = timedelta(minutes=10)
_log = logging.getLogger(__name__)


class LeaseLostError(Exception):
    """Another fetcher has the mailbox now: nothing was written."""


@dataclass
class Pace:
    """Seconds. idle: how long at most between two looks; poll: the same where nobody calls."""

    idle: float = 280.0
    poll: float = 60.0
    renew: float = 20.0
    longest_wait: float = 300.0


@dataclass
class Fetcher:
    """Fetches one mailbox until `stop` is set, its state changes, or somebody else holds it."""

    mailbox_id: int
    stop: threading.Event = field(default_factory=threading.Event)
    pace: Pace = field(default_factory=Pace)
    owner: uuid.UUID = field(default_factory=uuid.uuid4)

    def run(self) -> None:
        """Look, wait, look again; every trouble is told to the channel's health."""
        while not self.stop.is_set():
            mailbox = self._mine()
            if mailbox is None:
                return
            try:
                self._stay(mailbox)
            except LeaseLostError:
                return
            except ImapError as error:
                trouble(mailbox, error, self.pace)
                return
            except oauth.TokenError as error:
                trouble(mailbox, SignInError(str(error)), self.pace)
                return

    def pass_once(self) -> int:
        """Connect, read everything that is new, and go; how many mails came."""
        mailbox = self._mine()
        if mailbox is None:
            return 0
        session = connect(mailbox)
        try:
            return self._look(mailbox, session)
        finally:
            session.close()

    def give_back(self) -> None:
        """Let another one have the mailbox at once."""
        FetchedMailbox.objects.filter(pk=self.mailbox_id, lease_owner=self.owner).update(
            lease_owner=None, lease_until=None
        )

    def _mine(self) -> FetchedMailbox | None:
        """The mailbox under our lease, if it is to be fetched and nobody else has it."""
        free = Q(lease_owner=self.owner) | Q(lease_until=None) | Q(lease_until__lt=Now())
        due = Q(retry_at=None) | Q(retry_at__lte=Now())
        found = FetchedMailbox.objects.filter(
            free, due, pk=self.mailbox_id, state=MailboxState.RUNNING, inbox__enabled=True
        )
        if not found.update(lease_owner=self.owner, lease_until=Now() + LEASE):
            return None
        return FetchedMailbox.objects.select_related("inbox").get(pk=self.mailbox_id)

    def _stay(self, mailbox: FetchedMailbox) -> None:
        """Stay connected until the mailbox is no longer to be fetched."""
        session = connect(mailbox)
        try:
            while not self.stop.is_set() and self._mine():
                self._look(mailbox, session)
                channel_health.worked(mailbox.inbox_id, WAY)
                FetchedMailbox.objects.filter(pk=mailbox.pk).exclude(failures=0).update(failures=0)
                self._wait(mailbox, session)
                if oauth.is_due(mailbox):
                    return  # the next connection signs in with a new token
        finally:
            session.close()

    def _wait(self, mailbox: FetchedMailbox, session: Session) -> None:
        several = mailbox.folders.count() > 1
        seconds = self.pace.poll if several or not session.can_idle else self.pace.idle
        renewed = datetime.now(UTC)

        def over() -> bool:
            nonlocal renewed
            if datetime.now(UTC) - renewed > timedelta(seconds=self.pace.renew):
                renewed = datetime.now(UTC)
                return self.stop.is_set() or self._mine() is None
            return self.stop.is_set()

        if session.can_idle:
            session.idle(seconds, over)
            return
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        while datetime.now(UTC) < until and not over():
            self.stop.wait(min(1.0, seconds))

    def _look(self, mailbox: FetchedMailbox, session: Session) -> int:
        """Read each folder to its end, the first one last: its changes are waited for."""
        came = 0
        for folder in reversed(mailbox.folders.all()):
            came += self._folder(mailbox, folder, session)
        return came

    def _folder(self, mailbox: FetchedMailbox, folder: MailFolder, session: Session) -> int:
        writing = mailbox.mark_seen or bool(mailbox.move_to)
        opened = session.open(folder.name, writing=writing)
        begin(folder, opened, session)
        came = sum(self._again(mailbox, one, session) for one in _wanted_again(folder))
        for uid in wanted(folder, opened, session):
            if self.stop.is_set():
                return came
            came += self._mail(mailbox, folder, session, uid)
        MailFolder.objects.filter(pk=folder.pk).update(read_at=Now())
        return came

    def _mail(
        self, mailbox: FetchedMailbox, folder: MailFolder, session: Session, uid: int
    ) -> bool:
        """Fetch and keep one mail; a mail that its server cannot give is passed by (A6)."""
        try:
            raw = fetch(folder, session, uid)
        except (OddMailError, LostError) as error:
            if not _hopeless(folder, uid, error):
                raise
            self._keep(mailbox, folder, uid, None, skipped=str(error))
            return False
        self._keep(mailbox, folder, uid, raw)
        if raw is not None:
            self._mark(mailbox, session, uid)
        return raw is not None

    @transaction.atomic
    def _keep(
        self,
        mailbox: FetchedMailbox,
        folder: MailFolder,
        uid: int,
        raw: Raw | None,
        *,
        skipped: str = "",
    ) -> None:
        """Commit a mail and the cursor behind it, if the mailbox is still ours."""
        self._hold(mailbox)
        if raw is not None:
            inbound.accept(mailbox.inbox, raw)
        if skipped:
            SkippedMail.objects.update_or_create(
                folder=folder,
                uidvalidity=folder.uidvalidity,
                uid=uid,
                defaults={"error": skipped[:300]},
            )
        moved = MailFolder.objects.filter(
            pk=folder.pk, uidvalidity=folder.uidvalidity, last_uid__lt=uid
        ).update(last_uid=uid, stuck_uid=0, stuck_times=0, stuck_at=None)
        if not moved:
            raise LeaseLostError

    def _hold(self, mailbox: FetchedMailbox) -> None:
        """Renew the lease, which locks its row until this transaction ends."""
        mine = FetchedMailbox.objects.filter(pk=mailbox.pk, lease_owner=self.owner)
        if not mine.update(lease_until=Now() + LEASE):
            raise LeaseLostError

    def _again(self, mailbox: FetchedMailbox, skipped: SkippedMail, session: Session) -> bool:
        """Try a mail that was passed by once more, because somebody asked for it."""
        try:
            raw = fetch(skipped.folder, session, skipped.uid)
        except OddMailError as error:
            SkippedMail.objects.filter(pk=skipped.pk).update(again=False, error=str(error)[:300])
            return False
        with transaction.atomic():
            self._hold(mailbox)
            if raw is not None:
                inbound.accept(mailbox.inbox, raw)
            skipped.delete()
        return raw is not None

    def _mark(self, mailbox: FetchedMailbox, session: Session, uid: int) -> None:
        """After the commit, if it was chosen: mark as read, move. A refusal changes nothing."""
        try:
            if mailbox.mark_seen:
                session.seen(uid)
            if mailbox.move_to:
                session.move(uid, mailbox.move_to)
        except LostError:
            raise
        except ImapError as error:
            _log.warning("mail %s of mailbox %s not marked: %s", uid, mailbox.pk, error)


def connect(mailbox: FetchedMailbox, *, timeout: float = TIMEOUT) -> Session:
    """A signed-in connection. Raises an ImapError or an oauth.TokenError."""
    by_token = mailbox.sign_in != SignIn.PASSWORD
    token = oauth.access_token(mailbox) if by_token else ""
    session = Session(mailbox.host, mailbox.port, mailbox.security, timeout=timeout)
    try:
        if by_token:
            session.xoauth2(mailbox.username, token)
        else:
            session.login(mailbox.username, str(mailbox.secrets.get("password", "")))
    except ImapError:
        session.close()
        raise
    return session


def begin(folder: MailFolder, opened: Opened, session: Session) -> None:
    """Find the place to read from, when a folder is new or its UIDs have a new meaning (A5)."""
    if folder.uidvalidity == opened.uidvalidity:
        return
    now = datetime.now(UTC)
    nxt = opened.uidnext or max(session.uids(1, 0), default=0) + 1
    folder.last_uid, folder.since, folder.since_below = 0, None, nxt
    if not folder.uidvalidity:
        days = {BackFill.WEEK: 7, BackFill.MONTH: 30}.get(BackFill(folder.fill), 0)
        if folder.fill == BackFill.NONE:
            folder.last_uid = nxt - 1
        if folder.fill != BackFill.ALL:
            folder.not_before = now - timedelta(days=days)
            folder.since = (folder.not_before - timedelta(days=1)).date()
    else:
        _log.warning("folder %s has a new UIDVALIDITY and is read again", folder.pk)
        back = now - timedelta(days=RESCAN_DAYS)
        if folder.read_at is not None:
            folder.since = (min(back, folder.read_at) - timedelta(days=1)).date()
        elif folder.not_before is not None:  # its first fill was not over
            folder.since = (folder.not_before - timedelta(days=1)).date()
    folder.uidvalidity = opened.uidvalidity
    folder.save()


def wanted(folder: MailFolder, opened: Opened, session: Session) -> list[int]:
    """UIDs that are not ours yet, in order."""
    first, found = folder.last_uid + 1, []
    if folder.since is not None and first < folder.since_below:
        found = session.uids(first, folder.since_below, folder.since)
        first = folder.since_below
    below = opened.uidnext
    return found + (session.uids(first, below) if not below or first < below else [])


def fetch(folder: MailFolder, session: Session, uid: int) -> Raw | None:
    """One mail as it is; None when it is gone or was not asked for. Never marks it."""
    facts = session.facts(uid)
    if facts is None:
        return None
    size, came = facts
    if folder.not_before is not None and came < folder.not_before - timedelta(minutes=1):
        return None
    # One byte over the limit, so that the parser knows that something is missing (A10).
    body = session.body(uid, MAX_MESSAGE + 1, size=size)
    if body is None:
        return None
    headers = {**envelope(body), "via": WAY, "folder": folder.name, "uid": str(uid)}
    return Raw(dedupe_key=dedupe_key(body), body=body, headers=headers)


def trouble(mailbox: FetchedMailbox, error: ImapError, pace: Pace) -> None:
    """Write down what is wrong, and when to try again, if ever (A7)."""
    refused = isinstance(error, SignInError)
    failures = mailbox.failures + 1
    broken = refused and failures >= SIGN_IN_TRIES
    advice = "unreachable" if isinstance(error, LostError) else "server"
    if refused:
        advice = "sign_in" if mailbox.sign_in == SignIn.PASSWORD else "reconnect"
    wait = min(pace.longest_wait, 2.0 ** min(failures, 9))
    wait = wait * 30 if refused else wait * random.uniform(0.5, 1)  # noqa: S311  jitter
    wait = min(wait, pace.longest_wait)
    FetchedMailbox.objects.filter(pk=mailbox.pk, state=MailboxState.RUNNING).update(
        failures=failures,
        retry_at=Now() + timedelta(seconds=wait),
        state=MailboxState.BROKEN if broken else MailboxState.RUNNING,
    )
    mailbox.failures = failures
    channel_health.failed(mailbox.inbox_id, WAY, str(error), advice=advice, broken=broken)
    _log.warning("mailbox %s: %s", mailbox.pk, error)


def _hopeless(folder: MailFolder, uid: int, error: ImapError) -> bool:
    """Whether to pass a mail by. A line that is cut is no proof against the mail it carried."""
    now = datetime.now(UTC)
    if folder.stuck_uid != uid or folder.stuck_at is None:
        folder.stuck_uid, folder.stuck_times, folder.stuck_at = uid, 0, now
    folder.stuck_times += 1
    folder.save(update_fields=["stuck_uid", "stuck_times", "stuck_at"])
    if isinstance(error, LostError):
        return folder.stuck_times >= LOST_TRIES and now - folder.stuck_at > LOST_FOR
    return folder.stuck_times >= ODD_TRIES


def _wanted_again(folder: MailFolder) -> list[SkippedMail]:
    skipped = folder.skipped.filter(again=True, uidvalidity=folder.uidvalidity)
    return list(skipped.select_related("folder")[:100])


def run_in_thread(fetcher: Fetcher, after: Callable[[], None]) -> threading.Thread:
    """Run a fetcher in a thread of its own; `after` is called in it at the end."""

    def work() -> None:
        try:
            fetcher.run()
            fetcher.give_back()
        except Exception:  # noqa: BLE001  the next round begins anew
            _log.exception("fetching mailbox %s ended", fetcher.mailbox_id)
        finally:
            after()

    thread = threading.Thread(target=work, name=f"mailbox-{fetcher.mailbox_id}", daemon=True)
    thread.start()
    return thread
