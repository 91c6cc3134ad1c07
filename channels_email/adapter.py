"""The e-mail adapter: raw messages to InboundMessage, Outgoing to SMTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from channels_email import copying, sending, trial
from channels_email.providers import named
from channels_email.translating import MAX_ATTACHMENT, translated
from helpdesk.adapters import Capabilities, Outgoing, Parsed, Raw, Sent
from helpdesk.models import Inbox
from helpdesk.probes import NotBackError

MAX_TRAVELLING: Final = 10 * 1024 * 1024


class EmailAdapter:
    """Mail by SMTP in both directions; pure translation, no database writes."""

    channel = "email"
    provider = ""
    label = "E-mail"
    icon = "mail"
    carried_by: tuple[str, ...] = ("smtpd",)
    setup_page = "mail-setup"
    new_page = ("mail-new", _("New mailbox"), "mail")
    reads_apart = True
    fetch_page = "fetching"
    probe_every, probe_asks = timedelta(hours=1), True
    identity_kind = "email"
    parser_version = 3
    capabilities = Capabilities(
        html=True,
        subject=True,
        threaded=True,
        repeat_safe=True,
        expires_after=72 * 3600,
        max_attachment_bytes=MAX_ATTACHMENT,
        signs=True,
        links_over=MAX_TRAVELLING,
    )

    def complete(self, inbox: Inbox, raw: Raw) -> Raw:
        """The payload with what its provider has still to be asked for. Raises OutboundError."""
        provider = named(raw.headers.get("provider", ""))
        return provider.complete(inbox, raw) if provider else raw

    def parse(self, inbox: Inbox, raw: Raw) -> Sequence[Parsed]:
        """A mail, or a provider's call that carries mails or reports of ours.

        Whichever provider the inbox has by now: what was stored before is read as it came.
        """
        provider = named(raw.headers.get("provider", ""))
        if provider is None:
            return translated(inbox, raw)
        found: list[Parsed] = []
        for one in provider.read(inbox, raw):
            found += translated(inbox, one) if isinstance(one, Raw) else [one]
        return found

    def probe(self, inbox: Inbox) -> str:
        """A mail from the mailbox to itself; the token of the live test. Raises NotBackError."""
        try:
            return trial.start(inbox)
        except trial.TrialError as error:
            raise NotBackError(error.words) from None

    def came_back(self, inbox: Inbox, token: str) -> bool:
        """Whether it is in the mailbox again."""
        return trial.is_back(inbox, token)

    def send(self, inbox: Inbox, outgoing: Outgoing) -> Sent:
        """Send one mail through the inbox's relay; raises a SendError when it did not go."""
        sent = self._send(inbox, outgoing)
        sent = replace(sent, refused=(*outgoing.left_out, *sent.refused))
        if outgoing.to in sent.done and outgoing.to not in outgoing.done:
            copying.keep(inbox, outgoing)
        return sent

    def _send(self, inbox: Inbox, outgoing: Outgoing) -> Sent:
        return sending.send(inbox, outgoing)
