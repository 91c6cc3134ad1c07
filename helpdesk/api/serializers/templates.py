"""What clients send about templates."""

from __future__ import annotations

from django.conf import settings
from rest_framework import serializers

from helpdesk.adapters import adapters
from helpdesk.api.serializers.strict import Strict
from helpdesk.models import Register


class ProposalSerializer(Strict):
    """Words for everybody; `template` is the one of which they are to be a new variant."""

    name = serializers.CharField(max_length=120)
    text = serializers.CharField(max_length=10_000)
    language = serializers.ChoiceField(choices=["", *dict(settings.LANGUAGES)], default="")
    register = serializers.ChoiceField(choices=Register.values, default=Register.NEUTRAL)
    channel = serializers.CharField(max_length=20, default="", allow_blank=True)
    template = serializers.IntegerField(min_value=1, default=None, allow_null=True)
    gaps = serializers.BooleanField(default=False)

    def validate_channel(self, value: str) -> str:
        """A channel of this installation, or any."""
        if value and value not in {one.channel for one in adapters()}:
            raise serializers.ValidationError("There is no such channel.")
        return value


class DraftedSerializer(Strict):
    """The words of an answer."""

    text = serializers.CharField(max_length=10_000)


class TakenSerializer(Strict):
    """Into which conversation a template was put, and which variant of it."""

    conversation = serializers.IntegerField(min_value=1, default=None, allow_null=True)
    variant = serializers.IntegerField(min_value=1, default=None, allow_null=True)
