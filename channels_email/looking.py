"""The dry run of a mailbox: what is there and what would come in, and nothing is touched."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from channels_email import addresses, fetching
from channels_email.headers import parse_block
from channels_email.imap import Session
from channels_email.models import BackFill, FetchedMailbox

SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Glance:
    """counts: how many mails of INBOX each choice of the first fill would bring.

    newest: (sender, subject) of the newest few. folders: names as the server spells them; usual:
    those that hold what people receive.
    """

    folders: list[str]
    usual: list[str]
    counts: dict[str, int] = field(default_factory=dict)
    newest: list[tuple[str, str]] = field(default_factory=list)


def look(mailbox: FetchedMailbox) -> Glance:
    """Sign in and look around. Raises an ImapError or an oauth.TokenError."""
    session = fetching.connect(mailbox)
    try:
        listed = session.folders()
        names = [name for name, _use in listed]
        inbox = next((name for name in names if name.upper() == "INBOX"), "INBOX")
        glance = Glance(names or [inbox], [inbox])
        opened = session.open(inbox)
        today = datetime.now(UTC)
        every = session.uids(1, opened.uidnext)
        glance.counts[BackFill.NONE] = 0
        for fill, days in ((BackFill.WEEK, 7), (BackFill.MONTH, 30)):
            since = (today - timedelta(days=days)).date()
            glance.counts[fill] = len(session.uids(1, opened.uidnext, since))
        glance.counts[BackFill.ALL] = len(every)
        glance.newest.extend(_newest(session, every[-SHOWN:]))
        return glance
    finally:
        session.close()


def _newest(session: Session, uids: list[int]) -> list[tuple[str, str]]:
    found = []
    for block in session.heads(uids):
        headers, _start = parse_block(block, 0, len(block))
        boxes = addresses.parse(headers.first("from"))
        sender = (boxes[0].name or boxes[0].address) if boxes else ""
        found.append((sender, headers.words("subject")[:200]))
    return found[::-1]
