"""The e-mail providers that we send through and that call us, by the names in their addresses."""

from __future__ import annotations

from typing import Final

from channels_email.providers.base import Provider
from channels_email.providers.brevo import Brevo
from channels_email.providers.mailersend import MailerSend
from channels_email.providers.mailgun import Mailgun
from channels_email.providers.mailjet import Mailjet
from channels_email.providers.mandrill import Mandrill
from channels_email.providers.postal import Postal
from channels_email.providers.postmark import Postmark
from channels_email.providers.resend import Resend
from channels_email.providers.sendgrid import SendGrid
from channels_email.providers.ses import AmazonSES
from channels_email.providers.sparkpost import SparkPost

PROVIDERS: Final[dict[str, Provider]] = {
    one.slug: one
    for one in (
        AmazonSES(),
        Brevo(),
        MailerSend(),
        Mailgun(),
        Mailjet(),
        Mandrill(),
        Postal(),
        Postmark(),
        Resend(),
        SendGrid(),
        SparkPost(),
    )
}


def named(slug: str) -> Provider | None:
    """The provider of this name, None for none."""
    return PROVIDERS.get(slug)
