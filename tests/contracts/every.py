"""All who take part in the battery, by channel and provider."""

from __future__ import annotations

from tests.contracts.gateways import GatewaySubject, VonageSubject
from tests.contracts.mail_subjects import MAIL_SUBJECTS
from tests.contracts.networks import NETWORKS
from tests.contracts.smpp_subject import SmppSubject
from tests.contracts.subject import Subject
from tests.contracts.subjects import TelegramSubject, TwilioSubject, TwilioWhatsAppSubject

_MORE: tuple[type[Subject], ...] = (
    TwilioSubject,
    TwilioWhatsAppSubject,
    VonageSubject,
    GatewaySubject,
    SmppSubject,
    TelegramSubject,
    *NETWORKS,
)
SUBJECTS: dict[tuple[str, str], type[Subject]] = {
    **{(one.channel, one.provider): one for one in _MORE},
    **MAIL_SUBJECTS,
}
