"""Channels by what people call them."""

from __future__ import annotations

from django.utils.translation import gettext as _


def named(channel: str, label: str) -> str:
    """The name of a channel; a network, which goes by its own name `label`, keeps it."""
    names = {
        "channel.chat": _("Chat on the site"),
        "channel.email": _("E-mail"),
        "channel.sms": _("SMS"),
        "channel.voice": _("Call"),
    }
    return names.get(f"channel.{channel}", label)
