"""Inboxes whose mail goes through a provider's API and comes in by its calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from channels_email.adapter import EmailAdapter
from channels_email.providers import sending
from channels_email.providers.base import Provider
from helpdesk.adapters import Outgoing, Raw, Sent, WebhookRequest
from helpdesk.models import Inbox

MAX_BODY: Final = 75 * 1024 * 1024
"""A mail of 50 MB in base64, with room for what is around it."""


class ProviderAdapter(EmailAdapter):
    """E-mail by one provider. Its calls are proved, stored and answered; read in the worker."""

    carried_by = ()
    max_body_bytes = MAX_BODY

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self.provider = provider.slug
        self.label = f"E-mail, {provider.label}"
        if provider.backend:
            self.capabilities = replace(
                EmailAdapter.capabilities, repeat_safe=False, echoes_id=provider.echoes
            )

    def verify(self, inbox: Inbox, request: WebhookRequest) -> None:
        """Refuse what is not proved to be the provider's."""
        self._provider.verify(inbox, request)

    def raws(self, inbox: Inbox, request: WebhookRequest) -> Sequence[Raw]:
        """Each element of a batch for itself."""
        return self._provider.raws(request)

    def answer(self, inbox: Inbox) -> tuple[bytes, str]:
        """Nothing more than that it is kept."""
        return b"kept\n", "text/plain"

    def _send(self, inbox: Inbox, outgoing: Outgoing) -> Sent:
        if not self._provider.backend:
            return super()._send(inbox, outgoing)
        return sending.send(self._provider, inbox, outgoing)
