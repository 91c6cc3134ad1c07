"""A mailbox that takes everything: where the demo's and the tests' outgoing mail ends up.

Free of Django, so that the fake-provider process can host it. Faults are scripted and used
up in order, one for each mail.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections import deque
from datetime import UTC, datetime
from typing import Any, Final

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from channels_email.parsing import EmptyMailError, read

FAULTS: Final = ("pass", "reject", "defer", "reject_data", "defer_data", "cut", "cut_after_accept")
_KEPT: Final = 10_000
_START_SECONDS: Final = 10


class MailboxFake:
    """An SMTP sink. `credentials`: user to password, when it shall ask for a login."""

    name = "mailbox"

    def __init__(self, credentials: dict[str, str] | None = None) -> None:
        self.host = ""
        self.port = 0
        self._credentials = credentials
        self._lock = threading.Lock()
        self._messages: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self._numbers = itertools.count(1)
        self._script: deque[str] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self, host: str, port: int) -> None:
        """Listen in a thread of its own; port 0 picks a free one, see `self.port`.

        Raises OSError when the port is taken.
        """
        loop = asyncio.new_event_loop()
        ready: list[BaseException | None] = []
        started = threading.Event()

        def serve() -> None:
            asyncio.set_event_loop(loop)
            try:
                server = loop.run_until_complete(loop.create_server(self._protocol, host, port))
            except OSError as error:
                ready.append(error)
                started.set()
                loop.close()
                return
            self.host, self.port = server.sockets[0].getsockname()[:2]
            started.set()
            loop.run_forever()
            server.close()
            _drain(loop)
            loop.close()

        self._loop = loop
        self._thread = threading.Thread(target=serve, name="mailbox-fake", daemon=True)
        self._thread.start()
        if not started.wait(_START_SECONDS):
            raise OSError("the mailbox did not start")
        if ready and ready[0] is not None:
            raise ready[0]

    def stop(self) -> None:
        """Stop listening and drop open connections; what was received stays."""
        if self._loop is not None and self._thread is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_START_SECONDS)
        self._loop = self._thread = None

    def messages(self) -> list[dict[str, Any]]:
        """What was accepted, oldest first: id, mail_from, rcpt, raw, received_at (UTC),
        subject and text.
        """
        with self._lock:
            return list(self._messages)

    def clear(self) -> None:
        """Forget the messages and the script."""
        with self._lock:
            self._messages.clear()
            self._script.clear()

    def script(self, fault: str, times: int = 1) -> None:
        """Play one of FAULTS for the next `times` mails; ValueError for an unknown one."""
        if fault not in FAULTS:
            raise ValueError(f"unknown fault {fault!r}; one of {', '.join(FAULTS)}")
        with self._lock:
            self._script.extend([fault] * times)

    async def handle_MAIL(  # noqa: N802  aiosmtpd's names
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        """Take any sender who has logged in, when logins are asked for."""
        if self._credentials is not None and not session.authenticated:
            return "530 5.7.0 please log in first"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 ok"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Take any recipient, unless `reject` or `defer` is next; `pass` lets one by."""
        fault = self._take("pass", "reject", "defer")
        if fault == "reject":
            return "550 5.1.1 no such user here"
        if fault == "defer":
            return "451 4.3.0 try again later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep the mail, unless a fault of the content phase is next."""
        fault = self._take("reject_data", "defer_data", "cut", "cut_after_accept")
        if fault == "reject_data":
            return "554 5.7.1 refused"
        if fault == "defer_data":
            return "452 4.2.2 mailbox full"
        if fault != "cut":
            self._keep(envelope)
        if fault in ("cut", "cut_after_accept") and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return "250 2.0.0 accepted"

    def _keep(self, envelope: Envelope) -> None:
        raw = envelope.original_content or b""
        try:
            letter = read(raw, max_file=0)
            subject, text = letter.subject, letter.text
        except EmptyMailError:
            subject = text = ""
        with self._lock:
            self._messages.append(
                {
                    "id": next(self._numbers),
                    "mail_from": envelope.mail_from or "",
                    "rcpt": list(envelope.rcpt_tos),
                    "raw": raw,
                    "received_at": datetime.now(UTC),
                    "subject": subject,
                    "text": text,
                }
            )

    def _take(self, *kinds: str) -> str:
        with self._lock:
            if self._script and self._script[0] in kinds:
                return self._script.popleft()
        return ""

    def _protocol(self) -> SMTP:
        return SMTP(
            self,
            data_size_limit=50 * 1024 * 1024,
            enable_SMTPUTF8=True,
            hostname="mailbox.invalid",
            ident="Mailbox",
            auth_require_tls=False,
            authenticator=self._authenticate,
            loop=self._loop,
        )

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        good = (
            isinstance(data, LoginPassword)
            and self._credentials is not None
            and self._credentials.get(data.login.decode()) == data.password.decode()
        )
        return AuthResult(success=good, handled=False)


def _drain(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
