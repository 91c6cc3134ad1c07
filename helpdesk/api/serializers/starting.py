"""What a conversation that we begin is asked with."""

from __future__ import annotations

from rest_framework import serializers

from helpdesk.api.serializers.strict import Strict


class StartSerializer(Strict):
    inbox = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    to = serializers.CharField(max_length=320)
    body = serializers.CharField(max_length=200_000, trim_whitespace=False)
    subject = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    name = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    client_id = serializers.UUIDField(required=False, allow_null=True, default=None)
