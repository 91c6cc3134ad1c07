"""Invitations: when a visitor is asked whether he wants help, and whether that pays."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InvitationsConfig(AppConfig):
    name = "chat.invitations"
    label = "invitations"
    verbose_name = _("Invitations")
