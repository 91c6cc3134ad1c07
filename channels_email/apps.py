"""Makes the e-mail adapters known to the core."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChannelsEmailConfig(AppConfig):
    """The e-mail channel."""

    name = "channels_email"
    verbose_name = _("E-mail")

    def ready(self) -> None:
        """The system check; an adapter for SMTP and one for each provider."""
        from channels_email import checks  # noqa: F401  it registers itself
        from channels_email.adapter import EmailAdapter
        from channels_email.esp import ProviderAdapter
        from channels_email.providers import PROVIDERS
        from helpdesk.adapters import register

        register(EmailAdapter())
        for provider in PROVIDERS.values():
            register(ProviderAdapter(provider))
