"""The live test of a mailbox: a mail to ourselves leaves, comes back and finds its thread.

It carries a signed number. When it comes in, the reader does not file it: the raw event is
ignored with a reason that names the number, and that is what the test waits for. Every failure
is told in words for people who set up a mailbox once in their lives.
"""

from __future__ import annotations

import secrets
import smtplib
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.mime.text import MIMEText
from email.utils import formatdate
from typing import Any, Final

from django.core import signing as django_signing
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from channels_email import fetching, sending, signing, threads
from channels_email.headers import Headers
from channels_email.imap import LostError, SignInError
from channels_email.models import FetchedMailbox
from channels_email.providers import named
from channels_email.providers.sending import hand_over
from channels_email.servers import ForbiddenServerError
from helpdesk.adapters import ChannelBrokenError, PermanentError, SendError
from helpdesk.models import InboundEvent, Inbox

HEADER: Final = "X-Parley-Trial"
SUBJECT: Final = "Parley: live test"
PATIENCE: Final = timedelta(seconds=60)
_SALT: Final = "channels_email.trial"
_REASON: Final = "live test"


class TrialError(Exception):
    """The test failed; `words` say what happened, `advice` what to do."""

    def __init__(self, words: str, advice: str) -> None:
        super().__init__(words)
        self.words = words
        self.advice = advice


def start(inbox: Inbox) -> str:
    """Send the mail; the token under which state() knows it. Raises TrialError."""
    token = django_signing.dumps([inbox.pk, secrets.token_hex(8)], salt=_SALT)
    mailbox = FetchedMailbox.objects.filter(inbox=inbox).exclude(state="paused").first()
    if mailbox:
        _told(lambda: _look_in(mailbox), mailbox.host)
    provider = named(inbox.provider)
    if provider and provider.backend:
        message = _message(inbox, token)
        try:
            hand_over(provider, inbox, message)
        except SendError as error:
            advice = _("Look at the key, the domain and the address of the API.")
            raise TrialError(error.text, advice) from None
        return token
    try:
        relay = sending.relay_of(inbox)
    except ChannelBrokenError as error:
        raise TrialError(error.text, _("Look at host, port and security again.")) from None
    data = signing.signed(inbox, _mail(inbox, token))
    _told(lambda: sending.hand_to(relay, inbox.address, inbox.address, data), relay.host)
    return token


def is_back(inbox: Inbox, token: str) -> bool:
    """Whether the mail of this token came in, even if it took longer than PATIENCE."""
    return _event(inbox, token) is not None


def _event(inbox: Inbox, token: str) -> InboundEvent | None:
    """What came in of it. Raises LookupError of a token that is over, or another inbox's."""
    try:
        known, number = django_signing.loads(token, salt=_SALT, max_age=timedelta(hours=1))
    except django_signing.BadSignature:
        raise LookupError(token) from None
    if known != inbox.pk:
        raise LookupError(token)
    lately = datetime.now(UTC) - timedelta(hours=1)
    found = InboundEvent.objects.filter(inbox=inbox, received_at__gt=lately)
    return found.filter(error__startswith=f"{_REASON} {number}").defer("body").first()


def state(inbox: Inbox, token: str) -> dict[str, Any]:
    """How far the test is: waiting, done, or failed with words and advice."""
    try:
        event = _event(inbox, token)
    except LookupError:
        return _failed(_("This test is over."), _("Start a new one."))
    if event is not None:
        if event.error.endswith("lost its thread"):
            return _failed(
                _("The mail came back, but without the mark by which answers find their thread."),
                _("Your mail server drops what follows the + of an address. Switch the marks off."),
            )
        return {"state": "done"}
    if not _is_late(token):
        return {"state": "waiting"}
    return _failed(
        _("The mail left, and did not come back within 60 seconds."),
        _(
            "Look whether the forwarding at your provider is switched on and leads here, and "
            "whether the mail lies among the spam."
        ),
    )


def read(inbox: Inbox, headers: Headers, recipients: list[str]) -> str:
    """Why a mail that comes in is a live test of this inbox, or ""."""
    try:
        known, number = django_signing.loads(headers.first(HEADER.lower()), salt=_SALT)
    except django_signing.BadSignature:
        return ""
    if known != inbox.pk:
        return ""
    threaded = not inbox.settings.get("plus_addressing", True) or any(
        threads.read_token(one.rpartition("@")[0].rpartition("+")[2], inbox.pk)
        for one in recipients
    )
    return f"{_REASON} {number} {'found' if threaded else 'lost'} its thread"


def _message(inbox: Inbox, token: str) -> EmailMessage:
    """The mail as a provider's interface takes it."""
    return EmailMessage(
        subject=SUBJECT,
        body=_words(),
        from_email=inbox.address,
        to=[_back_to(inbox)],
        headers={"Auto-Submitted": "auto-generated", HEADER: token},
    )


