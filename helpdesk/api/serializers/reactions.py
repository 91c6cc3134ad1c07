"""A reaction over REST."""

from __future__ import annotations

from rest_framework import serializers

from helpdesk.api.serializers.strict import Strict


class ReactionSerializer(Strict):
    """emoji: one that the channel knows; "" takes ours off."""

    emoji = serializers.CharField(max_length=40, allow_blank=True)
