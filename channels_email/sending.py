"""One mail over SMTP, and what each failure means for the outbox (DEL-9, DEL-11).

Each recipient gets a transaction of its own, under an envelope sender that names the delivery and
the recipient (K3): a report that comes back tells for certain whom it is about.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings

from channels_email import signing, threads
from channels_email.bounces import BOUNCE, Recipient, code_in
from channels_email.composing import Composed, ComposeError, compose
from channels_email.servers import ForbiddenServerError, PinnedSMTP, PinnedSMTPS
from helpdesk import certificates
from helpdesk.adapters import (
    AmbiguousError,
    ChannelBrokenError,
    Outgoing,
    PermanentError,
    SendError,
    Sent,
    TransientError,
)
from helpdesk.models import Inbox

TIMEOUT_SECONDS: Final = 20.0
"""Longest silence of the relay that is waited for; well under the outbox's lease."""

UPLOAD_SECONDS: Final = 35.0
"""For the whole content: a big file over a slow line, still under the outbox's lease."""

SESSION_SECONDS: Final = 25.0
"""After this long no further copy is begun: the rest goes with the next attempt."""

_AUTHENTICATION: Final = frozenset((530, 534, 535, 538))
_TOO_BIG: Final = 552
_NEW_ID: Final = re.compile(r"<([!-;=?-~]{1,250}@[!-;=?-~]{1,250})>")
_SES_HOST: Final = re.compile(r"email-smtp(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com\.?\Z")
_SES_ID: Final = re.compile(r"\bok:?\s+([0-9a-f-]{20,80})\s*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Relay:
    """Where an inbox's mail goes out. security: none, starttls or tls."""

    host: str
    port: int
    security: str = "none"
    username: str = ""
    password: str = field(default="", repr=False)


def relay_of(inbox: Inbox) -> Relay:
    """The inbox's own relay, or the installation's EMAIL_HOST and EMAIL_PORT.

    Raises ChannelBrokenError when the settings make no sense.
    """
    own = inbox.settings
    host = str(own.get("host") or settings.EMAIL_HOST)
    security = str(own.get("security") or "none")
    try:
        port = int(own.get("port") or settings.EMAIL_PORT)
    except (TypeError, ValueError):
        port = 0
    if security not in ("none", "starttls", "tls") or not 0 < port < 65536:
        raise ChannelBrokenError("the outgoing mail server is not configured correctly", "config")
    password = str(inbox.secrets.get("password", ""))
    return Relay(host, port, security, str(own.get("username") or ""), password)


def send(inbox: Inbox, outgoing: Outgoing) -> Sent:
    """Send one mail to all who get it; returns the Message-ID that went out (E7).

    Raises a SendError when the recipient did not get it; its `done` names who has it all the
    same. Until the last dot has left nothing is sent, so every break is transient; after it the
    answer decides, and silence is ambiguous (harmless: a repeat has the same Message-ID).
    """
    try:
        mail = compose(inbox, outgoing)
        data = signing.signed(inbox, mail.data)
    except (ComposeError, signing.UnusableKeyError) as error:
        raise PermanentError(str(error), "invalid") from None
    relay = relay_of(inbox)
    session = _Session(inbox, outgoing, mail, data, relay)
    with _before_the_dot(relay.host):
        client = _connect(relay, mail.message_id.rpartition("@")[2])
    try:
        session.run(client)
    except SendError as error:
        error.done = tuple(session.done)
        raise
    finally:
        client.close()
    provider_id = session.went_out or mail.message_id
    refused, bad = tuple(session.refused), tuple(session.bad)
    return Sent(provider_id, tuple(session.done), refused, bad=bad)


def hand_to(relay: Relay, sender: str, recipient: str, data: bytes) -> None:
    """Send finished bytes to one address, outside the outbox. Raises SendError."""
    with _before_the_dot(relay.host):
        client = _connect(relay, sender.rpartition("@")[2])
    try:
        with _before_the_dot(relay.host):
            _hand_over(client, sender, recipient, data)
        _finish(client)
    finally:
        client.close()


class _Session:
    """One connection in which a mail goes to its recipients, one after the other."""

    def __init__(
        self, inbox: Inbox, outgoing: Outgoing, mail: Composed, data: bytes, relay: Relay
    ) -> None:
        self.inbox = inbox
        self.delivery_id = outgoing.delivery_id
        self.mail = mail
        self.data = data
        self.relay = relay
        self.done = list(outgoing.done)
        self.refused: list[tuple[str, str]] = []
        self.bad: list[str] = []
        self.went_out = ""

    def run(self, client: smtplib.SMTP) -> None:
        """Hand it over to everybody who lacks it. A copy that is refused stops nobody else."""
        begun = time.monotonic()
        for recipient in (self.mail.recipient, *self.mail.copies):
            if recipient in self.done:
                continue
            if recipient != self.mail.recipient and time.monotonic() - begun > SESSION_SECONDS:
                raise TransientError("some copies are still to be sent", "slow", retry_after=0)
            try:
                self._one(client, recipient)
            except PermanentError as error:
                if Recipient(recipient, BOUNCE, code_in(error.text), error.text).hard:
                    self.bad.append(recipient)
                    error.bad = (recipient,)
                if recipient == self.mail.recipient:
                    raise
                self.refused.append((recipient, error.text))
                with _before_the_dot(self.relay.host):
                    client.rset()
            else:
                self.done.append(recipient)
        with contextlib.suppress(smtplib.SMTPException, OSError):
            client.quit()

    def _one(self, client: smtplib.SMTP, recipient: str) -> None:
        with _before_the_dot(self.relay.host):
            sender = self._sender(recipient)
            # Short: the limit is 100 characters, and an address may have more.
            envelope_id = threads.bounce_address("p@parley", self.delivery_id, recipient)
            _hand_over(client, sender, recipient, self.data, envelope_id if sender else "")
        answer = _finish(client)
        if recipient == self.mail.recipient:
            self.went_out = went_out(self.relay.host, answer, self.mail.message_id)

    def _sender(self, recipient: str) -> str:
        if not self.mail.sender or not self.inbox.settings.get("plus_addressing", True):
            return self.mail.sender  # the empty one is what automatic answers leave under (G4)
        return threads.bounce_address(self.mail.sender, self.delivery_id, recipient)


def went_out(host: str, answer: str, own: str) -> str:
    """The Message-ID that recipients see: ours, or what the relay says it put there (E7)."""
    if (host_of := _SES_HOST.match(host.lower())) and (token := _SES_ID.search(answer)):
        return ses_id(token[1], host_of[1])
    if "outlook.com" in host.lower() or "office365.com" in host.lower():
        new = _NEW_ID.search(answer)
        return new[1] if new else own
    return own


def ses_id(token: str, region: str) -> str:
    """The Message-ID that Amazon SES puts into a mail which it calls `token`."""
    return f"{token}@{'email' if region == 'us-east-1' else region}.amazonses.com"


@contextlib.contextmanager
def _before_the_dot(host: str) -> Iterator[None]:
    """Failures while nothing is sent yet: the relay's refusals and every kind of break."""
    try:
        yield
    except SendError:
        raise
    except smtplib.SMTPNotSupportedError as error:
        raise ChannelBrokenError(f"{host} does not offer what is configured: {error}") from error
    except smtplib.SMTPAuthenticationError as error:
        raise _refusal(error.smtp_code, error.smtp_error, signing_in=True) from error
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code, error.smtp_error) from error
    except ForbiddenServerError as error:
        raise ChannelBrokenError(str(error), "private") from error
    except (smtplib.SMTPException, OSError) as error:
        raise TransientError(f"{host} cannot be reached: {error}", "connection") from error