def _words() -> str:
    return _("This mail tests the mailbox and may be deleted.") + "\n"


def _back_to(inbox: Inbox) -> str:
    own = inbox.address
    if inbox.settings.get("plus_addressing", True):
        return threads.reply_address(own, inbox.pk, 0, own)
    return own


def _mail(inbox: Inbox, token: str) -> bytes:
    own = inbox.address
    message = MIMEText(_words(), "plain", "utf-8")
    message["From"] = own
    message["To"] = _back_to(inbox)
    message["Subject"] = SUBJECT
    message["Date"] = formatdate()
    message["Message-ID"] = f"<trial.{secrets.token_hex(12)}@{own.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message[HEADER] = token
    return message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _look_in(mailbox: FetchedMailbox) -> None:
    """Sign in to the IMAP server and open the folders, reading only."""
    session = fetching.connect(mailbox, timeout=PATIENCE.total_seconds())
    try:
        known = [name for name, _use in session.folders()]
        for folder in mailbox.folders.values_list("name", flat=True):
            if folder not in known and folder.upper() != "INBOX":
                words = _("There is no folder “%(folder)s” in this mailbox.") % {"folder": folder}
                raise TrialError(words, _("Look how the folder is spelt; it is often INBOX."))
            session.open(folder)
    finally:
        session.close()


def _told(work: Callable[[], Any], host: str) -> None:
    """Run it, and tell each failure in human words."""
    try:
        work()
    except TrialError:
        raise
    except Exception as error:  # noqa: BLE001  whatever a stranger's server does, it is told
        raise explain(error, host) from None


def explain(error: BaseException, host: str) -> TrialError:
    """What an error of a mail server means, and what to do about it."""
    wrapped = isinstance(error, (SendError, LostError))
    cause = error.__cause__ if wrapped and error.__cause__ else error
    told = str(error)[:300]
    for holds, words, advice in _explanations(error, cause):
        if holds:
            return TrialError(words % {"host": host}, advice % {"text": told})
    words = _("“%(host)s” broke off: %(text)s") % {"host": host, "text": told}
    return TrialError(words, _("Try again; if it stays so, ask your provider."))


def _explanations(error: BaseException, cause: BaseException) -> list[tuple[bool, str, str]]:
    """Whether it is that, what happened (%(host)s), and what to do (%(text)s); first one wins."""
    login = isinstance(cause, SignInError) or _is_login(error, cause)
    return [
        (
            isinstance(cause, socket.gaierror),
            _("There is no server of the name “%(host)s”."),
            _("Look for a slip in the name; your provider's help has it."),
        ),
        (
            isinstance(cause, ForbiddenServerError),
            _("“%(host)s” is on a private network, which this installation does not allow."),
            _("Whoever runs it can name the network in the setting MAIL_ALLOWED_NETWORKS."),
        ),
        (
            isinstance(cause, ssl.SSLCertVerificationError),
            _("The certificate of “%(host)s” is not valid for this name."),
            _("Use the server name that your provider tells, not an alias."),
        ),
        (
            isinstance(cause, ssl.SSLError),
            _("“%(host)s” does not speak TLS on this port."),
            _("Choose STARTTLS, or the port for TLS: usually 465 to send, 993 for IMAP."),
        ),
        (
            isinstance(cause, ConnectionRefusedError),
            _("Nobody answers on this port of “%(host)s”."),
            _("Look at the port: 587 or 465 to send, 993 for IMAP."),
        ),
        (
            isinstance(cause, TimeoutError),
            _("“%(host)s” does not answer."),
            _("Look at name and port; a firewall may stand between."),
        ),
        (
            login,
            _("“%(host)s” does not accept the user name and password."),
            _("With two-step sign-in many providers want a password for apps, made on their site."),
        ),
        (
            isinstance(cause, smtplib.SMTPNotSupportedError),
            _("“%(host)s” does not offer what is configured."),
            _("Choose another security, or leave the user name empty."),
        ),
        (
            isinstance(error, PermanentError),
            _("“%(host)s” refuses to send for this address."),
            _("Is the user allowed to send as this address? The server says: %(text)s"),
        ),
    ]


def _is_login(error: BaseException, cause: BaseException) -> bool:
    broken = isinstance(error, ChannelBrokenError)
    return isinstance(cause, smtplib.SMTPAuthenticationError) or (broken and cause is error)


def _is_late(token: str) -> bool:
    signer = django_signing.TimestampSigner(salt=_SALT)
    try:
        signer.unsign(token, max_age=PATIENCE)
    except django_signing.SignatureExpired:
        return True
    return False


def _failed(words: str, advice: str) -> dict[str, Any]:
    return {"state": "failed", "words": words, "advice": advice}
