"""One mail over SMTP, and what each failure means for the outbox (DEL-9, DEL-11)."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings

from channels_email.composing import Composed, ComposeError, compose
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

_AUTHENTICATION: Final = frozenset((530, 534, 535, 538))
_TOO_BIG: Final = 552


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
    """Send one mail; returns its Message-ID, raises a SendError otherwise.

    Until the last dot has left nothing is sent, so every break is transient; after it the
    answer decides, and silence is ambiguous (harmless: a repeat has the same Message-ID).
    """
    try:
        mail = compose(inbox, outgoing)
    except ComposeError as error:
        raise PermanentError(str(error), "invalid") from None
    relay = relay_of(inbox)
    with _before_the_dot(relay.host):
        client = _connect(relay, mail.message_id.rpartition("@")[2])
    try:
        with _before_the_dot(relay.host):
            _hand_over(client, mail)
        _finish(client)
    finally:
        client.close()
    return Sent(mail.message_id)


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
    except (smtplib.SMTPException, OSError) as error:
        raise TransientError(f"{host} cannot be reached: {error}", "connection") from error


def _connect(relay: Relay, domain: str) -> smtplib.SMTP:
    # The name is given: the default asks DNS for it, which may take longer than the mail.
    context = ssl.create_default_context()
    if relay.security == "tls":
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            relay.host, relay.port, domain, timeout=TIMEOUT_SECONDS, context=context
        )
    else:
        client = smtplib.SMTP(relay.host, relay.port, domain, timeout=TIMEOUT_SECONDS)
    try:
        client.ehlo_or_helo_if_needed()
        if relay.security == "starttls":
            client.starttls(context=context)
            client.ehlo()
        if relay.username:
            client.login(relay.username, relay.password)
    except BaseException:
        client.close()
        raise
    return client


def _hand_over(client: smtplib.SMTP, mail: Composed) -> None:
    """Envelope and content, all but the last dot."""
    size = [f"size={len(mail.data)}"] if client.has_extn("size") else []
    code, text = client.mail(mail.sender, size)
    if code != 250:
        raise _refusal(code, text)
    code, text = client.rcpt(mail.recipient)
    if code not in (250, 251):
        raise _refusal(code, text)
    code, text = client.docmd("DATA")
    if code != 354:
        raise _refusal(code, text)
    data = mail.data if mail.data.endswith(b"\r\n") else mail.data + b"\r\n"
    if data.startswith(b"."):
        data = b"." + data
    assert client.sock is not None
    client.sock.settimeout(UPLOAD_SECONDS)
    client.send(data.replace(b"\r\n.", b"\r\n.."))
    client.sock.settimeout(TIMEOUT_SECONDS)


def _finish(client: smtplib.SMTP) -> None:
    try:
        client.send(b".\r\n")
        code, text = client.getreply()
    except (smtplib.SMTPException, OSError) as error:
        raise AmbiguousError("the connection broke after the mail was handed over") from error
    if code != 250:
        raise _refusal(code, text)
    with contextlib.suppress(smtplib.SMTPException, OSError):
        client.quit()


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
