"""Makes the e-mail adapter known to the core."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChannelsEmailConfig(AppConfig):
    """The e-mail channel."""

    name = "channels_email"
    verbose_name = _("E-mail")

    def ready(self) -> None:
        """Register the adapter."""
        from channels_email.adapter import EmailAdapter
        from helpdesk.adapters import register

        register(EmailAdapter())
