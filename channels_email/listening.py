"""The SMTP and LMTP listener: a mail is answered 250 only when its raw bytes are committed.

Rules A1, A8, D8, F1. Recipients are checked at RCPT, so that nothing is ever bounced later;
while the database is away every answer is 451, and the sending server keeps the mail. LMTP gives
each recipient an answer of its own (RFC 2033), so that one inbox's trouble is not another's.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import DatabaseError, close_old_connections, connections
from django.db.models import Q

from channels_email.addresses import normal, without_tag
from channels_email.dedupe import dedupe_key
from helpdesk import inbound
from helpdesk.adapters import Raw
from helpdesk.models import Inbox

MAX_BYTES: Final = 50 * 1024 * 1024
MAX_RECIPIENTS: Final = 100
MAX_LINE: Final = 1024 * 1024
IDLE_SECONDS: Final = 300
THREADS: Final = 8

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")
_KEPT: Final = "250 2.0.0 kept"
# A server that reads these as line ends and one that does not see two different mails.
_BARE: Final = re.compile(rb"(?<!\r)\n|\r(?!\n)")
_LATER: Final = "451 4.3.0 temporarily unavailable, please try again"


class _MailEnvelope(Envelope):
    """An envelope that remembers which inbox each recipient belongs to."""

    def __init__(self) -> None:
        super().__init__()
        self.inboxes: dict[int, tuple[Inbox, list[str]]] = {}


class _Server(SMTP):
    """aiosmtpd with room for the long lines that real mail has."""

    line_length_limit = MAX_LINE

    def _create_envelope(self) -> Envelope:
        return _MailEnvelope()


class _LocalServer(_Server, LMTP):
    """The same by LMTP: what follows the content is said once for each recipient."""

    show_smtp_greeting = True
    _due = 0

    async def push(self, status: Any) -> None:
        """Answer; a handler's answer of several lines has one for each recipient already."""
        line = status if isinstance(status, str) else status.decode("ascii", "replace")
        if line.startswith("354"):
            self._due = len(self.envelope.rcpt_tos) if self.envelope else 0
        elif self._due:
            many, self._due = self._due, 0
            if "\r\n" not in line:
                status = "\r\n".join([line] * many)
        await super().push(status)


class Listener:
    """Listens on one address. `start` and `stop` belong to one event loop. local: speak LMTP."""

    def __init__(self, *, local: bool = False) -> None:
        self.port = 0
        self._local = local
        self._server: asyncio.Server | None = None
        self._busy = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="smtpd")

    async def start(self, host: str, port: int) -> None:
        """Begin to listen; port 0 picks a free one, see `self.port`. Raises OSError."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, host, port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self, patience: float = 10.0) -> None:
        """Take no new connections, and give mails in progress `patience` seconds to commit."""
        if self._server is not None:
            self._server.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), patience)
        self._pool.shutdown(wait=self._idle.is_set(), cancel_futures=True)

    async def in_thread(self, work: Callable[..., _Result], *arguments: Any) -> _Result:
        """Run database work in one of our threads, on a connection that is alive."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, _with_connection, work, arguments)

    async def handle_RCPT(  # noqa: N802  aiosmtpd's names
        self,
        _server: SMTP,
        _session: Session,
        envelope: _MailEnvelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Accept the addresses of enabled e-mail inboxes, with or without a +tag."""
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 too many recipients"
        try:
            inbox = await self.in_thread(find_inbox, address)
        except Exception:  # noqa: BLE001  whatever it is, the sender must try again
            _log.warning("recipient not checked", exc_info=True)
            return _LATER
        if inbox is None:
            return "550 5.1.1 no such mailbox here"
        envelope.rcpt_tos.append(address)
        envelope.inboxes.setdefault(inbox.pk, (inbox, []))[1].append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: _MailEnvelope
    ) -> str:
        """Commit the raw mail once for each inbox; 250 only after that (A1)."""
        if _BARE.search(envelope.original_content or b""):
            return "550 5.6.11 bare line ends are not taken here, only CRLF"
        self._busy += 1
        self._idle.clear()
        try:
            kept = await self.in_thread(keep, envelope)
        except Exception:  # noqa: BLE001
            _log.warning("mail put off", exc_info=True)
            return _LATER
        finally:
            self._busy -= 1
            if not self._busy:
                self._idle.set()
        if self._local:
            answers = [_KEPT if address in kept else _LATER for address in envelope.rcpt_tos]
            return "\r\n".join(answers)
        return _KEPT if kept >= set(envelope.rcpt_tos) else _LATER

    async def handle_exception(self, error: Exception) -> str:
        """What escapes inside the protocol is our trouble, not the sender's."""
        _log.error("smtp session failed", exc_info=error)
        return _LATER

    def _protocol(self) -> SMTP:
        return (_LocalServer if self._local else _Server)(
            self,
            data_size_limit=MAX_BYTES,
            enable_SMTPUTF8=True,
            hostname="parley",
            ident="Parley",
            timeout=IDLE_SECONDS,
            loop=asyncio.get_running_loop(),
        )


def find_inbox(address: str) -> Inbox | None:
    """The enabled inbox of this address or alias; the +tag is ignored (D7, D8)."""
    wanted = normal(address)
    ours = Inbox.objects.filter(channel="email", enabled=True)
    for one in dict.fromkeys((without_tag(wanted), wanted)):
        found = ours.filter(Q(address__iexact=one) | Q(settings__aliases__contains=[one])).first()
        if found is not None:
            return found
    return None


def keep(envelope: _MailEnvelope) -> set[str]:
    """Commit one mail for each of its inboxes; the recipients whose copy is kept.

    Harmless to repeat when one of them failed. Raises when none could be kept.
    """
    kept: set[str] = set()
    body = envelope.original_content or b""
    key = dedupe_key(body)
    for inbox, recipients in envelope.inboxes.values():
        sender, named = envelope.mail_from or "", ", ".join(recipients)
        headers = {"mail_from": sender, "rcpt": named, "via": "smtp"}
        try:
            inbound.accept(inbox, Raw(dedupe_key=key, body=body, headers=headers))
        except DatabaseError:
            if not kept:
                raise
            _log.warning("mail of inbox %s put off", inbox.pk, exc_info=True)
        else:
            kept.update(recipients)
    return kept


def _with_connection(work: Callable[..., _Result], arguments: tuple[Any, ...]) -> _Result:
    close_old_connections()
    try:
        return work(*arguments)
    except DatabaseError:
        connections.close_all()
        raise
    finally:
        close_old_connections()
