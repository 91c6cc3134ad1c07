"""A copy of what we sent in the Sent folder of the mailbox, for who reads it elsewhere, too.

Setting of the inbox: `sent_folder`, in the mailbox that is fetched into it. After the mail has
left, never before, and never its trouble: what cannot be copied is logged.
"""

from __future__ import annotations

import logging
from typing import Final

from channels_email import fetching
from channels_email.composing import compose
from channels_email.models import FetchedMailbox
from helpdesk.adapters import Outgoing
from helpdesk.models import Inbox

TIMEOUT: Final = 8.0
_log = logging.getLogger(__name__)


def keep(inbox: Inbox, outgoing: Outgoing) -> bool:
    """Append the mail to the Sent folder; whether it is there now. Never raises."""
    folder = str(inbox.settings.get("sent_folder") or "")
    mailbox = FetchedMailbox.objects.filter(inbox=inbox).first() if folder else None
    if mailbox is None:
        return False
    try:
        session = fetching.connect(mailbox, timeout=TIMEOUT)
        try:
            session.append(folder, compose(inbox, outgoing).data)
        finally:
            session.close()
    except Exception:  # noqa: BLE001  the mail has left: a copy is a courtesy
        _log.warning("inbox %s: no copy in %s", inbox.pk, folder, exc_info=True)
        return False
    return True
