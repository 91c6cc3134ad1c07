"""What the API accepts of customers. Texts are measured by the service, with words for each."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from helpdesk.api.serializers.strict import Strict
from helpdesk.models import Purpose

ID = 2**63 - 1


class CustomerChangeSerializer(Strict):
    """Any of them; `fields` by key, null takes a value away."""

    name = serializers.CharField(allow_blank=True, required=False)
    language = serializers.CharField(allow_blank=True, required=False)
    company = serializers.CharField(allow_blank=True, required=False)
    city = serializers.CharField(allow_blank=True, required=False)
    timezone = serializers.CharField(allow_blank=True, required=False)
    vip = serializers.BooleanField(required=False)
    show_pictures = serializers.BooleanField(required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`fields` cannot be declared in a class body: a serializer's own fields are called so."""
        return {**super().get_fields(), "fields": serializers.DictField(required=False)}


class BlockSerializer(Strict):
    blocked = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True, max_length=200, default="")


class IdentitySerializer(Strict):
    kind = serializers.CharField(max_length=20)
    address = serializers.CharField(max_length=320)
    evidence = serializers.CharField(allow_blank=True, max_length=200, default="")


class IdentityChangeSerializer(Strict):
    verified = serializers.BooleanField()
    evidence = serializers.CharField(allow_blank=True, max_length=200, default="")


class ConsentSerializer(Strict):
    """where: one of their addresses, "" for none; on: the day it was given, today if not said."""

    purpose = serializers.CharField(max_length=12, default=Purpose.CONTACT)
    where = serializers.CharField(allow_blank=True, max_length=320, default="")
    proof = serializers.CharField(allow_blank=True, max_length=300)
    on = serializers.DateField(required=False, allow_null=True)


class MergeSerializer(Strict):
    other = serializers.IntegerField(min_value=1, max_value=ID)
