"""Live chat as a channel: the committed row is the delivery, browsers fetch it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings

from chat import probing
from chat.appearance import Widget
from chat.hours import promised
from helpdesk.adapters import Capabilities, Outgoing, Parsed, PermanentError, Raw, Sent
from helpdesk.models import Inbox
from helpdesk.sla.calendar import Calendar


class ChatAdapter:
    """The widget. Visitors talk to `receive()` directly; nothing is ever queued to send."""

    channel = "chat"
    provider = ""
    label = "Chat"
    icon = "chat"
    identity_kind = "visitor"
    parser_version = 1
    settings_page = "widget-edit"
    carried_by = ("web",)
    probe_every, probe_asks = timedelta(minutes=1), False
    capabilities = Capabilities(
        live=True,
        max_chars=settings.MAX_CHAT_CHARS,
        max_attachment_bytes=settings.MAX_ATTACHMENT_BYTES,
        repeat_safe=True,
        expires_after=0,
    )

    def parse(self, inbox: Inbox, raw: Raw) -> Sequence[Parsed]:
        """Chat stores no raw payloads: a visitor's text is committed as a message at once."""
        return ()

    def hours(self, inbox: Inbox) -> Calendar | None:
        """The hours that the widget shows; None: those of the queue."""
        return promised(Widget.of(inbox).hours)

    def send(self, inbox: Inbox, outgoing: Outgoing) -> Sent:
        """Never called for a live channel; an outbox row here is a fault, said loudly."""
        text = "Chat messages are not queued."
        raise PermanentError(text)

    def probe(self, inbox: Inbox) -> str:
        """Be a visitor of our own; back at once. Raises NotBackError."""
        probing.call(inbox)
        return ""

    def came_back(self, inbox: Inbox, token: str) -> bool:
        """It has, or probe() had raised."""
        return True
