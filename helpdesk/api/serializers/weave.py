"""What merging, splitting and linking are asked with."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from helpdesk.api.serializers.strict import Strict


@extend_schema_serializer(component_name="ConversationMerge")
class MergeSerializer(Strict):
    into = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class SplitSerializer(Strict):
    message = serializers.UUIDField()
    following = serializers.BooleanField(default=True)


class LinkSerializer(Strict):
    other = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class LetterSerializer(Strict):
    message = serializers.UUIDField()
