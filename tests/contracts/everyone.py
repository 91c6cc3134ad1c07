"""Everybody who takes part in the battery."""

from __future__ import annotations

from tests.contracts.gateways import GatewaySubject, VonageSubject
from tests.contracts.subjects import (
    Subject,
    TelegramSubject,
    TwilioSubject,
    TwilioWhatsAppSubject,
)

_ALL = (TwilioSubject, TwilioWhatsAppSubject, VonageSubject, GatewaySubject, TelegramSubject)
SUBJECTS: dict[tuple[str, str], type[Subject]] = {
    (subject.channel, subject.provider): subject for subject in _ALL
}
