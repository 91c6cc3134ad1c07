"""A copy of what we sent in the Sent folder of the mailbox, for who reads it elsewhere, too.

Setting of the inbox: `sent_folder`, with the IMAP server of `imap_host`. After the mail has left,
never before, and never its trouble: what cannot be copied is logged.
"""

from __future__ import annotations

import imaplib
import logging
import ssl
import time
from typing import Final

from channels_email.composing import compose
from helpdesk.adapters import Outgoing
from helpdesk.models import Inbox

TIMEOUT: Final = 8.0
_log = logging.getLogger(__name__)


def keep(inbox: Inbox, outgoing: Outgoing) -> bool:
    """Append the mail to the Sent folder; whether it is there now. Never raises."""
    folder = str(inbox.settings.get("sent_folder") or "")
    if not folder or not inbox.settings.get("imap_host"):
        return False
    try:
        _append(inbox, folder, compose(inbox, outgoing).data)
    except Exception:  # noqa: BLE001  the mail has left: a copy is a courtesy
        _log.warning("inbox %s: no copy in %s", inbox.pk, folder, exc_info=True)
        return False
    return True


def connect(inbox: Inbox) -> imaplib.IMAP4:
    """A signed-in connection to the mailbox's IMAP server. Raises OSError, IMAP4.error."""
    own = inbox.settings
    host, port = str(own.get("imap_host") or ""), int(own.get("imap_port") or 993)
    context = ssl.create_default_context()
    if own.get("imap_security") == "tls":
        client: imaplib.IMAP4 = imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=TIMEOUT)
    else:
        client = imaplib.IMAP4(host, port, timeout=TIMEOUT)
    try:
        if own.get("imap_security") == "starttls":
            client.starttls(context)
        client.login(str(own.get("imap_username") or ""), str(inbox.secrets.get("imap_password")))
    except BaseException:
        client.shutdown()
        raise
    return client


def _append(inbox: Inbox, folder: str, data: bytes) -> None:
    client = connect(inbox)
    try:
        quoted = folder.replace("\\", "\\\\").replace('"', '\\"')
        stamp = imaplib.Time2Internaldate(time.time())
        answer, why = client.append(f'"{quoted}"', "(\\Seen)", stamp, data)
        if answer != "OK":
            raise OSError(str(why))
        client.logout()
    finally:
        client.shutdown()