def _connect(relay: Relay, domain: str) -> smtplib.SMTP:
    # The name is given: the default asks DNS for it, which may take longer than the mail.
    context = ssl.create_default_context()
    if relay.security == "tls":
        client: smtplib.SMTP = PinnedSMTPS(
            relay.host, relay.port, domain, timeout=TIMEOUT_SECONDS, context=context
        )
    else:
        client = PinnedSMTP(relay.host, relay.port, domain, timeout=TIMEOUT_SECONDS)
    try:
        client.ehlo_or_helo_if_needed()
        if relay.security == "starttls":
            client.starttls(context=context)
            client.ehlo()
        certificates.seen(relay.host, relay.port, client.sock)
        if relay.username:
            client.login(relay.username, relay.password)
    except BaseException:
        client.close()
        raise
    return client


def _hand_over(
    client: smtplib.SMTP, sender: str, recipient: str, content: bytes, envelope_id: str = ""
) -> None:
    """Envelope and content, all but the last dot.

    envelope_id: what a report shall name, where the server offers reports (RFC 3461); they bring
    back the headers only. What leaves without a sender is reported on to nobody.
    """
    options = [f"size={len(content)}"] if client.has_extn("size") else []
    about = []
    if sender and envelope_id and client.has_extn("dsn"):
        options += ["RET=HDRS", f"ENVID={_xtext(envelope_id)}"]
        about = ["NOTIFY=FAILURE,DELAY", f"ORCPT=rfc822;{_xtext(recipient)}"]
    code, text = client.mail(sender, options)
    if code != 250:
        raise _refusal(code, text)
    code, text = client.rcpt(recipient, about)
    if code not in (250, 251):
        raise _refusal(code, text)
    code, text = client.docmd("DATA")
    if code != 354:
        raise _refusal(code, text)
    data = content if content.endswith(b"\r\n") else content + b"\r\n"
    if data.startswith(b"."):
        data = b"." + data
    assert client.sock is not None
    client.sock.settimeout(UPLOAD_SECONDS)
    client.send(data.replace(b"\r\n.", b"\r\n.."))
    client.sock.settimeout(TIMEOUT_SECONDS)


def _xtext(text: str) -> str:
    """RFC 3461, 4: what may stand in an option of SMTP."""
    safe = (one if "!" <= one <= "~" and one not in "+=" else f"+{ord(one):02X}" for one in text)
    return "".join(safe)


def _finish(client: smtplib.SMTP) -> str:
    """The last dot, and the words of the 250 that took it."""
    try:
        client.send(b".\r\n")
        code, text = client.getreply()
    except (smtplib.SMTPException, OSError) as error:
        raise AmbiguousError("the connection broke after the mail was handed over") from error
    if code != 250:
        raise _refusal(code, text)
    return text.decode("utf-8", "replace")


def _refusal(code: int, text: bytes | str, *, signing_in: bool = False) -> SendError:
    """The error for a refusing answer: 5xx is final, 4xx is not, a login breaks the channel."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    line = f"{code} {' '.join(words.split())}"[:400]
    if 500 <= code < 600:
        if signing_in or code in _AUTHENTICATION:
            return ChannelBrokenError(f"the mail server refused to let us in: {line}", str(code))
        if code == _TOO_BIG:
            return PermanentError(f"the mail is too big for the mail server: {line}", str(code))
        return PermanentError(f"the mail server refused the mail: {line}", str(code))
    return TransientError(f"the mail server put the mail off: {line}", str(code))
