"""Channels by what people call them."""

from __future__ import annotations

from django.utils.translation import gettext as _


def named(channel: str, label: str) -> str:
    """The name of a channel; a network, which goes by its own name `label`, keeps it."""
    names = {
        "chat": _("Chat on the site"),
        "email": _("E-mail"),
        "sms": _("SMS"),
        "voice": _("Call"),
    }
    return names.get(channel, label)
